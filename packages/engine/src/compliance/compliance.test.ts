// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Benchmark, BenchmarkCheck, ExampleEvidence, SettingItem } from '@bartizan/contracts/compliance';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { setJsonKey, setYamlKey } from './edit-config.ts';
import { editManifest, editUnit, unitArguments } from './edit-flags.ts';
import { flagValue, parseFlags } from './flags.ts';
import {
  chooseBenchmarks,
  countResults,
  judgeCheck,
  NodeFacts,
  proposeFix,
  sealEvidence,
  settingOf,
  unifiedDiff,
} from './index.ts';
import { answerObjects } from './object-answers.ts';

const facts = (...evidence: ExampleEvidence[]): NodeFacts => new NodeFacts(sealEvidence(evidence, 1));
const running = (subject: string, ...value: string[]): ExampleEvidence => ({
  collector: 'process',
  subject,
  origin: 'flag',
  state: 'known',
  value,
});
const config = (
  subject: string,
  value: Record<string, string | number | boolean | string[]>,
  origin: 'file' | 'drop-in' = 'file',
  path = '/c',
): ExampleEvidence => ({ collector: 'config', subject, origin, path, state: 'known', value });
const broken = (subject: string, origin: 'file' | 'drop-in' = 'file'): ExampleEvidence => ({
  collector: 'config',
  subject,
  origin,
  path: '/d',
  state: 'unreadable',
  reason: 'permission',
});
const version = (value: string): ExampleEvidence => ({
  collector: 'version',
  subject: 'kubelet',
  origin: 'file',
  state: 'known',
  value,
});
const ANONYMOUS: SettingItem = {
  flag: '--anonymous-auth',
  key: 'authentication.anonymous.enabled',
  op: 'eq',
  value: 'false',
};
const kubelet = (...evidence: ExampleEvidence[]) => settingOf(facts(...evidence), 'kubelet', ANONYMOUS);

describe('flags', () => {
  it('are read in both spellings; the last one counts, lists add up, switches take no word', () => {
    const table = parseFlags(
      [
        '--profiling',
        'false',
        '--audit-log-maxage',
        '7',
        '--audit-log-maxage=30',
        '--feature_gates=A=true',
        '--feature-gates=B=false',
        '--',
        '--x=1',
      ],
      'kube-apiserver',
    );
    expect(flagValue(table, '--profiling')).toBe('true');
    expect(flagValue(table, '--audit-log-maxage')).toBe('30');
    expect(flagValue(table, '--feature-gates')).toBe('A=true,B=false');
    expect(flagValue(table, '--x')).toBeUndefined();
  });
  it('of Go programs have one dash, of Docker short names', () => {
    expect(flagValue(parseFlags(['-cert-file=/c'], 'etcd'), '--cert-file')).toBe('/c');
    expect(flagValue(parseFlags(['-H', 'unix:///a', '-H', 'tcp://b'], 'dockerd'), '--host')).toBe(
      'unix:///a,tcp://b',
    );
  });
  it('never throw', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 20 }), (args) => parseFlags(args, 'kubelet').size <= 20),
      { seed: 7, numRuns: 200 },
    );
  });
});

