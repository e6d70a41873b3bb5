// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Comparison, eventId, type SecurityEvent } from '@bartizan/contracts';
import { chainOf } from './processes.ts';
import { BASE, MINUTE_MS, NOW_MS, seeded } from './random.ts';
import { NODE_ID, refAt } from './workloads.ts';

const BOOT = '6f1c2f0e-6d6b-4d57-9c9b-0e8a3a1f7d11';
const INCIDENT = '5f2c9b1a7d3e4f60';

interface Kind {
  readonly rule: string;
  readonly severity: SecurityEvent['severity'];
  readonly title: SecurityEvent['title'];
  readonly message: SecurityEvent['message'];
  readonly fix: SecurityEvent['fix'];
  readonly attack: string;
  readonly owasp: SecurityEvent['owasp'];
  readonly comparisons: readonly Comparison[];
  readonly miss: SecurityEvent['decision']['nearest'][number];
  readonly workload: number;
  readonly chain: Parameters<typeof chainOf>[0];
  readonly files: readonly string[];
  readonly peer?: string;
}

const held = (
  field: string,
  operator: string,
  expected: Comparison['expected'],
  actual: NonNullable<Comparison['actual']>,
): Comparison => ({
  field,
  operator,
  expected,
  actual,
  held: true,
});
const missed = (rule: string, title: SecurityEvent['title'], differed: Comparison): Kind['miss'] => ({
  rule,
  title,
  differed,
});

const KINDS: readonly [Kind, ...Kind[]] = [
  {
    rule: 'runtime.reverse-shell',
    severity: 'critical',
    title: { en: 'Reverse shell in a container', ja: 'コンテナー内のリバースシェル' },
    message: {
      en: 'bash in shop/web has its standard input and output on a connection to 203.0.113.9:4444.',
      ja: 'shop/web の bash の標準入出力が 203.0.113.9:4444 への通信に接続されています。',
    },
    fix: {
      en: 'Stop the container, keep its file system, and replace the credentials it could read. Then close the hole in the web server: the shell was started by python3.',
      ja: 'コンテナーを停止してファイルシステムを保全し、読み取れた認証情報を交換してください。そのうえで python3 からシェルが起動された Web サーバーの欠陥を塞いでください。',
    },
    attack: 'T1059.004',
    owasp: { 2022: ['K05', 'K07'], 2025: ['K07'] },
    comparisons: [
      held('process.name', 'in', ['bash', 'sh', 'dash', 'zsh'], 'bash'),
      held('stdio.in', 'equals', 'socket', 'socket'),
      held('stdio.out', 'equals', 'socket', 'socket'),
    ],
    miss: missed(
      'runtime.shell-in-container',
      { en: 'Interactive shell in a container', ja: 'コンテナー内の対話シェル' },
      { field: 'process.interactive', operator: 'equals', expected: true, actual: false, held: false },
    ),
    workload: 1,
    chain: 'reverse-shell',
    files: [],
    peer: '203.0.113.9',
  },
  {
    rule: 'runtime.package-manager',
    severity: 'medium',
    title: { en: 'Package manager in a container', ja: 'コンテナー内でのパッケージマネージャー実行' },
    message: {
      en: 'apt-get ran in ci-runner and changes what the image says.',
      ja: 'ci-runner で apt-get が実行され、イメージの内容が変更されました。',
    },
    fix: {
      en: 'Install packages when the image is built.',
      ja: 'パッケージはイメージのビルド時に導入してください。',
    },
    attack: 'T1072',
    owasp: { 2022: ['K02'], 2025: ['K10'] },
    comparisons: [held('process.name', 'in', ['apt', 'apt-get', 'apk', 'dnf', 'yum'], 'apt-get')],
    miss: missed(
      'runtime.fileless-execution',
      { en: 'Execution without a file', ja: 'ファイルなしの実行' },
      { field: 'process.fileless', operator: 'equals', expected: true, actual: false, held: false },
    ),
    workload: 4,
    chain: 'package-manager',
    files: ['/var/lib/dpkg/lock-frontend'],
  },
  {
    rule: 'runtime.sensitive-file-read',
    severity: 'high',
    title: { en: 'Sensitive file read', ja: '機密ファイルの読み取り' },
    message: {
      en: 'cat read /etc/shadow on bastion-01.',
      ja: 'bastion-01 で cat が /etc/shadow を読み取りました。',
    },
    fix: {
      en: 'Find out who ran it; if nobody should, change the passwords.',
      ja: '実行者を確認し、不審な場合はパスワードを変更してください。',
    },
    attack: 'T1003.008',
    owasp: { 2022: ['K08'], 2025: ['K03'] },
    comparisons: [
      held('file.path', 'any-glob', ['/etc/shadow', '/root/.ssh/*'], '/etc/shadow'),
      held('process.name', 'not-in', ['sshd', 'login'], 'cat'),
    ],
    miss: missed(
      'runtime.credential-dump',
      { en: 'Memory of a login process read', ja: 'ログインプロセスのメモリー読み取り' },
      { field: 'file.path', operator: 'glob', expected: '/proc/*/mem', actual: '/etc/shadow', held: false },
    ),
    workload: 0,
    chain: 'cat',
    files: ['/etc/shadow'],
  },
  {
    rule: 'runtime.shell-in-container',
    severity: 'low',
    title: { en: 'Interactive shell in a container', ja: 'コンテナー内の対話シェル' },
    message: { en: 'Somebody opened sh in shop/api.', ja: 'shop/api で対話シェル sh が開かれました。' },
    fix: {
      en: 'Nothing, when it was you. Else see who may run exec.',
      ja: '意図した操作であれば対応は不要です。心当たりがなければ exec の権限を確認してください。',
    },
    attack: 'T1609',
    owasp: { 2022: ['K05'], 2025: ['K07'] },
    comparisons: [
      held('process.name', 'in', ['bash', 'sh', 'dash', 'zsh'], 'sh'),
      held('process.interactive', 'equals', true, true),
    ],
    miss: missed(
      'runtime.reverse-shell',
      { en: 'Reverse shell in a container', ja: 'コンテナー内のリバースシェル' },
      { field: 'stdio.in', operator: 'equals', expected: 'socket', actual: 'tty', held: false },
    ),
    workload: 2,
    chain: 'shell',
    files: [],
  },
];

