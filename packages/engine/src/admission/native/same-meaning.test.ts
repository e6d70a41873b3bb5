// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionCondition, AdmissionRule, FactValue, Operator } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import { compileNativePolicy, judgeNativePolicy, type NativeRequest } from '../../native-policy/index.ts';
import { type AdmissionRequest, compileAdmissionPolicy, judgeAdmission, pssRules } from '../index.ts';
import { emitNativePolicies } from './index.ts';

const [template] = pssRules('baseline');
if (template === undefined) throw new Error('no rule');

const KINDS = {
  Pod: ['', 'pods'],
  ClusterRole: ['rbac.authorization.k8s.io', 'clusterroles'],
  NetworkPolicy: ['networking.k8s.io', 'networkpolicies'],
} as const;
type Kind = keyof typeof KINDS;

/** What the closure of a condition says of an object, and what the policy made of it does. */
function both(condition: AdmissionCondition, kind: Kind, body: object): readonly string[] {
  const [group, resource] = KINDS[kind];
  const rule: AdmissionRule = {
    ...(template as AdmissionRule),
    condition,
    message: { en: 'no', ja: '不可' },
    match: { resources: [`${group}/${resource}`], operations: ['CREATE'] },
  };
  const request: AdmissionRequest = {
    ...{ operation: 'CREATE', group, resource, subResource: '', kind, namespace: 'shop', name: 'x' },
    object: { apiVersion: 'v1', kind, metadata: { name: 'x', namespace: 'shop' }, ...body },
  };
  const set = compileAdmissionPolicy({ rules: [rule] });
  if (!set.ok) throw new Error(set.error.detail);
  const { compiled, notExpressible } = emitNativePolicies({ rules: [rule] }, { nowMs: 0 });
  expect(notExpressible).toEqual([]);
  const [pair] = compiled[0]?.pairs ?? [];
  const policy = pair && compileNativePolicy(pair.policy, { binding: pair.binding });
  if (!policy?.ok) throw new Error(policy?.error.detail ?? 'no policy');
  const asked = {
    ...{ operation: 'CREATE', namespace: 'shop', name: 'x', userInfo: { username: 'jane', groups: [] } },
    ...{ kind: { group, version: 'v1', kind }, resource: { group, version: 'v1', resource } },
    ...{ object: request.object, namespaceObject: { metadata: { name: 'shop', labels: {} } } },
  } as unknown as NativeRequest;
  return [
    judgeAdmission(set.value, request, {}, 0).decision.verdict,
    judgeNativePolicy(policy.value, asked).verdict,
  ];
}
const YES = ['deny', 'deny'];
const NO = ['allow', 'allow'];
const spec = (body: object): object => ({ spec: body });

