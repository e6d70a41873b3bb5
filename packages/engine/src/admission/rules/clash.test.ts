// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionCondition, AdmissionRule, AdmissionViolation } from '@bartizan/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileNativePolicy, judgeNativePolicy, type NativeRequest } from '../../native-policy/index.ts';
import { applyPatch, EMPTY_CONTEXT, joinPatches, judgeAdmission, pssRules, wholeRepair } from '../index.ts';
import { renamed } from '../native/cel-text.ts';
import { clashText, type RepairStep } from '../native/clash-text.ts';
import { emitNativePolicies } from '../native/index.ts';
import { refusalOf, type TypedPod } from '../testing/api-server.ts';
import { compiledPolicy, PRIVILEGED_RULE } from '../testing/privileged-rule.ts';

type Patch = NonNullable<NonNullable<AdmissionRule['fix']>['patch']>;
const rule = (id: string, condition: AdmissionCondition, ...patch: Patch): AdmissionRule => ({
  ...PRIVILEGED_RULE,
  id,
  condition,
  message: { en: id, ja: id },
  fix: { action: { en: 'a', ja: 'a' }, patch },
});
const containers = (field: string, ...rest: [] | [boolean]): AdmissionCondition => ({
  some: 'regular-containers',
  where:
    rest.length === 0
      ? { field, operator: 'absent' }
      : { not: { field, operator: 'equals', value: rest[0] } },
});
const set = (path: string, value: unknown): Patch[number] => ({ op: 'add', path, value });

const MEMORY = rule(
  'own.memory',
  containers('container.resources.limits.memory'),
  set('{item}/resources/limits/memory', '256Mi'),
);
const CPU = rule(
  'own.cpu',
  containers('container.resources.limits.cpu'),
  set('{item}/resources/limits/cpu', '500m'),
);
const REQUESTS = rule(
  'own.requests',
  containers('container.resources.requests.memory'),
  set('{item}/resources', { requests: { memory: '64Mi' } }),
);
const UPPER_REQUESTS = rule(
  'own.upper-requests',
  containers('container.resources.requests.memory'),
  set('{item}/resources/requests/memory', '512Mi'),
);
const ESCALATION = rule(
  'own.escalation',
  containers('container.allowPrivilegeEscalation', false),
  set('{item}/securityContext/allowPrivilegeEscalation', false),
);
const USERS = rule(
  'own.users',
  { not: { field: 'pod.hostUsers', operator: 'equals', value: false } },
  set('{pod}/hostUsers', false),
);
const OWN = [PRIVILEGED_RULE, MEMORY, CPU, REQUESTS, ESCALATION, USERS];
const RESTRICTED = pssRules('restricted');

const podOf = (spec: object, container: object = {}): TypedPod =>
  ({ spec: { containers: [{ name: 'c', ...container }], ...spec } }) as TypedPod;
const judging = (rules: readonly AdmissionRule[]) => {
  const compiled = compiledPolicy({ rules });
  return (object: unknown): readonly AdmissionViolation[] =>
    judgeAdmission(
      compiled,
      {
        ...{ operation: 'CREATE', group: '', resource: 'pods', subResource: '', kind: 'Pod' },
        ...{ namespace: 'shop', name: 'p', object },
      },
      EMPTY_CONTEXT,
      0,
    ).violations;
};

