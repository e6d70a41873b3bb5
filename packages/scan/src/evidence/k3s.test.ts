// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DirectoryTree } from '../tree/directory-tree.ts';
import type { RunningProgram } from './components.ts';
import { collectEvidence } from './index.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bartizan-k3s-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const put = (path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
const unit = (start: string, name = 'k3s.service'): void =>
  put(`/etc/systemd/system/${name}`, `[Unit]\nDescription=x\n[Service]\nExecStart=${start}\n`);

/** As it looks once k3s wrote its own name anew: one word, and nothing behind it. */
const HIDDEN = ['/usr/local/bin/k3s server', '', '', ''];

interface Around {
  readonly argv?: readonly string[];
  readonly environment?: Readonly<Record<string, string>> | undefined;
  readonly others?: readonly (readonly string[])[];
}
function look(around: Around = {}) {
  const { argv = HIDDEN, others = [] } = around;
  const environment = 'environment' in around ? around.environment : {};
  const tree = new DirectoryTree(root);
  const programs = [argv, ...others].map(
    (words, at): RunningProgram => ({ pid: at + 10, argv: words, isCut: false, isOfHost: true }),
  );
  try {
    const found = collectEvidence({
      tree,
      programs: { programs: () => programs, rootOf: () => undefined, environment: () => environment },
    });
    const of = (collector: string, subject: string) =>
      found.evidence.filter((one) => one.collector === collector && one.subject === subject);
    const args = (subject: string) => of('process', subject)[0]?.value;
    return { ...found, of, args };
  } finally {
    tree.close();
  }
}

