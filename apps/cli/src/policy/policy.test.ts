// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readYaml } from '@bartizan/scan/yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, runCommand } from '../testing/run-command.ts';
import type { Language } from '../text/catalogue.ts';
import { stepsIn } from './judge-manifests.ts';
import { requestOf } from './kubernetes-object.ts';

let folder = '';
const at = (name: string): string => join(folder, name);
const CHECKOUT = resolve(import.meta.dirname, '../../../..');

const bartizan = (words: readonly string[], language: Language = 'en'): Promise<Ended> =>
  runCommand(words, { language });

const RULES = `apiVersion: policy.bartizan.dev/v1alpha1
kind: AdmissionRule
metadata: {name: own.privileged}
spec:
  title: No container is privileged
  severity: critical
  match: {resources: [workloads], operations: [CREATE, UPDATE]}
  condition:
    some: containers
    where: {field: container.privileged, operator: equals, value: true}
  message: "{container.name} is privileged"
  fix:
    action: Remove it
    patch: [{op: add, path: "{item}/securityContext/privileged", value: false}]
  tests:
    mustViolate:
    - name: with
      object: {apiVersion: v1, kind: Pod, spec: {containers: [{name: a, securityContext: {privileged: true}}]}}
    mustPass:
    - name: without
      object: {apiVersion: v1, kind: Pod, spec: {containers: [{name: a}]}}
`;
const BINDING = `apiVersion: policy.bartizan.dev/v1alpha1
kind: AdmissionException
metadata: {name: legacy}
spec: {rules: [own.privileged], namespaces: [legacy], owner: ops, reason: being replaced, expires: "2099-01-01"}
`;
const WEB = `# a Deployment
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    spec:
      containers:
      - name: web
        securityContext:
          privileged: true
---
broken: [
---
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Pod
  metadata: {name: one}
  spec: {containers: [{name: c, securityContext: {privileged: yes}}]}
- apiVersion: argoproj.io/v1alpha1
  kind: Rollout
  metadata: {name: two, namespace: legacy}
  spec: {template: {spec: {containers: [{name: d, securityContext: {privileged: on}}]}}}
---
replicas: 3
`;
const SUITE = (verdict: string): string => `apiVersion: policy.bartizan.dev/v1alpha1
kind: PolicySuite
metadata: {name: shop}
spec:
  cases:
  - name: privileged
    object: {apiVersion: v1, kind: Pod, spec: {containers: [{name: c, securityContext: {privileged: true}}]}}
    expect:
    - {rule: own.privileged, verdict: ${verdict}, message: c is privileged, path: "spec.containers[0].securityContext.privileged"}
  - name: a file of manifests
    file: ../manifests/clean.json
    expect: [{rule: own.privileged, verdict: passed}]
`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-policy-'));
  const files = {
    'rules/own.yaml': RULES,
    'rules/exception.yaml': BINDING,
    'manifests/web.yaml': WEB,
    'manifests/clean.json':
      '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"ok"},"spec":{"containers":[{"name":"a"}]}}',
    'suites/good.yaml': SUITE('violated'),
    'wrong-suite/bad.yaml': SUITE('passed'),
    'no-suite/nothing.yaml': BINDING,
    'broken-rules/rule.yaml': RULES.replace('container.privileged', 'container.nonsense'),
    'half-rules/rule.yaml': RULES.replace('severity: critical', 'severity: awful'),
    'duplicate/rule.yaml': `${RULES}kind: AdmissionRule\n`,
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(at(name), '..'), { recursive: true });
    writeFileSync(at(name), text);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const apply = (...more: string[]): Promise<Ended> =>
  bartizan(['policy', 'apply', at('manifests'), '--policies', at('rules'), '--own-only', ...more]);

