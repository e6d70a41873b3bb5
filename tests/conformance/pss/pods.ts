// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  type AdmissionRequest,
  type AdmissionRuleSet,
  type AdmissionVerdict,
  compileAdmissionPolicy,
  EMPTY_CONTEXT,
  judgeAdmission,
  type PssLevel,
  pssRules,
  ruleHits,
} from '@bartizan/engine/admission';
import { SHARED } from '../outside.ts';

/** A pod as foreign JSON. */
export type Pod = Record<string, unknown>;

/** The pods of the outside fixtures by id. */
export const fixturePods = (): Map<string, Pod> =>
  new Map(
    gunzipSync(readFileSync(join(SHARED, 'fixtures', 'pss', 'pods.jsonl.gz')))
      .toString()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const { id, object } = JSON.parse(line) as { id: string; object: Pod };
        return [id, object];
      }),
  );

/** The rules of a level and version, in force. */
export const setOf = (level: PssLevel, minor: number): AdmissionRuleSet => {
  const set = compileAdmissionPolicy({ rules: pssRules(level, minor) });
  if (!set.ok) throw new Error(set.error.detail);
  return set.value;
};

const requestOf = (object: Pod): AdmissionRequest => ({
  operation: 'CREATE',
  group: '',
  resource: 'pods',
  subResource: '',
  kind: 'Pod',
  namespace: 'default',
  name: 'p',
  object,
});

/** The verdict of our rules on a pod that is created. */
export const verdictOf = (set: AdmissionRuleSet, pod: Pod): AdmissionVerdict =>
  judgeAdmission(set, requestOf(pod), EMPTY_CONTEXT, 0);

/** Whether our rules let the pod pass: the same as the verdict, without places and sentences. */
export const passes = (set: AdmissionRuleSet, pod: Pod): boolean =>
  ruleHits(set, requestOf(pod), EMPTY_CONTEXT, 0, 'admission').length === 0;

/** Random numbers from 0 to below 1 with a fixed seed (mulberry32). */
export const random = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

const BOOLEANS = [true, false, null];
const PROFILES = [
  { type: 'RuntimeDefault' },
  { type: 'Localhost', localhostProfile: 'x' },
  { type: 'Unconfined' },
  { type: '' },
  {},
  null,
];
const SE_LINUX = [
  {},
  { type: '' },
  { type: 'container_t' },
  { type: 'container_engine_t' },
  { type: 'spc_t' },
  { user: 'u' },
  { role: '' },
  { role: 'r' },
  null,
];
const NAMES = ['ALL', 'all', 'NET_BIND_SERVICE', 'SYS_ADMIN', 'CHOWN', '', 'NET_RAW', 'CAP_CHOWN'];
const SYSCTLS = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_notsent_lowat',
  'kernel.msgmax',
  '',
];
const VOLUME_TYPES = [
  'hostPath',
  'emptyDir',
  'configMap',
  'secret',
  'projected',
  'csi',
  'image',
  'nfs',
  'gitRepo',
  'rbd',
  'ephemeral',
];
const HOSTS = ['', '127.0.0.1', 'example.org', null];

