// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Container, ResponseOf, Workload, WorkloadRef } from '@bartizan/contracts';
import { BASE, DAY_MS, HOUR_MS, MINUTE_MS, NOW_MS, seeded } from './random.ts';

export type Summary = ResponseOf<'workload.list'>['items'][number];
export const NODE_ID = 'n-4f1d7a902be35c86';

interface Spec {
  readonly kind: Workload['kind'];
  readonly namespace: string;
  readonly name: string;
  readonly image?: string;
  readonly open: Readonly<Record<string, string>>;
  readonly events: number;
}
/** Seven workloads as one finds them on a small host. */
const SPECS: readonly Spec[] = [
  {
    kind: 'Host',
    namespace: '',
    name: 'bastion-01',
    open: { high: '3', medium: '9', low: '14', unknown: '2' },
    events: 1,
  },
  {
    kind: 'ComposeService',
    namespace: 'shop',
    name: 'web',
    image: 'registry.example.com/shop/web:2.14.1',
    open: { critical: '2', high: '11', medium: '23' },
    events: 6,
  },
  {
    kind: 'ComposeService',
    namespace: 'shop',
    name: 'api',
    image: 'registry.example.com/shop/api:1.9.0',
    open: { high: '4', medium: '7', low: '3' },
    events: 2,
  },
  {
    kind: 'ComposeService',
    namespace: 'shop',
    name: 'db',
    image: 'docker.io/library/postgres:16.4-bookworm',
    open: { medium: '5', low: '8' },
    events: 0,
  },
  {
    kind: 'Container',
    namespace: '',
    name: 'ci-runner',
    image:
      'registry.example.com/platform/continuous-integration/runner-with-a-very-long-name:2026.11.24-nightly-debug',
    open: { critical: '1', high: '6', medium: '2' },
    events: 9,
  },
  {
    kind: 'Container',
    namespace: '',
    name: 'metrics',
    image: 'docker.io/prom/prometheus:v3.2.1',
    open: {},
    events: 0,
  },
  {
    kind: 'Pod',
    namespace: 'kube-system',
    name: 'coredns-6f6b679f8f-2lq7x',
    image: 'registry.k8s.io/coredns/coredns:v1.12.0',
    open: { unknown: '4' },
    events: 0,
  },
];

const summaryOf = (spec: Spec, index: number): Summary => {
  const random = seeded(100 + index);
  const { open, events, ...rest } = spec;
  return {
    workload: {
      ...BASE,
      id: `w-${random.hex(20)}`,
      ...rest,
      nodes: [NODE_ID],
      ...(spec.image === undefined ? {} : { imageDigest: `sha256:${random.hex(64)}` }),
      labels: {},
      modes: { process: 'monitor', file: 'monitor', network: index % 3 === 0 ? 'discover' : 'monitor' },
      running: spec.kind === 'Host' ? 0 : 1 + (index % 3),
      firstSeenAtMs: NOW_MS - (index + 2) * DAY_MS,
      lastSeenAtMs: NOW_MS - index * 7 * MINUTE_MS,
    },
    openFindings: open,
    events24h: events,
    scannedAtMs: NOW_MS - 40 * MINUTE_MS,
  };
};

export const SUMMARIES: readonly Summary[] = SPECS.map(summaryOf);

const SERVICES = [
  'api',
  'web',
  'worker',
  'cron',
  'cache',
  'gateway',
  'auth',
  'search',
  'billing',
  'mail',
] as const;
/** Ten thousand workloads in 120 namespaces, for lists and maps at scale. */
export const bigSummaries = (): Summary[] => {
  const random = seeded(7);
  return Array.from({ length: 10_000 }, (_, index) => {
    const team = `team-${String(index % 120).padStart(3, '0')}`;
    const service = SERVICES[index % SERVICES.length] ?? 'api';
    const open: Record<string, string> = {};
    if (random.below(9) === 0) open['critical'] = String(1 + random.below(3));
    if (random.below(3) === 0) open['high'] = String(1 + random.below(20));
    return summaryOf(
      {
        kind: 'Deployment',
        namespace: team,
        name: `${service}-${index}`,
        image: `registry.example.com/${team}/${service}:${1 + (index % 9)}.${index % 40}.0`,
        open,
        events: random.below(12) === 0 ? random.below(9) : 0,
      },
      1_000 + index,
    );
  }).map((summary, index) => ({
    ...summary,
    workload: {
      ...summary.workload,
      running: 1 + (index % 5),
      firstSeenAtMs: NOW_MS - DAY_MS,
      lastSeenAtMs: NOW_MS - index,
    },
  }));
};

