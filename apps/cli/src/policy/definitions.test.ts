// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileAdmissionPolicy } from '@bartizan/engine/admission';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../testing/run-command.ts';
import { definitionsIn } from './definitions.ts';
import { HeldInput } from './held-input.ts';
import { judgeFiles } from './judge-manifests.ts';

const POD_SPEC = {
  type: 'object',
  required: ['containers'],
  properties: {
    containers: {
      type: 'array',
      items: { type: 'object', properties: { image: { type: 'string' }, name: { type: 'string' } } },
    },
  },
};
const definition = (kind: string, plural: string, scope = 'Namespaced') => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.example.com` },
  spec: {
    group: 'example.com',
    scope,
    names: { kind, plural },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: {
                  workers: {
                    type: 'array',
                    items: {
                      type: 'object',
                      properties: { template: { type: 'object', properties: { spec: POD_SPEC } } },
                    },
                  },
                  extra: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
                },
              },
            },
          },
        },
      },
    ],
  },
});
const container = { name: 'c', image: 'x', securityContext: { privileged: true } };
const object = (kind: string) => ({
  apiVersion: 'example.com/v1',
  kind,
  metadata: { name: 'one' },
  spec: { workers: [{}, { template: { spec: { containers: [container] } } }] },
});
const RULE = `apiVersion: policy.bartizan.dev/v1alpha1
kind: AdmissionRule
metadata: {name: own.privileged}
spec:
  title: No container is privileged
  severity: critical
  match: {resources: [workloads, example.com/geese], operations: [CREATE, UPDATE]}
  condition:
    some: containers
    where: {field: container.privileged, operator: equals, value: true}
  message: "{container.name} is privileged"
