// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { MapEdge, MapNode } from '@bartizan/contracts';
import { Button } from '@mantine/core';
import { IconArrowRight } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { ApplicationLabel } from '../../widgets/application-label.tsx';
import { SeverityBadge, VerdictBadge } from '../../widgets/badges.tsx';
import { FlowVolume } from '../../widgets/flow-volume.tsx';
import { SEVERITY_ORDER } from '../../widgets/severity-order.ts';
import { SidePanel } from '../../widgets/side-panel.tsx';
import { Facts, Section, Verbatim } from '../../widgets/text.tsx';
import { type NetworkMap, nodesById, type Selection } from './map-model.ts';

const EdgeBody = ({ edge, map }: { edge: MapEdge; map: NetworkMap }) => {
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
          {edges.slice(0, 50).map((edge) => (
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
      </Section>
    </>
  );
};

interface MapPanelProps {
  readonly selection: Selection;
  readonly map: NetworkMap;
  readonly onClose: () => void;
  readonly onExpand: (group: string) => void;
  readonly onEdge: (id: string) => void;
}
/** What is behind one edge or one mark, in numbers. */
export const MapPanel = ({ selection, map, onClose, onExpand, onEdge }: MapPanelProps) => {
  const names = nodesById(map);
  const title =
    selection.kind === 'node'
      ? selection.node.label
      : `${names.get(selection.edge.from)?.label ?? selection.edge.from} → ${names.get(selection.edge.to)?.label ?? selection.edge.to}`;
  return (
    <SidePanel title={<span translate="no">{title}</span>} onClose={onClose}>
      {selection.kind === 'edge' && <EdgeBody edge={selection.edge} map={map} />}
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