describe('k3s, which runs Kubernetes in one process and hides its arguments', () => {
  it('is read from its unit, its file and drop-ins, in the order in which they count', () => {
    unit(
      "/usr/local/bin/k3s \\\n    server \\\n\t'--kube-apiserver-arg=audit-log-maxage=30' \\\n\t'--disable' \\\n\t'traefik' \\\n",
    );
    put('/etc/rancher/k3s/config.yaml', 'kube-apiserver-arg:\n- audit-log-maxage=1\n- profiling=true\n');
    put('/etc/rancher/k3s/config.yaml.d/10-a.yaml', 'kube-apiserver-arg: [audit-log-maxbackup=5]\n');
    put(
      '/etc/rancher/k3s/config.yaml.d/20-b.YML',
      'kube-apiserver-arg+: enable-admission-plugins+=EventRateLimit\nkubelet-arg: [pod-max-pids=100]\n',
    );
    put('/etc/rancher/k3s/config.yaml.d/note.txt', 'kube-apiserver-arg: [profiling=true]\n');
    const { args, of, watchedPaths, watchedPids } = look();
    const server = args('kube-apiserver');
    // The first file's list was replaced by the first drop-in, so that profiling is off as k3s has it.
    expect(server).toContain('--profiling=false');
    expect(server).toContain('--audit-log-maxbackup=5');
    expect(server).toContain('--audit-log-maxage=30');
    expect(server).not.toContain('--audit-log-maxage=1');
    expect(server).toEqual(
      expect.arrayContaining([
        '--anonymous-auth=false',
        '--authorization-mode=Node,RBAC',
        '--enable-admission-plugins=NodeRestriction',
        '--enable-admission-plugins=EventRateLimit',
        '--client-ca-file=/var/lib/rancher/k3s/server/tls/client-ca.crt',
      ]),
    );
    expect(args('kube-controller-manager')).toContain('--use-service-account-credentials=true');
    expect(args('kube-scheduler')).toContain('--bind-address=127.0.0.1');
    expect(args('kubelet')).toContain('--pod-max-pids=100');
    expect(of('process', 'etcd')).toMatchObject([{ state: 'absent' }]);
    expect(of('host', 'distribution')).toMatchObject([{ value: 'k3s' }]);
    expect(of('process', 'kube-apiserver')).toHaveLength(1);
    expect(watchedPaths).toEqual(
      expect.arrayContaining([
        '/etc/rancher/k3s/config.yaml',
        '/etc/rancher/k3s/config.yaml.d',
        '/etc/systemd/system/k3s.service',
      ]),
    );
    expect(watchedPids).toEqual([10]);
  });

  it('takes what its options say over what it does by itself', () => {
    unit('/usr/local/bin/k3s server');
    put(
      '/etc/rancher/k3s/config.yaml',
      'kube-apiserver-arg: [anonymous-auth=true, authorization-config=/a.yaml]\nkube-controller-arg: [bind-address=0.0.0.0]\n',
    );
    const { args } = look();
    expect(args('kube-apiserver')).toContain('--anonymous-auth=true');
    expect(args('kube-apiserver')).not.toContain('--anonymous-auth=false');
    expect(String(args('kube-apiserver'))).not.toContain('--authorization-mode');
    expect(args('kube-controller-manager')).toContain('--bind-address=0.0.0.0');
    expect(args('kube-controller-manager')).not.toContain('--bind-address=127.0.0.1');
  });

  it('follows another data folder, reads what k3s wrote there, and makes no diff of it', () => {
    const data = '/srv/k3s';
    unit(`/usr/local/bin/k3s server --data-dir ${data} --secrets-encryption`);
    put(
      `${data}/agent/etc/kubelet.conf.d/00-k3s-defaults.conf`,
      'authentication: {anonymous: {enabled: false}}\n',
    );
    put(`${data}/agent/etc/kubelet.conf.d/50-own.conf`, 'authentication: {anonymous: {enabled: true}}\n');
    put(`${data}/server/db/etcd/config`, 'client-transport-security: {client-cert-auth: true}\n');
    put(`${data}/server/tls/serving-kube-apiserver.crt`, '-');
    put(
      `${data}/server/cred/encryption-config.json`,
      '{"kind":"EncryptionConfiguration","resources":[{"resources":["secrets"],"providers":[{"aescbc":{}},{"identity":{}}]}]}',
    );
    const { args, of } = look();
    const kubelet = of('config', 'kubelet');
    expect(kubelet.map(({ path }) => path)).toEqual([
      `${data}/agent/etc/kubelet.conf.d/00-k3s-defaults.conf`,
      `${data}/agent/etc/kubelet.conf.d/50-own.conf`,
    ]);
    expect(kubelet[1]?.value).toEqual({ 'authentication.anonymous.enabled': true });
    // A flag would win over the drop-in: it is not given where there is such a folder.
    expect(String(args('kubelet'))).not.toContain('--anonymous-auth');
    expect(of('config', 'etcd')[0]?.value).toEqual({ 'client-transport-security.client-cert-auth': true });
    expect(args('kube-apiserver')).toContain(`--etcd-cafile=${data}/server/tls/etcd/server-ca.crt`);
    expect(of('config', 'encryption')).toMatchObject([{ state: 'known', value: { secrets: 'aescbc' } }]);
    expect(of('file', 'pki-folder')[0]).toMatchObject({ path: `${data}/server/tls` });
  });

  it('is an agent: no control plane, and what is left out is not there', () => {
    unit('/usr/local/bin/k3s agent --disable-kube-proxy', 'k3s-agent.service');
    const { of } = look({ argv: ['/usr/local/bin/k3s agent'] });
    expect(of('process', 'kubelet')).toMatchObject([{ state: 'known' }]);
    for (const part of ['kube-apiserver', 'kube-scheduler', 'kube-proxy', 'etcd'])
      expect(of('process', part), part).toMatchObject([{ state: 'absent' }]);
    unit('/usr/local/bin/k3s server --disable-agent --disable-scheduler=true --disable-apiserver=false');
    const server = look();
    for (const part of ['kubelet', 'kube-proxy', 'kube-scheduler'])
      expect(server.of('process', part), part).toMatchObject([{ state: 'absent' }]);
    expect(server.of('process', 'kube-apiserver')).toMatchObject([{ state: 'known' }]);
  });

  it('takes arguments that are in sight, and an address of a data store without its password', () => {
    const argv = [
      '/opt/k3s',
      'server',
      '--datastore-endpoint=postgres://a:canary@db/k',
      '--datastore-cafile=/ca.crt',
    ];
    const { args, evidence } = look({ argv });
    expect(args('kube-apiserver')).toContain('--etcd-cafile=/ca.crt');
    expect(JSON.stringify(evidence)).not.toContain('canary');
  });

  it('lets a part that is a program of its own be seen as it is', () => {
    unit('/usr/local/bin/k3s server');
    const { args, of } = look({ others: [['/usr/bin/kubelet', '--read-only-port=10255']] });
    expect(args('kubelet')).toEqual(['--read-only-port=10255']);
    expect(of('process', 'kubelet')).toHaveLength(1);
  });
});

