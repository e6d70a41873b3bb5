// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DirectoryTree } from '../tree/directory-tree.ts';
import { collectEvidence, type ProgramTable, parseConfig, readToml } from './index.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bartizan-evidence-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const put = (path: string, text: string, mode = 0o600): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text, { mode });
  chmodSync(join(root, path), mode);
};
const table = (...commands: string[][]): ProgramTable => ({
  programs: () => commands.map((argv, at) => ({ pid: at + 10, argv, isCut: false, isOfHost: true })),
  rootOf: () => undefined,
  environment: () => ({ ETCD_NAME: 'a', ETCD_INITIAL_CLUSTER_TOKEN: 's3cret' }),
});
function look(programs: ProgramTable) {
  const tree = new DirectoryTree(root);
  try {
    const found = collectEvidence({ tree, programs });
    return {
      ...found,
      of: (collector: string, subject: string) =>
        found.evidence.filter((one) => one.collector === collector && one.subject === subject),
    };
  } finally {
    tree.close();
  }
}
const KUBELET = ['/usr/bin/kubelet', '--config=/var/lib/kubelet/config.yaml', '--config-dir=/etc/kubelet.d'];

describe('the configuration of a kubelet', () => {
  it('is its file and its drop-ins in the order of their names', () => {
    put('/var/lib/kubelet/config.yaml', 'authentication:\n  anonymous: { enabled: true }\n');
    put('/etc/kubelet.d/20-b.conf', 'readOnlyPort: 1\n');
    put('/etc/kubelet.d/10-a.conf', 'readOnlyPort: 2\n');
    put('/etc/kubelet.d/note.txt', 'readOnlyPort: 3\n');
    const { of, watchedPaths } = look(table(KUBELET));
    expect(of('config', 'kubelet').map(({ path, origin }) => [path, origin])).toEqual([
      ['/var/lib/kubelet/config.yaml', 'file'],
      ['/etc/kubelet.d/10-a.conf', 'drop-in'],
      ['/etc/kubelet.d/20-b.conf', 'drop-in'],
    ]);
    expect(of('config', 'kubelet')[0]?.value).toMatchObject({ 'authentication.anonymous.enabled': true });
    expect(watchedPaths).toContain('/etc/kubelet.d');
  });

  it('is also in drop-ins with a dot in front and in folders below, in the order of a walk', () => {
    put('/var/lib/kubelet/config.yaml', 'readOnlyPort: 0\n');
    for (const name of ['.99-x.conf', '30-z.conf', '20-more/b.conf', '20-more/deep/a.conf', '10-a.conf'])
      put(`/etc/kubelet.d/${name}`, 'authentication:\n  anonymous: { enabled: true }\n');
    const { of, watchedPaths } = look(table(KUBELET));
    expect(of('config', 'kubelet').map(({ path }) => path)).toEqual([
      '/var/lib/kubelet/config.yaml',
      '/etc/kubelet.d/.99-x.conf',
      '/etc/kubelet.d/10-a.conf',
      '/etc/kubelet.d/20-more/b.conf',
      '/etc/kubelet.d/20-more/deep/a.conf',
      '/etc/kubelet.d/30-z.conf',
    ]);
    expect(watchedPaths).toContain('/etc/kubelet.d/20-more/deep');
  });

  it('is not known whole where there are more drop-ins than are read', () => {
    put('/var/lib/kubelet/config.yaml', 'readOnlyPort: 0\n');
    for (let n = 0; n < 257; n += 1)
      put(`/etc/kubelet.d/${String(n).padStart(3, '0')}.conf`, 'readOnlyPort: 0\n');
    const found = look(table(KUBELET)).of('config', 'kubelet');
    expect(found.filter(({ state }) => state === 'known')).toHaveLength(257);
    expect(found.at(-1)).toMatchObject({
      ...{ path: '/etc/kubelet.d', origin: 'drop-in', state: 'unreadable', reason: 'too-large' },
    });
  });

  it.each([
    ['named and not there', () => undefined, 'vanished'],
    [
      'cut in the middle',
      () => put('/var/lib/kubelet/config.yaml', 'authentication:\n  anonymous: { enab'),
      'truncated',
    ],
    ['no YAML', () => put('/var/lib/kubelet/config.yaml', '\t: {\n'), 'malformed'],
    ['too large', () => put('/var/lib/kubelet/config.yaml', `# ${'x'.repeat(1024 * 1024)}\n`), 'too-large'],
    [
      'a folder',
      () => mkdirSync(join(root, '/var/lib/kubelet/config.yaml'), { recursive: true }),
      'not-regular',
    ],
    [
      'a link in a circle',
      () => {
        mkdirSync(join(root, '/var/lib/kubelet'), { recursive: true });
        symlinkSync('config.yaml', join(root, '/var/lib/kubelet/config.yaml'));
      },
      'symlink',
    ],
    [
      'a link out of the tree',
      () => {
        mkdirSync(join(root, '/var/lib/kubelet'), { recursive: true });
        symlinkSync('../../../../../../../../etc/hostname', join(root, '/var/lib/kubelet/config.yaml'));
      },
      'vanished',
    ],
  ])('is told as unreadable when it is %s', (_, prepare, reason) => {
    prepare();
    expect(look(table(KUBELET)).of('config', 'kubelet')[0]).toMatchObject({ state: 'unreadable', reason });
  });

  it('keeps no secret, and then no lines either', () => {
    put(
      '/var/lib/kubelet/config.yaml',
      'staticPodURLHeader:\n  Authorization: [Bearer canary-1]\nreadOnlyPort: 0\n',
    );
    const { evidence, of } = look(table([...KUBELET, '--bootstrap-token=canary-2'], ['etcd']));
    expect(JSON.stringify(evidence)).not.toMatch(/canary|s3cret/);
    expect(of('config', 'kubelet')[0]?.value).toMatchObject({ readOnlyPort: 0 });
    expect(of('config', 'kubelet')[0]?.value).not.toHaveProperty('#lines');
  });
});

