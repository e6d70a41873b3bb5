// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../testing/run-command.ts';
import type { Language } from '../text/catalogue.ts';

let folder = '';
const at = (name: string): string => join(folder, name);

const bartizan = (words: readonly string[], language: Language = 'en') => runCommand(words, { language });

const NEUVECTOR = `rules:
- {id: 1000, rule_type: deny, category: Kubernetes, comment: "", disable: false, rule_mode: protect, criteria: [{name: runAsPrivileged, op: "=", value: "true"}]}
`;
const KYVERNO = `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: disallow-privileged}
spec:
  validationFailureAction: Enforce
  rules:
  - name: privileged
    match: {any: [{resources: {kinds: [Pod]}}]}
    validate:
      message: Privileged mode is not allowed.
      pattern: {spec: {containers: [{"=(securityContext)": {"=(privileged)": "false"}}]}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: beside}
`;
const POD = (name: string, namespace: string, privileged: boolean): string => `---
apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: ${namespace}}
spec: {containers: [{name: c, image: i, securityContext: {privileged: ${privileged}}}]}
`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-exchange-'));
  writeFileSync(at('neuvector.yaml'), NEUVECTOR);
  writeFileSync(at('kyverno.yaml'), KYVERNO);
  mkdirSync(at('pods'));
  writeFileSync(
    at('pods/pods.yaml'),
    POD('a', 'shop', true) + POD('b', 'shop', true) + POD('c', 'shop', false),
  );
  writeFileSync(at('pods/more.yaml'), POD('d', 'dev', true));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('policy import', () => {
  it('gives rules that the other commands take and that decide alike', async () => {
    const imported = await bartizan(['policy', 'import', 'neuvector', at('neuvector.yaml')]);
    expect([imported.exitCode, imported.stderr]).toEqual([
      0,
      '1 rules, 0 notes; 0 of them say that something is judged less than before\n',
    ]);
    writeFileSync(at('rules.yaml'), imported.stdout);
    const words = ['policy', 'apply', at('pods'), '--policies', at('rules.yaml'), '--own-only', '-o', 'json'];
    const { findings } = JSON.parse((await bartizan(words)).stdout) as {
      findings: { object: { name: string } }[];
    };
    expect(findings.map(({ object }) => object.name).sort()).toEqual(['a', 'b', 'd']);
    expect((await bartizan(['policy', 'import', 'neuvector', at('neuvector.yaml')])).stdout).toBe(
      imported.stdout,
    );
  });

  it('says what it left out, in both languages, and ends with 3', async () => {
    const english = await bartizan(['policy', 'import', 'kyverno', at('kyverno.yaml')]);
    expect(english.exitCode).toBe(3);
    expect(english.stdout).toContain('name: kyverno.disallow-privileged.privileged');
    expect(english.stderr).toContain('ConfigMap: objects of kind ConfigMap are not read');
    const japanese = await bartizan(['policy', 'import', 'kyverno', at('kyverno.yaml'), '-o', 'json'], 'ja');
    expect(japanese.stderr).toContain('対象外');
    expect(JSON.parse(japanese.stdout)).toMatchObject({
      rules: [{ kind: 'AdmissionRule' }],
      notes: [{ source: 'ConfigMap', effect: 'dropped' }],
    });
  });

  it('takes constraints of Gatekeeper, and says which it cannot', async () => {
    const constraint = (kind: string, parameters: string): string =>
      `apiVersion: constraints.gatekeeper.sh/v1beta1
kind: ${kind}
metadata: {name: ${kind.toLowerCase()}}
spec:
  match: {kinds: [{apiGroups: [''], kinds: [Pod]}]}
  parameters: ${parameters}
---
`;
    const own = constraint('K8sOwnTemplate', '{}');
    writeFileSync(at('gatekeeper.yaml'), constraint('K8sRequiredLabels', '{labels: [{key: owner}]}') + own);
    const taken = await bartizan(['policy', 'import', 'gatekeeper', at('gatekeeper.yaml')]);
    expect(taken.exitCode).toBe(3);
    expect(taken.stdout).toContain('name: gatekeeper.k8srequiredlabels.k8srequiredlabels');
    expect(taken.stderr).toContain('the template K8sOwnTemplate is none of the library');
  });

  it('refuses what is no policy of that product, two rules of one name, and files that are not there', async () => {
    writeFileSync(at('wrong.yaml'), 'rules: [{id: 1, criteria: nothing}]\n');
    const wrong = await bartizan(['policy', 'import', 'neuvector', at('wrong.yaml')]);
    expect([wrong.exitCode, wrong.stdout]).toEqual([2, '']);
    expect(wrong.stderr).toContain('E_POLICY_IMPORT');
    writeFileSync(at('copy.yaml'), KYVERNO);
    const twice = await bartizan(['policy', 'import', 'kyverno', at('kyverno.yaml'), at('copy.yaml')]);
    expect([twice.exitCode, twice.stdout]).toEqual([2, '']);
    expect(twice.stderr).toContain('two rules become kyverno.disallow-privileged.privileged');
    expect((await bartizan(['policy', 'import', 'kyverno', at('nothing.yaml')])).exitCode).toBe(5);
  });
});

describe('policy simulate over manifests', () => {
  it('shows who would be hit, by namespace, owner and rule, with examples', async () => {
    writeFileSync(
      at('rules.yaml'),
      (await bartizan(['policy', 'import', 'neuvector', at('neuvector.yaml')])).stdout,
    );
    const words = ['policy', 'simulate', at('rules.yaml'), '--from-manifests', at('pods')];
    const { exitCode, stdout } = await bartizan([...words, '-o', 'json']);
    expect([exitCode, JSON.parse(stdout)]).toMatchObject([
      0,
      {
        objects: 4,
        judged: 4,
        newlyDenied: 3,
        byNamespace: [
          { name: 'shop', count: 2 },
          { name: 'dev', count: 1 },
        ],
        byRule: [{ name: 'neuvector.user-1000', count: 3 }],
      },
    ]);
    const table = (await bartizan(words)).stdout;
    expect(table).toContain('4 objects judged: 3 would newly be refused');
    expect(table).toContain('shop/Pod/a  alert -> deny  neuvector.user-1000');
    expect((await bartizan(words, 'ja')).stdout).toContain('新たに拒否（名前空間別）');
  });

  it('leaves out rules that are switched off, tells documents it cannot read, and wants policies', async () => {
    const rules = (await bartizan(['policy', 'import', 'neuvector', at('neuvector.yaml')])).stdout;
    const off = 'metadata:\n  annotations:\n    policy.bartizan.dev/enabled: "false"\n';
    writeFileSync(at('off.yaml'), rules.replace('metadata:\n', off));
    mkdirSync(at('broken'));
    writeFileSync(at('broken/pods.yaml'), `${POD('a', 'shop', true)}---\nbroken: [\n`);
    const words = ['policy', 'simulate', at('off.yaml'), '--from-manifests', at('broken'), '-o', 'json'];
    const { exitCode, stdout, stderr } = await bartizan(words);
    expect([exitCode, JSON.parse(stdout)]).toMatchObject([1, { objects: 1, newlyDenied: 0 }]);
    expect(stderr).toContain('pods.yaml:');
    mkdirSync(at('none'));
    const none = await bartizan(['policy', 'simulate', at('none'), '--from-manifests', at('pods')]);
    expect([none.exitCode, none.stderr.includes('E_USAGE')]).toEqual([2, true]);
  });
});