describe('a repair that the API server would refuse', () => {
  it.each<[string, AdmissionRule, TypedPod]>([
    ['a limit below the request', MEMORY, podOf({}, { resources: { requests: { memory: '1Gi' } } })],
    ['a limit of processors below the request', CPU, podOf({}, { resources: { requests: { cpu: '2' } } })],
    ['a limit above that of the pod', MEMORY, podOf({ resources: { limits: { memory: '128Mi' } } })],
    [
      'no escalation where it is privileged',
      ESCALATION,
      podOf({}, { securityContext: { privileged: true } }),
    ],
    [
      'no escalation beside CAP_SYS_ADMIN',
      ESCALATION,
      podOf({}, { securityContext: { capabilities: { add: ['CAP_SYS_ADMIN'] } } }),
    ],
    ['users of its own among the processes of the node', USERS, podOf({ hostPID: true })],
    ['users of its own in the IPC of the node', USERS, podOf({ hostIPC: true })],
    ['users of its own in the network of the node', USERS, podOf({ hostNetwork: true })],
    ['users of its own with devices', USERS, podOf({}, { volumeDevices: [{ name: 'd', devicePath: '/d' }] })],
  ])('is not offered: %s', (_what, asked, pod) => {
    expect(refusalOf(pod)).toBeUndefined();
    const judge = judging([asked]);
    expect(judge(pod).map(({ state, patch }) => ({ state, patch }))).toEqual([
      { state: 'violated', patch: [] },
    ]);
    expect(wholeRepair(pod, judge(pod), judge)).toEqual([]);
  });

  it.each<[string, AdmissionRule, TypedPod]>([
    ['a limit as high as the request', MEMORY, podOf({}, { resources: { requests: { memory: '256Mi' } } })],
    ['a limit of processors', CPU, podOf({}, { resources: { requests: { cpu: '500m', memory: '1Gi' } } })],
    ['no escalation', ESCALATION, podOf({}, { securityContext: { capabilities: { add: ['SYS_ADMIN'] } } })],
    ['users of its own', USERS, podOf({ hostPID: false })],
  ])('is offered where it fits: %s', (_what, asked, pod) => {
    const judge = judging([asked]);
    const repaired = applyPatch(pod, wholeRepair(pod, judge(pod), judge)) as TypedPod;
    expect(judge(repaired)).toEqual([]);
    expect(refusalOf(repaired)).toBeUndefined();
  });

  it('is offered where another repair makes room for it', () => {
    const judge = judging([PRIVILEGED_RULE, ESCALATION]);
    const pod = podOf({}, { securityContext: { privileged: true } });
    const repaired = applyPatch(pod, wholeRepair(pod, judge(pod), judge)) as TypedPod;
    expect(judge(repaired)).toEqual([]);
    expect(refusalOf(repaired)).toBeUndefined();
  });

  it('takes the place of a path of the node, and stands beside no other volume', () => {
    const judge = judging(RESTRICTED.filter(({ id }) => id === 'pss.restricted.volume-types'));
    const repair = (source: object): unknown => {
      const pod = podOf({ volumes: [{ name: 'v', ...source }] });
      const repaired = applyPatch(pod, wholeRepair(pod, judge(pod), judge)) as TypedPod;
      expect(refusalOf(repaired)).toBeUndefined();
      return repaired.spec.volumes;
    };
    expect(repair({ hostPath: { path: '/srv' } })).toEqual([{ name: 'v', emptyDir: {} }]);
    expect(repair({ nfs: { server: 'a', path: '/' } })).toEqual([
      { name: 'v', nfs: { server: 'a', path: '/' } },
    ]);
  });
});