describe('options of k3s that cannot be told', () => {
  const reasonOf = (around?: Around) => {
    const { of } = look(around);
    return ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy'].map(
      (part) => of('process', part)[0]?.reason,
    );
  };
  const all = (reason: string): string[] => Array.from({ length: 5 }, () => reason);

  it.each<readonly [string, () => void, string]>([
    ['no unit tells how it was started', () => undefined, 'hidden'],
    ['a unit starts something else', () => unit('/usr/bin/other server'), 'hidden'],
    [
      'two units start it differently',
      () => {
        unit('/usr/local/bin/k3s server');
        unit('/usr/local/bin/k3s server --debug', 'k3s-two.service');
      },
      'conflict',
    ],
    [
      'its file is no YAML',
      () => {
        unit('/usr/local/bin/k3s server');
        put('/etc/rancher/k3s/config.yaml', '\t: {\n');
      },
      'malformed',
    ],
    [
      'its file is a link in a circle',
      () => {
        unit('/usr/local/bin/k3s server');
        mkdirSync(join(root, '/etc/rancher/k3s'), { recursive: true });
        symlinkSync('config.yaml', join(root, '/etc/rancher/k3s/config.yaml'));
      },
      'symlink',
    ],
    [
      'its file is on a server',
      () => unit('/usr/local/bin/k3s server --config=https://example.test/config.yaml'),
      'not-asked',
    ],
    [
      'a drop-in is too large',
      () => {
        unit('/usr/local/bin/k3s server');
        put('/etc/rancher/k3s/config.yaml.d/a.yaml', `# ${'x'.repeat(1024 * 1024)}\n`);
      },
      'too-large',
    ],
  ])('are unknown with the reason where %s', (_, prepare, reason) => {
    prepare();
    expect(reasonOf()).toEqual(all(reason));
  });

  it('are unknown where its variables may not be read: they may name another file', () => {
    unit('/usr/local/bin/k3s server');
    expect(reasonOf({ environment: undefined })).toEqual(all('permission'));
    put('/etc/own.yaml', 'kubelet-arg: [pod-max-pids=7]\n');
    expect(look({ environment: { K3S_CONFIG_FILE: '/etc/own.yaml' } }).args('kubelet')).toContain(
      '--pod-max-pids=7',
    );
  });

  it('never throw, whatever the unit and the file hold', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), fc.string({ maxLength: 200 }), (start, config) => {
        unit(`/usr/local/bin/k3s server ${start}`);
        put('/etc/rancher/k3s/config.yaml', config);
        return look().of('process', 'kubelet').length === 1;
      }),
      { seed: 42, numRuns: 40 },
    );
  });
});

describe('RKE2, which starts every part as a program of its own', () => {
  it('is read from the process table, and its etcd from the file it names', () => {
    const data = '/var/lib/rancher/rke2';
    put('/etc/rancher/rke2/config.yaml', 'kube-apiserver-arg: [profiling=true]\n');
    put(`${data}/server/db/etcd/config`, 'client-transport-security: {client-cert-auth: true}\n');
    put(`${data}/server/tls/kube-apiserver/kube-apiserver.crt`, '-');
    const { args, of } = look({
      argv: ['/usr/local/bin/rke2 server', '', ''],
      others: [
        [
          'kubelet',
          '--config-dir=/var/lib/rancher/rke2/agent/etc/kubelet.conf.d',
          `--kubeconfig=${data}/agent/kubelet.kubeconfig`,
        ],
        [
          'kube-apiserver',
          '--profiling=true',
          `--tls-cert-file=${data}/server/tls/kube-apiserver/kube-apiserver.crt`,
        ],
        ['etcd', `--config-file=${data}/server/db/etcd/config`],
      ],
    });
    expect(args('kube-apiserver')).toContain('--profiling=true');
    expect(of('config', 'etcd')[0]?.value).toMatchObject({
      'client-transport-security.client-cert-auth': true,
    });
    expect(of('host', 'distribution')).toMatchObject([{ value: 'rke2' }]);
    expect(of('file', 'pki-folder')[0]).toMatchObject({ path: `${data}/server/tls/kube-apiserver` });
  });
});