const connectionsOf = (kind: Kind): SecurityEvent['connections'] =>
  kind.peer === undefined
    ? []
    : [
        {
          protocol: 'tcp',
          direction: 'outbound',
          localAddress: '172.18.0.10',
          localPort: 51_324,
          remoteAddress: kind.peer,
          remotePort: 4_444,
          bytesSent: 18_432,
          bytesReceived: 922,
        },
      ];

/** A security event of one kind at one time. */
export const securityEvent = (index: number, atMs: number, sequence: number): SecurityEvent => {
  const kind = KINDS[index % KINDS.length] ?? KINDS[0];
  const random = seeded(9_000 + sequence);
  return {
    ...BASE,
    id: eventId(NODE_ID, BOOT, 'security', sequence),
    node: NODE_ID,
    bootId: BOOT,
    stream: 'security',
    sequence,
    bootUs: sequence * 1_000_000,
    occurredAtMs: atMs,
    receivedAtMs: atMs + 40,
    workload: refAt(kind.workload),
    severity: kind.severity,
    owasp: kind.owasp,
    attack: [kind.attack],
    aggregation: { count: index % 5 === 1 ? 14 : 1, firstAtMs: atMs - 30_000, lastAtMs: atMs },
    kind: 'security',
    rule: kind.rule,
    title: kind.title,
    message: kind.message,
    source: sequence % 11 === 0 ? 'fallback' : 'sensor',
    decision: {
      verdict: 'alert',
      reasons: [
        {
          rule: kind.rule,
          revision: seeded(kind.rule.length).hex(64),
          title: kind.title,
          comparisons: [...kind.comparisons],
        },
      ],
      nearest: [kind.miss],
      enforcementPoint: 'none',
      elapsedUs: 20 + random.below(60),
    },
    chain: chainOf(kind.chain),
    connections: connectionsOf(kind),
    files: [...kind.files],
    fix: kind.fix,
  };
};

/** Events of the last week, newest first; most of them today. */
export const makeEvents = (amount: number): SecurityEvent[] => {
  const random = seeded(42);
  let atMs = NOW_MS - 3 * MINUTE_MS;
  const made = Array.from({ length: amount }, (_, index) => {
    const event = securityEvent(
      index === 0 ? 0 : random.below(40) === 0 ? 0 : 1 + random.below(3),
      atMs,
      amount - index,
    );
    atMs -= Math.floor((index < 30 ? 18 : 70) * MINUTE_MS * (0.2 + random.next() * 1.6));
    return event;
  });
  // The newest is half of an incident: the shell that the reverse shell was started from met a rule too.
  const [first] = made;
  if (first === undefined) return made;
  const { workload, chain } = first;
  const before = securityEvent(3, first.occurredAtMs - 2000, amount + 500_000);
  return [first, { ...before, workload, ...(chain === undefined ? {} : { chain }) }]
    .map((event): SecurityEvent => ({ ...event, incident: INCIDENT }))
    .concat(made.slice(1));
};
