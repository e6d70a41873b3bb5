// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { inLanguage, type ToldText } from '@bartizan/contracts';
import type { SupervisorStatus } from '../instance/status.ts';
import type { TextKey, Translate } from '../text/catalogue.ts';
import { isPackBuilding } from './box.ts';
import type { InstanceState } from './status.ts';
import type { NodeState, SystemState } from './wait.ts';

/** A row of `status`: part, state, detail. */
export type StatusRow = readonly [string, string, string];

const JOIN = { en: ', ', ja: '、' };
const languageOf = (t: Translate): keyof typeof JOIN => (t('language.code') === 'ja' ? 'ja' : 'en');
const told = (t: Translate, text: ToldText | undefined): string =>
  text === undefined ? '' : inLanguage(text, languageOf(t));

/** What is there, one after the other. */
const joined = (t: Translate, parts: readonly string[]): string =>
  parts.filter((part) => part !== '').join(JOIN[languageOf(t)]);

const childDetail = (
  t: Translate,
  child: SupervisorStatus['controller'] | SupervisorStatus['agent'],
): string =>
  joined(t, [
    child.pid === undefined ? '' : `pid ${child.pid}`,
    t('status.restarts', { n: child.restarts }),
    'port' in child && child.port !== undefined ? `https://127.0.0.1:${child.port}` : '',
    child.code ?? '',
    child.state === 'running' ? '' : told(t, child.detail),
  ]);

function supervisorRows(t: Translate, supervisor: SupervisorStatus): StatusRow[] {
  const { controller, agent, sensor } = supervisor;
  return [
    [
      t('status.supervisor'),
      t('status.is.running'),
      t('status.supervisor-detail', { pid: supervisor.supervisor.pid, release: supervisor.release }),
    ],
    [t('status.controller'), t(`status.is.${controller.state}`), childDetail(t, controller)],
    [t('status.agent'), t(`status.is.${agent.state}`), childDetail(t, agent)],
    ...(sensor.state === 'built'
      ? []
      : [
          [
            t('status.sensor'),
            t(`status.is.${sensor.state}`),
            told(t, sensor.reason) || (sensor.progress ?? ''),
          ] as const,
        ]),
  ];
}

/** Whose word the pack in use is: a key that was compared, or nobody's but that of the place it was taken from. */
const signedBy = (t: Translate, { present, signedBy: key }: SystemState['advisories']): string => {
  if (!present) return '';
  return key === undefined ? t('status.advisories-unsigned') : t('status.advisories-signed', { key });
};

const advisoryDetail = (t: Translate, advisories: SystemState['advisories']): string =>
  joined(t, [
    t('status.advisories-detail', { rows: advisories.rows, days: advisories.ageDays ?? '?' }),
    signedBy(t, advisories),
    advisories.noData.length === 0 ? '' : t('status.advisories-no-data', { n: advisories.noData.length }),
  ]);

/** The parts of the whole: store, advisories, first scan, losses. */
export function systemRows(t: Translate, system: SystemState): StatusRow[] {
  const { store, advisories, ingest } = system;
  const isBuilding = isPackBuilding(system);
  const absent = isBuilding ? 'building' : 'missing';
  const present = advisories.sample ? 'sample' : 'loaded';
  const advisoryState = advisories.present ? present : absent;
  const lost = ingest.lostTotal + ingest.rejectedTotal;
  return [
    [
      t('status.store'),
      t(`status.is.${store.state}`),
      told(t, store.reason) || `${(store.sizeBytes / 1024 ** 2).toFixed(1)} MiB`,
    ],
    [
      t('status.advisories'),
      t(`status.is.${advisoryState}`),
      isBuilding ? t('status.advisories-building') : advisoryDetail(t, advisories),
    ],
    [
      t('status.scan'),
      t(system.firstScanDone ? 'status.is.done' : 'status.is.running'),
      t('status.scan-detail', { n: system.counts.packages }),
    ],
    [
      t('status.losses'),
      t(lost === 0 ? 'status.is.none' : 'status.is.some'),
      t('status.losses-detail', {
        lost: ingest.lostTotal,
        rejected: ingest.rejectedTotal,
        stored: ingest.recordsTotal,
      }),
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
      t(`status.is.${inspect.state}`),
      t('status.inspect-detail', {
        restarts: inspect.restarts,
        flows: inspect.flowsTotal,
        recognised: inspect.recognisedTotal,
        unknown: inspect.unknownTotal,
        skipped: inspect.skippedTotal,
        lost: inspect.lostTotal,
      }),
    ],
  ];
}

