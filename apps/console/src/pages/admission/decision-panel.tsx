// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionDecision } from '@bartizan/contracts';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useApi } from '../../data/queries.ts';
import { readSearch } from '../../data/view.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { Badge, VerdictBadge } from '../../widgets/badges.tsx';
import { SidePanel } from '../../widgets/side-panel.tsx';
import { Asked } from '../../widgets/states.tsx';
import { Facts, Section, Verbatim } from '../../widgets/text.tsx';
import { Violations } from './violations.tsx';

/** The object of a decision, as people write it. */
export const objectName = ({ namespace, name }: Pick<AdmissionDecision, 'namespace' | 'name'>): string =>
  namespace === '' ? name : `${namespace}/${name}`;

const Body = ({ decision }: { decision: AdmissionDecision }) => {
  const t = useT();
  const { exact, count } = useFormat();
  return (
    <>
      <Section title={t('why.title')}>
        {decision.violations.length === 0 ? (
          <p>{t('admission.decision.clean')}</p>
        ) : (
          <Violations violations={decision.violations} />
        )}
      </Section>
      <Section title={t('admission.request')}>
        <Facts
          rows={[
            [
              t('admission.operation'),
              <Verbatim key="o" mono>
                {decision.operation}
              </Verbatim>,
            ],
            [
              t('field.kind'),
              <Verbatim key="k" mono>
                {decision.kind}
              </Verbatim>,
            ],
            [
              t('admission.resource'),
              <Verbatim key="r" mono>
                {decision.resource}
              </Verbatim>,
            ],
            [
              t('admission.sub-resource'),
              decision.subResource !== undefined && (
                <Verbatim key="s" mono>
                  {decision.subResource}
                </Verbatim>
              ),
            ],
            [
              t('admission.object'),
              <Verbatim key="n" mono>
                {objectName(decision)}
              </Verbatim>,
            ],
            [
              t('admission.user'),
              <Verbatim key="u" mono>
                {decision.user}
              </Verbatim>,
            ],
            [
              t('admission.groups'),
              decision.userGroups.length > 0 && (
                <Verbatim key="g" mono>
                  {decision.userGroups.join(', ')}
                </Verbatim>
              ),
            ],
            [t('admission.at'), exact(decision.atMs)],
            [t('admission.point'), t(`point.${decision.decision.enforcementPoint}`)],
            [t('admission.revision'), <code key="p">{decision.policyRevision.slice(0, 12)}</code>],
            [
              t('admission.request-uid'),
              <Verbatim key="i" mono>
                {decision.requestUid}
              </Verbatim>,
            ],
          ]}
        />
        <p className="quiet small">{t('why.elapsed', { n: count(decision.decision.elapsedUs) })}</p>
      </Section>
      {decision.repeats !== undefined && (
        <Section title={t('admission.repeats')}>
          <Facts
            rows={decision.repeats.map(({ requestUid, name, atMs }) => [
              requestUid,
              <Verbatim key={requestUid} mono>
                {`${exact(atMs)} ${objectName({ namespace: decision.namespace, name })}`}
              </Verbatim>,
            ])}
          />
        </Section>
      )}
    </>
  );
};

/** One answer to the API server: what was asked, and why it came out so. */
export const AdmissionDecisionPanel = () => {
  const t = useT();
  const navigate = useNavigate();
  const { id = '' } = useParams({ strict: false });
  const asked = useApi('admission.decision', { params: { id } });
  const decision = asked.data;
  return (
    <SidePanel
      title={
        decision === undefined ? (
          t('admission.decision')
        ) : (
          <span translate="no" className="anywhere">{`${decision.kind} ${objectName(decision)}`}</span>
        )
      }
      above={
        decision !== undefined && (
          <span className="row wrap">
            <VerdictBadge verdict={decision.decision.verdict} />
            <Badge tone="quiet">
              <span translate="no">{decision.operation}</span>
            </Badge>
            {decision.dryRun && <Badge tone="quiet">{t('admission.dry-run')}</Badge>}
          </span>
        )
      }
      onClose={() =>
        void navigate({ to: '/admission/decisions', search: (before) => readSearch({ ...before }) })
      }
    >
      <Asked of={asked}>{(data) => <Body decision={data} />}</Asked>
    </SidePanel>
  );
};
