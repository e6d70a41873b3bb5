// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { inLanguage, type ToldText } from '@bartizan/contracts/words';
import { useParams } from '@tanstack/react-router';
import { useApi } from '../../data/queries.ts';
import { useView } from '../../data/view.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { BackLink } from '../../widgets/back-link.tsx';
import { Badge, ModeBadge } from '../../widgets/badges.tsx';
import { NodeLinks } from '../../widgets/node-link.tsx';
import { Asked, Unknown } from '../../widgets/states.tsx';
import { TabLinks } from '../../widgets/tabs.tsx';
import { Breakable, Copy, Cut, Facts, Told, When } from '../../widgets/text.tsx';
import { workloadName } from '../../widgets/workload-link.tsx';
import { WorkloadConnections } from './workload-connections.tsx';
import { WorkloadContainers } from './workload-containers.tsx';
import type { WorkloadDetail } from './workload-detail.ts';
import { WorkloadEvents } from './workload-events.tsx';
import { WorkloadFindings } from './workload-findings.tsx';
import { WorkloadPackages } from './workload-packages.tsx';
import { WorkloadProcesses } from './workload-processes.tsx';
import { openFindings } from './workloads-page.tsx';

const TABS = ['containers', 'processes', 'connections', 'packages', 'findings', 'events'] as const;
type Tab = (typeof TABS)[number];

/** The risk in one sentence. */
const RiskSentence = ({ detail }: { detail: WorkloadDetail }) => {
  const t = useT();
  const { count } = useFormat();
  const open = openFindings(detail);
  const critical = Number(detail.openFindings['critical'] ?? 0) + Number(detail.openFindings['high'] ?? 0);
  if (detail.scannedAtMs === undefined) return <Unknown inline why={t('workload.not-scanned')} />;
  if (open === 0 && detail.events24h === 0) return <p className="second">{t('workload.calm')}</p>;
  return (
    <p className="second">
      {t('workload.risk', { open: count(open), severe: count(critical), events: count(detail.events24h) })}
    </p>
  );
};

/** Gaps of a scan that are named at once; the rest opens, so that they do not bury the page. */
const GAPS_SHOWN = 3;
const Gaps = ({ reasons }: { reasons: readonly ToldText[] }) => {
  const t = useT();
  const { count } = useFormat();
  const lines = (some: readonly ToldText[]) => (
    <ul className="list-plain anywhere">
      {some.map((reason) => (
        <li key={inLanguage(reason, 'en')}>
          <Told>{reason}</Told>
        </li>
      ))}
    </ul>
  );
  return (
    <>
      {lines(reasons.slice(0, GAPS_SHOWN))}
      {reasons.length > GAPS_SHOWN && (
        <details>
          <summary>{t('admission.and-more', { n: count(reasons.length - GAPS_SHOWN) })}</summary>
          {lines(reasons.slice(GAPS_SHOWN))}
        </details>
      )}
    </>
  );
};

const Head = ({ detail }: { detail: WorkloadDetail }) => {
  const t = useT();
  const { count } = useFormat();
  const { workload } = detail;
  const { process, file, network } = workload.modes;
  return (
    <>
      <div className="stack tight">
        <BackLink to="/workloads" label={t('page.workloads')} />
        <div className="row wrap" style={{ gap: 12 }}>
          <h1 translate="no">{workloadName(workload)}</h1>
          <Badge tone="quiet">{t(`kind.${workload.kind}`)}</Badge>
        </div>
        <RiskSentence detail={detail} />
      </div>
      <div className="card card-body two-columns">
        <Facts
          rows={[
            [
              t('field.image'),
              workload.image === undefined ? (
                '–'
              ) : (
                <span key="i" className="mono" translate="no">
                  <Breakable name={workload.image} />
                </span>
              ),
            ],
            [
              t('workload.digest'),
              workload.imageDigest !== undefined && (
                <span key="d" className="row">
                  <Cut text={workload.imageDigest} most={36} mono />
                  <Copy value={workload.imageDigest} />
                </span>
              ),
            ],
            [t('workload.running'), count(workload.running)],
            [t('field.node'), <NodeLinks key="n" ids={workload.nodes} />],
          ]}
        />
        <Facts
          rows={[
            [t('workload.mode.process'), <ModeBadge key="p" mode={process} />],
            [t('workload.mode.file'), <ModeBadge key="f" mode={file} />],
            [t('workload.mode.network'), <ModeBadge key="n" mode={network} />],
            [t('field.first-seen'), <When key="s" at={workload.firstSeenAtMs} />],
            [
              t('workload.scanned'),
              detail.scannedAtMs !== undefined && <When key="c" at={detail.scannedAtMs} />,
            ],
          ]}
        />
      </div>
      {detail.incomplete.length > 0 && (
        <Unknown why={t('workload.incomplete')} what={<Gaps reasons={detail.incomplete} />} />
      )}
    </>
  );
};

const TabBody = ({ tab, detail }: { tab: Tab; detail: WorkloadDetail }) => {
  const { id } = detail.workload;
  switch (tab) {
    case 'containers':
      return <WorkloadContainers containers={detail.containers} />;
    case 'processes':
      return <WorkloadProcesses id={id} />;
    case 'connections':
      return <WorkloadConnections id={id} />;
    case 'packages':
      return <WorkloadPackages id={id} coverage={detail.coverage} />;
    case 'findings':
      return <WorkloadFindings id={id} isScanned={detail.scannedAtMs !== undefined} />;
    case 'events':
      return <WorkloadEvents id={id} />;
  }
};

/** "What is it, what does it do, what is wrong with it?" */
export const WorkloadPage = () => {
  const t = useT();
  const { count } = useFormat();
  const { search } = useView();
  const { id = '' } = useParams({ strict: false });
  const asked = useApi('workload.show', { params: { id } });
  const tab = TABS.find((candidate) => candidate === search.tab) ?? 'containers';
  return (
    <div className="page">
      <Asked of={asked}>
        {(detail) => (
          <>
            <Head detail={detail} />
            <TabLinks
              current={tab}
              label={t('workload.tabs')}
              items={TABS.map((name) => ({
                id: name,
                label: t(`workload.tab.${name}`),
                ...(name === 'findings' && detail.scannedAtMs !== undefined
                  ? { count: count(openFindings(detail)) }
                  : {}),
                ...(name === 'containers' ? { count: count(detail.containers.length) } : {}),
                ...(name === 'events' ? { count: count(detail.events24h) } : {}),
              }))}
            />
            <TabBody tab={tab} detail={detail} />
          </>
        )}
      </Asked>
    </div>
  );
};
