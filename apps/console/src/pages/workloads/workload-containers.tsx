// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { visibleText } from '@bartizan/contracts/words';
import { IconBoxOff } from '@tabler/icons-react';
import { type NodeNames, useNodeNames } from '../../data/node-names.ts';
import { useT } from '../../i18n/language.ts';
import { Badge } from '../../widgets/badges.tsx';
import { NodeLink } from '../../widgets/node-link.tsx';
import { Empty } from '../../widgets/states.tsx';
import { Breakable, Copy, Cut, Facts, Verbatim, When } from '../../widgets/text.tsx';
import type { WorkloadDetail } from './workload-detail.ts';

type Container = WorkloadDetail['containers'][number];
const STATE_TONES = {
  created: 'quiet',
  running: 'ok',
  paused: 'medium',
  exited: 'quiet',
  unknown: 'unknown',
} as const;

/** What makes a container dangerous, as words. */
const Dangers = ({ container }: { container: Container }) => {
  const t = useT();
  return (
    <span className="row wrap">
      {container.privileged === true && <Badge tone="critical">{t('container.privileged')}</Badge>}
      {container.hostNamespaces.map((namespace) => (
        <Badge key={namespace} tone="high">
          {t(`container.host-namespace.${namespace}`)}
        </Badge>
      ))}
      {container.user?.split(':')[0] === '0' && <Badge tone="medium">{t('container.root')}</Badge>}
      {container.environmentSecrets.length > 0 && (
        <Badge tone="medium" title={visibleText(container.environmentSecrets.join(', '))}>
          {t('container.secrets', { count: container.environmentSecrets.length })}
        </Badge>
      )}
    </span>
  );
};

const Mounts = ({ container }: { container: Container }) => {
  const t = useT();
  if (container.mounts.length === 0) return <span className="quiet">{t('container.no-mounts')}</span>;
  return (
    <ul className="list-plain mono small">
      {container.mounts.map((mount) => (
        <li key={`${mount.source}${mount.target}`} translate="no" className="anywhere">
          {visibleText(`${mount.source} → ${mount.target}`)} {mount.readOnly ? 'ro' : 'rw'}
        </li>
      ))}
    </ul>
  );
};

const ContainerCard = ({ container, names }: { container: Container; names: NodeNames }) => {
  const t = useT();
  return (
    <article className="card">
      <header className="card-head">
        <span className="row wrap">
          <strong translate="no">{visibleText(container.name)}</strong>
          <Badge tone={STATE_TONES[container.state]}>{t(`container.state.${container.state}`)}</Badge>
          <span className="chip" translate="no">
            {container.runtime}
          </span>
        </span>
        <Dangers container={container} />
      </header>
      <div className="card-body two-columns">
        <Facts
          rows={[
            [
              t('container.id'),
              <span key="id" className="row">
                <Cut text={container.id} most={28} mono />
                <Copy value={container.id} />
              </span>,
            ],
            [
              t('field.image'),
              container.image !== undefined && (
                <span key="i" className="mono" translate="no">
                  <Breakable name={container.image} />
                </span>
              ),
            ],
            [t('field.node'), <NodeLink key="n" id={container.node} names={names} />],
            [t('container.pid'), container.pid],
            [
              t('container.user'),
              container.user !== undefined && <Verbatim key="u">{container.user}</Verbatim>,
            ],
            [
              t('container.started'),
              container.startedAtMs !== undefined && <When key="s" at={container.startedAtMs} />,
            ],
            [
              t('container.ended'),
              container.endedAtMs !== undefined && <When key="e" at={container.endedAtMs} />,
            ],
          ]}
        />
        <Facts
          rows={[
            [
              t('container.addresses'),
              container.addresses.length > 0 && (
                <Verbatim key="a" mono>
                  {container.addresses.join(', ')}
                </Verbatim>
              ),
            ],
            [
              t('container.capabilities'),
              container.capabilities !== undefined && (
                <Verbatim key="c" mono>
                  {container.capabilities.length === 0 ? '–' : container.capabilities.join(' ')}
                </Verbatim>
              ),
            ],
            [t('container.mounts'), <Mounts key="m" container={container} />],
            [
              t('container.cgroup'),
              container.cgroupPath !== undefined && (
                <Cut key="g" text={container.cgroupPath} most={48} mono />
              ),
            ],
          ]}
        />
      </div>
    </article>
  );
};

/** Containers of a workload, running first. */
export const WorkloadContainers = ({ containers }: { containers: readonly Container[] }) => {
  const t = useT();
  const names = useNodeNames(containers.map(({ node }) => node));
  if (containers.length === 0) {
    return (
      <div className="card">
        <Empty title={t('container.none')} icon={<IconBoxOff size={24} aria-hidden="true" />}>
          {t('container.none.note')}
        </Empty>
      </div>
    );
  }
  return (
    <div className="stack">
      {containers.map((container) => (
        <ContainerCard key={container.id} container={container} names={names} />
      ))}
    </div>
  );
};
