// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionCondition, AdmissionRule } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import { type AdmissionContext, type AdmissionRequest, EMPTY_CONTEXT, judgeAdmission } from '../index.ts';
import { compiledPolicy, PRIVILEGED_RULE } from '../testing/privileged-rule.ts';

const KINDS = { '/pods': 'Pod', 'networking.k8s.io/networkpolicies': 'NetworkPolicy' } as const;

function judged(
  kind: keyof typeof KINDS,
  condition: AdmissionCondition,
  object: unknown,
  context: AdmissionContext = EMPTY_CONTEXT,
): string {
  const { fix: _fix, ...template } = PRIVILEGED_RULE;
  const rule: AdmissionRule = {
    ...template,
    condition,
    message: { en: 'x', ja: 'x' },
    match: { resources: [kind], operations: ['CREATE'] },
  };
  const [group = '', resource = ''] = kind.split('/');
  const request: AdmissionRequest = {
    operation: 'CREATE',
    ...{ group, resource, subResource: '', kind: KINDS[kind], namespace: 'shop', name: 'a', object },
  };
  const { decision, violations } = judgeAdmission(compiledPolicy({ rules: [rule] }), request, context, 0);
  return `${decision.verdict} ${violations.map(({ state, missing }) => missing ?? state).join()}`.trim();
}

const BEYOND = 65_536;
const TOO_MANY = 'deny more values stand there than are looked at';
const peers = (count: number) => [
  ...new Array(count).fill({ ipBlock: { cidr: '10.0.0.0/8' } }),
  { ipBlock: { cidr: '0.0.0.0/0' } },
];
const policy = (ingress: unknown) => ({ kind: 'NetworkPolicy', spec: { podSelector: {}, ingress } });

describe('a path with a star', () => {
  const internet: AdmissionCondition = {
    field: 'object.path/spec/ingress/*/from/*/ipBlock/cidr',
    operator: 'any-glob',
    value: ['0.0.0.0/0'],
  };
  const asked = (ingress: unknown): string =>
    judged('networking.k8s.io/networkpolicies', internet, policy(ingress));

  it.each([0, 511, 512, 4097, BEYOND - 2])('finds what stands behind %i others', (count) => {
    expect(asked([{ from: peers(count) }])).toBe('deny violated');
  });

  it('finds what stands in the last of many lists', () => {
    expect(asked([...new Array(600).fill({ from: [] }), { from: peers(600) }])).toBe('deny violated');
    expect(asked([...new Array(600).fill({ from: [] }), { from: [] }])).toBe('allow');
  });

  it('says that it does not know where more stands there than it looks at', () => {
    expect(asked([{ from: peers(BEYOND) }])).toBe(TOO_MANY);
    expect(asked(new Array(BEYOND + 1).fill({}))).toBe(TOO_MANY);
  });

  it('finds a reference to a secret behind those to config maps', () => {
    const secret: AdmissionCondition = {
      field: 'pod.path/containers/*/envFrom/*/secretRef/name',
      operator: 'present',
    };
    const configMaps: unknown[] = new Array(512).fill({ configMapRef: { name: 'c' } });
    const pod = (envFrom: unknown[]) => ({ spec: { containers: [{ name: 'a', envFrom }] } });
    expect(judged('/pods', secret, pod([...configMaps, { secretRef: { name: 's' } }]))).toBe('deny violated');
    expect(judged('/pods', secret, pod(configMaps))).toBe('allow');
  });

  it('looks at the whole of a long value', () => {
    const debug: AdmissionCondition = {
      field: 'pod.path/containers/*/args/*',
      operator: 'any-glob',
      value: ['*--debug*'],
    };
    const pod = { spec: { containers: [{ name: 'a', args: [`${'a'.repeat(5000)} --debug`] }] } };
    expect(judged('/pods', debug, pod)).toBe('deny violated');
  });
});

describe('a path to a list or a map', () => {
  const holds = (field: string): AdmissionCondition => ({ field, operator: 'contains', value: 'last' });
  const texts = (count: number): string[] => [...new Array<string>(count).fill('x'), 'last'];
  const keys = (count: number) =>
    Object.fromEntries(texts(count).map((key, at) => [at < count ? `k${at}` : key, 'v']));

  it.each<[number, string]>([
    [512, 'deny violated'],
    [BEYOND - 1, 'deny violated'],
    [BEYOND, TOO_MANY],
  ])('is looked at behind %i others', (count, outcome) => {
    const pod = (spec: object) => ({ spec: { containers: [], ...spec } });
    expect(judged('/pods', holds('pod.path/args'), pod({ args: texts(count) }))).toBe(outcome);
    expect(judged('/pods', holds('pod.path/nodeSelector'), pod({ nodeSelector: keys(count) }))).toBe(outcome);
  });

  it.each<[number, string]>([
    [512, 'deny violated'],
    [4095, 'deny violated'],
    [4096, 'deny the list has more than 4096 items'],
  ])('is looked at by the fields that tell its names, behind %i others', (count, outcome) => {
    const labels = keys(count);
    const owners = texts(count).map((kind) => ({ kind }));
    const pod = {
      metadata: { name: 'a', labels, ownerReferences: owners },
      spec: { nodeSelector: labels, containers: [{ name: 'a', image: 'nginx' }] },
    };
    for (const field of ['object.labelKeys', 'object.ownerKinds', 'pod.nodeSelectorKeys'])
      expect(judged('/pods', holds(field), pod), field).toBe(outcome);
    const ofImage: AdmissionCondition = {
      some: 'containers',
      where: { field: 'image.labelEntries', operator: 'contains', value: 'last=v' },
    };
    expect(judged('/pods', ofImage, pod, { image: () => ({ scanned: true, labels }) })).toBe(outcome);
  });
});