describe('a setting in force', () => {
  it('is the flag over the drop-in over the file over the default of the version', () => {
    const file = config('kubelet', { 'authentication.anonymous.enabled': true });
    const dropIn = config('kubelet', { 'authentication.anonymous.enabled': false }, 'drop-in');
    expect(kubelet(running('kubelet', '--config=/c'), file)).toMatchObject({ value: 'true', origin: 'file' });
    expect(kubelet(running('kubelet', '--config=/c'), file, dropIn)).toMatchObject({
      value: 'false',
      origin: 'drop-in',
    });
    expect(kubelet(running('kubelet', '--config=/c', '--anonymous-auth=true'), file, dropIn)).toMatchObject({
      value: 'true',
      origin: 'flag',
      overridden: 'false',
    });
    expect(kubelet(running('kubelet', '--config=/c'), config('kubelet', {}))).toMatchObject({
      value: 'false',
      origin: 'default',
    });
    expect(kubelet(running('kubelet'))).toMatchObject({ value: 'true', origin: 'default' });
  });
  it('is unknown where a file that may set it cannot be read, unless a later one or a flag sets it', () => {
    const file = config('kubelet', { 'authentication.anonymous.enabled': false });
    expect(kubelet(running('kubelet', '--config=/c'), file, broken('kubelet', 'drop-in'))).toMatchObject({
      state: 'unknown',
      fault: 'permission',
    });
    expect(kubelet(running('kubelet', '--config=/c'), broken('kubelet'), file)).toMatchObject({
      value: 'false',
    });
    expect(kubelet(running('kubelet', '--anonymous-auth=false'), broken('kubelet'))).toMatchObject({
      value: 'false',
      origin: 'flag',
    });
  });
  it('is unknown by a default that is not the same in each version, and in distributions with defaults of their own', () => {
    const age = (...more: ExampleEvidence[]) =>
      settingOf(facts(running('kube-apiserver'), ...more), 'kube-apiserver', {
        flag: '--audit-log-maxage',
        op: 'gte',
        value: '30',
      });
    expect(age()).toMatchObject({ state: 'unknown', fault: 'default' });
    expect(age(version('v1.30.1'))).toMatchObject({ value: '0' });
    expect(age(version('v1.37.2'))).toMatchObject({ value: '366' });
    const on = (distribution: string, flag: string) =>
      settingOf(
        facts(running('kube-apiserver'), version('v1.30.1'), {
          collector: 'host',
          subject: 'distribution',
          origin: 'file',
          state: 'known',
          value: distribution,
        }),
        'kube-apiserver',
        { flag, op: 'set' },
      );
    expect(on('eks', '--profiling')).toMatchObject({ state: 'unknown', fault: 'default' });
    // What k3s may set by itself is not known where it is not seen; what it never sets is as Kubernetes has it.
    expect(on('k3s', '--tls-cipher-suites')).toMatchObject({ state: 'unknown', fault: 'default' });
    expect(on('k3s', '--audit-log-maxage')).toMatchObject({ state: 'known', value: '0' });
    // RKE2 starts the programs of Kubernetes as they are.
    expect(on('rke2', '--profiling')).toMatchObject({ state: 'known', value: 'true' });
  });
  it('of Docker is unknown when flag and file both set it: the daemon would not have started so', () => {
    const item: SettingItem = { flag: '--icc', key: 'icc', op: 'eq', value: 'false' };
    expect(
      settingOf(facts(running('dockerd', '--icc=true'), config('dockerd', { icc: false })), 'dockerd', item),
    ).toMatchObject({ state: 'unknown', fault: 'conflict' });
  });
  it('of etcd comes from its file alone where it reads one, else from flag or variable', () => {
    const item: SettingItem = {
      flag: '--client-cert-auth',
      env: 'ETCD_CLIENT_CERT_AUTH',
      op: 'eq',
      value: 'true',
    };
    const variable: ExampleEvidence = {
      collector: 'environment',
      subject: 'etcd',
      origin: 'process',
      state: 'known',
      value: { ETCD_CLIENT_CERT_AUTH: 'true' },
    };
    expect(settingOf(facts(running('etcd'), variable), 'etcd', item)).toMatchObject({
      value: 'true',
      origin: 'process',
    });
    expect(
      settingOf(
        facts(
          running('etcd', '--client-cert-auth=true'),
          config('etcd', { 'client-transport-security.client-cert-auth': false }),
        ),
        'etcd',
        item,
      ),
    ).toMatchObject({ value: 'false', origin: 'file' });
  });
});

const check = (changes: Partial<BenchmarkCheck>): BenchmarkCheck => ({
  id: '1.1',
  kind: 'automated',
  part: 'node',
  severity: 'high',
  title: { en: 't', ja: '題' },
  why: { en: 'w', ja: '理' },
  ask: { kind: 'manual' },
  fix: [],
  examples: { pass: [], fail: [] },
  ...changes,
});
const MANIFEST = [
  '  - command:',
  '    - kube-apiserver',
  '    - --profiling=true',
  '    - --audit-log-maxage=7',
  '    - --profiling=true',
  '    image: x',
];

