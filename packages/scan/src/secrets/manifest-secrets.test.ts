// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { makeSecretRule, makeSecretScanner, TEST_HASH_KEY } from '../testing/secret-rules.ts';
import { HASH_KEY_BYTES, tenantHashKey } from './keep.ts';
import { findInManifest, searchManifest } from './manifest-secrets.ts';
import { secretFinding } from './secret-finding.ts';
import type { SecretMatch } from './secret-match.ts';
import { searchEnvironment, searchImageConfig } from './text-secrets.ts';

const VALUE = ['tok', 'a1b2c3d4e5f6g7h8'].join('_');
const scanner = makeSecretScanner(
  makeSecretRule(),
  makeSecretRule({
    id: 'secret.test-file',
    keywords: [],
    files: ['/.shoprc'],
    pattern: '^login (?<secret>\\w{8,64})',
  }),
);
const where = (matches: readonly SecretMatch[]): string[] =>
  matches.map(({ kind, path }) => `${kind} ${path}`);
const container = (name: string, more: object) => ({ name, image: 'shop/web', ...more });
const pods = (...containers: object[]) => ({ containers });

describe('searchManifest', () => {
  it('finds what is written into the containers of a pod, and leaves what comes from a Secret', () => {
    const env = [
      { name: 'API_TOKEN', value: VALUE },
      { name: 'FROM_SECRET', valueFrom: { secretKeyRef: { name: 'shop', key: 'token' } } },
      { name: VALUE, value: 'x' },
      { name: 'EMPTY', value: '' },
      7,
    ];
    const spec = {
      initContainers: [container('Not A Name', { env })],
      ...pods(container('web', { env, command: ['run', '--token', VALUE], args: [VALUE, 7] })),
    };
    const found = searchManifest(scanner, 'Pod', { spec }).matches;
    expect(where(found)).toEqual([
      'manifest initContainers[0].env[API_TOKEN]',
      'manifest initContainers[0].env[2]',
      'manifest containers[web].env[API_TOKEN]',
      'manifest containers[web].env[2]',
      'manifest containers[web].command',
      'manifest containers[web].args',
    ]);
    expect(JSON.stringify(found)).not.toContain(VALUE.slice(4));
  });

  it('searches behind thousands of variables and behind a value of a megabyte', () => {
    const many = Array.from({ length: 20_000 }, (_, at) => ({ name: `V${at}`, value: 'x' }));
    const env = [...many, { name: 'LONG', value: `${'word '.repeat(260_000)} ${VALUE}` }];
    const last = { name: 'LAST', value: VALUE };
    const spec = pods(container('web', { env: [...env, last] }));
    expect(where(searchManifest(scanner, 'Pod', { spec }).matches)).toEqual([
      'manifest containers[web].env[LONG]',
      'manifest containers[web].env[LAST]',
    ]);
    const config = { Env: [...many.map(({ name }) => `${name}=x`), `LAST=${VALUE}`] };
    expect(where(searchImageConfig(scanner, { config }).matches)).toEqual(['image-config config.Env[LAST]']);
  });

  it('finds the template of what makes pods, however deep it lies', () => {
    const spec = pods(container('web', { env: [{ name: 'TOKEN', value: VALUE }] }));
    const template = { template: { metadata: {}, spec } };
    for (const [kind, object] of [
      ['Deployment', { spec: template }],
      ['CronJob', { spec: { jobTemplate: { spec: template } } }],
    ] as const)
      expect(where(searchManifest(scanner, kind, object).matches)).toEqual([
        'manifest containers[web].env[TOKEN]',
      ]);
  });

  it('finds what a ConfigMap holds: variables, files, and files packed as bytes', () => {
    const { matches: found } = searchManifest(scanner, 'ConfigMap', {
      data: {
        TOKEN: VALUE,
        'app.env': `A=1\nTOKEN=${VALUE}\n`,
        '.shoprc': 'login hunterhunter',
        [VALUE]: 'x',
        other: 7,
      },
      binaryData: { 'old.env': Buffer.from(`TOKEN=${VALUE}`).toString('base64') },
    });
    expect(where(found).sort()).toEqual([
      'manifest binaryData/old.env',
      'manifest data/.shoprc',
      'manifest data/3',
      'manifest data/TOKEN',
      'manifest data/app.env',
    ]);
  });

  it('finds what annotations hold, and not once more what kubectl keeps of the whole object', () => {
    const metadata = {
      annotations: {
        'example.com/deploy-token': VALUE,
        [VALUE]: 'x',
        'kubectl.kubernetes.io/last-applied-configuration': `{"token":"${VALUE}"}`,
      },
    };
    const { secrets: found } = findInManifest(scanner, 'Deployment', {
      metadata,
      spec: { template: { metadata, spec: {} } },
    });
    expect(where(found.map(({ match }) => match))).toEqual([
      'manifest annotations[example.com/deploy-token]',
      'manifest annotations[1]',
      'manifest template.annotations[example.com/deploy-token]',
      'manifest template.annotations[1]',
    ]);
    expect(found[1]?.steps).toEqual(['metadata', 'annotations', VALUE]);
    expect(JSON.stringify(found.map(({ shownSteps, match }) => [shownSteps, match]))).not.toContain(VALUE);
    expect(findInManifest(scanner, 'Secret', { metadata, data: { a: VALUE } }).secrets).toEqual([]);
  });

  it('says in which value of the object each stands, and where in it', () => {
    const args = [
      'ünquiet',
      7,
      `set -e
  run ${VALUE}`,
    ];
    const spec = pods(container('web', { args, env: [{ name: 'A', value: `x\n ${VALUE}` }] }));
    const places = (object: object, of = 'Pod', at?: Parameters<typeof findInManifest>[3]) =>
      findInManifest(scanner, of, { ...object }, at).secrets.map(({ steps, within }) => [
        steps.join('.'),
        within,
      ]);
    expect(places({ spec })).toEqual([
      ['spec.containers.0.env.0.value', { line: 2, column: 2 }],
      ['spec.containers.0.args.2', { line: 2, column: 7 }],
    ]);
    const shop = { spec: { workers: [{}, { pod: spec }] } };
    expect(places(shop, 'Shop')).toEqual([]);
    expect(places(shop, 'Shop', [{ template: ['spec', 'workers', 1], spec: 'pod' }])).toEqual([
      ['spec.workers.1.pod.containers.0.env.0.value', { line: 2, column: 2 }],
      ['spec.workers.1.pod.containers.0.args.2', { line: 2, column: 7 }],
    ]);
    const binaryData = {
      a: Buffer.from(`x
${VALUE}`).toString('base64'),
    };
    expect(
      places(
        {
          data: {
            a: `x
 ${VALUE}`,
          },
          binaryData,
        },
        'ConfigMap',
      ),
    ).toEqual([
      ['data.a', { line: 2, column: 2 }],
      ['binaryData.a', undefined],
    ]);
  });

  it('finds what stands behind ten thousand look-alikes', () => {
    const data = { 'app.env': `${'tok_exampleexample12\n'.repeat(10_050)}TOKEN=${VALUE}\n` };
    const { secrets, cut } = findInManifest(scanner, 'ConfigMap', { data });
    expect(secrets.map(({ within }) => within?.line)).toEqual([10_051]);
    expect(cut).toEqual([]);
  });

  it('says where more stands than is kept, and searches the rest', () => {
    // One value a thousand times is one secret, and fills all the room there is.
    const data = { 'a.env': `${VALUE}\n`.repeat(1_001), 'b.env': `x\n${VALUE}` };
    const { secrets, cut } = findInManifest(scanner, 'ConfigMap', { data });
    expect(secrets.map(({ match }) => match.path)).toEqual(['data/a.env', 'data/b.env']);
    expect(cut).toEqual(['data/a.env']);
    expect(searchManifest(scanner, 'ConfigMap', { data }).cut).toEqual(['data/a.env']);
  });

  it('finds nothing in objects of another form', () => {
    for (const object of [
      {},
      { spec: 7 },
      { spec: { containers: [7, { env: 'x' }] } },
      { spec: { template: [] } },
    ])
      for (const kind of ['Pod', 'Deployment', 'ConfigMap'])
        expect(searchManifest(scanner, kind, object)).toEqual({ matches: [], cut: [] });
  });

  it('knows one value again in an image, an environment, a pod and a ConfigMap, as one group', () => {
    const place = {
      ...{ cluster: 'local', tenant: 'default', nowMs: 1 },
      subject: { workload: 'w', kind: 'Deployment', namespace: 'shop', name: 'web' },
    } as const;
    const env = [{ name: 'API_TOKEN', value: VALUE }];
    const findings = [
      searchImageConfig(scanner, { config: { Env: [`TOKEN=${VALUE}`] } }),
      searchEnvironment(scanner, Buffer.from(`A=1\0X_TOKEN=${VALUE}\0`)),
      searchManifest(scanner, 'Deployment', {
        spec: { template: { spec: pods(container('web', { env })) } },
      }),
      searchManifest(scanner, 'ConfigMap', { data: { 'app.env': `x\nTOKEN: ${VALUE}` } }),
    ].flatMap(({ matches }) => matches.map((match) => secretFinding(match, place)));
    expect(findings.map(({ location }) => location?.kind)).toEqual([
      'image-config',
      'environment',
      'manifest',
      'manifest',
    ]);
    expect(new Set(findings.map(({ groupKey }) => groupKey)).size).toBe(1);
    const actions = findings.map(({ fix }) => fix.action.en);
    expect(actions.every((action) => action.startsWith('Rotate it'))).toBe(true);
    expect(actions[1]).toContain('as a file');
    expect(actions[2]).toContain('Secret that is mounted as a file');
  });
});

describe('the key of a tenant', () => {
  it('is its own, always the same, and not the one it is made of', () => {
    const of = (cluster: string, tenant: string) =>
      Buffer.from(tenantHashKey(TEST_HASH_KEY, { cluster, tenant })).toString('hex');
    const keys = [of('local', 'a'), of('local', 'b'), of('other', 'a'), TEST_HASH_KEY.toString('hex')];
    expect(new Set(keys).size).toBe(4);
    expect(of('local', 'a')).toBe(keys[0]);
    expect(tenantHashKey(TEST_HASH_KEY, { cluster: 'x', tenant: 'y' })).toHaveLength(HASH_KEY_BYTES);
  });
});
