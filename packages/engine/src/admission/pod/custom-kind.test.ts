// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import {
  type AdmissionRuleSet,
  type CustomKind,
  customKindOf,
  customPodPaths,
  EMPTY_CONTEXT,
  findViolations,
  judgeAdmission,
  PODS_MAX,
  type PodPath,
  podPathsOf,
  podPlaceText,
  ruleHits,
} from '../index.ts';
import { compiledPolicy, PRIVILEGED_RULE } from '../testing/privileged-rule.ts';

type Schema = Readonly<Record<string, unknown>>;
const text: Schema = { type: 'string' };
const open: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const of = (properties: Readonly<Record<string, unknown>>, more: Schema = {}): Schema => ({
  type: 'object',
  properties,
  ...more,
});
const podSpec = (more: Schema = { required: ['containers'] }): Schema =>
  of({ nodeName: text, containers: { type: 'array', items: of({ name: text, image: text }) } }, more);
const template: Schema = of({ metadata: open, spec: podSpec() });

interface Version {
  readonly name: string;
  readonly spec: Schema;
  readonly served?: boolean;
  readonly storage?: boolean;
}
const definition = (versions: readonly Version[], resource = 'rolls') => ({
  spec: {
    group: 'shapes.example',
    names: { plural: resource, kind: 'Roll' },
    scope: 'Namespaced',
    versions: versions.map(({ name, spec, served = true, storage = false }) => ({
      ...{ name, served, storage },
      schema: {
        openAPIV3Schema: of({ apiVersion: text, kind: text, metadata: open, spec, status: template }),
      },
    })),
  },
});
function kindOf(versions: readonly Version[]): CustomKind {
  const kind = customKindOf(definition(versions));
  if (kind === undefined) throw new Error('no kind');
  return kind;
}
const one = (spec: Schema): CustomKind => kindOf([{ name: 'v1', spec, storage: true }]);
const placesOf = (kind: CustomKind): string[] => podPathsOf(kind).map(podPlaceText);

