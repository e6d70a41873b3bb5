// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ComplianceAnswer, ControlAssessment } from '@bartizan/contracts/compliance';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { Badge } from '../../widgets/badges.tsx';
import { Meter } from '../../widgets/meter.tsx';
import { AnswerList } from './answer-list.tsx';
import { StateBadge } from './compliance-words.tsx';

type Mapping = ControlAssessment['mappings'][number];

const MappingItem = ({ mapping, answers }: { mapping: Mapping; answers: readonly ComplianceAnswer[] }) => {
  const t = useT();
  const { text } = useFormat();
  return (
    <li className="check">
      <details>
        <summary>
          <StateBadge state={mapping.state} />
          <span className="check-title">{text(mapping.title)}</span>
          <span className="small quiet hide-narrow">
            {t('compliance.counts', {
              passed: mapping.passed,
              failed: mapping.failed,
              unknown: mapping.unknown,
            })}
          </span>
        </summary>
        <div className="stack tight check-body">
          <p>{text(mapping.reason)}</p>
          <code className="small quiet">{mapping.ref}</code>
          <AnswerList answers={answers} label={text(mapping.title)} />
        </div>
      </details>
    </li>
  );
};

interface ControlItemProps {
  readonly control: ControlAssessment;
  readonly byRef: ReadonlyMap<string, readonly ComplianceAnswer[]>;
}
const ControlItem = ({ control, byRef }: ControlItemProps) => {
  const t = useT();
  const { text, percent } = useFormat();
  const { coverage } = control;
  return (
    <li className="check">
      <details>
        <summary>
          <StateBadge state={control.state} />
          <span className="item-id" translate="no">
            {control.id}
          </span>
          {control.isNumberUnverified === true && (
            <Badge tone="unknown">{t('compliance.number-unverified')}</Badge>
          )}
          <span className="check-title">{text(control.title)}</span>
          {coverage !== undefined && (
            <span className="row small quiet hide-narrow" style={{ gap: 8 }}>
              {t('compliance.covered', { share: percent(coverage) })}
              <Meter value={coverage} width={48} />
            </span>
          )}
        </summary>
        <div className="stack tight check-body">
          {control.mappings.length === 0 ? (
            <p className="quiet">{t('compliance.not-judged.note')}</p>
          ) : (
            <ul className="list-plain checks" aria-label={t('compliance.checks')}>
              {control.mappings.map((mapping) => (
                <MappingItem key={mapping.ref} mapping={mapping} answers={byRef.get(mapping.ref) ?? []} />
              ))}
            </ul>
          )}
        </div>
      </details>
    </li>
  );
};

/** Controls with what answers each; the way down to the evidence is two steps. */
export const ControlList = ({
  controls,
  byRef,
}: {
  controls: readonly ControlAssessment[];
  byRef: ReadonlyMap<string, readonly ComplianceAnswer[]>;
}) => {
  const t = useT();
  return (
    <ul className="list-plain checks" aria-label={t('compliance.controls')}>
      {controls.map((control) => (
        <ControlItem key={control.id} control={control} byRef={byRef} />
      ))}
    </ul>
  );
};
