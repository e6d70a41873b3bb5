// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { OutcomeBadge, SeverityBadge } from '../../widgets/badges.tsx';
import { Prose } from '../../widgets/prose.tsx';
import { CommandBlock, Verbatim, When } from '../../widgets/text.tsx';
import { WorkloadLink, workloadName } from '../../widgets/workload-link.tsx';
import type { ControlDetail } from './control-parts.tsx';

type Check = ControlDetail['checks'][number];
const ORDER: readonly Check['outcome'][] = ['fail', 'unknown', 'pass', 'not-applicable'];
const SHOWN_MAX = 200;

const CheckItem = ({ check }: { check: Check }) => {
  const t = useT();
  const { text } = useFormat();
  return (
    <li className="check">
      <details>
        <summary>
          <OutcomeBadge outcome={check.outcome} />
          <span className="check-title">{text(check.title)}</span>
          <span className="small quiet hide-narrow" translate="no">
            {workloadName(check.subject)}
          </span>
          {check.outcome === 'fail' && <SeverityBadge severity={check.severity} />}
        </summary>
        <div className="stack tight check-body">
          <span className="small quiet">
            <code>{check.check}</code> · <WorkloadLink subject={check.subject} /> ·{' '}
            <When at={check.checkedAtMs} />
          </span>
          <ul className="evidence">
            {check.evidence.map((line) => (
              <li key={line}>
                <Verbatim mono>{line}</Verbatim>
              </li>
            ))}
            {check.evidence.length === 0 && <li className="quiet">{t('control.no-evidence')}</li>}
          </ul>
          {check.fix !== undefined && <p>{text(check.fix.action)}</p>}
          {check.fix?.command !== undefined && <CommandBlock text={check.fix.command} />}
        </div>
      </details>
    </li>
  );
};

/** All checks of one risk with outcome, subject, evidence and fix; failures first. */
export const CheckList = ({ checks }: { checks: readonly Check[] }) => {
  const t = useT();
  const { count } = useFormat();
  const [outcome, setOutcome] = useState<string>('all');
  const shown = [...checks]
    .filter((check) => outcome === 'all' || check.outcome === outcome)
    .sort((a, b) => ORDER.indexOf(a.outcome) - ORDER.indexOf(b.outcome));
  const amount = (value: string): string =>
    count(checks.filter((check) => value === 'all' || check.outcome === value).length);
  const choices = [
    { value: 'all', label: `${t('control.all')} ${amount('all')}` },
    ...ORDER.map((value) => ({ value, label: `${t(`outcome.${value}`)} ${amount(value)}` })),
  ];
  return (
    <section className="card" aria-labelledby="checks-title">
      <div className="card-head">
        <h2 id="checks-title">{t('control.checks')}</h2>
        <SegmentedControl
          size="xs"
          data={choices}
          value={outcome}
          onChange={setOutcome}
          aria-label={t('control.filter')}
        />
      </div>
      <ul className="list-plain">
        {shown.slice(0, SHOWN_MAX).map((check) => (
          <CheckItem
            key={`${check.check}-${check.subject.workload}-${check.subject.container ?? ''}`}
            check={check}
          />
        ))}
      </ul>
      {shown.length === 0 && <p className="card-body quiet">{t('control.no-checks')}</p>}
      {shown.length > SHOWN_MAX && (
        <p className="card-body quiet">
          <Prose text={t('control.more', { n: count(shown.length - SHOWN_MAX) })} />
        </p>
      )}
    </section>
  );
};