describe('repairs of which each is taken, and the API server would refuse them together', () => {
  const asked = [MEMORY, UPPER_REQUESTS, ESCALATION];

  it('are not all made: the first is, and what has nothing to do with them', () => {
    const judge = judging(asked);
    const pod = podOf({});
    const violations = judge(pod);
    expect(violations.map(({ patch }) => patch.length)).toEqual([1, 1, 1]);
    const repaired = applyPatch(pod, wholeRepair(pod, violations, judge)) as TypedPod;
    expect(refusalOf(repaired)).toBeUndefined();
    const [container] = repaired.spec.containers;
    expect(container).toEqual({
      name: 'c',
      resources: { limits: { memory: '256Mi' } },
      securityContext: { allowPrivilegeEscalation: false },
    });
  });

  it('are all made in containers where they fit', () => {
    const judge = judging(asked);
    const pod = {
      spec: { containers: [{ name: 'a' }, { name: 'b', resources: { limits: { memory: '1Gi' } } }] },
    } as TypedPod;
    const repaired = applyPatch(pod, wholeRepair(pod, judge(pod), judge)) as TypedPod;
    expect(refusalOf(repaired)).toBeUndefined();
    expect(repaired.spec.containers.map(({ resources }) => resources)).toEqual([
      { limits: { memory: '256Mi' } },
      { limits: { memory: '1Gi' }, requests: { memory: '512Mi' } },
    ]);
  });

  it('are not all in the patch of a template, and do not count what clashed before', () => {
    const limit = { op: 'add' as const, path: '/spec/template/spec/containers/0/resources/limits/memory' };
    const request = {
      op: 'add' as const,
      path: '/spec/template/spec/containers/0/resources/requests/memory',
    };
    const resources = (written: object) => ({
      spec: { template: { spec: { containers: [{ name: 'c', resources: written }] } } },
    });
    const patches = [[{ ...limit, value: '256Mi' }], [{ ...request, value: '512Mi' }]];
    expect(joinPatches(resources({ limits: {}, requests: {} }), patches)).toEqual(patches[0]);
    const clashing = resources({ limits: { memory: '1Mi' }, requests: { memory: '2Mi' } });
    expect(joinPatches(clashing, patches).map(({ path }) => path)).toEqual([limit.path, request.path]);
  });
});

const quantities = fc.constantFrom('64Mi', '256Mi', '300Mi', '1Gi');
const cpus = fc.constantFrom('100m', '500m', '501m', '2');
const amounts = fc.record({ memory: quantities, cpu: cpus }, { requiredKeys: [] });
const flag = fc.boolean();
const source = fc.constantFrom(
  { emptyDir: {} },
  { hostPath: { path: '/srv' } },
  { nfs: { server: 'a', path: '/' } },
);
const pods = fc.record({
  spec: fc.record(
    {
      hostUsers: flag,
      hostNetwork: flag,
      hostPID: flag,
      hostIPC: flag,
      resources: fc.record({ limits: amounts }, { requiredKeys: [] }),
      volumes: fc.array(
        source.map((one) => ({ name: 'v', ...one })),
        { maxLength: 2 },
      ),
      containers: fc.array(
        fc.record(
          {
            name: fc.constant('c'),
            resources: fc.record({ requests: amounts, limits: amounts }, { requiredKeys: [] }),
            volumeDevices: fc.constantFrom([], [{ name: 'd', devicePath: '/d' }]),
            securityContext: fc.record(
              {
                privileged: flag,
                allowPrivilegeEscalation: flag,
                capabilities: fc.record({ add: fc.subarray(['CAP_SYS_ADMIN', 'SYS_ADMIN', 'CHOWN']) }),
              },
              { requiredKeys: [] },
            ),
          },
          { requiredKeys: ['name'] },
        ),
        { minLength: 1, maxLength: 2 },
      ),
    },
    { requiredKeys: ['containers'] },
  ),
}) as unknown as fc.Arbitrary<TypedPod>;

it('makes of no pod that the API server takes one that it refuses, alone or together', {
  timeout: 120_000,
}, () => {
  const judge = judging([...OWN, UPPER_REQUESTS, ...RESTRICTED]);
  let runs = 0;
  let repaired = 0;
  let left = 0;
  fc.assert(
    fc.property(pods, (pod) => {
      runs += 1;
      if (refusalOf(pod) !== undefined) return;
      const violations = judge(pod);
      for (const { rule: id, patch, state } of violations) {
        if (state !== 'violated') continue;
        if (patch.length > 0) repaired += 1;
        else if (OWN.some((one) => one.id === id)) left += 1;
        expect(refusalOf(applyPatch(pod, patch) as TypedPod), id).toBeUndefined();
      }
      expect(refusalOf(applyPatch(pod, wholeRepair(pod, violations, judge)) as TypedPod)).toBeUndefined();
    }),
    { seed: 20261201, numRuns: 2000 },
  );
  // Both sides must have been seen; a quick look, of a tenth of the runs, sees few.
  const least = runs < 2000 ? 0 : 100;
  expect(repaired).toBeGreaterThan(least);
  expect(left).toBeGreaterThan(least);
});

