// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ComplianceAnswer } from '@bartizan/contracts/compliance';
import { visibleText } from '@bartizan/contracts/words';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { Badge, SeverityBadge } from '../../widgets/badges.tsx';
import { Verbatim, When } from '../../widgets/text.tsx';
import { StateBadge } from './compliance-words.tsx';
import { FixView } from './diff-view.tsx';

/** Answers drawn at once; the report holds all of them. */
const SHOWN_MAX = 100;

const AnswerItem = ({ answer, titled }: { answer: ComplianceAnswer; titled?: string | undefined }) => {
  const t = useT();
  const { text, exact } = useFormat();
  const { accepted } = answer;
  return (
    <li className="check">
      <details>
        <summary>
          <StateBadge state={answer.outcome} />
          <span className="check-title">
            {titled ?? <span translate="no">{visibleText(answer.subject)}</span>}
          </span>
          {titled !== undefined && (
            <span className="small quiet hide-narrow" translate="no">
              {visibleText(answer.subject)}
            </span>
          )}
          {accepted !== undefined && <Badge tone="accent">{t('compliance.accepted')}</Badge>}
          {answer.outcome === 'fail' && <SeverityBadge severity={answer.severity} />}
        </summary>
        <div className="stack tight check-body">
          <p>{text(answer.detail)}</p>
          <span className="small quiet">
            <code>{answer.ref}</code> · <When at={answer.at} />
          </span>
          <span className="small quiet">
            {t('compliance.hash')} <Verbatim mono>{answer.evidenceSha256}</Verbatim>
          </span>
          {accepted !== undefined && (
            <p>
              {t('compliance.accepted.by', { owner: accepted.owner, until: exact(accepted.until) })}{' '}
              <Verbatim>{accepted.reason}</Verbatim>
            </p>
          )}
          {answer.fix !== undefined && answer.outcome === 'fail' && (
            <>
              <h4 className="small second">{t('compliance.fix')}</h4>
              <FixView fix={answer.fix} />
            </>
          )}
        </div>
      </details>
    </li>
  );
};

interface AnswerListProps {
  readonly answers: readonly ComplianceAnswer[];
  readonly label: string;
  /** What an answer is called; absent: its subject. */
  readonly titleOf?: (answer: ComplianceAnswer) => string | undefined;
}
/** Evidence, failing first, each with what was seen, its hash, and the repair. */
export const AnswerList = ({ answers, label, titleOf }: AnswerListProps) => {
  const t = useT();
  const { count } = useFormat();
  if (answers.length === 0) return <p className="quiet small">{t('compliance.no-data.note')}</p>;
  return (
    <>
      <ul className="list-plain checks" aria-label={label}>
        {answers.slice(0, SHOWN_MAX).map((answer) => (
          <AnswerItem
            key={`${answer.ref} ${answer.subject} ${answer.node ?? ''} ${answer.evidenceSha256}`}
            answer={answer}
            titled={titleOf?.(answer)}
          />
        ))}
      </ul>
      {answers.length > SHOWN_MAX && (
        <p className="quiet small">{t('compliance.more', { n: count(answers.length - SHOWN_MAX) })}</p>
      )}
    </>
  );
};