describe('pod templates of a custom kind', () => {
  it.each<[string, Schema, readonly string[]]>([
    ['a template, as of a Rollout', of({ replicas: { type: 'integer' }, template }), ['spec.template']],
    ['a template deep inside', of({ job: of({ spec: of({ template }) }) }), ['spec.job.spec.template']],
    [
      'templates of a list and of a map',
      of({
        head: of({ template }),
        workers: { type: 'array', items: of({ template }) },
        replicas: { type: 'object', additionalProperties: of({ template }) },
      }),
      ['spec.head.template', 'spec.workers[*].template', 'spec.replicas[*].template'],
    ],
    ['the spec of a pod alone', of({ podSpec: podSpec() }), ['spec.podSpec']],
    ['the object itself', podSpec(), ['spec']],
    ['settings that are merged into pods of an operator', podSpec({}), []],
    [
      'a list of containers without images',
      of({ template: of({ spec: of({ containers: { type: 'array', items: of({ size: text }) } }) }) }),
      [],
    ],
    ['nothing', of({ size: text }), []],
  ])('%s', (_name, spec, places) => {
    expect(placesOf(one(spec))).toEqual(places);
    expect(podPathsOf(one(spec)).every(({ isGuess }) => isGuess === undefined)).toBe(true);
  });

  it('are found by name where the schema says nothing, and what else is open is told', () => {
    const kind = one(
      of({ template: open, volumeClaimTemplate: open, jobTemplate: open, values: open, podSpec: open }),
    );
    expect(placesOf(kind)).toEqual(['spec.template', 'spec.jobTemplate.spec.template', 'spec.podSpec']);
    expect(podPathsOf(kind).every(({ isGuess }) => isGuess)).toBe(true);
    expect(kind.versions[0]?.open).toEqual(['spec.volumeClaimTemplate', 'spec.values']);
    expect(one(open).versions).toMatchObject([{ templates: [], open: ['spec'] }]);
    const listed = of({ template: of({ spec: of({ containers: { type: 'array', items: open } }) }) });
    expect(podPathsOf(one(listed))).toMatchObject([{ template: ['spec', 'template'], isGuess: true }]);
  });

  it('belong to the served versions that have them', () => {
    const kind = kindOf([
      { name: 'v1', spec: of({ template }), storage: true },
      { name: 'v1beta1', spec: of({ podTemplate: template }) },
      { name: 'v1alpha1', spec: of({ other: template }), served: false },
    ]);
    expect(kind.version).toBe('v1');
    expect(podPathsOf(kind)).toMatchObject([
      { template: ['spec', 'template'], versions: ['v1'] },
      { template: ['spec', 'podTemplate'], versions: ['v1beta1'] },
    ]);
    const same = kindOf([
      { name: 'v1', spec: of({ template }) },
      { name: 'v2', spec: of({ template, more: text }), storage: true },
    ]);
    expect(same.version).toBe('v2');
    expect(podPathsOf(same)).toEqual([
      { group: 'shapes.example', resource: 'rolls', kind: 'Roll', template: ['spec', 'template'] },
    ]);
  });

  it('are not looked for without end, and that is said', () => {
    const nested = (depth: number): Schema =>
      depth === 0 ? of({ template }) : of({ in: nested(depth - 1) });
    expect(one(nested(40)).versions[0]).toMatchObject({ templates: [], unread: 'too-deep' });
    const wide = of(Object.fromEntries(Array.from({ length: 30_000 }, (_, at) => [`f${at}`, text])));
    expect(one(wide).versions[0]).toMatchObject({ unread: 'too-large' });
    const many = of(Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`p${at}`, template])));
    expect(one(many).versions[0]).toMatchObject({ unread: 'too-many' });
    expect(one(many).versions[0]?.templates).toHaveLength(32);
    const versions = Array.from({ length: 17 }, (_, at) => ({ name: `v${at}`, spec: of({ template }) }));
    expect(kindOf(versions).versions.map(({ unread }) => unread)).toEqual(Array(16).fill('too-many'));
  });

  it('are none of what is no definition', () => {
    for (const bad of [undefined, null, 1, [], {}, { spec: 1 }, { spec: { versions: 'x' } }, definition([])])
      expect(customKindOf(bad)).toBeUndefined();
    expect(customKindOf(definition([{ name: 'v1', spec: of({}) }], '../x'))).toBeUndefined();
    const without = {
      ...definition([]),
      spec: { ...definition([]).spec, versions: [{ name: 'v1', served: true }] },
    };
    expect(customKindOf(without)?.versions).toEqual([
      { version: 'v1', templates: [], open: [], unread: 'no-schema' },
    ]);
  });

  it('stand beside kinds in wide use, of which a definition says more, and a guess is none', () => {
    const rollout = (spec: Schema) =>
      customKindOf({
        spec: {
          ...{ group: 'argoproj.io', names: { plural: 'rollouts', kind: 'Rollout' }, scope: 'Namespaced' },
          versions: [
            { name: 'v1alpha1', served: true, storage: true, schema: { openAPIV3Schema: of({ spec }) } },
          ],
        },
      }) as CustomKind;
    const rows = (kinds: readonly CustomKind[]) =>
      customPodPaths(kinds).filter(({ resource }) => resource === 'rollouts');
    const known = {
      group: 'argoproj.io',
      resource: 'rollouts',
      kind: 'Rollout',
      template: ['spec', 'template'],
    };
    expect(rows([])).toEqual([known]);
    expect(rows([rollout(of({ template: open, podTemplate: open }))])).toEqual([known]);
    expect(rows([rollout(open)])).toEqual([known]);
    expect(rows([rollout(of({ podTemplate: template }))])).toEqual([
      { ...known, template: ['spec', 'podTemplate'] },
    ]);
  });
});

const container = (privileged: boolean) => ({ name: 'c', image: 'a:1', securityContext: { privileged } });
const pod = (privileged: boolean) => ({ spec: { containers: [container(privileged)] } });
const NOW_MS = 1_790_000_000_000;
const request = (object: unknown, oldObject?: unknown) => ({
  operation: oldObject === undefined ? ('CREATE' as const) : ('UPDATE' as const),
  ...{ group: 'shapes.example', resource: 'rolls', kind: 'Roll', subResource: '' },
  ...{ namespace: 'shop', name: 'one', object, ...(oldObject === undefined ? {} : { oldObject }) },
});
const row = (path: readonly string[], more: Partial<PodPath> = {}): PodPath => ({
  ...{ group: 'shapes.example', resource: 'rolls', kind: 'Roll', template: path },
  ...more,
});
const compiledRules = (podPaths: readonly PodPath[]): AdmissionRuleSet =>
  compiledPolicy({ rules: [PRIVILEGED_RULE], podPaths });