describe('evidence for auditors', () => {
  const DOCKER = '/etc/docker/daemon.json';
  const textOf = (programs: ProgramTable): string => JSON.stringify(look(programs).evidence);

  it('has no password of an address and no token of an option, in values or in lines', () => {
    put(
      DOCKER,
      '{"proxies": {"http-proxy": "http://svc:S3cretPw@proxy:3128"},\n"log-opts": {"splunk-token": "176FCEBF"},\n"icc": false}\n',
    );
    const { of, evidence } = look(table(['dockerd']));
    expect(JSON.stringify(evidence)).not.toMatch(/S3cretPw|176FCEBF/);
    expect(of('config', 'dockerd')[0]?.value).toEqual({
      'proxies.http-proxy': 'http://svc:***@proxy:3128',
      'log-opts.splunk-token': '[redacted]',
      icc: false,
    });
  });

  it.each([
    '{"http-proxy": "http://svc:canary@proxy:3128"}',
    '{"http-proxy": "http://svc:in@a:canary@proxy:3128"}',
    '{"insecure-registries": ["https://svc:canary@registry"]}',
    '{"log-opts": {"logentries-token": "canary"}}',
    '{"http-headers": {"X-Api-Key": "canary"}}',
    '{"runtimes": {"x": {"runtimeArgs": ["--registry-token", "canary"]}}}',
    `{"a": ${'{"b":'.repeat(40)}{"c": "canary"}${'}'.repeat(40)}}`,
  ])('has no lines of %s', (text) => {
    put(DOCKER, `${text}\n`);
    expect(textOf(table(['dockerd']))).not.toContain('canary');
    put(DOCKER, '{"log-opts": {"max-size": "10m"}}\n');
    expect(textOf(table(['dockerd']))).toContain('#lines');
  });

  it.each([
    'readOnlyPort: 0 # the bootstrap-token=canary was here',
    '# password: "canary"',
    '# --token canary',
    '# kubelet --bootstrap-token "a canary"',
    "# don't: --token 'a canary'",
    '# Authorization: Bearer canary',
    'headers: {Authorization: Bearer canary}',
    'headers:\n  Authorization: [Bearer canary]',
    '# http://svc:canary@proxy',
    'readOnlyPort: 0\n---\napi-key: canary',
  ])('has nothing of comments or further documents: %j', (text) => {
    put('/var/lib/kubelet/config.yaml', `${text}\n`);
    expect(textOf(table(KUBELET))).not.toContain('canary');
    put(
      '/var/lib/kubelet/config.yaml',
      '# automountServiceAccountToken: false\nauthorization: {mode: Webhook}\n# authorization: Webhook\n',
    );
    expect(textOf(table(KUBELET))).toContain('#lines');
  });

  it.each([
    ['--log-opt', 'splunk-token=canary'],
    ['--log-opt=splunk-token=canary'],
    ['--registry-token', 'canary'],
    ['--registry-token=canary'],
    ['--http-proxy=http://a:canary@b'],
    ['-c', 'exec dockerd --registry-token canary'],
    ['-c', "exec dockerd --registry-token='canary'"],
    ['-c', "exec dockerd --registry-token 'a canary'"],
  ])('has no secret among arguments and in units: %s %s', (...args) => {
    const words = args.filter((word) => typeof word === 'string');
    put(
      '/etc/systemd/system/docker.service',
      `[Service]\nExecStart=/usr/bin/dockerd ${words.join(' ')} --icc=false\n`,
    );
    const { evidence, of } = look(table(['dockerd', ...words, '--icc=false']));
    expect(JSON.stringify(evidence)).not.toContain('canary');
    expect(of('process', 'dockerd')[0]?.value).toContain('--icc=false');
    expect(JSON.stringify(of('unit', 'dockerd'))).toContain('--icc=false');
  });

  it.each([
    '# password: canary',
    '# Authorization: Bearer canary',
    'ExecStartPre=/usr/bin/curl -H "Authorization: Bearer canary" http://x',
  ])('has no line of a unit that gives a secret by its name: %s', (line) => {
    const start = 'ExecStart=/usr/bin/dockerd --token-file=/x --bootstrap-token=/y --splunk-token=canary';
    put('/etc/systemd/system/docker.service', `[Service]\n${line}\n${start}\n`);
    const { of } = look(table());
    expect(of('unit', 'dockerd')[0]?.value).toMatchObject({
      '#lines': ['[Service]', '[redacted]', start.replace('canary', '[redacted]')],
    });
  });

  it('has no secret of a unit whose option and value are on two lines, or in its variables', () => {
    put(
      '/etc/systemd/system/docker.service',
      '[Service]\nEnvironment="DOCKER_OPTS=--registry-token canary"\nExecStart=/usr/bin/dockerd --registry-token \\\n  canary --x\nRestart=always\n',
    );
    const { of } = look(table());
    expect(of('unit', 'dockerd')[0]?.value).toEqual({
      '#lines': [
        '[Service]',
        'Environment="DOCKER_OPTS=--registry-token [redacted]"',
        ...['ExecStart=/usr/bin/dockerd --registry-token \\', '  [redacted] --x', 'Restart=always'],
      ],
      '#first-line': 1,
    });
  });

  it('has no password in what etcd is told by variables, and no comment of a manifest that names one', () => {
    put(
      '/etc/kubernetes/manifests/etcd.yaml',
      'spec:\n  containers:\n  - command:\n    - etcd\n    - --data-dir=/x # --password=canary\n',
    );
    const variables = { ETCD_DISCOVERY_PROXY: 'http://u:canary@h', ETCD_NAME: 'a' };
    const { of, evidence } = look({ ...table(['etcd']), environment: () => variables });
    expect(JSON.stringify(evidence)).not.toContain('canary');
    expect(of('environment', 'etcd')[0]?.value).toEqual({
      ETCD_DISCOVERY_PROXY: 'http://u:***@h',
      ETCD_NAME: 'a',
    });
  });

  it('tells the settings that only sound like secrets', () => {
    const args = [
      '--use-service-account-credentials=true',
      '--token-auth-file=/etc/tokens',
      '--bootstrap-token=/run/token',
      '--feature-gates=BoundToken=true,Other=false',
      '--secrets-encryption-provider=aescbc',
      '--enable-bootstrap-token-auth=true',
      '--tls-private-key-file=/a.key',
    ];
    expect(look(table(['kube-apiserver', ...args])).of('process', 'kube-apiserver')[0]?.value).toEqual(args);
  });
});

