// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionBinding, AdmissionRule } from '@bartizan/contracts';
import { compileAdmissionPolicy, POD_PATHS, type PodPath } from '@bartizan/engine/admission';
import { anAdmissionRule } from '@bartizan/testkit/store';
import { describe, expect, it } from 'vitest';
import { askedMore, JUDGED, MORE_MAX } from './asked-resources.ts';

const rule = (
  id: string,
  resources: string[],
  operations: AdmissionRule['match']['operations'] = ['CREATE'],
) => anAdmissionRule({ id, match: { resources, operations } });
const BUILT_IN = 'admission.built-in';
function more(
  rules: readonly AdmissionRule[],
  bindings: readonly AdmissionBinding[] = [],
  podPaths: readonly PodPath[] = [],
) {
  const compiled = compileAdmissionPolicy({ rules, bindings, podPaths });
  if (!compiled.ok) throw new Error(compiled.error.detail);
  return askedMore(compiled.value, (id) => id === BUILT_IN);
}
const NOTHING = { judged: [], entered: [], leftOut: [] };

describe('what is always asked', () => {
  it('holds every kind of Kubernetes that has a pod template, and never a whole group', () => {
    for (const { group, resource } of POD_PATHS)
      for (const operation of ['CREATE', 'UPDATE'])
        expect(
          JUDGED.some(
            (one) =>
              one.groups.includes(group) &&
              one.resources.includes(resource) &&
              one.operations.includes(operation),
          ),
          `${operation} ${group}/${resource}`,
        ).toBe(true);
    expect(JSON.stringify(JUDGED)).not.toContain('*');
    expect(JUDGED.flatMap(({ resources }) => resources)).not.toContain('secrets');
  });
});

describe('a rule about workloads', () => {
  it('is asked about each part of a pod that is always asked about', () => {
    const compiled = compileAdmissionPolicy({ rules: [rule('custom.pods', ['workloads'], ['UPDATE'])] });
    if (!compiled.ok) throw new Error(compiled.error.detail);
    const parts = JUDGED.flatMap(({ resources }) => resources).filter((name) => name.startsWith('pods/'));
    expect(parts).not.toEqual([]);
    for (const part of parts) {
      const [resource = '', subResource = ''] = part.split('/');
      const asked = {
        ...{ operation: 'UPDATE' as const, group: '', resource, subResource, kind: 'Pod' },
        ...{ namespace: 'shop', name: 'p', object: {} },
      } as const;
      expect(compiled.value.dispatch(asked, 'admission').rules, part).toHaveLength(1);
    }
  });

  it('asks about nothing more, whatever of it is asked already', () => {
    expect(more([rule('custom.pods', ['workloads'], ['CREATE', 'UPDATE'])])).toEqual(NOTHING);
  });
});

describe('what rules name beyond that', () => {
  it('is nothing where they name what is asked already', () => {
    expect(more([rule('custom.pods', ['workloads', '/services', '/pods/exec'])])).toMatchObject({
      // A connection is asked as CONNECT: what would be another operation never comes, and asks nothing.
      judged: [{ groups: [''], resources: ['pods/exec'], operations: ['CREATE'] }],
    });
    expect(more([rule('custom.pods', ['workloads', '/services'])])).toEqual(NOTHING);
    expect(more([rule('custom.exec', ['/pods/exec'], ['CONNECT'])])).toEqual(NOTHING);
  });

  it('is asked with its operations, in an order that never changes', () => {
    const rules = [
      rule('custom.widgets', ['example.com/widgets', 'example.com/gadgets'], ['UPDATE', 'CREATE']),
      rule('custom.gone', ['/namespaces'], ['DELETE']),
      rule('custom.scale', ['argoproj.io/rollouts/scale'], ['UPDATE']),
      rule('custom.proxy', ['example.com/widgets/proxy'], ['CONNECT']),
      rule('custom.all', ['other.example/*'], ['CREATE']),
      rule('custom.others', ['other.example/things', 'other.example/thing*'], ['CREATE']),
    ];
    const asked = {
      judged: [
        { groups: [''], resources: ['namespaces'], operations: ['DELETE'] },
        { groups: ['argoproj.io'], resources: ['rollouts/scale'], operations: ['UPDATE'] },
        { groups: ['example.com'], resources: ['gadgets', 'widgets'], operations: ['CREATE', 'UPDATE'] },
        { groups: ['other.example'], resources: ['*'], operations: ['CREATE'] },
        { groups: ['other.example'], resources: ['things'], operations: ['CREATE'] },
      ],
      entered: [{ groups: ['example.com'], resources: ['widgets/proxy'], operations: ['CONNECT'] }],
      leftOut: [],
    };
    expect(more(rules)).toEqual(asked);
    expect(more(rules.toReversed())).toEqual(asked);
  });

  it('is what somebody chose: a rule of the product sends no Secrets before it is bound', () => {
    const secrets = rule(BUILT_IN, ['/secrets']);
    const binding = (mode: AdmissionBinding['mode']): AdmissionBinding => ({
      ...{ id: 'custom.bound', rules: [BUILT_IN], namespaces: ['shop'], mode },
    });
    expect(more([secrets])).toEqual(NOTHING);
    const asked = [{ groups: [''], resources: ['secrets'], operations: ['CREATE'] }];
    expect(more([secrets], [binding('enforce')]).judged).toEqual(asked);
    const elsewhere = anAdmissionRule({ ...rule('custom.ci', ['/secrets']), stages: ['ci', 'audit'] });
    expect(more([elsewhere])).toEqual(NOTHING);
  });

  it('is bounded, and says how much found no room', () => {
    const rules = Array.from({ length: 10 }, (_, at) =>
      rule(
        `custom.many-${at}`,
        Array.from({ length: 60 }, (__, of) => `g${at}.example/r${of}`),
      ),
    );
    const { judged, leftOut } = more(rules);
    expect(judged.flatMap(({ resources }) => resources)).toHaveLength(MORE_MAX);
    expect(leftOut).toHaveLength(100);
    expect(leftOut).toContain('g9.example/r59');
  });

  it('begins with custom kinds that hold pods, also before a rule of the product is bound', () => {
    const kind = (resource: string, template: string[]): PodPath => ({
      ...{ group: 'shapes.example', resource, kind: resource, template },
    });
    const paths = [
      kind('rolls', ['spec', 'template']),
      kind('heads', ['spec', 'head']),
      kind('heads', ['spec', 'tail']),
    ];
    const asked = {
      groups: ['shapes.example'],
      resources: ['heads', 'rolls'],
      operations: ['CREATE', 'UPDATE'],
    };
    expect(more([rule(BUILT_IN, ['workloads'])], [], paths).judged).toEqual([asked]);
    const many = Array.from({ length: MORE_MAX }, (_, at) => `a.example/r${at}`);
    const { judged, leftOut } = more([rule('custom.many', many)], [], paths);
    expect(judged).toContainEqual(asked);
    expect(leftOut).toHaveLength(2);
  });
});
