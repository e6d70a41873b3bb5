// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { NodeCondition } from '@bartizan/contracts';
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useFormat } from '../format/use-format.ts';
import { useLanguage, useT } from '../i18n/language.ts';
import { asSentence, conditionParts } from './condition-parts.ts';
import { Prose } from './prose.tsx';

/** All gaps of a scan are on the page of its workload; the first scans with one open here. */
const Gaps = ({ text }: { text: string }) => {
  const t = useT();
  return (
    <>
      {' '}
      <Link to="/workloads">{t('condition.workloads')}</Link>
      <details className="small second">
        <summary>{t('condition.gaps')}</summary>
        <p className="anywhere" translate="no">
          {text}
        </p>
      </details>
    </>
  );
};

const Line = ({ condition }: { condition: NodeCondition }) => {
  const { text } = useFormat();
  const language = useLanguage();
  const { head, rest } = conditionParts(condition.code, text(condition.message));
  return (
    <div className="banner" data-tone={condition.severity}>
      {condition.severity === 'info' ? (
        <IconInfoCircle size={18} aria-hidden="true" />
      ) : (
        <IconAlertTriangle size={18} aria-hidden="true" />
      )}
      <div style={{ flex: 1, minWidth: 220 }}>
        <strong>
          <Prose text={asSentence(head, language)} />
        </strong>{' '}
        <span className="second">
          <Prose text={text(condition.remedy)} />
        </span>
        {rest !== undefined && <Gaps text={rest} />}
      </div>
      <code className="quiet">{condition.code}</code>
    </div>
  );
};

/** Everything that limits the product here, or one node, each with its remedy. */
export const Conditions = ({ of }: { of: readonly NodeCondition[] }) =>
  of.length === 0 ? null : (
    <div className="stack tight">
      {of.map((condition) => (
        <Line key={condition.code + condition.message.en} condition={condition} />
      ))}
    </div>
  );