describe('programs', () => {
  it('are found by their own name or as a word of a program that holds many, and not in the arguments of others', () => {
    const { of } = look(
      table(
        ['/opt/kubebox', 'kube-scheduler', '--profiling=false'],
        ['grep', 'kubelet'],
        ['/bin/sh', 'etcd'],
      ),
    );
    expect(of('process', 'kube-scheduler')[0]).toMatchObject({
      state: 'known',
      value: ['--profiling=false'],
    });
    expect(of('process', 'kubelet')[0]).toMatchObject({ state: 'absent' });
    expect(of('process', 'etcd')[0]).toMatchObject({ state: 'absent' });
  });
  it('that run twice with other arguments are a conflict, and a kubelet in a container is none', () => {
    expect(look(table(['etcd', '--a=1'], ['etcd', '--a=2'])).of('process', 'etcd')[0]).toMatchObject({
      reason: 'conflict',
    });
    const inside: ProgramTable = {
      ...table(),
      programs: () => [{ pid: 1, argv: ['kubelet'], isCut: false, isOfHost: false }],
    };
    expect(look(inside).of('process', 'kubelet')[0]).toMatchObject({ state: 'absent' });
  });
});

describe('files', () => {
  it('have mode and owner by name, and say when none is there', () => {
    put('/etc/passwd', 'root:x:0:0::/:/bin/sh\n');
    put('/etc/kubernetes/admin.conf', 'x', 0o644);
    const { of } = look(table());
    expect(of('file', 'admin-kubeconfig')).toEqual([
      {
        collector: 'file',
        subject: 'admin-kubeconfig',
        origin: 'file',
        path: '/etc/kubernetes/admin.conf',
        state: 'known',
        value: { mode: '644', owner: 'root', group: 'root' },
      },
    ]);
    expect(of('file', 'scheduler-kubeconfig')[0]).toMatchObject({ state: 'absent' });
  });
});

