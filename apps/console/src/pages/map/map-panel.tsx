// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { MapEdge, MapNode } from '@bartizan/contracts';
import { Button } from '@mantine/core';
import { IconArrowRight } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { ApplicationLabel } from '../../widgets/application-label.tsx';
import { SeverityBadge, VerdictBadge } from '../../widgets/badges.tsx';
import { FlowVolume } from '../../widgets/flow-volume.tsx';
import { SEVERITY_ORDER } from '../../widgets/severity-order.ts';
import { SidePanel } from '../../widgets/side-panel.tsx';
import { Facts, Section, Verbatim } from '../../widgets/text.tsx';
import { ChangeBadge } from './map-changes.tsx';
import type { ComparedEdge, Comparison } from './map-compare.ts';
import { type NetworkMap, nodesById, type Selection } from './map-model.ts';

/** What of a connection was otherwise before: only the rows that differ. */
const Difference = ({ compared }: { compared: ComparedEdge }) => {
  const t = useT();
  const { count } = useFormat();
  const { before, after, change } = compared;
  if (before === undefined || after === undefined) {
    return (
      <span>
        <ChangeBadge change={change} />
      </span>
    );
  }
  const pair = (then: ReactNode, now: ReactNode): ReactNode => (
    <span className="row wrap">
      {then}
      <IconArrowRight size={13} aria-hidden="true" />
      {now}
    </span>
  );
  const ports = [before.protocols.join(', '), after.protocols.join(', ')] as const;
  return (
    <Section title={t('map.compare.difference')} aside={<ChangeBadge change={change} />}>
      <Facts
        rows={[
          [
            t('field.verdict'),
            before.verdict !== after.verdict &&
              pair(<VerdictBadge verdict={before.verdict} />, <VerdictBadge verdict={after.verdict} />),
          ],
          [
            t('flow.port'),
            ports[0] !== ports[1] &&
              pair(<Verbatim mono>{ports[0]}</Verbatim>, <Verbatim mono>{ports[1]}</Verbatim>),
          ],
          [t('flow.connections'), pair(count(before.connections), count(after.connections))],
        ]}
      />
    </Section>
  );
};

interface EdgeBodyProps {
  readonly edge: MapEdge;
  readonly map: NetworkMap;
  readonly compared: ComparedEdge | undefined;
}
const EdgeBody = ({ edge, map, compared }: EdgeBodyProps) => {
  const t = useT();
  const { count, exact } = useFormat();
  const names = nodesById(map);
  const end = (id: string) => {
    const node = names.get(id);
    if (node?.kind === 'workload' || node?.kind === 'host') {
      return (
        <Link to="/workloads/$id" params={{ id }} search={{ tab: 'connections' }} translate="no">
          {node.label}
        </Link>
      );
    }
    return <Verbatim>{node?.label ?? id}</Verbatim>;
  };
  return (
    <>
      {compared !== undefined && <Difference compared={compared} />}
      <Facts
        rows={[
          [t('map.client'), end(edge.from)],
          [t('map.server'), end(edge.to)],
          [
            t('flow.port'),
            <Verbatim key="p" mono>
              {edge.protocols.join(', ')}
            </Verbatim>,
          ],
          [t('flow.application'), <ApplicationLabel key="a" names={edge.applications} />],
          [t('field.verdict'), <VerdictBadge key="v" verdict={edge.verdict} />],
          [t('flow.connections'), count(edge.connections)],
          [t('flow.bytes'), <FlowVolume key="b" protocols={edge.protocols} bytes={edge.bytes} />],
          [t('map.first'), exact(edge.firstAtMs)],
          [t('map.last'), exact(edge.lastAtMs)],
        ]}
      />
      <Section title={t('why.title')}>
        <p>{t(`map.why.${edge.verdict}`)}</p>
      </Section>
    </>
  );
};

/** Connections listed beside the map; the table has all. */
const EDGES_SHOWN = 50;

interface NodeBodyProps {
  readonly node: MapNode;
  readonly map: NetworkMap;
  readonly onExpand: () => void;
  readonly onEdge: (id: string) => void;
}
const NodeBody = ({ node, map, onExpand, onEdge }: NodeBodyProps) => {
  const t = useT();
  const { count } = useFormat();
  const names = nodesById(map);
  const edges = map.edges.filter((edge) => edge.from === node.id || edge.to === node.id);
  const worst = SEVERITY_ORDER.find((severity) => severity === node.worstSeverity);
  return (
    <>
      <Facts
        rows={[
          [t('field.kind'), t(`map.kind.${node.kind}`)],
          [t('field.namespace'), node.namespace !== '' && <Verbatim key="n">{node.namespace}</Verbatim>],
          [t('map.members'), node.kind === 'group' && count(node.members)],
          [t('map.worst'), worst !== undefined && <SeverityBadge key="s" severity={worst} />],
        ]}
      />
      <span className="row">
        {node.kind === 'group' && <Button onClick={onExpand}>{t('map.expand')}</Button>}
        {(node.kind === 'workload' || node.kind === 'host') && (
          <Button component={Link} to="/workloads/$id" params={{ id: node.id }} variant="default">
            {t('map.open')}
          </Button>
        )}
      </span>
      <Section title={t('map.edges', { n: count(edges.length) })}>
        <ul className="list-plain">
          {edges.slice(0, EDGES_SHOWN).map((edge) => (
            <li key={edge.id}>
              <button
                type="button"
                className="text-button row"
                onClick={() => onEdge(edge.id)}
                translate="no"
              >
                <span className="cut">{names.get(edge.from)?.label ?? edge.from}</span>
                <IconArrowRight size={13} aria-hidden="true" />
                <span className="cut">{names.get(edge.to)?.label ?? edge.to}</span>
                <span className="quiet small">{edge.protocols[0]}</span>
              </button>
            </li>
          ))}
        </ul>
        {edges.length > EDGES_SHOWN && (
          <p className="quiet small">{t('map.edges.more', { n: count(edges.length - EDGES_SHOWN) })}</p>
        )}
      </Section>
    </>
  );
};

interface MapPanelProps {
  readonly selection: Selection;
  readonly map: NetworkMap;
  readonly comparison: Comparison | undefined;
  readonly onClose: () => void;
  readonly onExpand: (group: string) => void;
  readonly onEdge: (id: string) => void;
}
/** What is behind one edge or one mark, in numbers. */
export const MapPanel = ({ selection, map, comparison, onClose, onExpand, onEdge }: MapPanelProps) => {
  const names = nodesById(map);
  const title =
    selection.kind === 'node'
      ? selection.node.label
      : `${names.get(selection.edge.from)?.label ?? selection.edge.from} → ${names.get(selection.edge.to)?.label ?? selection.edge.to}`;
  return (
    <SidePanel title={<span translate="no">{title}</span>} onClose={onClose}>
      {selection.kind === 'edge' && (
        <EdgeBody edge={selection.edge} map={map} compared={comparison?.edges.get(selection.edge.id)} />
      )}
      {selection.kind === 'node' && (
        <NodeBody
          node={selection.node}
          map={map}
          onExpand={() => onExpand(selection.node.id)}
          onEdge={onEdge}
        />
      )}
    </SidePanel>
  );
};
