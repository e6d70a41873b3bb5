// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Button, Menu } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { call } from '../../data/api-client.ts';
import { useApi } from '../../data/queries.ts';
import { useMay } from '../../data/session.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { BackLink } from '../../widgets/back-link.tsx';
import { Badge } from '../../widgets/badges.tsx';
import { Conditions } from '../../widgets/conditions.tsx';
import { Reachable } from '../../widgets/reachable.tsx';
import { Asked } from '../../widgets/states.tsx';
import { Facts, Verbatim, When } from '../../widgets/text.tsx';
import { useToast } from '../../widgets/toast.tsx';
import { LevelMatrix, type NodeRow } from './levels.tsx';
import { NodeLink, NodeRuntimes, NodeSensor } from './node-parts.tsx';
import { NODE_TONES } from './nodes-page.tsx';

const COMMANDS = ['scan-now', 'posture-now', 'renew-certificate'] as const;

/** Work that can be asked of the node's agent; the answer comes with its next reports. */
const NodeActs = ({ id }: { id: string }) => {
  const t = useT();
  const toast = useToast();
  const order = useMutation({
    mutationFn: (command: (typeof COMMANDS)[number]) =>
      call('node.command', { params: { id }, body: { command } }),
    onSuccess: () => toast.done(t('node.command.sent')),
    onError: toast.failed,
  });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          variant="default"
          size="sm"
          loading={order.isPending}
          leftSection={<IconPlayerPlay size={15} aria-hidden="true" />}
        >
          {t('node.command')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {COMMANDS.map((command) => (
          <Menu.Item key={command} onClick={() => order.mutate(command)}>
            {t(`node.command.${command}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
};

const MachineFacts = ({ node }: { node: NodeRow }) => {
  const t = useT();
  const { bytes, percent, count } = useFormat();
  return (
    <div className="card card-body two-columns">
      <Facts
        rows={[
          [t('node.distribution'), <Verbatim key="d">{node.distribution}</Verbatim>],
          [t('node.kernel'), <Verbatim key="k" mono>{`${node.kernel} ${node.architecture}`}</Verbatim>],
          [
            t('node.hardware'),
            t('node.hardware.value', { cpus: node.cpuCount, memory: bytes(node.memoryBytes) }),
          ],
          [
            t('node.cgroup'),
            node.cgroupMode === 'unknown' ? (
              t('node.unknown')
            ) : (
              <Verbatim key="c">{node.cgroupMode}</Verbatim>
            ),
          ],
        ]}
      />
      <Facts
        rows={[
          [t('node.agent'), <Verbatim key="a">{node.agentVersion}</Verbatim>],
          [
            t('node.cost'),
            node.cost === undefined
              ? t('node.unknown')
              : t('node.cost.value', {
                  cpu: percent(node.cost.cpuPercentOfCore),
                  memory: bytes(node.cost.residentBytes),
                }),
          ],
          [
            t('node.skew'),
            node.clockSkewMs !== undefined && t('node.skew.value', { n: count(node.clockSkewMs) }),
          ],
          [
            t('node.rules'),
            node.rulesRevision !== undefined && <code key="r">{node.rulesRevision.slice(0, 12)}</code>,
          ],
          [t('field.last-seen'), <When key="l" at={node.lastSeenAtMs} />],
        ]}
      />
    </div>
  );
};

const NodeDetail = ({ node }: { node: NodeRow }) => {
  const t = useT();
  const mayCommand = useMay('nodes:command');
  return (
    <>
      <div className="page-head">
        <div className="stack tight">
          <BackLink to="/nodes" label={t('page.nodes')} />
          <span className="row wrap" style={{ gap: 12 }}>
            <h1 translate="no">{node.name}</h1>
            <Badge tone={NODE_TONES[node.state]}>{t(`node.${node.state}`)}</Badge>
            {node.notStored === true && <Badge tone="medium">{t('node.not-stored')}</Badge>}
          </span>
        </div>
        {mayCommand && <NodeActs id={node.id} />}
      </div>
      <Conditions of={node.conditions} />
      <section className="card" aria-labelledby="levels-title">
        <div className="card-head">
          <div>
            <h2 id="levels-title">{t('level.title')}</h2>
            <p className="quiet small">{t('level.note')}</p>
          </div>
        </div>
        <Reachable className="scroll-x" labelledBy="levels-title">
          <LevelMatrix node={node} />
        </Reachable>
      </section>
      <MachineFacts node={node} />
      <div className="two-columns">
        <NodeSensor node={node} />
        <div className="stack">
          <NodeLink node={node} />
          <NodeRuntimes node={node} />
        </div>
      </div>
    </>
  );
};

/** One machine: what limits it, how far each protection reaches, what is lost, what it costs. */
export const NodePage = () => {
  const { id = '' } = useParams({ strict: false });
  const asked = useApi('node.show', { params: { id }, refetchMs: 15_000 });
  return (
    <div className="page">
      <Asked of={asked}>{(node) => <NodeDetail node={node} />}</Asked>
    </div>
  );
};