describe('policy apply', () => {
  it('says place, value, allowed values and the patch of every violation', async () => {
    const { exitCode, stdout } = await apply('--output', 'json', '--fail-on', 'high');
    expect(exitCode).toBe(3);
    const found = JSON.parse(stdout);
    expect(found).toMatchObject({
      files: 2,
      documents: 5,
      objects: 4,
      excepted: 1,
      bySeverity: { critical: 2 },
    });
    expect(found.findings).toMatchObject([
      {
        rule: 'own.privileged',
        file: at('manifests/web.yaml'),
        line: 11,
        column: 11,
        path: 'spec.template.spec.containers[0].securityContext.privileged',
        actual: true,
        allowed: 'false, (not set)',
        message: 'web is privileged',
        fix: 'Remove it',
        patch: [
          {
            op: 'replace',
            path: '/spec/template/spec/containers/0/securityContext/privileged',
            value: false,
          },
        ],
      },
      { line: 21, column: 51, object: { kind: 'Pod', namespace: 'default', name: 'one' } },
    ]);
  });

  it('tells of documents it cannot read with file and line, and judges the others', async () => {
    const { exitCode, stderr } = await apply();
    expect(stderr).toContain(`${at('manifests/web.yaml')}:13:9: E_YAML_UNCLOSED`);
    expect(stderr).toContain('1 documents are no Kubernetes objects');
    // Nothing asks to fail on findings, but not everything was read.
    expect(exitCode).toBe(1);
  });

  it('ends with 0 when all is read and nothing counts', async () => {
    const rules = ['--policies', at('rules'), '--own-only', '--fail-on', 'low'];
    expect((await bartizan(['policy', 'apply', at('manifests/clean.json'), ...rules])).exitCode).toBe(0);
  });

  it('writes SARIF with rule, line and patch', async () => {
    const { runs } = JSON.parse((await apply('--output', 'sarif')).stdout);
    const [{ tool, results, invocations }] = runs;
    expect(tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual(['own.privileged']);
    expect(results).toHaveLength(2);
    expect(results[0]).toMatchObject({
      ruleId: 'own.privileged',
      ruleIndex: 0,
      level: 'error',
      locations: [{ physicalLocation: { region: { startLine: 11, startColumn: 11 } } }],
    });
    expect(invocations[0].executionSuccessful).toBe(false);
    expect(JSON.stringify(invocations)).toContain('E_YAML_UNCLOSED');
  });

  it('writes JUnit and one report a namespace', async () => {
    const junit = (await apply('--output', 'junit')).stdout;
    expect(junit).toContain('<testsuites name="bartizan policy apply" tests="3" failures="2" errors="1">');
    const reports = [...readYaml((await apply('--output', 'openreports')).stdout)].map(
      (one) => one.ok && one.value,
    );
    expect(reports).toMatchObject([
      {
        apiVersion: 'openreports.io/v1alpha1',
        kind: 'Report',
        metadata: { namespace: 'default' },
        summary: { fail: 1 },
      },
      {
        metadata: { namespace: 'shop' },
        results: [{ result: 'fail', severity: 'critical', policy: 'own.privileged' }],
      },
    ]);
  });

  it('speaks Japanese', async () => {
    const words = ['policy', 'apply', at('manifests'), '--policies', at('rules'), '--own-only'];
    expect((await bartizan(words, 'ja')).stderr).toContain('違反：');
  });

  it('judges by the Pod Security Standards of a version', async () => {
    const words = ['policy', 'apply', at('manifests/web.yaml'), '--own-only', '--output', 'json', '--pss'];
    const rules = async (level: string): Promise<string[]> =>
      JSON.parse((await bartizan([...words, level])).stdout).findings.map(
        ({ rule }: { rule: string }) => rule,
      );
    const baseline = await rules('baseline:1.31');
    expect(baseline).not.toEqual([]);
    expect((await rules('restricted')).length).toBeGreaterThan(baseline.length);
    expect((await bartizan([...words, 'strict'])).exitCode).toBe(2);
  });

  it('judges by the rules of the product when no others are named', async () => {
    const { stdout } = await bartizan(['policy', 'apply', at('manifests/web.yaml'), '--output', 'json']);
    const rules = JSON.parse(stdout).findings.map(({ rule }: { rule: string }) => rule);
    expect(rules).toContain('admission.privileged');
  });

  it.each([
    ['no such path', ['policy', 'apply', '/nowhere'], 5, 'E_POLICY_FILE'],
    [
      'a rule with an unknown field',
      ['policy', 'apply', '/', '--policies', 'broken-rules'],
      2,
      'no field container.nonsense',
    ],
    [
      'a rule with a value it may not have',
      ['policy', 'apply', '/', '--policies', 'half-rules'],
      2,
      'E_ADMISSION_RULE',
    ],
    [
      'a rule with a key twice',
      ['policy', 'apply', '/', '--policies', 'duplicate'],
      1,
      'E_YAML_DUPLICATE_KEY',
    ],
  ])('refuses %s', async (_, words, exitCode, code) => {
    const ended = await bartizan(words.map((word) => (/rules|duplicate/.test(word) ? at(word) : word)));
    expect(ended.stderr).toContain(code);
    expect(ended.exitCode).toBe(exitCode);
    expect(ended.stdout).toBe('');
  });
});

describe('policy test', () => {
  it('passes when every rule makes of every object what the suite says', async () => {
    const { exitCode, stderr } = await bartizan(['policy', 'test', at('suites'), at('rules')]);
    expect(stderr).toContain('4 passed, 0 failed');
    expect(exitCode).toBe(0);
  });

  it('fails with what was found instead', async () => {
    const { exitCode, stdout } = await bartizan([
      'policy',
      'test',
      at('wrong-suite'),
      at('rules'),
      '--output',
      'junit',
    ]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('<testcase classname="shop" name="privileged: own.privileged passed"');
    expect(stdout).toContain('message="own.privileged: violated"');
  });

  it('fails for a rule that is not there, and takes no folder without a case for a passed one', async () => {
    const lost = await bartizan(['policy', 'test', at('suites')]);
    expect([lost.exitCode, lost.stdout.includes('no such rule')]).toEqual([1, true]);
    expect((await bartizan(['policy', 'test', at('no-suite')])).exitCode).toBe(2);
  });
});

describe('the guide', () => {
  it.each(['en', 'ja'])('shows rules, an exception and a suite that work (%s)', async (language) => {
    const page = readFileSync(join(CHECKOUT, 'docs/guide', language, 'policies-in-ci.md'), 'utf8');
    const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block]) => block ?? '');
    expect(blocks).toHaveLength(2);
    mkdirSync(at(`guide-${language}`));
    for (const [index, block] of blocks.entries())
      writeFileSync(at(`guide-${language}/${index}.yaml`), block);
    const { exitCode, stderr } = await bartizan(['policy', 'test', at(`guide-${language}`)]);
    expect([exitCode, stderr]).toEqual([0, '1 passed, 0 failed\n']);
  });
});

