// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type {
  AdmissionCondition,
  AdmissionFieldCondition,
  AdmissionRule,
  Operator,
} from '@bartizan/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ADMISSION_FIELDS,
  type AdmissionContext,
  type AdmissionRequest,
  applyPatch,
  COLLECTIONS,
  compileAdmissionPolicy,
  EMPTY_CONTEXT,
  Evaluation,
  joinPatches,
  judgeAdmission,
  pssRules,
  ruleHits,
  unknown,
} from '../index.ts';
import { compileAdmissionCondition } from './compile-condition.ts';
import { prefilter } from './prefilter.ts';
import { SharedNodes } from './settings.ts';

const run = { seed: 20261128, numRuns: 250 };

/** Words of the kinds of objects that are judged, so that arbitrary JSON reaches the fields. */
const WORDS = [
  ...new Set(
    [
      ...ADMISSION_FIELDS.flatMap(({ path }) => path),
      ...['metadata', 'spec', 'template', 'labels', 'annotations', 'containers', 'initContainers'],
      ...['ephemeralContainers', 'volumes', 'env', 'ports', 'volumeMounts', 'rules', 'subjects'],
      ...['__proto__', 'constructor', 'toString'],
    ].filter((word) => word !== ''),
  ),
];
const leaf = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    1,
    -1,
    1e300,
    '',
    'ALL',
    '100m',
    '1Gi',
    'nginx',
    'a@b:c/d',
    [],
  ),
  fc.string({ maxLength: 12 }),
);
const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 7, depthSize: 'large' },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .array(fc.tuple(fc.constantFrom(...WORDS), tie('value')), { maxLength: 6 })
      .map((pairs) =>
        JSON.parse(
          `{${pairs.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value) ?? 'null'}`).join(',')}}`,
        ),
      ),
  ),
})).value;

const container = fc.record(
  {
    name: fc.oneof(fc.constantFrom<unknown>('a', 'b'), json),
    image: fc.oneof(fc.constantFrom<unknown>('nginx', 'r.example/x:1', 'x@sha256:ab', 'Ж/nginx'), json),
    securityContext: fc.oneof(
      json,
      fc.record(
        {
          privileged: leaf,
          runAsUser: leaf,
          runAsNonRoot: leaf,
          allowPrivilegeEscalation: leaf,
          capabilities: fc.record({
            add: fc.array(leaf, { maxLength: 2 }),
            drop: fc.array(leaf, { maxLength: 2 }),
          }),
        },
        { requiredKeys: [] },
      ),
    ),
    env: fc.oneof(json, fc.array(fc.record({ name: leaf, value: leaf }), { maxLength: 2 })),
    resources: json,
  },
  { requiredKeys: [] },
);
const pod = fc.record(
  {
    metadata: json,
    spec: fc.oneof(
      json,
      fc.record(
        {
          hostNetwork: leaf,
          securityContext: json,
          containers: fc.oneof(json, fc.array(container, { maxLength: 3 })),
          initContainers: fc.oneof(json, fc.array(container, { maxLength: 1 })),
          volumes: json,
        },
        { requiredKeys: [] },
      ),
    ),
  },
  { requiredKeys: [] },
);

const requestFor = (object: unknown, more: Partial<AdmissionRequest> = {}): AdmissionRequest => ({
  operation: 'CREATE',
  group: '',
  resource: 'pods',
  subResource: '',
  kind: 'Pod',
  namespace: 'shop',
  name: 'p',
  object,
  ...more,
});

const VALUES: readonly unknown[] = ['nginx', 'docker.io/library', true, false, 0, 1000, ['ALL', 'a'], []];
const OPERATORS: readonly Operator[] = [
  'equals',
  'not-equals',
  'in',
  'not-in',
  'contains',
  'contains-any',
  'starts-with',
  'glob',
  'any-glob',
  'greater-than',
  'less-than',
  'present',
  'absent',
];
const comparison = (subjects: readonly string[]): fc.Arbitrary<AdmissionCondition> =>
  fc.record({
    field: fc.constantFrom(
      ...ADMISSION_FIELDS.filter(({ subject }) => subjects.includes(subject)).map(({ name }) => name),
    ),
    operator: fc.constantFrom(...OPERATORS),
    value: fc.constantFrom(...VALUES) as fc.Arbitrary<NonNullable<AdmissionFieldCondition['value']>>,
  });
const ROOTS = ['request', 'object', 'pod', 'service-account'];
const node = (subjects: readonly string[], depth: number): fc.Arbitrary<AdmissionCondition> => {
  const leaves = comparison(subjects);
  if (depth === 0) return leaves;
  const inner = node(subjects, depth - 1);
  const lists = Object.entries(COLLECTIONS).filter(([, { parent }]) =>
    parent === 'request' ? !subjects.includes('container') : subjects.includes(parent),
  );
  const quantified = fc
    .constantFrom(...lists)
    .chain(([name, { subject }]) =>
      fc
        .tuple(node([...subjects, subject], depth - 1), fc.constantFrom('some', 'every', 'count'))
        .map(([where, kind]) => ({ [kind]: name, where, ...(kind === 'count' ? { atLeast: 2 } : {}) })),
    ) as unknown as fc.Arbitrary<AdmissionCondition>;
  return fc.oneof(
    leaves,
    fc.array(inner, { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
    fc.array(inner, { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
    inner.map((not) => ({ not })),
    ...(lists.length > 0 ? [quantified, quantified] : []),
  );
};

const contexts: readonly AdmissionContext[] = [
  EMPTY_CONTEXT,
  { image: () => unknown('not now'), namespace: () => ({ labels: { a: 'b' }, annotations: {} }) },
  {
    image: () => ({
      scanned: true,
      signed: false,
      vulnerabilities: [{ id: 'CVE-2026-1', severity: 'high', fixable: true, score: 8 }],
    }),
    serviceAccount: () => ({ riskTags: ['exec'] }),
  },
];

describe('judging', () => {
  const [template] = pssRules('baseline');
  if (template === undefined) throw new Error('no rule');
  const set = compileAdmissionPolicy({ rules: pssRules('restricted') });
  if (!set.ok) throw new Error(set.error.detail);

  it('never throws, whatever the object is, and says the same with and without places', {
    timeout: 120_000,
  }, () => {
    const kinds = [
      ['', 'pods', 'Pod', (object: unknown) => object],
      ['apps', 'deployments', 'Deployment', (object: unknown) => ({ spec: { template: object } })],
      [
        'batch',
        'cronjobs',
        'CronJob',
        (object: unknown) => ({ spec: { jobTemplate: { spec: { template: object } } } }),
      ],
    ] as const;
    fc.assert(
      fc.property(
        fc.oneof(json, pod),
        pod,
        fc.constantFrom(...kinds),
        (object, old, [group, resource, kind, wrap]) => {
          const request = requestFor(wrap(object), { group, resource, kind });
          const { violations } = judgeAdmission(set.value, request, EMPTY_CONTEXT, 0);
          const hits = ruleHits(set.value, request, EMPTY_CONTEXT, 0);
          expect([...new Set(violations.map(({ rule }) => rule))]).toEqual(hits.map(({ rule }) => rule));
          for (const { path, message, patch } of violations) {
            expect(path.length + message.en.length + message.ja.length).toBeGreaterThan(0);
            expect(JSON.stringify(patch).length).toBeGreaterThan(0);
          }
          judgeAdmission(
            set.value,
            { ...request, operation: 'UPDATE', oldObject: wrap(old) },
            EMPTY_CONTEXT,
            0,
          );
          judgeAdmission(
            set.value,
            { ...request, operation: 'DELETE', oldObject: object, object: null },
            EMPTY_CONTEXT,
            0,
          );
        },
      ),
      run,
    );
  });

  it('leaves out only rules whose conditions do not hold and are not unknown', { timeout: 120_000 }, () => {
    let held = 0;
    let filtered = 0;
    let runs = 0;
    fc.assert(
      fc.property(
        fc.array(node(ROOTS, 3), { minLength: 1, maxLength: 4 }),
        fc.oneof(pod, json),
        fc.constantFrom(...contexts),
        (conditions, object, context) => {
          runs += 1;
          const shared = new SharedNodes();
          const nodes = conditions.flatMap((condition) => {
            const compiled = compileAdmissionCondition(condition, { parameters: {}, shared });
            return compiled.ok ? [compiled.value] : [];
          });
          const root = new Evaluation(requestFor(object), context, { nowMs: 0 });
          root.answers = new Uint8Array(512);
          // One filter for all of them: fields of one way share it.
          const marked = new Set(prefilter(nodes.map(({ needs }) => needs)).candidates(root));
          for (const [at, { ask }] of nodes.entries()) {
            if (ask(root) !== 0) {
              held += 1;
              expect(marked.has(at)).toBe(true);
            } else if (!marked.has(at)) filtered += 1;
          }
        },
      ),
      { ...run, numRuns: 1500 },
    );
    // Both sides must have been seen; a quick look, of a tenth of the runs, sees few.
    const least = runs < 1500 ? 0 : 100;
    expect(held).toBeGreaterThan(least);
    expect(filtered).toBeGreaterThan(least);
  });

  it('gives patches after which the violation is gone', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(pod, (object) => {
        const judged = (value: unknown) =>
          judgeAdmission(set.value, requestFor(value), EMPTY_CONTEXT, 0).violations;
        const patched = judged(object).filter(({ patch, state }) => patch.length > 0 && state === 'violated');
        const repaired = applyPatch(
          object,
          joinPatches(
            object,
            patched.map(({ patch }) => patch),
          ),
        );
        const left = judged(repaired).filter(({ state }) => state === 'violated');
        for (const { rule, path } of patched)
          expect(left.filter((one) => one.rule === rule && one.path === path)).toEqual([]);
      }),
      run,
    );
  });
});

describe('a condition', () => {
  const rule = (condition: AdmissionCondition): AdmissionRule => {
    const [template] = pssRules('baseline');
    if (template === undefined) throw new Error('no rule');
    return { ...template, condition, message: { en: 'x', ja: 'x' } };
  };
  it.each<[string, unknown]>([
    ['there is no field', { field: 'pod.nothing', operator: 'equals', value: 1 }],
    ['cannot be asked of', { field: 'pod.hostNetwork', operator: 'glob', value: 'x' }],
    ['can only be asked of a container', { field: 'container.name', operator: 'equals', value: 'x' }],
    [
      'can only be asked of a container',
      { some: 'container.ports', where: { field: 'port.hostPort', operator: 'present' } },
    ],
    ['there is no list', { some: 'nothing', where: { field: 'pod.hostNetwork', operator: 'present' } }],
    ['says nothing', { all: [] }],
    ['there is no parameter', { field: 'object.name', operator: 'equals', parameter: 'x' }],
    ['CEL expressions cannot be compiled here', { cel: 'true' }],
    ['is no object', { not: null }],
    [
      'can only be asked of a volume',
      {
        some: 'volumes',
        where: { some: 'containers', where: { field: 'volume.name', operator: 'present' } },
      },
    ],
  ])('is refused when %s', (words, condition) => {
    const outcome = compileAdmissionPolicy({ rules: [rule(condition as AdmissionCondition)] });
    expect(outcome.ok ? 'compiled' : outcome.error.detail).toContain(words);
  });
});
