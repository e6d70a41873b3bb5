// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionBinding, AdmissionException, AdmissionRule } from '@bartizan/contracts';
import { compileNativePolicy, judgeNativePolicy, type NativeRequest } from '@bartizan/engine/native-policy';
import { anAdmissionRule } from '@bartizan/testkit/store';
import { describe, expect, it } from 'vitest';
import type { KnownPolicy } from '../../admission-ports.ts';
import type { OwnedObject } from '../../native-ports.ts';
import { type NativeWish, planNative } from './native-plan.ts';

const BAD = `sha256:${'b'.repeat(64)}`;
const GOOD = `sha256:${'a'.repeat(64)}`;
const NOW_MS = 1_790_000_000_000;
const rule = (id: string, changes: Partial<AdmissionRule> = {}): AdmissionRule => ({
  ...anAdmissionRule({ id }),
  mode: 'enforce',
  ...changes,
});
const SIGNED = rule('image.signed', {
  match: { resources: ['workloads'], operations: ['CREATE', 'UPDATE'] },
  condition: { some: 'containers', where: { field: 'image.signed', operator: 'equals', value: false } },
});

function policyOf(
  rules: readonly AdmissionRule[],
  bindings: readonly AdmissionBinding[] = [],
  exceptions: readonly AdmissionException[] = [],
): KnownPolicy {
  const stored = {
    revision: 1,
    contentHash: '',
    owner: '',
    origin: 'user',
    cluster: 'local',
    tenant: 'default',
  };
  return {
    revision: 'r',
    rules: rules.map((one) => ({ rule: one, revision: 'v', origin: 'built-in', enabled: true })),
    bindings: bindings.map((binding, position) => ({ id: binding.id, ...stored, position, binding })),
    bindingsRevision: 'b',
    exceptions: exceptions.map((exception) => ({
      ...{ id: exception.id, ...stored, createdBy: 'me', createdAtMs: 0 },
      exception,
    })),
  } as unknown as KnownPolicy;
}
const wish = (policy: KnownPolicy, changes: Partial<NativeWish> = {}): NativeWish => ({
  ...{
    instance: 'main',
    policy,
    chosen: ['*'],
    exempt: ['kube-system', 'bartizan'],
    podPaths: [],
    nowMs: NOW_MS,
  },
  images: () => [
    [BAD, { scanned: true, signed: false }],
    [GOOD, { scanned: true, signed: true }],
  ],
  ...changes,
});
const namesOf = (objects: readonly OwnedObject[]) =>
  objects.map(({ resource, name }) => `${resource.kind} ${name}`);

