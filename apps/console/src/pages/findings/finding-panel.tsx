// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { stepWords } from '@bartizan/contracts/words';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useApi } from '../../data/queries.ts';
import { readSearch } from '../../data/view.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import type { MessageKey } from '../../i18n/messages.ts';
import { Badge, SeverityBadge } from '../../widgets/badges.tsx';
import { SecretPreview } from '../../widgets/secret-preview.tsx';
import { SidePanel } from '../../widgets/side-panel.tsx';
import { Asked, Unknown } from '../../widgets/states.tsx';
import { CommandBlock, Facts, Section, Told, Verbatim, When } from '../../widgets/text.tsx';
import { UseText } from '../../widgets/use-badge.tsx';
import { WorkloadLink } from '../../widgets/workload-link.tsx';
import { AcceptRisk } from './accept-risk.tsx';
import type { FindingDetail } from './finding-detail.ts';

const Why = ({ finding }: { finding: FindingDetail }) => {
  const t = useT();
  const { text } = useFormat();
  return (
    <Section title={t('why.title')}>
      {finding.why.length === 0 && <Unknown why={t('why.none')} />}
      <ol className="steps">
        {finding.why.map((step) => (
          <li key={`${step.step}${text(step.detail)}`}>
            <strong title={step.rule}>{text(stepWords(step.step))}</strong>
            <Told>{step.detail}</Told>
          </li>
        ))}
      </ol>
    </Section>
  );
};