describe('policy explain', () => {
  it('says a rule in words, in both languages', async () => {
    const english = await bartizan(['policy', 'explain', at('rules/own.yaml')]);
    expect(english.stdout).toContain('for a container:\n    the container is privileged');
    const japanese = await bartizan(['policy', 'explain', 'admission.privileged'], 'ja');
    expect(japanese.stdout).toContain('いずれかのコンテナー');
    expect((await bartizan(['policy', 'explain', 'admission.nonsense'])).exitCode).toBe(5);
  });
});

describe('objects of manifests', () => {
  it.each([
    ['apps/v1', 'Deployment', 'apps', 'deployments'],
    ['v1', 'Endpoints', '', 'endpoints'],
    ['networking.k8s.io/v1', 'Ingress', 'networking.k8s.io', 'ingresses'],
    ['networking.k8s.io/v1', 'NetworkPolicy', 'networking.k8s.io', 'networkpolicies'],
    ['gateway.networking.k8s.io/v1', 'Gateway', 'gateway.networking.k8s.io', 'gateways'],
    ['serving.knative.dev/v1', 'Service', 'serving.knative.dev', 'services'],
  ])('%s %s are %s %s', (apiVersion, kind, group, resource) => {
    expect(requestOf({ apiVersion, kind }, { namespace: 'default' })).toMatchObject({ group, resource });
  });

  it('are in the namespace of the call, unless they say one or can be in none', () => {
    const about = { namespace: 'shop' };
    const named = (kind: string, metadata: object): string =>
      requestOf({ apiVersion: 'v1', kind, metadata }, about).namespace;
    expect([named('Pod', {}), named('Pod', { namespace: 'a' }), named('Node', {})]).toEqual([
      'shop',
      'a',
      '',
    ]);
  });

  it('are found again by the paths of reasons', () => {
    const object = {
      metadata: { annotations: { 'a.b/c': 1, '0': 2 } },
      spec: { containers: [{ image: 'i' }] },
    };
    expect(stepsIn(object, ['metadata', 'annotations', 'a.b/c'])).toEqual([
      'metadata',
      'annotations',
      'a.b/c',
    ]);
    expect(stepsIn(object, ['metadata', 'annotations', '0'])).toEqual(['metadata', 'annotations', '0']);
    expect(stepsIn(object, ['spec', 'containers', '0', 'image'])).toEqual(['spec', 'containers', 0, 'image']);
  });
});

