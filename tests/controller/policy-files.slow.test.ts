// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../architecture/repository.ts';
import { LOCAL_ROOT, type Running, startRunning } from './running.ts';

let running: Running;
let folder = '';
const at = (...names: string[]): string => join(folder, ...names);

interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line as its own process, asked about the running controller. */
function bartizan(...words: string[]): Promise<Ended> {
  const { port, fingerprint } = running.controller;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(ROOT, 'apps/cli/src/main.ts'), ...words],
      {
        timeout: 60_000,
        env: {
          PATH: process.env['PATH'],
          LANG: 'en_US.UTF-8',
          BARTIZAN_SERVER: `https://127.0.0.1:${port}`,
          BARTIZAN_TOKEN: LOCAL_ROOT,
          BARTIZAN_FINGERPRINT: fingerprint,
        },
      },
      (error, stdout, stderr) => resolve({ exitCode: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

/** Every file below a folder with its bytes. */
function snapshot(path: string): Record<string, string> {
  const names = readdirSync(path, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  return Object.fromEntries(
    names.map(({ parentPath, name }) => {
      const file = join(parentPath, name);
      return [file.slice(path.length + 1), readFileSync(file, 'utf8')];
    }),
  );
}

const RULE = `apiVersion: policy.bartizan.dev/v1alpha1
kind: AdmissionRule
metadata: {name: shop.no-host-network}
spec:
  title: {en: No pod uses the network of the node, ja: "ノードのネットワークを使う Pod はない"}
  severity: high
  match: {resources: [workloads], operations: [CREATE, UPDATE], labels: {"app.kubernetes.io/name": "yes", tier: "0"}}
  condition: {all: [{field: pod.hostNetwork, operator: equals, value: true}, {not: {field: object.namespace, operator: in, value: ["on", "1.0"]}}]}
---
apiVersion: policy.bartizan.dev/v1alpha1
kind: AdmissionRule
metadata: {name: shop.later, annotations: {policy.bartizan.dev/enabled: "false"}}
spec:
  title: Not asked yet
  match: {resources: [workloads], operations: [CREATE]}
  condition: {field: pod.hostPID, operator: equals, value: true}
`;
const REST = `apiVersion: policy.bartizan.dev/v1alpha1
kind: AdmissionBinding
metadata: {name: z-first}
spec: {rules: [shop.*], namespaces: [prod], mode: enforce}
---
apiVersion: policy.bartizan.dev/v1alpha1
kind: AdmissionBinding
metadata: {name: a-second}
spec: {rules: [shop.*], mode: warn}
---
apiVersion: policy.bartizan.dev/v1alpha1
kind: AdmissionException
metadata: {name: exporter}
spec:
  rules: [shop.no-host-network]
  namespaces: [monitoring]
  owner: platform team
  reason: "it measures: the network # of the node"
  expires: "${new Date(Date.now() + 90 * 86_400_000).toISOString().slice(0, 10)}"
`;

beforeAll(async () => {
  running = await startRunning();
  folder = mkdtempSync(join(tmpdir(), 'bartizan-policy-files-'));
  mkdirSync(at('git'));
  writeFileSync(at('git', 'rules.yaml'), RULE);
  writeFileSync(at('git', 'where.yaml'), REST);
}, 60_000);
afterAll(async () => {
  await running?.close();
  rmSync(folder, { recursive: true, force: true });
});

// Each command is a process of its own, on machines that do other things too.
describe('a folder of policies and a controller', { timeout: 120_000 }, () => {
  it('are compared, then brought into step; a second push finds nothing to do', async () => {
    const shown = await bartizan('policy', 'push', at('git'), '--dry-run');
    expect([shown.exitCode, shown.stderr]).toEqual([0, '']);
    expect(shown.stdout).toContain('5 changes, 0 objects of drift, 0 unchanged');
    expect(shown.stdout).toContain('+ AdmissionRule/shop.no-host-network: is added');
    expect(shown.stdout).toContain('no cluster is watched');
    expect((await running.call({ path: 'admission/bindings' })).json).toMatchObject({ bindings: [] });
    const pushed = await bartizan('policy', 'push', at('git'));
    expect([pushed.exitCode, pushed.stderr, pushed.stdout.includes('applied\n')]).toEqual([0, '', true]);
    expect((await running.call({ path: 'admission/bindings' })).json).toMatchObject({
      bindings: [
        { id: 'z-first', origin: 'gitops', position: 0 },
        { id: 'a-second', origin: 'gitops', position: 1 },
      ],
    });
    const again = await bartizan('policy', 'push', at('git'), '-o', 'json');
    const { changes, applied } = JSON.parse(again.stdout) as {
      changes: { action: string }[];
      applied: boolean;
    };
    expect([again.exitCode, applied, changes.map(({ action }) => action)]).toEqual([
      0,
      false,
      Array(5).fill('unchanged'),
    ]);
  });

  it('come out as the same bytes each time, and what came out goes back unchanged', async () => {
    expect((await bartizan('policy', 'export', '--dir', at('one'))).exitCode).toBe(0);
    expect((await bartizan('policy', 'export', '--dir', at('two'))).exitCode).toBe(0);
    const [one, two] = [snapshot(at('one')), snapshot(at('two'))];
    expect(Object.keys(one).sort()).toEqual([
      'bindings/001-z-first.yaml',
      'bindings/002-a-second.yaml',
      'exceptions/exporter.yaml',
      'rules/shop.later.yaml',
      'rules/shop.no-host-network.yaml',
    ]);
    expect(two).toEqual(one);
    const back = await bartizan('policy', 'push', at('one'), '--dry-run');
    expect([back.exitCode, back.stdout.split('\n')[0]]).toEqual([
      0,
      '0 changes, 0 objects of drift, 5 unchanged',
    ]);
    const whole = await bartizan('policy', 'export');
    expect(whole.stdout).toBe(
      Object.keys(one)
        .sort()
        .map((name) => `---\n${one[name]}`)
        .join(''),
    );
  });

  it('refuse what was changed elsewhere until it is named, and tell which field', async () => {
    const shown = await running.call({ path: 'admission/rules/shop.no-host-network' });
    const rule = { ...(shown.json['rule'] as object), severity: 'low' };
    const body = { rule, enabled: true };
    const path = 'admission/rules/shop.no-host-network';
    expect((await running.call({ method: 'PUT', path, body })).status).toBe(200);
    const refused = await bartizan('policy', 'push', at('git'));
    expect(refused.exitCode).toBe(6);
    expect(refused.stdout).toContain('! AdmissionRule/shop.no-host-network [user]');
    expect(refused.stdout).toContain('severity: "low" -> "high"');
    expect(refused.stderr).toContain('E_CONFLICT');
    const name = 'AdmissionRule/shop.no-host-network';
    expect((await bartizan('policy', 'push', at('git'), '--prune', name)).exitCode).toBe(0);
    expect((await running.call({ path })).json).toMatchObject({
      origin: 'gitops',
      rule: { severity: 'high' },
    });
  });

  it('lose what the folder lacks only when asked; files of an export follow, files of people stay', async () => {
    writeFileSync(at('git', 'rules.yaml'), RULE.split('---\n')[0] ?? '');
    const kept = await bartizan('policy', 'push', at('git'));
    expect(kept.stdout).toContain('? AdmissionRule/shop.later [gitops]');
    expect((await running.call({ path: 'admission/rules/shop.later' })).status).toBe(200);
    expect((await bartizan('policy', 'push', at('git'), '--prune', 'gone')).exitCode).toBe(0);
    expect((await running.call({ path: 'admission/rules/shop.later' })).status).toBe(404);
    writeFileSync(at('one', 'rules', 'mine.yaml'), '# a note of mine\n');
    expect((await bartizan('policy', 'export', '--dir', at('one'))).stderr).toContain('1 removed');
    expect(readdirSync(at('one', 'rules')).sort()).toEqual(['mine.yaml', 'shop.no-host-network.yaml']);
  });

  it('refuse a folder without policies and a kind with a typing error: neither means remove everything', async () => {
    mkdirSync(at('empty'));
    const empty = await bartizan('policy', 'push', at('empty'), '--prune', 'gone');
    expect([empty.exitCode, empty.stderr.includes('E_USAGE')]).toEqual([2, true]);
    mkdirSync(at('typo'));
    writeFileSync(at('typo', 'rule.yaml'), RULE.replaceAll('kind: AdmissionRule', 'kind: AdmisionRule'));
    const typo = await bartizan('policy', 'push', at('typo'), '--prune', 'gone');
    expect([typo.exitCode, typo.stderr.includes('AdmisionRule')]).toEqual([2, true]);
    expect((await running.call({ path: 'admission/rules/shop.no-host-network' })).status).toBe(200);
  });

  it('cannot be simulated over a cluster that is not watched: that is said, not shown as no effect', async () => {
    const asked = await bartizan('policy', 'simulate', at('git'));
    expect([asked.exitCode, asked.stdout]).toEqual([1, '']);
    expect(asked.stderr).toContain('E_POLICY_NO_CLUSTER');
  });
});