describe('a path of the node', () => {
  it.each([
    ['/', '/'],
    ['//', '/'],
    ['/.', '/'],
    ['/./', '/'],
    ['//etc', '/etc'],
    ['/etc/.', '/etc'],
    ['/var/run/', '/var/run'],
    ['/var//run', '/var/run'],
    ['/./var/././run///', '/var/run'],
    ['/var/lib//kubelet/pki', '/var/lib/kubelet/pki'],
    ['/srv/.ssh', '/srv/.ssh'],
    ['/srv/...', '/srv/...'],
    ['/srv/../etc', '/srv/../etc'],
    ['srv', 'srv'],
    ['', ''],
  ])('%s is %s, for volumes and for mounts, to the closure and to the API server', (written, path) => {
    const pod = spec({
      volumes: [{ name: 'v', hostPath: { path: written } }],
      containers: [{ name: 'c', volumeMounts: [{ name: 'v', mountPath: '/m' }] }],
    });
    const ofVolume = (field: string, value: string): AdmissionCondition => ({
      some: 'volumes',
      where: { field, operator: 'equals', value },
    });
    expect(both(ofVolume('volume.hostPath.path', path), 'Pod', pod)).toEqual(YES);
    expect(both(ofVolume('volume.hostPath.raw', written), 'Pod', pod)).toEqual(YES);
    const ofMount: AdmissionCondition = {
      some: 'containers',
      where: {
        some: 'container.mounts',
        where: { field: 'mount.hostPath', operator: 'equals', value: path },
      },
    };
    expect(both(ofMount, 'Pod', pod)).toEqual(YES);
  });

  it('is met however a rule writes it, but for patterns', () => {
    const pod = spec({ containers: [], volumes: [{ name: 'v', hostPath: { path: '/data' } }] });
    const asked = (operator: Operator, value: FactValue) =>
      both({ some: 'volumes', where: { field: 'volume.hostPath.path', operator, value } }, 'Pod', pod);
    expect(asked('equals', '/data/')).toEqual(YES);
    expect(asked('in', ['//data'])).toEqual(YES);
    expect(asked('not-equals', '/data/')).toEqual(NO);
    expect(asked('not-in', ['/./data'])).toEqual(NO);
    expect(asked('any-glob', ['/data/'])).toEqual(NO);
  });

  it('is none where the volume is of another kind', () => {
    const there: AdmissionCondition = {
      some: 'volumes',
      where: { field: 'volume.hostPath.path', operator: 'present' },
    };
    expect(both(there, 'Pod', spec({ containers: [], volumes: [{ name: 'v', emptyDir: {} }] }))).toEqual(NO);
  });
});

describe('an added capability', () => {
  const someOf = (where: AdmissionCondition): AdmissionCondition => ({ some: 'containers', where });
  const isOwned = someOf({
    field: 'container.capabilities.added',
    operator: 'any-glob',
    value: ['ALL', '*SYS_ADMIN'],
  });
  it.each([
    ['SYS_ADMIN', YES],
    ['sys_admin', YES],
    ['Sys_Admin', YES],
    ['cap_sys_admin', YES],
    ['all', YES],
    ['\u017fys_adm\u0131n', YES],
    ['ßys_admin', NO],
    ['chown', NO],
  ])('%s is read as runtimes read it', (name, expected) => {
    const securityContext = { capabilities: { add: ['CHOWN', name] } };
    expect(both(isOwned, 'Pod', spec({ containers: [{ name: 'c', securityContext }] }))).toEqual(expected);
  });
});

describe('a list that is empty', () => {
  const open: AdmissionCondition = {
    field: 'networkPolicy.openIngressRules',
    operator: 'greater-than',
    value: 0,
  };
  const narrow = { from: [{ podSelector: {} }] };
  it.each([
    ['no rules', { podSelector: {} }, NO],
    ['rules that are null', { podSelector: {}, ingress: null }, NO],
    ['an empty list of rules', { podSelector: {}, ingress: [] }, NO],
    ['an empty rule', { podSelector: {}, ingress: [{}] }, YES],
    ['a rule with no peers', { podSelector: {}, ingress: [{ from: [] }] }, YES],
    ['a rule whose peers are null', { podSelector: {}, ingress: [{ from: null }] }, YES],
    ['an open rule behind a narrow one', { podSelector: {}, ingress: [narrow, {}] }, YES],
    ['an open rule before a narrow one', { podSelector: {}, ingress: [{ ports: [] }, narrow] }, YES],
    ['two narrow rules', { podSelector: {}, ingress: [narrow, narrow] }, NO],
  ])('lets everybody in or nobody: %s', (_name, body, expected) => {
    expect(both(open, 'NetworkPolicy', spec(body))).toEqual(expected);
  });

  const unlimited: AdmissionCondition = {
    some: 'role.rules',
    where: { field: 'roleRule.resourceNames', operator: 'absent' },
  };
  it.each([
    ['none', {}, YES],
    ['null', { resourceNames: null }, YES],
    ['an empty list', { resourceNames: [] }, YES],
    ['one name', { resourceNames: ['db'] }, NO],
  ])('limits a grant to no name: %s', (_name, names, expected) => {
    const rules = [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'], ...names }];
    expect(both(unlimited, 'ClusterRole', { rules })).toEqual(expected);
  });
});