describe('policy emit vap', () => {
  it('writes policies with their bindings, and says what is left out', async () => {
    const { exitCode, stdout, stderr } = await bartizan([
      'policy',
      'emit',
      'vap',
      '--pss',
      'restricted',
      '--rules',
      'pss.*',
      '--mode',
      'warn',
      '-o',
      'json',
    ]);
    expect(exitCode).toBe(0);
    const { items } = JSON.parse(stdout) as { items: { kind: string; spec: Record<string, unknown> }[] };
    expect(items).toHaveLength(30);
    const bindings = items.filter(({ kind }) => kind === 'ValidatingAdmissionPolicyBinding');
    expect(bindings.map(({ spec }) => spec['validationActions'])).toEqual(
      Array.from({ length: 15 }, () => ['Warn', 'Audit']),
    );
    expect(stderr).toBe('15 of 15 rules can be held by the API server itself\n');
  });

  it('is YAML that reads as the same, and fails when nothing comes out', async () => {
    const { stdout } = await bartizan(['policy', 'emit', 'vap', '--rules', 'admission.privileged']);
    const kinds = [...readYaml(Buffer.from(stdout))].map((document) =>
      'value' in document ? (document.value as { kind?: string } | null)?.kind : 'refused',
    );
    expect(kinds).toEqual(['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding']);
    const none = await bartizan(['policy', 'emit', 'vap', '--rules', 'admission.image-signed'], 'ja');
    expect([none.exitCode, none.stdout]).toEqual([1, '']);
    expect(none.stderr).toContain('API サーバーにはその情報がありません');
    expect((await bartizan(['policy', 'emit', 'vap', '--rules', 'nothing'])).exitCode).toBe(2);
  });
});

describe('policy emit map', () => {
  it('writes the defaults of rules that are warned of or enforced, and says which only the webhook fills in', async () => {
    const asked = ['--pss', 'restricted', '--rules', 'pss.restricted.*'];
    const { exitCode, stdout, stderr } = await bartizan([
      ...['policy', 'emit', 'map', ...asked, '--mode', 'warn', '-o', 'json'],
    ]);
    expect(exitCode).toBe(0);
    const { items } = JSON.parse(stdout) as { items: { kind: string; spec: Record<string, unknown> }[] };
    expect(items.map(({ kind }) => kind).slice(0, 2)).toEqual([
      'MutatingAdmissionPolicy',
      'MutatingAdmissionPolicyBinding',
    ]);
    expect(JSON.stringify(items[1]?.spec)).toContain('"policy.bartizan.dev/mutate","operator":"In"');
    expect(stderr).toMatch(/^pss\.restricted\.volume-types is left out: its repair is at places/);
    expect(stderr).toContain('5 of 6 rules that fill in defaults can be left to the API server itself');
    const none = await bartizan(['policy', 'emit', 'map', ...asked, '--mode', 'audit']);
    expect([none.exitCode, none.stdout]).toEqual([1, '']);
  });
});