describe('static pods', () => {
  it('give arguments, version and the lines of the command', () => {
    put(
      '/etc/kubernetes/manifests/kube-apiserver.yaml',
      'kind: Pod\nspec:\n  containers:\n  - command:\n    - kube-apiserver\n    - --profiling=false\n    image: registry.k8s.io/kube-apiserver:v1.31.2\n    name: kube-apiserver\n',
    );
    const { of } = look(table());
    expect(of('manifest', 'kube-apiserver')[0]?.value).toEqual({
      arguments: ['--profiling=false'],
      '#lines': [
        ...['  - command:', '    - kube-apiserver', '    - --profiling=false'],
        ...['    image: registry.k8s.io/kube-apiserver:v1.31.2', '    name: kube-apiserver'],
      ],
      '#first-line': 4,
    });
    expect(of('version', 'kube-apiserver')[0]?.value).toBe('1.31.2');
  });

  it('give lines behind the command for a diff, but none that may hold a secret or further arguments', () => {
    const linesWith = (...behind: readonly string[]): unknown => {
      put(
        '/etc/kubernetes/manifests/etcd.yaml',
        ['spec:', '  containers:', '  - command:', '    - etcd', '    - --data-dir=/x', ...behind, ''].join(
          '\n',
        ),
      );
      const { of } = look(table());
      return Reflect.get(Object(of('manifest', 'etcd')[0]?.value), '#lines');
    };
    const list = ['  - command:', '    - etcd', '    - --data-dir=/x'];
    expect(linesWith('    env:', '    - { name: A, value: canary }')).toEqual([...list, '    env:']);
    expect(linesWith('    args:', '    - --x=1')).toEqual(list);
    expect(linesWith('    stdin: "canary"', '    image: a')).toEqual(list);
    expect(linesWith('    a:', '    b:', '    c:', '    d:')).toEqual([
      ...list,
      '    a:',
      '    b:',
      '    c:',
    ]);
  });
});

describe('containerd', () => {
  it('is configured by its file and what it imports', () => {
    put('/etc/containerd/config.toml', 'version = 2\nimports = ["conf.d/*.toml"]\n[debug]\n  address = ""\n');
    put(
      '/etc/containerd/conf.d/a.toml',
      '[plugins."io.containerd.grpc.v1.cri"]\n  disable_apparmor = true # why\n',
    );
    const { of } = look(table(['containerd']));
    expect(of('config', 'containerd').map(({ value }) => value)).toMatchObject([
      { version: 2 },
      { 'plugins.io.containerd.grpc.v1.cri.disable_apparmor': true },
    ]);
  });
});

describe('TOML', () => {
  it('is read as container runtimes write it', () => {
    expect(
      readToml(
        "a = \"x\\n\\u0041\"\nb.c = [1, 2,\n 3]\n[t.\"q.r\"]\nd = {e = true}\n[[l]]\nf = 0x10\n[[l]]\nf = '''y'''\n",
      ),
    ).toEqual({
      a: 'x\nA',
      b: { c: [1, 2, 3] },
      t: { 'q.r': { d: { e: true } } },
      l: [{ f: 16 }, { f: 'y' }],
    });
  });
  it.each([
    'a = ',
    'a',
    '[t',
    'a = "x',
    'a = [1',
    'a = 1 b = 2',
    '[a]\n[a.b]\nc = 1\n[a.b.c]',
    `a = ${'['.repeat(100)}`,
  ])('refuses %j', (text) => {
    expect(readToml(text)).toBeUndefined();
  });
  it('answers any text, and sets no prototype', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        readToml(text);
        parseConfig(text, 'yaml');
        return true;
      }),
      { seed: 11, numRuns: 500 },
    );
    expect(Object.getPrototypeOf(readToml('[__proto__]\na = 1\n'))).toBe(Object.prototype);
  });
});