describe('what the API server shall hold', () => {
  it('is what was chosen and is enforced, under names of this installation', async () => {
    const policy = policyOf(
      [rule('a.one'), rule('a.two', { mode: 'warn' }), rule('b.three')],
      [{ id: 'all.warned', rules: ['a.one'], namespaces: ['soft'], mode: 'warn' }],
    );
    const { rules, objects } = await planNative(wish(policy, { chosen: ['a.*'] }));
    expect(rules).toEqual([
      { rule: 'a.one', names: ['bartizan-main.a.one'] },
      { rule: 'a.two', names: [] },
    ]);
    expect(namesOf(objects)).toEqual([
      'ValidatingAdmissionPolicy bartizan-main.a.one',
      'ValidatingAdmissionPolicyBinding bartizan-main.a.one',
    ]);
    expect(objects[1]?.object.spec).toMatchObject({
      validationActions: ['Deny', 'Audit'],
      matchResources: { namespaceSelector: { matchExpressions: [{ values: ['kube-system', 'bartizan'] }] } },
    });
    expect(objects[0]?.object.metadata.labels).toMatchObject({ 'app.kubernetes.io/instance': 'main' });
    expect(await planNative(wish(policy, { chosen: [] }))).toMatchObject({ rules: [], objects: [] });
  });

  it('is safe defaults too, also of rules that only warn, and never in part', async () => {
    const of = (id: string, mode: AdmissionRule['mode'], path: string): AdmissionRule =>
      rule(id, {
        ...{ mode, match: { resources: ['workloads'], operations: ['CREATE'] } },
        condition: { field: 'pod.hostPID', operator: 'equals', value: true },
        fix: { action: { en: 'leave it out', ja: '削除する' }, patch: [{ op: 'remove', path }] },
      });
    const warned = of('a.warned', 'warn', '{pod}/hostPID');
    const rules = [warned, of('a.audited', 'audit', '{pod}/hostPID'), of('a.item', 'warn', '{item}/hostPID')];
    const plan = await planNative(wish(policyOf(rules)));
    expect(plan.rules.map(({ rule: id, defaults }) => [id, defaults])).toEqual([
      ['a.audited', undefined],
      [
        'a.item',
        { names: [], reason: expect.objectContaining({ en: expect.stringContaining('its repair') }) },
      ],
      ['a.warned', { names: ['bartizan-main.a.warned'] }],
    ]);
    expect(namesOf(plan.objects)).toEqual([
      'MutatingAdmissionPolicy bartizan-main.a.warned',
      'MutatingAdmissionPolicyBinding bartizan-main.a.warned',
    ]);
    expect(plan.objects[1]?.object.spec['matchResources']).toMatchObject({
      namespaceSelector: {
        matchExpressions: [
          { operator: 'NotIn', values: ['kube-system', 'bartizan'] },
          { key: 'policy.bartizan.dev/mutate', operator: 'In', values: ['true'] },
        ],
      },
    });
  });

  it('steps back while an exception applies, and says until when', async () => {
    const exception = {
      ...{ id: 'x.y', rules: ['a.*'], namespaces: ['shop'], owner: 'o', reason: 'r' },
      expiresAtMs: NOW_MS + 10,
    };
    const policy = policyOf([rule('a.one')], [], [exception]);
    const during = await planNative(wish(policy));
    expect(during).toMatchObject({ objects: [], untilMs: NOW_MS + 10 });
    expect(during.rules[0]?.reason?.en).toContain('x.y');
    const after = await planNative(wish(policy, { nowMs: NOW_MS + 10 }));
    expect(after.objects).toHaveLength(2);
  });

  it('holds rules about images by the digests that are known, and not before they are', async () => {
    const policy = policyOf([SIGNED]);
    expect((await planNative(wish(policy, { images: undefined }))).objects).toEqual([]);
    const { rules, objects, verdicts } = await planNative(wish(policy));
    expect(rules).toEqual([{ rule: 'image.signed', names: ['bartizan-main.image.signed'], digests: 1 }]);
    expect(verdicts).toEqual({ refused: 1, overflow: 0, objects: 1 });
    const [params, made, binding] = objects.map(({ object }) => object);
    expect(params?.spec).toEqual({ verdicts: { [BAD]: ['bartizan-main.image.signed'] } });
    const compiled = compileNativePolicy(made, { binding });
    if (!compiled.ok) throw new Error(compiled.error.detail);
    const verdict = (image: string, place = 'containers'): string =>
      judgeNativePolicy(
        compiled.value,
        {
          operation: 'CREATE',
          kind: { group: '', version: 'v1', kind: 'Pod' },
          resource: { group: '', version: 'v1', resource: 'pods' },
          namespace: 'shop',
          name: 'p',
          userInfo: { username: 'u', groups: [] },
          object: { metadata: { name: 'p' }, spec: { containers: [], [place]: [{ name: 'c', image }] } },
          namespaceObject: { metadata: { name: 'shop', labels: {} } },
        } as unknown as NativeRequest,
        { params: [params as unknown as NonNullable<NativeRequest['object']>] },
      ).verdict;
    expect(verdict(`r.example/a@${BAD}`)).toBe('deny');
    expect(verdict(`r.example/a:1@${BAD}`, 'initContainers')).toBe('deny');
    expect(verdict(`r.example/a@${GOOD}`)).toBe('allow');
    expect(verdict(BAD)).toBe('allow');
    expect(verdict('r.example/a:1')).toBe('allow');
    expect(verdict(`a@b@${BAD}`)).toBe('allow');
  });

  it('takes the parameters of each binding into account', async () => {
    const critical = rule('image.critical', {
      match: { resources: ['workloads'], operations: ['CREATE'] },
      parameters: [{ name: 'maximum', type: 'number', description: { en: 'm', ja: 'm' }, default: 0 }],
      condition: {
        some: 'containers',
        where: { field: 'image.vulnerabilities.total', operator: 'greater-than', parameter: 'maximum' },
      },
    });
    const lenient: AdmissionBinding = {
      ...{ id: 'lenient.shop', rules: ['image.critical'], namespaces: ['shop'], mode: 'enforce' },
      parameters: { maximum: 5 },
    };
    const vulnerability = { id: 'CVE-1', severity: 'critical', fixable: true } as const;
    const { objects } = await planNative(
      wish(policyOf([critical], [lenient]), {
        images: () => [[BAD, { scanned: true, vulnerabilities: [vulnerability] }]],
      }),
    );
    expect(objects[0]?.object.spec).toEqual({ verdicts: { [BAD]: ['bartizan-main.image.critical'] } });
  });
});