/** What is known of a node: its sensor, the inspect worker, its link. */
export function nodeRows(
  t: Translate,
  node: Pick<NodeState, 'name' | 'sensor' | 'uplink' | 'notStored'>,
): StatusRow[] {
  const { sensor, uplink } = node;
  const refused = sensor.programs.filter((program) => !program.loaded).map((program) => program.name);
  return [
    [
      `${node.name} ${t('status.sensor')}`,
      t(`status.is.${sensor.state}`),
      joined(t, [
        t('status.sensor-detail', {
          events: sensor.eventsTotal,
          lost: sensor.lostInKernelTotal,
          shed: sensor.shedTotal,
          malformed: sensor.malformedTotal,
        }),
        refused.length === 0 ? '' : t('status.sensor-refused', { names: refused.join(' ') }),
        told(t, sensor.reason),
      ]),
    ],
    ...inspectRows(t, node),
    [
      `${node.name} ${t('status.uplink')}`,
      t(`status.is.${uplink.state}`),
      joined(t, [
        t('status.uplink-detail', {
          buffered: uplink.bufferedRecords,
          acknowledged: uplink.acknowledgedTotal,
          shed: uplink.shedTotal,
        }),
        node.notStored === true ? t('status.not-stored') : '',
      ]),
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
    t('status.cluster-detail', {
      synced: count('synced'),
      all: kinds.length,
      forbidden: count('not-permitted'),
    }),
    kubernetes.code ?? '',
  ];
  const rows: StatusRow[] = [[t('status.cluster'), t(`status.is.${kubernetes.state}`), joined(t, watched)]];
  if (admission === undefined || admission.state === 'off') return rows;
  const { requestsTotal = 0, deniedTotal = 0, failedTotal = 0, webhooks, code, record } = admission;
  const inForce = webhooks.filter(({ state }) => state === 'in-force' || state === 'restored').length;
  const answered = [
    t('status.admission-detail', {
      inForce,
      all: webhooks.length,
      requests: requestsTotal,
      denied: deniedTotal,
      failed: failedTotal,
    }),
    record === undefined || (record.lostTotal === 0 && record.code === undefined)
      ? ''
      : t('status.admission-record', { waiting: record.waiting, lost: record.lostTotal }),
    code ?? record?.code ?? '',
  ];
  return [...rows, [t('status.admission'), t(`status.is.${admission.state}`), joined(t, answered)]];
}

/** Every row of `status`, in order. */
export function statusRows(t: Translate, state: InstanceState): StatusRow[] {
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
      : [['API', t('status.is.failed'), `${state.failure.code}: ${state.failure.detail}`] as const]),
    ...(state.system === undefined ? [] : systemRows(t, state.system)),
    ...(state.system === undefined ? [] : clusterRows(t, state.system)),
    ...state.nodes.flatMap((node) => nodeRows(t, node)),
    ...conditions.map(
      (condition): StatusRow => [
        t('status.condition'),
        t(`status.is.${condition.severity}`),
        `${condition.code}: ${told(t, condition.message)} → ${told(t, condition.remedy)}`,
      ],
    ),
  ];
}

/** Key of the word for a state. */
export const stateWord = (state: InstanceState['state']): TextKey => `state.${state}`;