describe('a fix', () => {
  it('of a flag is a diff of the manifest in which a repeated flag becomes one, and makes the check pass', () => {
    const item: SettingItem = { flag: '--profiling', op: 'eq', value: 'false' };
    const one = check({
      ask: { kind: 'setting', component: 'kube-apiserver', join: 'all', items: [item] },
      fix: [
        { kind: 'flag', component: 'kube-apiserver', flag: '--profiling', change: 'set', value: 'false' },
      ],
    });
    const manifest: ExampleEvidence = {
      collector: 'manifest',
      subject: 'kube-apiserver',
      path: '/m.yaml',
      origin: 'file',
      state: 'known',
      value: { arguments: [], '#lines': MANIFEST, '#first-line': 11 },
    };
    expect(proposeFix(one, facts(running('kube-apiserver', '--profiling=true'), manifest))).toBe(
      [
        '--- a/m.yaml',
        '+++ b/m.yaml',
        '@@ -12,5 +12,4 @@',
        '     - kube-apiserver',
        '-    - --profiling=true',
        '-    - --audit-log-maxage=7',
        '-    - --profiling=true',
        '+    - --profiling=false',
        '+    - --audit-log-maxage=7',
        '     image: x',
        '',
      ].join('\n'),
    );
    expect(proposeFix(one, facts(running('kube-apiserver', '--profiling=true')))).toBeUndefined();
  });
  it('of a key is not proposed where a flag wins over the file: it would change nothing', () => {
    const one = check({
      ask: { kind: 'setting', component: 'kubelet', join: 'all', items: [ANONYMOUS] },
      fix: [{ kind: 'key', component: 'kubelet', key: 'authentication.anonymous.enabled', value: 'false' }],
    });
    const file = config('kubelet', {
      'authentication.anonymous.enabled': true,
      '#lines': ['authentication:', '  anonymous: { enabled: true }'],
      '#first-line': 1,
    });
    const read = (_: string, lines: readonly string[]) => ({
      'authentication.anonymous.enabled': !lines.join('').includes('enabled: false'),
    });
    expect(proposeFix(one, facts(running('kubelet', '--config=/c'), file), read)).toContain(
      '+  anonymous: { enabled: false }',
    );
    expect(
      proposeFix(one, facts(running('kubelet', '--config=/c', '--anonymous-auth=true'), file), read),
    ).toBeUndefined();
    expect(proposeFix(one, facts(running('kubelet', '--config=/c'), file), () => undefined)).toBeUndefined();
  });
  it('of rights names only the files that are wrong', () => {
    const one = check({
      ask: { kind: 'file', place: 'pki-keys', mode: '600' },
      fix: [{ kind: 'chmod', place: 'pki-keys', mode: '600' }],
    });
    const file = (path: string, mode: string): ExampleEvidence => ({
      collector: 'file',
      subject: 'pki-keys',
      path,
      origin: 'file',
      state: 'known',
      value: { mode, owner: 'root', group: 'root' },
    });
    expect(proposeFix(one, facts(file('/a.key', '600'), file("/b' c.key", '644')))).toBe(
      `${String.raw`chmod 600 '/b'\'' c.key'`}\n`,
    );
  });
});

describe('editing', () => {
  it('sets a key of YAML where it stands, below its parent, or at the end, and refuses what it cannot change safely', () => {
    expect(setYamlKey(['a: 1', 'b:', '  c: 2', 'd: 3'], 'b.c', '9')).toEqual([
      'a: 1',
      'b:',
      '  c: 9',
      'd: 3',
    ]);
    expect(setYamlKey(['b:', '  c: 2', 'd: 3'], 'b.e.f', '9')).toEqual([
      'b:',
      '  c: 2',
      '  e:',
      '    f: 9',
      'd: 3',
    ]);
    expect(setYamlKey(['a: 1'], 'z', 'true')).toEqual(['a: 1', 'z: true']);
    expect(setYamlKey(['a: { b: { c: 1 } }'], 'a.b.c', '2')).toBeUndefined();
    expect(setYamlKey(['a:', '  b: 1'], 'a', '2')).toBeUndefined();
  });
  it('sets a key of JSON and leaves the rest as it was', () => {
    expect(setJsonKey(['{', '  "icc": true,', '  "debug": false', '}'], 'icc', 'false')).toEqual([
      '{',
      '  "icc": false,',
      '  "debug": false',
      '}',
    ]);
    expect(setJsonKey(['{', '}'], 'icc', 'false')).toEqual(['{', '  "icc": false', '}']);
    expect(setJsonKey(['{"icc": true}'], 'debug', 'true')).toBeUndefined();
  });
  it('changes lists in flags item by item, and the command of a unit over several lines', () => {
    const flag = {
      kind: 'flag',
      component: 'kube-apiserver',
      flag: '--enable-admission-plugins',
      value: 'B',
    } as const;
    expect(editManifest(['- x', '- --enable-admission-plugins=A'], { ...flag, change: 'add-item' })).toEqual([
      '- x',
      '- --enable-admission-plugins=A,B',
    ]);
    expect(
      editManifest(['- x', '- --enable-admission-plugins=B'], { ...flag, change: 'remove-item' }),
    ).toEqual(['- x']);
    const unit = ['[Service]', 'ExecStart=/usr/bin/dockerd -H fd:// \\', '  --icc=true'];
    const changed =
      editUnit(unit, { kind: 'flag', component: 'dockerd', flag: '--icc', change: 'set', value: 'false' }) ??
      [];
    expect(unitArguments(changed)).toEqual(['-H', 'fd://', '--icc=false']);
  });
  it('makes diffs that say nothing when nothing differs', () => {
    expect(unifiedDiff({ path: '/a', first: 1, lines: ['a'] }, ['a'])).toBe('');
    // A part of a file: as much context behind as before, so that it is found exactly.
    const part = { path: '/p', first: 10, lines: ['a', 'b', 'c', 'd', 'e'] };
    expect(unifiedDiff(part, ['a', 'b', 'c', 'x', 'e'])).toBe(
      '--- a/p\n+++ b/p\n@@ -12,3 +12,3 @@\n c\n-d\n+x\n e\n',
    );
    expect(unifiedDiff(part, ['a', 'b', 'c', 'd', 'x'])).toBe(
      '--- a/p\n+++ b/p\n@@ -14,1 +14,1 @@\n-e\n+x\n',
    );
  });
});