const pathsFor = (podPaths: readonly PodPath[], object: unknown, oldObject?: unknown) => {
  const set = compiledRules(podPaths);
  const verdict = judgeAdmission(set, request(object, oldObject), EMPTY_CONTEXT, NOW_MS);
  return { verdict: verdict.decision.verdict, paths: verdict.violations.map(({ path }) => path) };
};

describe('pods of a custom kind are judged', () => {
  const workers = [row(['spec', 'head', 'template']), row(['spec', 'workers', '*', 'template'])];

  it('each at its place, and what is fine stays fine', () => {
    const object = (bad: readonly boolean[]) => ({
      spec: { head: { template: pod(false) }, workers: bad.map((one) => ({ template: pod(one) })) },
    });
    expect(pathsFor(workers, object([false, false]))).toEqual({ verdict: 'allow', paths: [] });
    expect(pathsFor(workers, object([false, true, true]))).toEqual({
      verdict: 'deny',
      paths: [1, 2].map((at) => `spec.workers[${at}].template.spec.containers[0].securityContext.privileged`),
    });
    const set = compiledRules(workers);
    expect(ruleHits(set, request(object([true])), EMPTY_CONTEXT, NOW_MS, 'admission')).toMatchObject([
      { state: 'violated' },
    ]);
    expect(findViolations(set, request(object([true, true])), EMPTY_CONTEXT, NOW_MS)).toHaveLength(2);
  });

  it('with what was there before it', () => {
    const object = (bad: boolean) => ({
      spec: { head: { template: pod(true) }, workers: [{ template: pod(bad) }] },
    });
    expect(pathsFor(workers, object(true), object(true)).verdict).toBe('alert');
    expect(pathsFor(workers, object(true), object(false)).verdict).toBe('deny');
  });

  it('by the version the object has, and by all where it has none', () => {
    const rows = [
      row(['spec', 'template'], { versions: ['v1'] }),
      row(['spec', 'podTemplate'], { versions: ['v1beta1'] }),
    ];
    const object = (version: string) => ({
      apiVersion: `shapes.example/${version}`,
      spec: { template: pod(true), podTemplate: pod(true) },
    });
    expect(pathsFor(rows, object('v1')).paths).toHaveLength(1);
    expect(pathsFor(rows, object('v1beta1')).paths[0]).toContain('spec.podTemplate.spec');
    expect(pathsFor(rows, object('v9')).paths).toHaveLength(2);
    expect(pathsFor(rows, { spec: object('v1').spec }).paths).toHaveLength(2);
  });

  it('under another name than spec, and where a guess turns out to be a pod', () => {
    expect(
      pathsFor([row(['spec'], { spec: 'podSpec' })], { spec: { podSpec: pod(true).spec } }).paths,
    ).toEqual(['spec.podSpec.containers[0].securityContext.privileged']);
    const guess = [row(['spec', 'template'], { isGuess: true })];
    expect(pathsFor(guess, { spec: { template: pod(true) } }).verdict).toBe('deny');
    expect(pathsFor(guess, { spec: { template: { spec: { size: 1 } } } }).verdict).toBe('allow');
  });

  it('as far as there is room: more of them than that are undecided, and unknown to the audit', () => {
    const object = {
      spec: { workers: Array.from({ length: PODS_MAX + 1 }, () => ({ template: pod(false) })) },
    };
    expect(pathsFor(workers, object).verdict).toBe('undecided');
    const set = compiledRules(workers);
    expect(ruleHits(set, request(object), EMPTY_CONTEXT, NOW_MS, 'admission')).toMatchObject([
      { state: 'unknown' },
    ]);
  });

  it('whatever stands there: nothing of it makes judging fail', () => {
    for (const spec of [
      1,
      'x',
      null,
      [],
      { workers: 5 },
      { workers: [null, 1, 'x', []] },
      { workers: { a: 1 } },
    ])
      expect(['allow', 'alert']).toContain(pathsFor(workers, { spec }).verdict);
  });
});
