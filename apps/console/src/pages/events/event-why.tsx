// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Comparison } from '@bartizan/contracts';
import { visibleText } from '@bartizan/contracts/words';
import { IconCheck, IconX } from '@tabler/icons-react';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import type { MessageKey } from '../../i18n/messages.ts';
import { Unknown } from '../../widgets/states.tsx';
import { Copy, Section } from '../../widgets/text.tsx';
import type { EventDetail } from './event-detail.ts';

/** A value of a fact as text. */
export const factText = (value: Comparison['actual']): string =>
  value === undefined ? '–' : visibleText(Array.isArray(value) ? value.join(', ') : String(value));

const OPERATOR_KEYS: Readonly<Record<string, MessageKey>> = {
  equals: 'operator.equals',
  'not-equals': 'operator.not-equals',
  in: 'operator.in',
  'not-in': 'operator.not-in',
  contains: 'operator.contains',
  'contains-any': 'operator.contains-any',
  'starts-with': 'operator.starts-with',
  'ends-with': 'operator.ends-with',
  glob: 'operator.glob',
  'any-glob': 'operator.any-glob',
  'greater-than': 'operator.greater-than',
  'less-than': 'operator.less-than',
  present: 'operator.present',
  absent: 'operator.absent',
};

const ComparisonLine = ({ comparison }: { comparison: Comparison }) => {
  const t = useT();
  const operator = OPERATOR_KEYS[comparison.operator];
  const Icon = comparison.held ? IconCheck : IconX;
  return (
    <li className="comparison" data-held={comparison.held}>
      <Icon size={15} aria-hidden="true" />
      <span className="visually-hidden">{t(comparison.held ? 'why.held' : 'why.not-held')}</span>
      <div style={{ minWidth: 0 }}>
        <div className="anywhere">
          <code>{comparison.field}</code>{' '}
          <span className="quiet">{operator === undefined ? comparison.operator : t(operator)}</span>{' '}
          <code>{factText(comparison.expected)}</code>
        </div>
        <div className="small quiet anywhere">
          {t('why.met')}{' '}
          <code>{comparison.actual === undefined ? t('why.absent') : factText(comparison.actual)}</code>
        </div>
      </div>
    </li>
  );
};

/** Which rule, at which revision, on which facts; and which rules nearly matched and what differed. */
export const EventWhy = ({ event }: { event: EventDetail }) => {
  const t = useT();
  const { text, count } = useFormat();
  const { decision } = event;
  return (
    <Section title={t('why.title')}>
      <span id="why" />
      {decision.reasons.length === 0 && <Unknown why={t('why.none')} />}
      {decision.reasons.map((reason) => (
        <div key={reason.rule} className="why-card">
          <div className="row wrap apart">
            <strong>{text(reason.title)}</strong>
            <span className="row small quiet">
              <code>{reason.rule}</code>
              <span title={reason.revision} translate="no">
                {t('why.revision')} <code>{reason.revision.slice(0, 10)}</code>
              </span>
              <Copy value={`${reason.rule}@${reason.revision}`} />
            </span>
          </div>
          <ul className="list-plain">
            {reason.comparisons.map((comparison) => (
              <ComparisonLine
                key={`${comparison.field}${comparison.operator}${factText(comparison.expected)}`}
                comparison={comparison}
              />
            ))}
          </ul>
        </div>
      ))}
      {decision.nearest.length > 0 && <h3 className="small second">{t('why.nearest')}</h3>}
      {decision.nearest.map((miss) => (
        <div key={miss.rule} className="why-card near">
          <div className="row wrap apart">
            <span>{text(miss.title)}</span>
            <code className="quiet small">{miss.rule}</code>
          </div>
          <ul className="list-plain">
            <ComparisonLine comparison={miss.differed} />
          </ul>
        </div>
      ))}
      <p className="quiet small">{t('why.elapsed', { n: count(decision.elapsedUs) })}</p>
    </Section>
  );
};
