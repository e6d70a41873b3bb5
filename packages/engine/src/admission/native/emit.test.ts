// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type {
  AdmissionBinding,
  AdmissionCondition,
  AdmissionException,
  AdmissionRule,
} from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import { compileNativePolicy, judgeNativePolicy, type NativeRequest } from '../../native-policy/index.ts';
import {
  type AdmissionPolicy,
  type AdmissionRequest,
  compileAdmissionPolicy,
  judgeAdmission,
  pssRules,
} from '../index.ts';
import { emitNativePolicies, type NativePair } from './index.ts';

const privileged = pssRules('baseline').find(({ id }) => id === 'pss.baseline.privileged');
if (privileged === undefined) throw new Error('no rule');
const rule = (changes: Partial<AdmissionRule> = {}): AdmissionRule => ({ ...privileged, ...changes });
const matching = (match: Partial<AdmissionRule['match']>): AdmissionRule =>
  rule({ match: { ...privileged.match, ...match } });

const LABELS = { shop: { team: 'a' }, 'shop-2': { team: 'b' }, other: {} };
const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', labels: { app: 'web' } } };
const REQUESTS: readonly AdmissionRequest[] = Object.keys(LABELS).flatMap((namespace) =>
  ['jane', 'bot-1'].map((name) => ({
    operation: 'CREATE',
    group: '',
    resource: 'pods',
    subResource: '',
    kind: 'Pod',
    namespace,
    name: 'p',
    user: { name, groups: [name === 'jane' ? 'people' : 'machines'] },
    object: { ...pod, spec: { containers: [{ name: 'c', securityContext: { privileged: true } }] } },
  })),
);
const labelsOf = (namespace: string): Record<string, string> =>
  LABELS[namespace as keyof typeof LABELS] as Record<string, string>;

const native = ({ group, resource, kind, namespace, name, operation, user, ...request }: AdmissionRequest) =>
  ({
    operation,
    kind: { group, version: 'v1', kind },
    resource: { group, version: 'v1', resource },
    namespace,
    name,
    userInfo: { username: user?.name ?? '', groups: [...(user?.groups ?? [])] },
    object: request.object,
    oldObject: request.oldObject,
    namespaceObject: { metadata: { name: namespace, labels: labelsOf(namespace) } },
  }) as NativeRequest;
const verdict = ({ policy, binding }: NativePair, request: AdmissionRequest): string => {
  const compiled = compileNativePolicy(policy, { binding });
  if (!compiled.ok) throw new Error(compiled.error.detail);
  return judgeNativePolicy(compiled.value, native(request)).verdict;
};
const RANK = ['allow', 'alert', 'deny'];

/** The verdicts of policies and of closures, request by request. */
function both(
  policy: AdmissionPolicy,
  requests = REQUESTS,
): { readonly native: string[]; readonly closures: string[] } {
  const { compiled, notExpressible } = emitNativePolicies(policy, { nowMs: 0 });
  expect(notExpressible).toEqual([]);
  const pairs = compiled.flatMap((one) => one.pairs);
  const set = compileAdmissionPolicy(policy);
  if (!set.ok) throw new Error(set.error.detail);
  const context = { namespace: (name: string) => ({ labels: labelsOf(name), annotations: {} }) };
  return {
    native: requests.map(
      (request) =>
        pairs
          .map((pair) => verdict(pair, request))
          .sort((one, two) => RANK.indexOf(one) - RANK.indexOf(two))
          .at(-1) ?? 'allow',
    ),
    closures: requests.map((request) => judgeAdmission(set.value, request, context, 0).decision.verdict),
  };
}

const binding = (id: string, changes: Partial<AdmissionBinding>): AdmissionBinding => ({
  id,
  rules: ['pss.*'],
  mode: 'enforce',
  ...changes,
});

