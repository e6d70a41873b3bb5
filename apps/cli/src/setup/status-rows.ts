// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { SupervisorStatus } from '../instance/status.ts';
import type { TextKey, Translate } from '../text/catalogue.ts';
import type { InstanceState } from './status.ts';
import type { NodeState, SystemState } from './wait.ts';

/** A row of `status`: part, state, detail. */
export type StatusRow = readonly [string, string, string];

const childDetail = (child: SupervisorStatus['controller'] | SupervisorStatus['agent']): string =>
  [
    child.pid === undefined ? '' : `pid ${child.pid}`,
    `restarts ${child.restarts}`,
    'port' in child && child.port !== undefined ? `https://127.0.0.1:${child.port}` : '',
    child.code ?? '',
    child.state === 'running' ? '' : (child.detail ?? ''),
  ]
    .filter((part) => part !== '')
    .join(', ');

function supervisorRows(t: Translate, supervisor: SupervisorStatus): StatusRow[] {
  const { controller, agent, sensor } = supervisor;
  return [
    [t('status.supervisor'), 'running', `pid ${supervisor.supervisor.pid}, release ${supervisor.release}`],
    [t('status.controller'), controller.state, childDetail(controller)],
    [t('status.agent'), agent.state, childDetail(agent)],
    ...(sensor.state === 'built'
      ? []
      : [[t('status.sensor'), sensor.state, sensor.reason ?? sensor.progress ?? ''] as const]),
  ];
}

function systemRows(t: Translate, system: SystemState): StatusRow[] {
  const { store, advisories, ingest } = system;
  const advisoryState = advisories.present ? (advisories.sample ? 'sample' : 'loaded') : 'missing';
  return [
    [t('status.store'), store.state, store.reason ?? `${(store.sizeBytes / 1024 ** 2).toFixed(1)} MiB`],
    [
      t('status.advisories'),
      advisoryState,
      `${advisories.rows} rows, ${advisories.ageDays ?? '?'} days old${advisories.noData.length === 0 ? '' : `, no data: ${advisories.noData.length}`}`,
    ],
    [t('status.scan'), system.firstScanDone ? 'done' : 'running', `${system.counts.packages} packages`],
    [
      t('status.losses'),
      ingest.lostTotal + ingest.rejectedTotal === 0 ? 'none' : 'some',
      `lost ${ingest.lostTotal}, rejected ${ingest.rejectedTotal}, stored ${ingest.recordsTotal}`,
    ],
  ];
}

/** Nothing is said of the worker while the sensor does not run. */
export function inspectRows(
  t: Translate,
  { name, sensor: { inspect } }: Pick<NodeState, 'name' | 'sensor'>,
): StatusRow[] {
  if (inspect === undefined) return [];
  return [
    [
      `${name} ${t('status.inspect')}`,
      inspect.state,
      [
        `restarts ${inspect.restarts}`,
        `connections ${inspect.flowsTotal}`,
        `recognised ${inspect.recognisedTotal}`,
        `unknown ${inspect.unknownTotal}`,
        `skipped ${inspect.skippedTotal}`,
        `lost ${inspect.lostTotal}`,
      ].join(', '),
    ],
  ];
}

function nodeRows(t: Translate, node: NodeState): StatusRow[] {
  const { sensor, uplink } = node;
  const refused = sensor.programs.filter((program) => !program.loaded).map((program) => program.name);
  return [
    [
      `${node.name} ${t('status.sensor')}`,
      sensor.state,
      [
        `events ${sensor.eventsTotal}`,
        `lost in kernel ${sensor.lostInKernelTotal}`,
        `shed ${sensor.shedTotal}`,
        `malformed ${sensor.malformedTotal}`,
        refused.length === 0 ? '' : `refused by the kernel: ${refused.join(' ')}`,
        sensor.reason ?? '',
      ]
        .filter((part) => part !== '')
        .join(', '),
    ],
    ...inspectRows(t, node),
    [
      `${node.name} ${t('status.uplink')}`,
      uplink.state,
      `buffered ${uplink.bufferedRecords}, acknowledged ${uplink.acknowledgedTotal}, shed ${uplink.shedTotal}`,
    ],
  ];
}

/** The cluster, and what of it is not known; nothing where there is none. */
export function clusterRows(t: Translate, { kubernetes }: Pick<SystemState, 'kubernetes'>): StatusRow[] {
  if (kubernetes === undefined || kubernetes.state === 'off') return [];
  const { server = '', version = '', kinds, admission } = kubernetes;
  const count = (condition: string): number => kinds.filter((kind) => kind.condition === condition).length;
  const watched = [
    `${server} ${version}`.trim(),
    `kinds synced ${count('synced')} of ${kinds.length}`,
    `not permitted ${count('not-permitted')}`,
    kubernetes.code ?? '',
  ];
  const rows: StatusRow[] = [
    [t('status.cluster'), kubernetes.state, watched.filter((part) => part !== '').join(', ')],
  ];
  if (admission === undefined || admission.state === 'off') return rows;
  const { requestsTotal = 0, deniedTotal = 0, failedTotal = 0, webhooks, code } = admission;
  const inForce = webhooks.filter(({ state }) => state === 'in-force' || state === 'restored').length;
  const answered = [
    `webhooks in force ${inForce} of ${webhooks.length}`,
    `requests ${requestsTotal}, refused ${deniedTotal}, left to the failure policy ${failedTotal}`,
    code ?? '',
  ];
  return [
    ...rows,
    [t('status.admission'), admission.state, answered.filter((part) => part !== '').join(', ')],
  ];
}

/** Every row of `status`, in order. */
export function statusRows(t: Translate, state: InstanceState): StatusRow[] {
  const language = t('language.code') === 'ja' ? 'ja' : 'en';
  const shown = state.system?.conditions ?? [];
  const codes = new Set(shown.map((condition) => condition.code));
  const conditions = [
    ...shown,
    ...state.nodes.flatMap((node) => node.conditions.filter((condition) => !codes.has(condition.code))),
  ];
  return [
    ...(state.supervisor === undefined ? [] : supervisorRows(t, state.supervisor)),
    ...(state.failure === undefined
      ? []
      : [['API', 'failed', `${state.failure.code}: ${state.failure.detail}`] as const]),
    ...(state.system === undefined ? [] : systemRows(t, state.system)),
    ...(state.system === undefined ? [] : clusterRows(t, state.system)),
    ...state.nodes.flatMap((node) => nodeRows(t, node)),
    ...conditions.map(
      (condition): StatusRow => [
        t('status.condition'),
        condition.severity,
        `${condition.code}: ${condition.message[language]} → ${condition.remedy[language]}`,
      ],
    ),
  ];
}

/** Key of the word for a state. */
export const stateWord = (state: InstanceState['state']): TextKey => `state.${state}`;
