// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { loadBenchmarks } from '@bartizan/adapters/content';
import type { BenchmarkStatus } from '@bartizan/contracts/compliance';
import { judgeCheck, NodeFacts, sealEvidence } from '@bartizan/engine/compliance';
import { DirectoryTree } from '@bartizan/scan';
import { collectEvidence } from '@bartizan/scan/evidence';
import { describe, expect, it } from 'vitest';

const CONTENT = resolve(import.meta.dirname, '../../../content');
const DATA = '/var/lib/rancher/k3s';

/** A server of k3s with its own etcd, as far as the checks of its settings go. */
const GOOD: Readonly<Record<string, string>> = {
  '/etc/systemd/system/k3s.service': '[Service]\nExecStart=/usr/local/bin/k3s \\\n    server \\\n',
  '/etc/rancher/k3s/config.yaml': [
    'secrets-encryption: true',
    'protect-kernel-defaults: true',
    'kube-apiserver-arg:',
    '- audit-log-path=/var/lib/rancher/k3s/server/logs/audit.log',
    '- audit-log-maxage=30',
    '- audit-log-maxbackup=10',
    '- audit-log-maxsize=100',
    '',
  ].join('\n'),
  [`${DATA}/agent/etc/kubelet.conf.d/00-k3s-defaults.conf`]:
    'authentication: {anonymous: {enabled: false}, x509: {clientCAFile: /x.crt}}\nauthorization: {mode: Webhook}\ntlsCertFile: /a\ntlsPrivateKeyFile: /b\n',
  [`${DATA}/server/db/etcd/config`]:
    'client-transport-security: {cert-file: /a, key-file: /b, client-cert-auth: true, trusted-ca-file: /c}\npeer-transport-security: {cert-file: /a, key-file: /b, client-cert-auth: true, trusted-ca-file: /c}\n',
};

/** What CIS 1.12 says of the settings of such a node. */
function settings(files: Readonly<Record<string, string>>): Map<string, BenchmarkStatus> {
  const root = mkdtempSync(join(tmpdir(), 'bartizan-cis-k3s-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    const tree = new DirectoryTree(root);
    const argv = ['/usr/local/bin/k3s server', ''];
    const { evidence } = collectEvidence({
      tree,
      programs: {
        programs: () => [{ pid: 10, argv, isCut: false, isOfHost: true }],
        rootOf: () => undefined,
        environment: () => ({}),
      },
    });
    tree.close();
    const loaded = loadBenchmarks(CONTENT);
    if (!loaded.ok) throw new Error(loaded.error.detail);
    const benchmark = loaded.value.benchmarks.find(({ id }) => id === 'cis-kubernetes-1.12');
    const facts = new NodeFacts(sealEvidence(evidence, 1_764_000_000_000, 'n'));
    return new Map(
      (benchmark?.checks ?? [])
        .filter(({ ask }) => ask.kind === 'setting')
        .map((check) => [check.id, judgeCheck(check, facts).status]),
    );
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
const count = (found: ReadonlyMap<string, BenchmarkStatus>, status: BenchmarkStatus): number =>
  [...found.values()].filter((one) => one === status).length;

describe('CIS Kubernetes 1.12 on k3s', () => {
  it('answers the settings of its parts, and fails what its options break', () => {
    const good = settings(GOOD);
    const those = (status: BenchmarkStatus): string =>
      [...good].flatMap(([id, one]) => (one === status ? [id] : [])).join(', ');
    process.stdout.write(
      `cis-1.12 on k3s: ${count(good, 'pass')} of ${good.size} settings pass; fail: ${those('fail')}; unknown, since k3s may set them by itself: ${those('unknown')}\n`,
    );
    for (const id of ['1.2.1', '1.2.7', '1.2.16', '1.2.17', '1.3.3', '1.4.1', '2.2', '4.2.1', '4.2.2'])
      expect(good.get(id), id).toBe('pass');
    const bad = settings({
      ...GOOD,
      '/etc/rancher/k3s/config.yaml.d/zz.yaml':
        'kube-apiserver-arg: [anonymous-auth=true, authorization-mode=AlwaysAllow]\nkube-scheduler-arg: [profiling=true]\n',
      [`${DATA}/agent/etc/kubelet.conf.d/50.conf`]: 'authentication: {anonymous: {enabled: true}}\n',
    });
    for (const id of ['1.2.1', '1.2.7', '1.2.16', '1.4.1', '4.2.1']) expect(bad.get(id), id).toBe('fail');
  });

  it('answers nothing where nobody can tell how k3s was started', () => {
    const hidden = settings({ [`${DATA}/server/tls/x`]: '' });
    expect(count(hidden, 'pass')).toBe(0);
    expect(hidden.get('1.2.1')).toBe('unknown');
    expect(hidden.get('4.2.1')).toBe('unknown');
  });
});