describe('a rule as policies of the API server', () => {
  it.each<[string, AdmissionPolicy, number]>([
    ['everywhere', { rules: [rule()] }, 6],
    ['in some namespaces', { rules: [matching({ namespaces: ['shop*'], excludeNamespaces: ['*-2'] })] }, 2],
    ['by labels of the namespace', { rules: [matching({ namespaceLabels: { team: '*' } })] }, 4],
    ['by a value of such a label', { rules: [matching({ namespaceLabels: { team: 'b' } })] }, 2],
    ['by labels of the object', { rules: [matching({ labels: { app: 'web' } })] }, 6],
    ['by labels it does not have', { rules: [matching({ labels: { app: 'db' } })] }, 0],
    ['for users', { rules: [matching({ users: ['bot-?'] })] }, 3],
    ['for all users but some', { rules: [matching({ excludeUsers: ['jane', 'x*'] })] }, 3],
    ['for groups', { rules: [matching({ groups: ['peop*'] })] }, 3],
    [
      'by the first binding that fits',
      {
        rules: [rule({ mode: 'audit' })],
        bindings: [
          binding('off.shop', { namespaces: ['shop'], mode: 'off' }),
          binding('warn.b', { namespaceLabels: { team: 'b' }, mode: 'warn' }),
          binding('all.other', { namespaces: ['other'] }),
        ],
      },
      2,
    ],
    ['by a binding for all', { rules: [rule({ mode: 'audit' })], bindings: [binding('all.all', {})] }, 6],
  ])('holds %s as its closure does', (_where, policy, denied) => {
    const { native: policies, closures } = both(policy);
    expect(policies).toEqual(closures);
    expect(policies.filter((one) => one === 'deny')).toHaveLength(denied);
  });

  it('holds for what is done to running pods, too, as the word workloads says', () => {
    const policy = { rules: [matching({ resources: ['workloads'], operations: ['UPDATE'] })] };
    const spec = emitNativePolicies(policy, { nowMs: 0 }).compiled[0]?.pairs[0]?.policy.spec;
    const resources = expect.arrayContaining(['pods', 'pods/ephemeralcontainers', 'pods/resize']);
    expect(spec).toMatchObject({
      matchConstraints: {
        resourceRules: expect.arrayContaining([expect.objectContaining({ apiGroups: [''], resources })]),
      },
    });
  });

  const jane: AdmissionCondition = { field: 'request.user', operator: 'equals', value: 'jane' };
  const shop: AdmissionCondition = { field: 'object.namespace', operator: 'in', value: ['shop'] };
  const group = { field: 'group.name', operator: 'equals', value: 'people' } as const;
  it.each<[string, AdmissionRule, string[]]>([
    ['of its labels', matching({ labels: { tier: 'prod' } }), ['deny', 'alert', 'deny']],
    ['of its containers', rule(), ['alert', 'alert', 'alert']],
    ['of who asks', rule({ condition: jane }), ['deny', 'deny', 'deny']],
    ['of who asks where', rule({ condition: { all: [jane, shop] } }), ['deny', 'deny', 'deny']],
    [
      'of the groups of who asks where',
      rule({ condition: { all: [{ some: 'request.groups', where: group }, shop] } }),
      ['deny', 'deny', 'deny'],
    ],
    [
      'of who asks for what',
      rule({ condition: { all: [jane, privileged.condition] } }),
      ['alert', 'alert', 'alert'],
    ],
    ['of where it is', rule({ condition: shop }), ['alert', 'alert', 'alert']],
  ])('excuses an update that changes nothing %s as its closure does', (_what, asked, verdicts) => {
    const [request] = REQUESTS.filter(({ user, namespace }) => user?.name === 'jane' && namespace === 'shop');
    if (request === undefined) throw new Error('no request');
    const labelled = (labels: object | undefined): unknown => ({
      ...(request.object as object),
      metadata: { name: 'p', ...(labels === undefined ? {} : { labels }) },
    });
    const updates = [undefined, { tier: 'prod', app: 'web' }, { tier: 'test' }].map((labels) => ({
      ...request,
      operation: 'UPDATE' as const,
      object: labelled({ tier: 'prod' }),
      oldObject: labelled(labels),
    }));
    const { native: policies, closures } = both({ rules: [{ ...asked, mode: 'enforce' }] }, updates);
    expect(closures).toEqual(verdicts);
    expect(policies).toEqual(verdicts.map((one) => (one === 'deny' ? 'deny' : 'allow')));
  });

  it('takes null for an empty list, as API servers write it', () => {
    const roles = rule({
      match: { resources: ['rbac.authorization.k8s.io/roles'], operations: ['CREATE'] },
      condition: {
        some: 'role.rules',
        where: { field: 'roleRule.verbs', operator: 'contains', value: '*' },
      },
    });
    const [pair] = emitNativePolicies({ rules: [roles] }, { nowMs: 0 }).compiled[0]?.pairs ?? [];
    if (pair === undefined) throw new Error('no policy');
    const asked = (rules: unknown) =>
      verdict(pair, {
        ...(REQUESTS[0] as AdmissionRequest),
        group: 'rbac.authorization.k8s.io',
        resource: 'roles',
        kind: 'Role',
        object: { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', rules },
      });
    expect([asked(null), asked([]), asked([{ verbs: ['*'] }])]).toEqual(['allow', 'allow', 'deny']);
  });

  const namesOf = (policy: AdmissionPolicy): readonly string[] =>
    emitNativePolicies(policy, { nowMs: 0 }).compiled.flatMap(({ pairs, mutations }) =>
      [...pairs, ...mutations].map((one) => `${one.policy.kind} ${one.policy.metadata.name}`),
    );

  it('has a name of its own for each binding, whatever other rules are called', () => {
    const names = namesOf({
      rules: [
        rule({ id: 'custom.web' }),
        rule({ id: 'custom.web.prod' }),
        rule({ id: 'custom.web-prod' }),
        rule({ id: 'custom' }),
      ],
      bindings: [
        binding('prod', { rules: ['custom.web'], namespaces: ['shop'] }),
        binding('web.prod', { rules: ['custom'], namespaces: ['shop'] }),
      ],
    });
    expect(names).toContain('ValidatingAdmissionPolicy bartizan.custom.web--prod');
    expect(names).toContain('ValidatingAdmissionPolicy bartizan.custom.web.prod');
    expect(new Set(names).size).toBe(names.length);
  });

  it('has a name that the API server takes and no other has, however long its ids are', () => {
    const long = (ending: string): string => 'a.'.repeat(60) + ending.padStart(8, 'b');
    const names = namesOf({
      rules: [rule({ id: long('1') })],
      bindings: ['2', '3'].map((one) =>
        binding(long(one), { rules: ['*'], namespaces: [`shop-${one}`], mode: 'enforce' }),
      ),
    }).map((one) => one.split(' ')[1] ?? '');
    expect(names.length).toBeGreaterThan(2);
    for (const name of names) {
      expect(name).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
      expect(name.length).toBeLessThanOrEqual(253);
    }
    expect(new Set(names).size).toBeGreaterThan(2);
  });

  it('is off where a binding for everything says so', () => {
    const off = { rules: [rule()], bindings: [binding('all.off', { mode: 'off' })] };
    expect(emitNativePolicies(off, { nowMs: 0 }).compiled).toMatchObject([{ pairs: [] }]);
  });

  it('names the containers that violate it, and leaves exempt namespaces alone', () => {
    const { compiled } = emitNativePolicies(
      { rules: [rule()] },
      { nowMs: 0, exemptNamespaces: ['kube-system'] },
    );
    const pair = compiled[0]?.pairs[0];
    const request = REQUESTS[0];
    if (pair === undefined || request === undefined) throw new Error('nothing came out');
    const judged = compileNativePolicy(pair.policy);
    if (!judged.ok) throw new Error(judged.error.detail);
    const [reason] = judgeNativePolicy(judged.value, native(request)).reasons;
    expect(reason?.message).toMatch(/^pss\.baseline\.privileged: .* Containers: c$/);
    expect(JSON.stringify(pair.binding.spec)).toContain('"operator":"NotIn","values":["kube-system"]');
  });

  const exception: AdmissionException = {
    id: 'exception.debug',
    rules: ['pss.*'],
    namespaces: ['shop'],
    owner: 'aiko',
    reason: 'until the driver is fixed',
    expiresAtMs: 1000,
  };
  it('stays with the webhook while an exception holds, and no longer', () => {
    const policy = { rules: [rule()], exceptions: [exception] };
    expect(emitNativePolicies(policy, { nowMs: 0 })).toMatchObject({
      compiled: [],
      notExpressible: [{ reason: { en: expect.stringContaining('exception.debug') } }],
    });
    expect(emitNativePolicies(policy, { nowMs: 1000 }).compiled).toHaveLength(1);
  });

  it.each<[string, AdmissionRule[], string[]]>([
    [
      'it allows, or comes after one that does',
      [rule({ id: 'own.allow', effect: 'allow', order: 1 }), rule()],
      ['can only refuse', 'own.allow'],
    ],
    [
      'it asks for a scan',
      [
        rule({
          condition: {
            some: 'containers',
            where: { field: 'image.scanned', operator: 'equals', value: false },
          },
        }),
      ],
      ['the scan or the signature'],
    ],
    ['it is CEL of its own', [rule({ condition: { cel: 'true' } })], ['it does not compile']],
    ['it is not asked at admission', [rule({ stages: ['ci'] })], ['not asked at admission']],
  ])('is left out when %s', (_why, rules, words) => {
    const { compiled, notExpressible } = emitNativePolicies({ rules }, { nowMs: 0 });
    expect(compiled).toEqual([]);
    expect(notExpressible).toHaveLength(words.length);
    for (const word of words)
      expect(notExpressible.some(({ reason }) => reason.en.includes(word))).toBe(true);
  });

  const repair = (changes: Partial<AdmissionRule>): string => {
    const { compiled } = emitNativePolicies({ rules: [rule({ mode: 'warn', ...changes })] }, { nowMs: 0 });
    const [one] = compiled;
    const spec = one?.mutations[0]?.policy.spec as { mutations: { jsonPatch: { expression: string } }[] };
    return spec?.mutations[0]?.jsonPatch.expression ?? one?.notMutable?.en ?? 'none';
  };
  const fix = (...patch: NonNullable<NonNullable<AdmissionRule['fix']>['patch']>) => ({
    fix: { action: { en: 'a', ja: 'a' }, patch },
  });

  it('fills in what it repairs: in each container that violates it, with the parents that are missing', () => {
    const text = repair({});
    expect(text).toContain('variables.pod.?initContainers.orValue([]).transformList(at, container, ');
    expect(text).toContain(
      'JSONPatch{op: "add", path: "/spec/containers/" + string(at) + "/securityContext/privileged", value: false}',
    );
    expect(text).toContain('value: {"privileged": dyn(false)}');
    expect(text).not.toContain('ephemeralContainers');
  });

  it('leaves out what the API server would refuse beside what the pod has', () => {
    const limit = fix({ op: 'add', path: '{item}/resources/limits/memory', value: '256Mi' });
    expect(repair(limit)).toContain(
      '!(container.?resources.?requests[?"memory"].optMap(q, quantity(string(q)).isGreaterThan(quantity("256Mi"))).orValue(false)',
    );
    const users = repair(fix({ op: 'add', path: '{pod}/hostUsers', value: false }));
    expect(users).toContain('!(variables.pod.?hostNetwork.orValue(false)');
  });

  it.each<[string, Partial<AdmissionRule>, string]>([
    ['nothing where it is only recorded', { mode: 'audit' }, 'none'],
    ['nothing of what is no pod', { match: { resources: ['/services'], operations: ['CREATE'] } }, 'none'],
    ['nothing when no pod is created', { match: { resources: ['/pods'], operations: ['UPDATE'] } }, 'none'],
    [
      'no two steps where one makes what the other needs',
      fix({ op: 'add', path: '{pod}/a/b', value: 1 }, { op: 'add', path: '{pod}/a/c', value: 2 }),
      'its repair is at places',
    ],
    [
      'no step of the pod beside one of a container that the API server may refuse',
      fix(
        { op: 'add', path: '{pod}/a', value: 1 },
        { op: 'add', path: '{item}/securityContext/allowPrivilegeEscalation', value: false },
      ),
      'its repair is at places',
    ],
    ['no item that goes as a whole', fix({ op: 'remove', path: '{item}' }), 'its repair is at places'],
    [
      'no part of a container',
      {
        condition: {
          some: 'containers',
          where: { some: 'container.ports', where: { field: 'port.hostPort', operator: 'present' } },
        },
        ...fix({ op: 'remove', path: '{item}/hostPort' }),
      },
      'its repair is at places',
    ],
  ])('fills in %s', (_what, changes, outcome) => {
    expect(repair(changes)).toContain(outcome);
  });

  it('holds for custom kinds it can follow, and a rule that names another one is not held in part', () => {
    const kind = (resource: string, template: string[]) => ({
      ...{ group: 'shapes.example', resource, kind: resource, template },
    });
    const podPaths = [
      kind('rolls', ['spec', 'template']),
      kind('crews', ['spec', 'workers', '*', 'template']),
    ];
    const named = (id: string, resources: string[]) =>
      rule({ id, match: { resources, operations: ['CREATE'] } });
    const { compiled, notExpressible } = emitNativePolicies(
      {
        podPaths,
        rules: [
          named('a.all', ['workloads']),
          named('a.crews', ['shapes.example/crews']),
          named('a.group', ['shapes.example/*']),
          named('a.rolls', ['shapes.example/rolls']),
        ],
      },
      { nowMs: 0 },
    );
    expect(compiled.map((one) => one.rule)).toEqual(['a.all', 'a.rolls']);
    const text = JSON.stringify(compiled[0]?.pairs[0]?.policy.spec);
    expect(text).toContain('"rolls"');
    expect(text).not.toContain('crews');
    expect(notExpressible.map((one) => one.rule)).toEqual(['a.crews', 'a.group']);
    expect(notExpressible[0]?.reason.en).toContain('shapes.example/crews keeps pods at several places');
  });

  it('is left out when the API server would not take it', () => {
    const { notExpressible } = emitNativePolicies({ rules: [rule()] }, { nowMs: 0, fault: () => 'too new' });
    expect(notExpressible).toMatchObject([{ reason: { en: 'it does not compile: too new' } }]);
  });
});