const VulnerabilityFacts = ({ finding }: { finding: FindingDetail }) => {
  const t = useT();
  const { percent, decimal } = useFormat();
  const { vulnerability } = finding;
  if (vulnerability === undefined) return null;
  return (
    <Section title={t('finding.vulnerability')}>
      {vulnerability.summary !== undefined && (
        <p>
          <Verbatim>{vulnerability.summary}</Verbatim>
        </p>
      )}
      <Facts
        rows={[
          [
            t('finding.ids'),
            <Verbatim key="id" mono>
              {[vulnerability.id, ...vulnerability.aliases].join(' ')}
            </Verbatim>,
          ],
          [t('finding.score'), vulnerability.score !== undefined && decimal(vulnerability.score)],
          [t('finding.epss'), vulnerability.epss !== undefined && percent(vulnerability.epss * 100)],
          [
            t('finding.rated'),
            vulnerability.severitySource !== undefined && (
              <Verbatim key="s">{vulnerability.severitySource}</Verbatim>
            ),
          ],
          [
            t('finding.ratings'),
            (vulnerability.ratings?.length ?? 0) > 1 && (
              <Verbatim key="r">
                {vulnerability.ratings
                  ?.map(
                    ({ source, severity, score }) =>
                      `${source}: ${t(`severity.${severity}`)}${score === undefined ? '' : ` ${decimal(score)}`}`,
                  )
                  .join(', ')}
              </Verbatim>
            ),
          ],
          [
            t('finding.kev'),
            vulnerability.knownExploited ? (
              <Badge key="k" tone="critical">
                {t('finding.exploited')}
              </Badge>
            ) : (
              t('finding.not-exploited')
            ),
          ],
        ]}
      />
      <ul className="list-plain small anywhere">
        {vulnerability.references.slice(0, 5).map((url) => (
          <li key={url} translate="no" className="mono">
            {/^https?:\/\//.test(url) ? (
              <a href={url} target="_blank" rel="noopener noreferrer">
                {url}
              </a>
            ) : (
              url
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
};

/** What a VEX document says of it: the status, whose word it is, and why. */
const statementOf = ({ statement }: FindingDetail, t: ReturnType<typeof useT>): string | false =>
  statement !== undefined &&
  [t(`statement.${statement.status}`), statement.author, statement.reason]
    .filter((part) => part !== undefined && part !== '')
    .join(' · ');

/** Only files have lines that somebody would look for. */
const placeOf = ({ kind, path, line }: NonNullable<FindingDetail['location']>): string =>
  kind.endsWith('file') ? `${path}:${line}` : path;

/** What a place is in, where the place alone does not say. */
const sourceOf = ({ location }: FindingDetail, t: ReturnType<typeof useT>): string | false =>
  (location?.kind === 'environment' || location?.kind === 'manifest') && t(`secret.source.${location.kind}`);

/** What a finding is about, where that is no workload. */
const SUBJECT_WORDS: Readonly<Partial<Record<string, MessageKey>>> = {
  Image: 'field.image',
  KubernetesObject: 'finding.object-kind',
};

/** The check that found it; a rule about what may be created has a page. */
const CheckLink = ({ kind, check }: { kind: FindingDetail['kind']; check: string }) =>
  kind === 'policy' ? (
    <Link to="/admission/rules/$id" params={{ id: check }} translate="no" className="mono">
      {check}
    </Link>
  ) : (
    <code>{check}</code>
  );

const Body = ({ finding }: { finding: FindingDetail }) => {
  const t = useT();
  const { text } = useFormat();
  return (
    <>
      <Section title={t('finding.fix')}>
        <p>{text(finding.fix.action)}</p>
        {finding.fix.version !== undefined && (
          <p className="second">
            {t('finding.fixed-in')} <code>{finding.fix.version}</code>
            {finding.fix.channel !== undefined && <Verbatim>{` (${finding.fix.channel})`}</Verbatim>}
          </p>
        )}
        {finding.fix.command !== undefined && <CommandBlock text={finding.fix.command} />}
      </Section>
      <Section title={t('finding.evidence')}>
        <ul className="evidence">
          {finding.evidence.map((line) => (
            <li key={line}>
              <Verbatim mono>{line}</Verbatim>
            </li>
          ))}
        </ul>
        {finding.evidence.length === 0 && <Unknown why={t('finding.no-evidence')} />}
      </Section>
      <Why finding={finding} />
      <VulnerabilityFacts finding={finding} />
      <Section title={t('finding.where')}>
        <Facts
          rows={[
            [
              t(SUBJECT_WORDS[finding.subject.kind] ?? 'field.workload'),
              <WorkloadLink key="w" subject={finding.subject} />,
            ],
            [
              t('field.package'),
              finding.package !== undefined && (
                <Verbatim key="p" mono>{`${finding.package.name} ${finding.package.version}`}</Verbatim>
              ),
            ],
            [t('use.title'), finding.package !== undefined && <UseText key="u" use={finding.package.use} />],
            [
              t('package.location'),
              finding.package !== undefined && finding.package.locations.length > 0 && (
                <Verbatim key="l" mono>
                  {finding.package.locations.join('\n')}
                </Verbatim>
              ),
            ],
            [
              t('secret.place'),
              finding.location !== undefined && (
                <Verbatim key="a" mono>
                  {placeOf(finding.location)}
                </Verbatim>
              ),
            ],
            [t('secret.source'), sourceOf(finding, t)],
            [t('secret.deleted.title'), finding.location?.kind === 'deleted-file' && t('secret.deleted')],
            [
              t('package.layer'),
              (finding.location?.layer ?? finding.package?.layer) !== undefined && (
                <Verbatim key="y" mono>
                  {finding.location?.layer ?? finding.package?.layer}
                </Verbatim>
              ),
            ],
            [
              t('secret.preview'),
              finding.secret !== undefined && <SecretPreview key="v" preview={finding.secret.preview} />,
            ],
            [
              t('secret.verification'),
              finding.secret !== undefined && t(`secret.${finding.secret.verification}`),
            ],
            [
              t(finding.kind === 'policy' ? 'field.rule' : 'field.check'),
              finding.check !== undefined && <CheckLink key="c" kind={finding.kind} check={finding.check} />,
            ],
            [t('finding.statement'), statementOf(finding, t)],
            [t('field.first-seen'), <When key="f" at={finding.firstSeenAtMs} />],
            [t('field.last-seen'), <When key="s" at={finding.lastSeenAtMs} />],
          ]}
        />
      </Section>
      <AcceptRisk finding={finding} />
    </>
  );
};

/** One finding beside the list: what to do, what was seen, how we know. */
export const FindingPanel = () => {
  const t = useT();
  const { text } = useFormat();
  const navigate = useNavigate();
  const { id = '' } = useParams({ strict: false });
  const asked = useApi('finding.show', { params: { id } });
  const finding = asked.data;
  return (
    <SidePanel
      title={finding === undefined ? t('page.findings') : text(finding.title)}
      above={
        finding !== undefined && (
          <span className="row wrap">
            <SeverityBadge severity={finding.severity} />
            <Badge tone="quiet">{t(`finding.kind.${finding.kind}`)}</Badge>
            {finding.state !== 'open' && <Badge tone="accent">{t(`finding.state.${finding.state}`)}</Badge>}
            {finding.owasp['2025'].map((item) => (
              <span key={item} className="chip" translate="no">
                {item}:2025
              </span>
            ))}
          </span>
        )
      }
      onClose={() => void navigate({ to: '/findings', search: (before) => readSearch({ ...before }) })}
    >
      <Asked of={asked}>{(data) => <Body key={data.id} finding={data} />}</Asked>
    </SidePanel>
  );
};