`;

let folder = '';
const at = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-policy-definitions-'));
  mkdirSync(at('after'));
  writeFileSync(at('rule.yaml'), RULE);
  // A kind whose plural follows no rule, and whose objects stand in no namespace.
  writeFileSync(at('after/a-object.json'), JSON.stringify(object('Goose')));
  writeFileSync(at('after/z-definition.json'), JSON.stringify(definition('Goose', 'geese', 'Cluster')));
  writeFileSync(
    at('same.yaml'),
    [object('Goose'), definition('Goose', 'geese')].map((one) => JSON.stringify(one)).join('\n---\n'),
  );
  writeFileSync(
    at('list.yaml'),
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: [object('Goose'), definition('Goose', 'geese')],
    }),
  );
  writeFileSync(at('without.json'), JSON.stringify(object('Goose')));
  writeFileSync(
    at('nothing.yaml'),
    'kind: CustomResourceDefinition\napiVersion: apiextensions.k8s.io/v1\nspec: 7\n',
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const apply = (path: string, output = 'json') =>
  runCommand(['policy', 'apply', at(path), '--policies', at('rule.yaml'), '--own-only', '-o', output]);

describe('policy apply with definitions of custom kinds', () => {
  it.each([
    ['in a file after the object', 'after', ''],
    ['behind it in the same file', 'same.yaml', 'default'],
    ['in the same list', 'list.yaml', 'default'],
  ])('judges pods of a kind that is defined %s', async (_title, path, namespace) => {
    const { stdout, stderr } = await apply(path);
    const told = JSON.parse(stdout);
    expect(told.findings.filter(({ rule }: { rule: string }) => rule === 'own.privileged')).toMatchObject([
      {
        path: expect.stringMatching(
          /spec\.workers\[1\]\.template\.spec\.containers\[0\]\.securityContext\.privileged$/,
        ),
        object: { kind: 'Goose', namespace },
      },
    ]);
    expect(told.customKinds).toEqual([
      {
        resource: 'geese.example.com',
        kind: 'Goose',
        places: ['spec.workers[*].template'],
        open: ['spec.extra'],
        unread: [],
      },
    ]);
    expect(stderr).toContain('1 custom kinds are defined there; pods are judged in 1 places of them');
    expect(stderr).toContain('1 of them have parts of which the schema says nothing');
  });

  it('knows nothing of a kind that nobody defines, and takes a definition of nothing as none', async () => {
    for (const path of ['without.json', 'nothing.yaml']) {
      const { stdout, stderr } = await apply(path);
      expect(JSON.parse(stdout)).toMatchObject({ findings: [], customKinds: [], problems: [] });
      expect(stderr).not.toContain('custom kinds');
    }
  });

  it('asks rules about definitions, and all of a file that holds more than one in a document', async () => {
    const about = RULE.replace(
      'workloads, example.com/geese',
      'apiextensions.k8s.io/customresourcedefinitions',
    )
      .replace('some: containers', 'not: {field: object.name, operator: equals, value: nobody}')
      .replace(/ {4}where: .*\n/, '')
      .replace('{container.name} is privileged', 'a definition');
    writeFileSync(at('about.yaml'), about);
    const words = [
      'policy',
      'apply',
      at('same.yaml'),
      '--policies',
      at('about.yaml'),
      '--own-only',
      '-o',
      'json',
    ];
    const { findings } = JSON.parse((await runCommand(words)).stdout);
    expect(findings).toMatchObject([{ object: { kind: 'CustomResourceDefinition' }, line: 3 }]);
    const two = `${JSON.stringify(definition('Goose', 'geese'))}\n${JSON.stringify(object('Goose'))}`;
    writeFileSync(at('two.json'), two);
    const { alone, kinds } = await definitionsIn([at('two.json'), at('same.yaml'), at('list.yaml')]);
    expect(kinds).toHaveLength(1);
    expect([...alone].map(([file, known]) => [file, [...known]])).toEqual([
      [at('two.json'), []],
      [at('same.yaml'), [[2, expect.any(Number)]]],
      [at('list.yaml'), []],
    ]);
  });

  it('reads a definition once, unless the file is another one by then', async () => {
    writeFileSync(at('once.json'), JSON.stringify(definition('Goose', 'geese')));
    const { alone } = await definitionsIn([at('once.json')]);
    const written = readFileSync(at('once.json'), 'utf8');
    const compiled = compileAdmissionPolicy({ rules: [] });
    if (!compiled.ok) throw new Error(compiled.error.detail);
    const judge = (known: typeof alone) =>
      judgeFiles([at('once.json')], {
        ...{ set: compiled.value, namespace: 'default', nowMs: 0, stage: 'ci', alone: known },
      });
    // What is no YAML any more tells who reads it.
    writeFileSync(at('once.json'), written.replace('{', '['));
    expect(await judge(alone)).toMatchObject({ documents: 1, objects: 1, definitions: 1, problems: [] });
    expect(await judge(new Map())).toMatchObject({ documents: 1, definitions: 0, problems: [{ line: 1 }] });
    writeFileSync(at('once.json'), `${written.replace('{', '[')} `);
    expect(await judge(alone)).toMatchObject({ documents: 1, definitions: 0, problems: [{ line: 1 }] });
  });

  it('says so where a definition was not seen before judging', async () => {
    const written = JSON.stringify(definition('Goose', 'geese'));
    writeFileSync(at('hidden.json'), written.replace('CustomResourceD', 'CustomResource\\u0044'));
    const { stdout, exitCode } = await apply('hidden.json');
    expect(JSON.parse(stdout).problems).toMatchObject([{ code: 'E_POLICY_FILE', file: '-' }]);
    expect(exitCode).toBe(1);
  });
});

/** An input in pieces. */
async function* pieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

describe('definitions in the standard input', () => {
  const text = `${JSON.stringify(object('Goose'))}\n---\n${JSON.stringify(definition('Goose', 'geese'))}\n`;
  const readAll = async (input: AsyncIterable<Uint8Array>): Promise<string> => {
    const read: Uint8Array[] = [];
    for await (const piece of input) read.push(piece);
    return Buffer.concat(read).toString();
  };

  it.each([1, 7, 64, 100_000])('are found in pieces of %i bytes, and nothing of it is lost', async (size) => {
    const { kinds, count, input } = await definitionsIn(['-'], () => new HeldInput(pieces(text, size)));
    expect(kinds.map(({ resource }) => resource)).toEqual(['geese']);
    expect(count).toBe(1);
    expect(await readAll(input ?? pieces('', 1))).toBe(text);
  });

  it('are looked for as far as is held, and the rest is read all the same', async () => {
    const { kinds, input } = await definitionsIn(['-'], () => new HeldInput(pieces(text, 16), 64));
    expect(kinds).toEqual([]);
    expect(await readAll(input ?? pieces('', 1))).toBe(text);
  });

  it('are found where the word lies across the pieces of a file', async () => {
    const path = at('long.yaml');
    const start = JSON.stringify(definition('Goose', 'geese')).indexOf('CustomResourceDefinition');
    // Pieces of files have 1 MiB: the word begins twelve bytes before the end of the first.
    writeFileSync(
      path,
      `${'#'.repeat(1024 * 1024 - start - 13)}\n${JSON.stringify(definition('Goose', 'geese'))}`,
    );
    expect((await definitionsIn([path])).kinds).toHaveLength(1);
    expect(await definitionsIn([at('without.json'), at('missing')])).toMatchObject({
      kinds: [],
      count: 0,
    });
  });
});
