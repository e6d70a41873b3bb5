// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, runCommand } from '../testing/run-command.ts';
import type { Language } from '../text/catalogue.ts';
import { APPLY_FORMATS } from './flags.ts';

/** Made here, so that no text of the repository looks like a secret. */
const TOKEN = ['glpat', 'Zq3vT8nKx2LmW9rYb4Hd'].join('-');
const OTHER = ['glpat', 'aK7dLs0Pq9XvN3mRw5Tz'].join('-');
const PASSWORD = ['h7Kq29s', 'dkLm2'].join('');

const MANIFESTS = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
  annotations:
    example.com/deploy: ${OTHER}
spec:
  template:
    spec:
      containers:
      - name: web
        image: registry.example/shop/web:1
        env:
        - name: GREETING
          value: hello
        - {name: DB_PASSWORD, value: ${PASSWORD}}
        - name: FROM_SECRET
          valueFrom: {secretKeyRef: {name: shop, key: token}}
        command: [run]
        args:
        - --quiet
        - |
          set -e
          curl -H "PRIVATE-TOKEN: ${TOKEN}" https://git.example
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data:
  LOG_LEVEL: info
  app.env: |-
    A=1
    TOKEN=${TOKEN}
  ${OTHER}: x
binaryData:
  old.env: ${Buffer.from(`TOKEN=${OTHER}`).toString('base64')}
---
apiVersion: v1
kind: Secret
metadata: {name: right, namespace: shop}
stringData: {token: ${TOKEN}}
---
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: two, namespace: legacy}
spec:
  template:
    spec:
      containers:
      - {name: d, env: [{name: T, value: ${TOKEN}}]}
`;
const EXCEPTION = `apiVersion: policy.bartizan.dev/v1alpha1
kind: AdmissionException
metadata: {name: legacy}
spec: {rules: [secret.*], namespaces: [legacy], owner: ops, reason: revoked, expires: "2099-01-01"}
`;
const SUITE = `apiVersion: policy.bartizan.dev/v1alpha1
kind: PolicySuite
metadata: {name: shop}
spec:
  cases:
  - name: a token in a variable
    object: {apiVersion: v1, kind: Pod, spec: {containers: [{name: c, env: [{name: T, value: ${TOKEN}}]}]}}
    expect:
    - {rule: admission.credential-in-environment, verdict: violated, path: "spec.containers[0].env[0].value"}
`;

let folder = '';
const at = (name: string): string => join(folder, name);

const bartizan = (words: readonly string[], language: Language = 'en'): Promise<Ended> =>
  runCommand(words, { language });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-policy-secrets-'));
  writeFileSync(at('web.yaml'), MANIFESTS);
  writeFileSync(at('exception.yaml'), EXCEPTION);
  writeFileSync(at('suite.yaml'), SUITE);
  writeFileSync(
    at('one.json'),
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'j' }, data: { a: `x\n${TOKEN}` } }],
    }),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const apply = (...more: string[]): Promise<Ended> =>
  bartizan(['policy', 'apply', at('web.yaml'), '--policies', at('exception.yaml'), ...more]);

interface Shown {
  readonly rule: string;
  readonly line: number;
  readonly column: number;
  readonly path: string;
  readonly secret?: { readonly preview: string; readonly fingerprint: string };
}
const secretsOf = (stdout: string): Shown[] =>
  JSON.parse(stdout).findings.filter(({ rule }: Shown) => rule.startsWith('secret.'));

describe('policy apply --secrets', () => {
  it('tells each secret with its line and its place, and leaves what is in a Secret', async () => {
    const found = secretsOf((await apply('--secrets', '-o', 'json')).stdout);
    const lines = MANIFESTS.split('\n');
    const line = (part: string, from = 0): number =>
      lines.findIndex((one, number) => number >= from && one.includes(part)) + 1;
    const settings = line('kind: ConfigMap');
    expect(found.map((one) => [one.rule, one.path, one.line])).toEqual([
      [
        'secret.gitlab-personal-token',
        'metadata.annotations[example.com/deploy]',
        line('example.com/deploy'),
      ],
      ['secret.environment-password', 'spec.template.spec.containers[0].env[1].value', line(PASSWORD)],
      ['secret.gitlab-personal-token', 'spec.template.spec.containers[0].args[1]', line(TOKEN)],
      ['secret.gitlab-personal-token', 'data[app.env]', line('TOKEN=', settings)],
      ['secret.gitlab-personal-token', 'data[2]', line(`${OTHER}: x`)],
      ['secret.gitlab-personal-token', 'binaryData[old.env]', line('old.env')],
    ]);
    const inScript = found[2];
    expect(lines[(inScript?.line ?? 0) - 1]?.slice((inScript?.column ?? 0) - 1)).toMatch(
      new RegExp(`^${TOKEN}`),
    );
    const [first, , third] = found;
    expect(first?.secret).toMatchObject({ preview: 'glpa…(26)', fingerprint: /^[0-9a-f]{64}$/ });
    expect(third?.secret?.fingerprint).toBe(found[3]?.secret?.fingerprint);
    expect(third?.secret?.fingerprint).not.toBe(first?.secret?.fingerprint);
  });

  it.each([...APPLY_FORMATS, 'ja'] as const)('never shows a value as %s', async (output) => {
    const ended = await (output === 'ja'
      ? bartizan(['policy', 'apply', folder, '--secrets'], 'ja')
      : bartizan(['policy', 'apply', folder, '--secrets', '--output', output]));
    const all = ended.stdout + ended.stderr;
    expect(all).toContain('secret.gitlab-personal-token');
    for (const value of [TOKEN, OTHER, PASSWORD])
      for (const form of [
        value,
        value.slice(6, 18),
        Buffer.from(value).toString('base64').slice(4, 16),
        Buffer.from(`TOKEN=${value}`).toString('base64').slice(8, 24),
        encodeURIComponent(value),
      ])
        expect(all).not.toContain(form);
  });

  it('gives SARIF the rule, the place and the severity of each', async () => {
    const { stdout } = await apply('--secrets', '--own-only', '--pss', 'baseline', '-o', 'sarif');
    const [run] = JSON.parse(stdout).runs;
    const found = run.results.find(
      ({ ruleId }: { ruleId: string }) => ruleId === 'secret.environment-password',
    );
    expect(run.tool.driver.rules[found.ruleIndex]).toMatchObject({
      id: 'secret.environment-password',
      help: { text: expect.stringContaining('Secret that is mounted as a file') },
    });
    expect(found).toMatchObject({
      level: 'warning',
      locations: [{ physicalLocation: { region: { startLine: 17 } } }],
      properties: { actual: '…(12)', path: 'spec.template.spec.containers[0].env[1].value' },
    });
  });

  it('counts for --fail-on, and leaves what somebody answers for', async () => {
    const only = ['--own-only', '--pss', 'baseline', '-o', 'json', '--fail-on', 'critical'];
    const with_ = await apply('--secrets', ...only);
    expect(with_.exitCode).toBe(3);
    expect(JSON.parse(with_.stdout)).toMatchObject({ excepted: 1 });
    expect((await apply(...only)).exitCode).toBe(0);
  });

  it('answers the rule that goes by values, as at admission; without it that is open', async () => {
    const rule = 'admission.credential-in-environment';
    const open = JSON.parse((await apply('-o', 'json')).stdout);
    expect(open.unknown[rule]).toBeGreaterThan(0);
    const asked = JSON.parse((await apply('--secrets', '-o', 'json')).stdout);
    expect(asked.unknown[rule]).toBeUndefined();
    expect(asked.findings.filter((one: Shown) => one.rule === rule)).toMatchObject([
      { path: 'spec.template.spec.containers[0].env[1].value' },
      { object: { kind: 'Rollout' } },
    ]);
  });

  it('is told once of a value, but for what admission would refuse', async () => {
    const env = [{ name: 'T', value: TOKEN }];
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'once' }, spec: {} };
    writeFileSync(at('once.json'), JSON.stringify({ ...pod, spec: { containers: [{ name: 'c', env }] } }));
    writeFileSync(
      at('enforced.yaml'),
      `apiVersion: policy.bartizan.dev/v1alpha1