const benchmark = (id: string, from: string, to: string): Benchmark => ({
  id,
  version: id,
  title: { en: 'b', ja: '基' },
  appliesTo: { product: 'kubernetes', from, to, distributions: ['kubeadm', 'vanilla'] },
  checks: [],
});
const EDITIONS = [
  benchmark('1.10', '1.28', '1.28'),
  benchmark('1.11', '1.29', '1.31'),
  benchmark('1.12', '1.32', '1.34'),
];

describe('the benchmark of a node', () => {
  const chosen = (told: string | undefined, distribution = 'kubeadm') =>
    chooseBenchmarks(
      EDITIONS,
      facts(running('kubelet'), ...(told === undefined ? [] : [version(told)]), {
        collector: 'host',
        subject: 'distribution',
        origin: 'file',
        state: 'known',
        value: distribution,
      }),
    )[0];
  it.each([
    ['v1.28.9', 'kubeadm', '1.10', undefined],
    ['1.31.0', 'kubeadm', '1.11', undefined],
    ['1.20.1', 'kubeadm', '1.10', '1.10'],
    ['1.37.2', 'kubeadm', '1.12', '1.12'],
    ['1.33.1+k3s1', 'k3s', '1.12', '1.12'],
    [undefined, 'kubeadm', '1.12', '1.12'],
  ])('of version %s on %s is %s, and says when it is made for another', (told, distribution, id, instead) => {
    const found = chosen(told, distribution);
    expect([found?.benchmark.id, found?.usedInstead]).toEqual([id, instead]);
  });
  it('says of a managed control plane that it is not seen, never that it passes', () => {
    const eks = facts(
      { ...running('kube-apiserver'), state: 'absent' },
      { collector: 'host', subject: 'distribution', origin: 'file', state: 'known', value: 'eks' },
    );
    const ask = {
      kind: 'setting',
      component: 'kube-apiserver',
      join: 'all',
      items: [{ flag: '--profiling', op: 'eq', value: 'false' }],
    } as const;
    expect(judgeCheck({ ask: { ...ask, items: [...ask.items] } }, eks).status).toBe('unknown');
  });
});

describe('counts', () => {
  it('have no score without data, and unknown lowers coverage, never the score', () => {
    expect(countResults([{ status: 'unknown' }])).toMatchObject({ coverage: 0 });
    expect(countResults([{ status: 'unknown' }])).not.toHaveProperty('score');
    expect(
      countResults([{ status: 'pass' }, { status: 'unknown' }, { status: 'not-applicable' }]),
    ).toMatchObject({ score: 100, coverage: 50 });
  });
});

describe('questions about a cluster', () => {
  const pod = (name: string, spec: object, namespace = 'shop') => ({
    kind: 'Pod',
    metadata: { name, namespace },
    spec,
  });
  const answer = (objects: Record<string, unknown>[], question: string, unreadable: string[] = []) =>
    answerObjects({ objects, unreadable }).find(({ subject }) => subject === question);
  it('are answered with names, and leave out what Kubernetes itself needs', () => {
    const objects = [
      pod('bad', { hostPID: true, containers: [{}] }),
      pod('good', { containers: [{}] }),
      pod('own', { hostPID: true, containers: [] }, 'kube-system'),
    ];
    expect(answer(objects, 'host-pid-pods')?.value).toEqual({ count: 1, found: ['shop/bad'] });
  });
  it('are not answered where a kind could not be listed', () => {
    expect(answer([], 'host-pid-pods', ['Pod'])).toMatchObject({ state: 'unreadable', reason: 'no-access' });
    expect(answer([], 'secret-readers', ['ClusterRole'])).toMatchObject({ state: 'unreadable' });
  });
  it('find grants by the graph of access', () => {
    const objects = [
      {
        kind: 'ClusterRole',
        metadata: { name: 'reader' },
        rules: [{ verbs: ['get'], apiGroups: [''], resources: ['secrets'] }],
      },
      {
        kind: 'ClusterRoleBinding',
        metadata: { name: 'b' },
        roleRef: { kind: 'ClusterRole', name: 'reader' },
        subjects: [{ kind: 'User', name: 'mallory' }],
      },
    ];
    expect(answer(objects, 'secret-readers')?.value).toEqual({ count: 1, found: ['User/mallory'] });
    expect(answer(objects, 'pod-creators')?.value).toEqual({ count: 0, found: [] });
  });
});