/** Makes pods by changing those that are given, a few places at a time; the same seed gives the same pods. */
export function* mutatedPods(pods: readonly Pod[], count: number, seed: number): Generator<Pod> {
  const next = random(seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(next() * values.length)] as T;
  const some = <T>(values: readonly T[]): T[] =>
    Array.from({ length: Math.floor(next() * 3) }, () => pick(values));
  const member = (holder: Pod, key: string): Pod => {
    const found = holder[key];
    if (typeof found === 'object' && found !== null && !Array.isArray(found)) return found as Pod;
    const made: Pod = {};
    holder[key] = made;
    return made;
  };
  const items = (holder: Pod, key: string): Pod[] =>
    Array.isArray(holder[key]) ? (holder[key] as Pod[]) : [];
  const handler = (): Pod | null =>
    pick([
      null,
      {},
      { httpGet: { port: 80, host: pick(HOSTS) } },
      { tcpSocket: { port: 80, host: pick(HOSTS) } },
      { exec: { command: ['x'] } },
    ]);
  const changeContainer = (container: Pod): void => {
    const context = (): Pod => member(container, 'securityContext');
    pick<() => void>([
      () => Object.assign(context(), { privileged: pick(BOOLEANS) }),
      () => Object.assign(context(), { allowPrivilegeEscalation: pick(BOOLEANS) }),
      () => Object.assign(context(), { runAsNonRoot: pick(BOOLEANS) }),
      () => Object.assign(context(), { runAsUser: pick([0, 1, 1000, null]) }),
      () => Object.assign(context(), { procMount: pick(['Default', 'Unmasked', '', null]) }),
      () => Object.assign(context(), { seccompProfile: pick(PROFILES) }),
      () => Object.assign(context(), { appArmorProfile: pick(PROFILES) }),
      () => Object.assign(context(), { seLinuxOptions: pick(SE_LINUX) }),
      () => Object.assign(context(), { capabilities: pick([null, {}, { add: null, drop: ['ALL'] }]) }),
      () => Object.assign(member(context(), 'capabilities'), { add: some(NAMES) }),
      () => Object.assign(member(context(), 'capabilities'), { drop: some(NAMES) }),
      () => Object.assign(context(), { windowsOptions: pick([null, {}, { hostProcess: pick(BOOLEANS) }]) }),
      () => Object.assign(container, { securityContext: pick([null, {}]) }),
      () =>
        Object.assign(container, {
          ports: pick([null, [], [{ containerPort: 1, hostPort: pick([0, 80]) }]]),
        }),
      () =>
        Object.assign(container, { [pick(['livenessProbe', 'readinessProbe', 'startupProbe'])]: handler() }),
      () => Object.assign(member(container, 'lifecycle'), { [pick(['postStart', 'preStop'])]: handler() }),
    ])();
  };
  const changePod = (pod: Pod): void => {
    const spec = member(pod, 'spec');
    const context = (): Pod => member(spec, 'securityContext');
    const lists = ['containers', 'initContainers', 'ephemeralContainers'];
    const annotations = (): Pod => member(member(pod, 'metadata'), 'annotations');
    pick<() => void>([
      () => Object.assign(spec, { [pick(['hostNetwork', 'hostPID', 'hostIPC'])]: pick(BOOLEANS) }),
      () => Object.assign(spec, { hostUsers: pick(BOOLEANS) }),
      () => Object.assign(spec, { os: pick([null, {}, { name: 'windows' }, { name: 'linux' }]) }),
      () => Object.assign(context(), { runAsNonRoot: pick(BOOLEANS) }),
      () => Object.assign(context(), { runAsUser: pick([0, 1, null]) }),
      () => Object.assign(context(), { seccompProfile: pick(PROFILES) }),
      () => Object.assign(context(), { appArmorProfile: pick(PROFILES) }),
      () => Object.assign(context(), { seLinuxOptions: pick(SE_LINUX) }),
      () => Object.assign(context(), { windowsOptions: pick([null, {}, { hostProcess: pick(BOOLEANS) }]) }),
      () => Object.assign(context(), { sysctls: some(SYSCTLS).map((name) => ({ name, value: '1' })) }),
      () => Object.assign(spec, { securityContext: pick([null, {}]) }),
      () => {
        const volumes = some(VOLUME_TYPES).map((type) => ({ name: 'v', [type]: pick([{}, null]) }));
        Object.assign(spec, { volumes });
      },
      () => {
        const key = pick(lists);
        const first = items(spec, 'containers')[0] ?? { name: 'a' };
        Object.assign(spec, { [key]: [...items(spec, key), { ...structuredClone(first), name: 'more' }] });
      },
      () => Object.assign(spec, { [pick(lists)]: pick([null, []]) }),
      () =>
        Object.assign(annotations(), {
          [`container.apparmor.security.beta.kubernetes.io/${pick(['a', 'container1'])}`]: pick([
            '',
            'runtime/default',
            'localhost/x',
            'unconfined',
          ]),
        }),
      () =>
        Object.assign(annotations(), {
          [pick([
            'seccomp.security.alpha.kubernetes.io/pod',
            'container.seccomp.security.alpha.kubernetes.io/container1',
            'container.seccomp.security.alpha.kubernetes.io/nobody',
          ])]: pick(['', 'runtime/default', 'docker/default', 'localhost/x', 'unconfined']),
        }),
    ])();
  };
  for (let made = 0; made < count; made += 1) {
    const pod = structuredClone(pick(pods));
    const spec = member(pod, 'spec');
    for (let left = Math.floor(next() * 4); left >= 0; left -= 1) {
      const containers = ['containers', 'initContainers', 'ephemeralContainers'].flatMap((key) =>
        items(spec, key),
      );
      if (next() < 0.4 || containers.length === 0) changePod(pod);
      else changeContainer(pick(containers));
    }
    yield pod;
  }
}
