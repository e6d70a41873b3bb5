// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../testing/run-command.ts';
import { listedObjects } from './listed-objects.ts';

const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'bad', namespace: 'shop' },
  spec: { containers: [{ name: 'c', image: 'i', securityContext: { privileged: true } }] },
};
const UNTYPED = { metadata: POD.metadata, spec: POD.spec };
const listed = (...items: unknown[]) => ({ apiVersion: 'v1', kind: 'List', items });
const nested = (levels: number): unknown => (levels === 0 ? POD : listed(nested(levels - 1)));
const CONFIG = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'shop' } };

/** Documents that kubectl makes the pod of. */
const BRINGING: readonly [string, unknown][] = [
  ['a List', listed(POD)],
  ['a List that says no version', { kind: 'List', items: [POD] }],
  ['a ConfigMap with items', { ...CONFIG, items: [POD] }],
  [
    'a typed list, whose items do not say what they are',
    { apiVersion: 'v1', kind: 'PodList', items: [UNTYPED] },
  ],
  [
    'a typed list, whose items say it is nothing',
    { apiVersion: 'v1', kind: 'PodList', items: [{ ...UNTYPED, apiVersion: '', kind: null }] },
  ],
  ['a Pod with items that do not say what they are', { ...POD, spec: {}, items: [UNTYPED] }],
  ['lists five deep', nested(5)],
  ['lists forty deep', nested(40)],
];
const namesOf = (value: unknown) =>
  [...listedObjects(value)].map(({ object: { kind, metadata }, steps }) => [
    kind,
    metadata?.name,
    steps.join('.'),
  ]);

let folder = '';
const at = (name: string): string => join(folder, name);
const run = (words: readonly string[]) => runCommand(words, { language: 'en' });
const suite = (given: object, verdict: string) => {
  const cases = [{ name: 'one', ...given, expect: [{ rule: 'own.privileged', verdict }] }];
  const document = {
    apiVersion: 'policy.bartizan.dev/v1alpha1',
    kind: 'PolicySuite',
    metadata: { name: 'listed' },
    spec: { cases },
  };
  writeFileSync(at('suite.json'), JSON.stringify(document));
  return run(['policy', 'test', at('suite.json'), at('rule.json')]);
};

const RULE = {
  apiVersion: 'policy.bartizan.dev/v1alpha1',
  kind: 'AdmissionRule',
  metadata: { name: 'own.privileged' },
  spec: {
    title: 'No container is privileged',
    severity: 'critical',
    mode: 'enforce',
    match: { resources: ['workloads'], operations: ['CREATE', 'UPDATE'] },
    condition: {
      some: 'containers',
      where: { field: 'container.privileged', operator: 'equals', value: true },
    },
    message: 'privileged',
  },
};
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-listed-'));
  writeFileSync(at('rule.json'), JSON.stringify(RULE));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the objects of a document', () => {
  it('are the items of whatever has some, and itself where its kind is no list', () => {
    expect(namesOf({ ...CONFIG, items: [POD, 'text', null, {}] })).toEqual([
      ['ConfigMap', 'c', ''],
      ['Pod', 'bad', 'items.0'],
      ['ConfigMap', undefined, 'items.3'],
    ]);
    expect(namesOf(listed(listed(), listed(CONFIG), POD))).toEqual([
      ['ConfigMap', 'c', 'items.1.items.0'],
      ['Pod', 'bad', 'items.2'],
    ]);
  });

  it('are one where items are no list, and none where nothing says a kind', () => {
    expect(namesOf({ ...CONFIG, items: 'a' })).toEqual([['ConfigMap', 'c', '']]);
    expect(namesOf({ apiVersion: 'v1', kind: 'PodList', items: null })).toEqual([['PodList', undefined, '']]);
    expect([namesOf({ items: [POD] }), namesOf([POD]), namesOf('Pod'), namesOf(null)]).toEqual([
      [],
      [],
      [],
      [],
    ]);
  });
});

describe.each(BRINGING)('a pod that %s brings', (_name, document) => {
  it('is found by policy apply, at its place', async () => {
    writeFileSync(at('applied.json'), JSON.stringify(document, null, 1));
    const words = ['--policies', at('rule.json'), '--own-only', '--fail-on', 'high', '-o', 'json'];
    const { stdout, exitCode } = await run(['policy', 'apply', at('applied.json'), ...words]);
    const lines = JSON.stringify(document, null, 1).split('\n');
    expect(JSON.parse(stdout)).toMatchObject({
      problems: [],
      findings: [
        {
          rule: 'own.privileged',
          object: { kind: 'Pod', namespace: 'shop', name: 'bad' },
          line: lines.findIndex((text) => text.includes('"privileged"')) + 1,
        },
      ],
    });
    expect(exitCode).toBe(3);
  });

  it.each(['object', 'file'])('is judged by policy test, as %s of a case', async (by) => {
    writeFileSync(at('case.json'), JSON.stringify(document));
    const given = by === 'object' ? { object: document } : { file: 'case.json' };
    const ended = await suite(given, 'violated');
    expect([ended.exitCode, ended.stderr]).toEqual([0, '1 passed, 0 failed\n']);
  });

  it('is counted by policy simulate', async () => {
    writeFileSync(at('simulated.json'), JSON.stringify(document));
    const words = ['--from-manifests', at('simulated.json'), '--output', 'json'];
    const { stdout } = await run(['policy', 'simulate', at('rule.json'), ...words]);
    expect(JSON.parse(stdout)).toMatchObject({
      newlyDenied: 1,
      byRule: [{ name: 'own.privileged', count: 1 }],
    });
  });
});

describe('a case of policy test without an object', () => {
  it.each([
    ['an empty object', { object: {} }],
    ['an object that says no version', { object: { kind: 'Pod', metadata: {}, spec: POD.spec } }],
    ['text', { object: 'pod.yaml' }],
    ['a list of YAML', { object: [POD] }],
    ['a List without items', { object: listed() }],
    ['an empty file', { file: 'empty.yaml' }],
    ['a file of other things', { file: 'values.yaml' }],
  ])('is refused, and never passes: %s', async (_name, given) => {
    writeFileSync(at('empty.yaml'), '# nothing was made\n---\n');
    writeFileSync(at('values.yaml'), `${JSON.stringify(POD)}\n---\nreplicas: 2\n`);
    const ended = await suite(given, 'passed');
    expect(ended.stderr).toContain('E_POLICY_SUITE');
    expect(ended.stderr).toContain('no object of Kubernetes');
    expect(ended.exitCode).toBe(2);
  });
});