/** The workload at a place, as events and findings point at it. */
export const refOf = (summary: Summary): WorkloadRef => {
  const { id, kind, namespace, name, image, imageDigest } = summary.workload;
  return {
    workload: id,
    kind,
    namespace,
    name,
    ...(kind === 'Host'
      ? {}
      : { container: seeded(id.length + name.length * 97).hex(64), containerName: `${name}-1` }),
    ...(image === undefined ? {} : { image }),
    ...(imageDigest === undefined ? {} : { imageDigest }),
  };
};
export const refAt = (index: number): WorkloadRef => {
  const summary = SUMMARIES[index];
  if (summary === undefined) throw new Error(`the mock has no workload ${index}`);
  return refOf(summary);
};

const containerOf = (summary: Summary, index: number): Container => {
  const ref = refOf(summary);
  const random = seeded(300 + index + summary.workload.name.length);
  const isRunner = summary.workload.name === 'ci-runner';
  const isEnded = index >= summary.workload.running;
  return {
    ...BASE,
    id: index === 0 && ref.container !== undefined ? ref.container : random.hex(64),
    node: NODE_ID,
    workload: summary.workload.id,
    name: `${summary.workload.name}-${index + 1}`,
    runtime: summary.workload.kind === 'Pod' ? 'containerd' : 'docker',
    state: isEnded ? 'exited' : 'running',
    ...(summary.workload.image === undefined ? {} : { image: summary.workload.image }),
    ...(isEnded ? { endedAtMs: NOW_MS - 3 * HOUR_MS } : { pid: 4_200 + index * 31 }),
    startedAtMs: NOW_MS - (5 + index) * HOUR_MS,
    cgroupPath: `/system.slice/docker-${random.hex(64)}.scope`,
    labels: {},
    privileged: isRunner,
    capabilities: isRunner
      ? ['CAP_SYS_ADMIN', 'CAP_NET_ADMIN', 'CAP_SYS_PTRACE']
      : ['CAP_CHOWN', 'CAP_NET_BIND_SERVICE'],
    user: isRunner ? '0' : '101:101',
    hostNamespaces: isRunner ? ['network', 'pid'] : [],
    mounts: isRunner
      ? [{ source: '/var/run/docker.sock', target: '/var/run/docker.sock', readOnly: false }]
      : [{ source: `/srv/${summary.workload.name}/data`, target: '/data', readOnly: index % 2 === 0 }],
    addresses: [`172.18.0.${10 + index}`],
    environmentSecrets: isRunner ? ['GITHUB_TOKEN', 'NPM_TOKEN'] : [],
  };
};

/** A workload with its containers. */
export const detailOf = (summary: Summary): ResponseOf<'workload.show'> => ({
  ...summary,
  containers:
    summary.workload.kind === 'Host'
      ? []
      : Array.from(
          { length: summary.workload.running + (summary.workload.name === 'web' ? 1 : 0) },
          (_, index) => containerOf(summary, index),
        ),
  coverage: [
    { ecosystem: 'Debian:12', state: 'covered', packages: 148, withoutData: 3, asOf: '2026-11-25' },
    { ecosystem: 'npm', state: 'partial', packages: 412, withoutData: 71, asOf: '2026-11-24' },
    {
      ecosystem: 'Alpine:v3.99',
      state: 'not-covered',
      packages: 12,
      withoutData: 12,
      reason: { en: 'the pack has no release v3.99', ja: 'パックに v3.99 の情報がありません' },
    },
  ],
  incomplete:
    summary.workload.name === 'ci-runner'
      ? [
          {
            en: 'scan.limit /opt/cache/big.jar: executable of 5368709120 bytes',
            ja: 'scan.limit /opt/cache/big.jar：5368709120 バイトの実行ファイルは大きすぎます',
          },
        ]
      : [],
});