kind: AdmissionBinding
metadata: {name: enforced}
spec: {rules: [admission.credential-in-environment], mode: enforce}
`,
    );
    const rulesAt = async (...more: string[]): Promise<string[]> => {
      const words = ['policy', 'apply', at('once.json'), '--secrets', '-o', 'json', ...more];
      const { findings }: { findings: Shown[] } = JSON.parse((await bartizan(words)).stdout);
      const there = findings.filter(({ path }) => path === 'spec.containers[0].env[0].value');
      return there.map(({ rule }) => rule).filter((rule) => /secret\.|credential/.test(rule));
    };
    const token = 'secret.gitlab-personal-token';
    expect(await rulesAt()).toEqual([token]);
    expect((await rulesAt('--policies', at('enforced.yaml'))).sort()).toEqual([
      'admission.credential-in-environment',
      token,
    ]);
  });

  it('passes nothing of which not all is known', async () => {
    const value = ['glpat', 'Zq3vT8nKx2LmW9rYb4Hd'].join('-');
    const ofLines = (text: string): object => ({
      ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'many', namespace: 'shop' } },
      data: { 'a.env': text },
    });
    const words = ['policy', 'apply', at('many.json'), '--secrets', '-o', 'json'];
    writeFileSync(at('many.json'), JSON.stringify(ofLines(`${value}\n`.repeat(1_001))));
    const { stdout, stderr, exitCode } = await bartizan(words);
    expect(JSON.parse(stdout).problems).toMatchObject([
      { file: at('many.json'), code: 'scan.limit', detail: expect.stringContaining('shop/many data/a.env') },
    ]);
    expect(stderr).toContain('scan.limit');
    expect(exitCode).toBe(1);
    const decoy = ['AKIA', 'IOSFODNN7EXAMPLE'].join('');
    writeFileSync(at('many.json'), JSON.stringify(ofLines(`${`${decoy}\n`.repeat(10_050)}${value}\n`)));
    const behind = JSON.parse((await bartizan(words)).stdout);
    expect(behind.problems).toEqual([]);
    expect(behind.findings.map(({ rule }: Shown) => rule)).toEqual(['secret.gitlab-personal-token']);
  });

  it('finds the place in JSON and in items of a List', async () => {
    const { stdout } = await bartizan(['policy', 'apply', at('one.json'), '--secrets', '-o', 'json']);
    expect(secretsOf(stdout)).toMatchObject([{ path: 'data.a', line: 1 }]);
  });
});

describe('policy test', () => {
  it('asks the detector where a suite is about the rule that needs it', async () => {
    const { stdout, exitCode } = await bartizan(['policy', 'test', at('suite.yaml'), '-o', 'json']);
    expect(JSON.parse(stdout)).toMatchObject([{ isMet: true, found: 'violated' }]);
    expect(exitCode).toBe(0);
    expect(stdout).not.toContain(TOKEN);
  });
});
