// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

// CPU time of eight expressions as Pod Security asks them, on a Pod with two containers, against closures written by hand, the
// two in turn in one process: node bench/cel.ts.

import {
  type CelError,
  compileCel,
  DYN,
  environmentOf,
  librariesOf,
  type Program,
} from '@bartizan/engine/cel';
import { median, record, rounded, spreadOf } from './results.ts';

const GOAL_US = 2;
const ROUNDS = 9;
const PASSES = 200_000;

interface Container {
  readonly name: string;
  readonly image: string;
  readonly ports?: readonly { readonly containerPort: number; readonly hostPort?: number }[];
  readonly securityContext?: {
    readonly privileged?: boolean;
    readonly allowPrivilegeEscalation?: boolean;
    readonly runAsNonRoot?: boolean;
    readonly capabilities?: { readonly drop?: readonly string[]; readonly add?: readonly string[] };
    readonly seccompProfile?: { readonly type?: string };
  };
}
interface Pod {
  readonly spec: {
    readonly hostNetwork?: boolean;
    readonly hostPID?: boolean;
    readonly hostIPC?: boolean;
    readonly volumes?: readonly { readonly name: string; readonly hostPath?: { readonly path: string } }[];
    readonly containers: readonly Container[];
  };
}

const container = (name: string): Container => ({
  name,
  image: `registry.example/${name}:1.2.3`,
  ports: [{ containerPort: 8080 }],
  securityContext: {
    privileged: false,
    allowPrivilegeEscalation: false,
    runAsNonRoot: true,
    capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] },
    seccompProfile: { type: 'RuntimeDefault' },
  },
});
const pod = JSON.parse(
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'shop', labels: { app: 'web' } },
    spec: {
      hostNetwork: false,
      volumes: [{ name: 'data' }, { name: 'config' }],
      containers: [container('web'), container('proxy')],
    },
  }),
) as Pod;

const EXPRESSIONS = [
  '!has(object.spec.hostNetwork) || object.spec.hostNetwork == false',
  '(!has(object.spec.hostPID) || !object.spec.hostPID) && (!has(object.spec.hostIPC) || !object.spec.hostIPC)',
  '!has(object.spec.volumes) || object.spec.volumes.all(v, !has(v.hostPath))',
  'object.spec.containers.all(c, !has(c.securityContext) || !has(c.securityContext.privileged) || c.securityContext.privileged == false)',
  'object.spec.containers.all(c, has(c.securityContext) && has(c.securityContext.allowPrivilegeEscalation) && c.securityContext.allowPrivilegeEscalation == false)',
  'object.spec.containers.all(c, has(c.securityContext) && has(c.securityContext.capabilities) && has(c.securityContext.capabilities.drop) && "ALL" in c.securityContext.capabilities.drop)',
  'object.spec.containers.all(c, !has(c.ports) || c.ports.all(p, !has(p.hostPort) || p.hostPort == 0))',
  'object.spec.containers.all(c, has(c.securityContext) && has(c.securityContext.seccompProfile) && c.securityContext.seccompProfile.type in ["RuntimeDefault", "Localhost"])',
];

const BY_HAND: readonly ((pod: Pod) => boolean)[] = [
  ({ spec }) => spec.hostNetwork !== true,
  ({ spec }) => spec.hostPID !== true && spec.hostIPC !== true,
  ({ spec }) => spec.volumes === undefined || spec.volumes.every((one) => one.hostPath === undefined),
  ({ spec }) => spec.containers.every((one) => one.securityContext?.privileged !== true),
  ({ spec }) => spec.containers.every((one) => one.securityContext?.allowPrivilegeEscalation === false),
  ({ spec }) =>
    spec.containers.every((one) => one.securityContext?.capabilities?.drop?.includes('ALL') === true),
  ({ spec }) =>
    spec.containers.every((one) => one.ports?.every((port) => (port.hostPort ?? 0) === 0) !== false),
  ({ spec }) =>
    spec.containers.every((one) =>
      ['RuntimeDefault', 'Localhost'].includes(one.securityContext?.seccompProfile?.type ?? ''),
    ),
];

const environment = environmentOf({ variables: { object: DYN }, libraries: librariesOf(37) });
const programs: readonly Program[] = EXPRESSIONS.map((source) => {
  const program = compileCel(source, { environment });
  if (!program.ok) throw new Error(program.error.detail);
  return program.value;
});

function microseconds(pass: () => boolean): number {
  // CPU time: the machine may be busy with something else.
  const before = process.cpuUsage();
  for (let at = 0; at < PASSES; at += 1) if (!pass()) throw new Error('the Pod was refused');
  const { user, system } = process.cpuUsage(before);
  return (user + system) / PASSES;
}

const bindings = { object: pod as unknown as CelError };
const ours = (): boolean => {
  for (const program of programs) if (program.value(bindings) !== true) return false;
  return true;
};
const byHand = (): boolean => BY_HAND.every((test) => test(pod));

const times: number[] = [];
const baseline: number[] = [];
for (let round = 0; round < ROUNDS + 2; round += 1) {
  const one = microseconds(ours);
  const other = microseconds(byHand);
  // The first two rounds warm up.
  if (round < 2) continue;
  times.push(one);
  baseline.push(other);
}
const value = rounded(median(times));
const hand = rounded(median(baseline));
process.stdout.write(`8 expressions: ${value} us, by hand ${hand} us, ratio ${rounded(value / hand)}\n`);
record({
  id: 'cel.pod-security',
  title: {
    en: 'Eight Pod Security expressions in CEL, a Pod of two containers',
    ja: 'Pod Security 相当の CEL 式 8 件（コンテナー 2 個の Pod）',
  },
  unit: 'us',
  goal: `<= ${GOAL_US}`,
  value,
  baseline: { title: { en: 'closures written by hand', ja: '手書きの関数' }, value: hand },
  n: ROUNDS,
  spread: spreadOf(times.map(rounded)),
  met: value <= GOAL_US,
});