/** Whether CEL holds of a pod and its only container, in a policy of the API server. */
function holding(text: string): (pod: TypedPod) => boolean {
  const [pair] = emitNativePolicies({ rules: [PRIVILEGED_RULE] }, { nowMs: 0 }).compiled[0]?.pairs ?? [];
  if (pair === undefined) throw new Error('no policy');
  const ofObject = renamed(text, { pod: 'object.spec', allContainers: 'object.spec.containers' });
  const expression = `!object.spec.containers.exists(container, ${ofObject})`;
  const spec = { ...pair.policy.spec, variables: [], validations: [{ expression, message: 'no' }] };
  const compiled = compileNativePolicy({ ...pair.policy, spec }, { binding: pair.binding });
  if (!compiled.ok) throw new Error(compiled.error.detail);
  return (pod) => {
    const judged = judgeNativePolicy(compiled.value, {
      ...{ operation: 'CREATE', namespace: 'shop', name: 'p', userInfo: { username: 'jane', groups: [] } },
      ...{ kind: { group: '', version: 'v1', kind: 'Pod' } },
      ...{ resource: { group: '', version: 'v1', resource: 'pods' }, object: pod },
      ...{ namespaceObject: { metadata: { name: 'shop', labels: {} } } },
    } as unknown as NativeRequest);
    const fault = judged.reasons.find(({ kind }) => kind !== 'validation');
    if (fault !== undefined) throw new Error(fault.message);
    return judged.verdict === 'deny';
  };
}

it.each<[string, AdmissionRule, Omit<RepairStep, 'op'>]>([
  ['memory', MEMORY, { word: 'item', steps: ['resources', 'limits', 'memory'], value: '256Mi' }],
  ['processors', CPU, { word: 'item', steps: ['resources', 'limits', 'cpu'], value: '500m' }],
  [
    'escalation',
    ESCALATION,
    { word: 'item', steps: ['securityContext', 'allowPrivilegeEscalation'], value: false },
  ],
  ['users', USERS, { word: 'pod', steps: ['hostUsers'], value: false }],
])('is left out by the API server where the closure leaves it out: %s', (_what, asked, step) => {
  const text = clashText({ op: 'add', ...step });
  if (text === undefined || text === 'none') throw new Error('it cannot be said');
  const holds = holding(text);
  const judge = judging([asked]);
  const seen = { offered: 0, left: 0 };
  fc.assert(
    fc.property(pods, ({ spec }) => {
      const pod = { spec: { ...spec, containers: spec.containers.slice(0, 1) } };
      for (const { patch } of judge(pod)) {
        seen[patch.length === 0 ? 'left' : 'offered'] += 1;
        expect(holds(pod)).toBe(patch.length === 0);
      }
    }),
    { seed: 20261202, numRuns: 400 },
  );
  expect(Math.min(seen.offered, seen.left)).toBeGreaterThan(0);
});

it.each<[string, Omit<RepairStep, 'op'>]>([
  ['a whole group of settings', { word: 'item', steps: ['resources'], value: { limits: { cpu: '1' } } }],
  ['a place of the object', { word: '', steps: ['spec', 'hostUsers'], value: false }],
  ['a volume', { word: 'item', steps: ['emptyDir'], value: {} }],
])('is left to the webhook where CEL cannot say when it clashes: %s', (_what, step) => {
  expect(clashText({ op: 'add', ...step })).toBeUndefined();
});
