// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionViolation } from '@bartizan/contracts';
import { Link } from '@tanstack/react-router';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { Badge, SeverityBadge } from '../../widgets/badges.tsx';
import { CommandBlock, Facts, Verbatim } from '../../widgets/text.tsx';
import { AdmissionMode, valueText } from './admission-words.tsx';

const STATE_TONES = { violated: 'critical', unknown: 'unknown', excepted: 'quiet' } as const;

const Violation = ({ violation, isDraft }: { violation: AdmissionViolation; isDraft: boolean }) => {
  const t = useT();
  const { text } = useFormat();
  const { rule, path, actual, allowed, missing, exception, patch } = violation;
  return (
    <li className="why-card">
      <div className="row wrap">
        <SeverityBadge severity={violation.severity} />
        <Badge tone={STATE_TONES[violation.state]}>{t(`admission.violation.${violation.state}`)}</Badge>
        <AdmissionMode mode={violation.mode} />
      </div>
      <strong className="anywhere">{text(violation.message)}</strong>
      <Facts
        rows={[
          [
            t('admission.place'),
            <Verbatim key="p" mono>
              {path}
            </Verbatim>,
          ],
          [
            t('admission.actual'),
            actual !== undefined && (
              <Verbatim key="a" mono>
                {valueText(actual)}
              </Verbatim>
            ),
          ],
          [
            t('admission.allowed'),
            allowed !== undefined && (
              <Verbatim key="w" mono>
                {allowed}
              </Verbatim>
            ),
          ],
          [t('admission.missing'), missing !== undefined && <Verbatim key="m">{missing}</Verbatim>],
          [
            t('exception.one'),
            exception !== undefined && (
              <Verbatim key="e" mono>
                {exception}
              </Verbatim>
            ),
          ],
          [
            t('field.rule'),
            isDraft ? (
              <code key="r">{rule}</code>
            ) : (
              <Link key="r" to="/admission/rules/$id" params={{ id: rule }} translate="no" className="mono">
                {rule}
              </Link>
            ),
          ],
        ]}
      />
      {patch.length > 0 && (
        <div className="stack tight">
          <span className="small second">{t('admission.patch')}</span>
          <CommandBlock text={JSON.stringify(patch)} />
        </div>
      )}
    </li>
  );
};

/** Every place that violates a rule: what is there, what would be right, what repairs it. */
export const Violations = ({
  violations,
  isDraft = false,
}: {
  violations: readonly AdmissionViolation[];
  isDraft?: boolean;
}) => (
  <ol className="list-plain stack tight">
    {violations.map((violation) => (
      <Violation
        key={`${violation.rule} ${violation.path} ${violation.state} ${violation.message.en}`}
        violation={violation}
        isDraft={isDraft}
      />
    ))}
  </ol>
);
