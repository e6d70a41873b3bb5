// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ActionIcon, Menu } from '@mantine/core';
import { IconCopy } from '@tabler/icons-react';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useApi } from '../../data/queries.ts';
import { readSearch } from '../../data/view.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { Badge, SeverityBadge, VerdictBadge } from '../../widgets/badges.tsx';
import { NodeLinks } from '../../widgets/node-link.tsx';
import { ChainTree } from '../../widgets/process-tree.tsx';
import { SidePanel } from '../../widgets/side-panel.tsx';
import { Asked, Unknown } from '../../widgets/states.tsx';
import { Facts, Section, Verbatim, When } from '../../widgets/text.tsx';
import { useToast } from '../../widgets/toast.tsx';
import { WorkloadLink } from '../../widgets/workload-link.tsx';
import type { EventDetail } from './event-detail.ts';
import { eventMarkdown } from './event-markdown.ts';
import { EventWhy } from './event-why.tsx';
import { IncidentMembers } from './incident-members.tsx';

const Peers = ({ event }: { event: EventDetail }) => {
  const t = useT();
  const { bytes } = useFormat();
  if (event.connections.length === 0) return <p className="quiet">{t('event.no-peers')}</p>;
  return (
    <ul className="list-plain stack tight">
      {event.connections.map((connection) => (
        <li
          key={`${connection.direction}${connection.localPort}${connection.remoteAddress}${connection.remotePort}`}
          className="row wrap"
        >
          <span className="chip">{t(`direction.${connection.direction}`)}</span>
          <Verbatim mono>
            {connection.protocol}{' '}
            {connection.direction === 'listen'
              ? `${connection.localAddress}:${connection.localPort}`
              : `${connection.remoteAddress}:${connection.remotePort}`}
          </Verbatim>
          {connection.bytesSent !== undefined && (
            <span className="quiet small">
              ↑ {bytes(connection.bytesSent)} ↓ {bytes(connection.bytesReceived ?? 0)}
            </span>
          )}
        </li>
      ))}
    </ul>
  );
};

const Files = ({ event }: { event: EventDetail }) => {
  const t = useT();
  if (event.files.length === 0) return <p className="quiet">{t('event.no-files')}</p>;
  return (
    <ul className="list-plain">
      {event.files.map((path) => (
        <li key={path}>
          <Verbatim mono>{path}</Verbatim>
        </li>
      ))}
    </ul>
  );
};

const Frame = ({ event }: { event: EventDetail }) => {
  const t = useT();
  const { exact, count } = useFormat();
  return (
    <Facts
      rows={[
        [t('event.when'), exact(event.occurredAtMs)],
        [
          t('event.repeats'),
          event.aggregation.count > 1 && t('event.folded', { n: count(event.aggregation.count) }),
        ],
        [t('field.workload'), <WorkloadLink key="w" subject={event.workload} most={48} />],
        [
          t('event.container'),
          event.workload.containerName !== undefined && (
            <Verbatim key="c">{event.workload.containerName}</Verbatim>
          ),
        ],
        [t('field.node'), <NodeLinks key="n" ids={[event.node]} />],
        [t('event.done'), <VerdictBadge key="v" verdict={event.decision.verdict} />],
        [t('event.point'), t(`point.${event.decision.enforcementPoint}`)],
        [
          t('event.source'),
          event.source === 'fallback' ? (
            <Unknown key="s" inline why={t('event.fallback.note')} />
          ) : (
            t(event.source === 'sensor' ? 'event.sensor' : 'event.audit-log')
          ),
        ],
      ]}
    />
  );
};

const Body = ({ event }: { event: EventDetail }) => {
  const t = useT();
  const { text } = useFormat();
  return (
    <>
      <p className="lead">{text(event.message)}</p>
      <Frame event={event} />
      <IncidentMembers event={event} />
      <Section title={t('event.processes')}>
        {event.chain === undefined ? (
          <Unknown why={t('event.no-chain')} />
        ) : (
          <ChainTree chain={event.chain} image={event.workload.image} />
        )}
      </Section>
      <Section title={t('event.peers')}>
        <Peers event={event} />
      </Section>
      <Section title={t('event.files')}>
        <Files event={event} />
      </Section>
      <EventWhy event={event} />
      <Section title={t('event.fix')}>
        <p>{text(event.fix)}</p>
      </Section>
    </>
  );
};

const CopyAs = ({ event }: { event: EventDetail }) => {
  const t = useT();
  const toast = useToast();
  const formats = useFormat();
  const copy = async (content: string): Promise<void> => {
    await navigator.clipboard.writeText(content);
    toast.done(t('copy.done'));
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label={t('event.copy')} title={t('event.copy')}>
          <IconCopy size={17} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => void copy(eventMarkdown(event, formats, t))}>Markdown</Menu.Item>
        <Menu.Item onClick={() => void copy(JSON.stringify(event, null, 2))}>JSON</Menu.Item>
        <Menu.Item onClick={() => void copy(window.location.href)}>{t('event.copy.link')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
};

/** "What happened, is it over, what did it touch?" beside the list, with an address of its own. */
export const EventPanel = () => {
  const t = useT();
  const { text } = useFormat();
  const navigate = useNavigate();
  const { id = '' } = useParams({ strict: false });
  const asked = useApi('event.show', { params: { id } });
  const event = asked.data;
  return (
    <SidePanel
      title={event === undefined ? t('page.events') : text(event.title)}
      above={
        event !== undefined && (
          <span className="row wrap">
            <SeverityBadge severity={event.severity} />
            <span className="quiet small">
              <When at={event.occurredAtMs} />
            </span>
            {event.owasp['2025'].map((item) => (
              <span key={item} className="chip" translate="no">
                {item}:2025
              </span>
            ))}
            {event.attack.map((item) => (
              <span key={item} className="chip" translate="no">
                {item}
              </span>
            ))}
            {event.source === 'fallback' && <Badge tone="unknown">{t('event.fallback')}</Badge>}
          </span>
        )
      }
      actions={event !== undefined && <CopyAs event={event} />}
      onClose={() => void navigate({ to: '/events', search: (before) => readSearch({ ...before }) })}
    >
      <Asked of={asked}>{(data) => <Body event={data} />}</Asked>
    </SidePanel>
  );
};
