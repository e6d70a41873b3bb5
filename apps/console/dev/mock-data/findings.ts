// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Finding, ResponseOf, Severity } from '@bartizan/contracts';
import { BASE, DAY_MS, HOUR_MS, NOW_MS, seeded } from './random.ts';
import { mockUse } from './use.ts';
import { NODE_ID, refAt } from './workloads.ts';

export type Group = ResponseOf<'finding.groups'>['items'][number];

interface Act {
  readonly key: string;
  readonly workload: number;
  readonly action: Finding['fix']['action'];
  readonly command?: string;
}
const ACTS = {
  base: {
    key: 'image:registry.example.com/shop/web',
    workload: 1,
    action: {
      en: 'Update the base image of shop/web to debian:12.12',
      ja: 'shop/web のベースイメージを debian:12.12 に更新する',
    },
    command: 'FROM debian:12.12-slim',
  },
  lodash: {
    key: 'npm:lodash',
    workload: 2,
    action: { en: 'Update lodash to 4.17.21 in shop/api', ja: 'shop/api の lodash を 4.17.21 に更新する' },
    command: 'npm install lodash@4.17.21',
  },
  socket: {
    key: 'check:container.runtime-socket',
    workload: 4,
    action: {
      en: 'Do not mount the Docker socket into ci-runner',
      ja: 'ci-runner に Docker ソケットをマウントしない',
    },
  },
  privileged: {
    key: 'check:container.privileged',
    workload: 4,
    action: { en: 'Run ci-runner without --privileged', ja: 'ci-runner を --privileged なしで実行する' },
    command: 'docker run --cap-drop=ALL --cap-add=NET_BIND_SERVICE ci-runner',
  },
  apt: {
    key: 'apt:bastion-01',
    workload: 0,
    action: {
      en: 'Install 14 pending security updates on bastion-01',
      ja: 'bastion-01 に未適用のセキュリティ更新 14 件を適用する',
    },
    command: 'apt-get update && apt-get upgrade',
  },
  ssh: {
    key: 'check:host.sshd-root-login',
    workload: 0,
    action: { en: 'Forbid root login over SSH', ja: 'SSH での root ログインを禁止する' },
    command: 'PermitRootLogin no   # /etc/ssh/sshd_config',
  },
} as const satisfies Record<string, Act>;

const base = (
  act: Act,
  index: number,
  severity: Severity,
): Omit<Finding, 'kind' | 'title' | 'fix' | 'why' | 'evidence'> => ({
  ...BASE,
  id: `f-${seeded(500 + index).hex(24)}`,
  severity,
  subject: refAt(act.workload),
  node: NODE_ID,
  owasp: { 2022: ['K01'], 2025: ['K01'] },
  attack: [],
  state: 'open',
  groupKey: act.key,
  firstSeenAtMs: NOW_MS - (1 + (index % 9)) * DAY_MS,
  lastSeenAtMs: NOW_MS - HOUR_MS,
});

const PACKAGES = ['openssl', 'zlib1g', 'libexpat1', 'curl', 'libxml2', 'perl-base', 'bash', 'libc6'] as const;
const SEVERITIES: readonly [Severity, ...Severity[]] = [
  'critical',
  'high',
  'high',
  'medium',
  'medium',
  'medium',
  'low',
  'unknown',
];

const vulnerability = (act: Act, index: number): Finding => {
  const random = seeded(700 + index);
  const name = PACKAGES[index % PACKAGES.length] ?? 'openssl';
  const id = `CVE-2026-${10_000 + ((index * 37) % 900)}`;
  const severity = SEVERITIES[index % SEVERITIES.length] ?? 'high';
  return {
    ...base(act, index, severity),
    kind: 'vulnerability',
    title: {
      en: `${id} in ${name}: a crafted input can crash the program`,
      ja: `${name} の ${id}：細工された入力でプログラムが異常終了する可能性があります`,
    },
    package: {
      name,
      version: `3.0.${11 + (index % 4)}-1~deb12u2`,
      ecosystem: 'Debian:12',
      purl: `pkg:deb/debian/${name}@3.0.11`,
      cataloger: 'dpkg',
      locations: ['/var/lib/dpkg/status'],
      ...mockUse(index),
    },
    vulnerability: {
      id,
      aliases: [],
      summary: `A flaw in ${name} lets a remote party read past the end of a buffer.`,
      severity,
      severitySource: 'Debian security tracker',
      score: 9.8 - (index % 6),
      cvss: ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'],
      cwe: ['CWE-125'],
      knownExploited: index % 13 === 0,
      epss: random.next() / 3,
      references: [`https://security-tracker.debian.org/tracker/${id}`],
    },
    evidence: [`${name} 3.0.11-1~deb12u2 in /var/lib/dpkg/status`],
    why: [
      {
        step: 'package',
        detail: { en: `${name} is built from source ${name}`, ja: `${name} はソース ${name} から作られた` },
      },
      {
        step: 'range',
        detail: { en: 'fixed in 3.0.15-1~deb12u1 of bookworm', ja: 'bookworm では 3.0.15-1~deb12u1 で修正' },
      },
      {
        step: 'comparator',
        detail: {
          en: '3.0.11-1~deb12u2 < 3.0.15-1~deb12u1 (dpkg order)',
          ja: '3.0.11-1~deb12u2 < 3.0.15-1~deb12u1（dpkg の順序）',
        },
      },
    ],
    fix: {
      state: 'fixed',
      version: '3.0.15-1~deb12u1',
      action: act.action,
      ...(act.command === undefined ? {} : { command: act.command }),
    },
    owasp: { 2022: ['K10', 'K02'], 2025: ['K10'] },
  };
};

interface Posture {
  readonly check: string;
  readonly severity: Severity;
  readonly title: Finding['title'];
  readonly evidence: string;
}
const posture = (act: Act, index: number, what: Posture): Finding => ({
  ...base(act, index, what.severity),
  kind: 'posture',
  check: what.check,
  title: what.title,
  evidence: [what.evidence],
  why: [{ step: 'check', detail: { en: `${what.check} did not hold`, ja: `${what.check} が成り立たない` } }],
  fix: {
    state: 'configuration',
    action: act.action,
    ...('command' in act && act.command !== undefined ? { command: act.command } : {}),
  },
});

/** Findings of the small host, worst first. */
export const makeFindings = (): Finding[] => [
  posture(ACTS.privileged, 1, {
    check: 'container.privileged',
    severity: 'critical',
    title: { en: 'ci-runner is privileged', ja: 'ci-runner は特権コンテナーです' },
    evidence: 'CapEff: 000001ffffffffff',
  }),
  posture(ACTS.socket, 2, {
    check: 'container.runtime-socket',
    severity: 'high',
    title: {
      en: 'ci-runner can control the container runtime',
      ja: 'ci-runner からコンテナーランタイムを操作できます',
    },
    evidence: '/var/run/docker.sock mounted read-write',
  }),
  posture(ACTS.ssh, 3, {
    check: 'host.sshd-root-login',
    severity: 'medium',
    title: { en: 'Root may sign in over SSH', ja: 'SSH で root がサインインできます' },
    evidence: 'PermitRootLogin yes (/etc/ssh/sshd_config:34)',
  }),
  ...Array.from({ length: 36 }, (_, index) => vulnerability(ACTS.base, 10 + index)),
  ...Array.from({ length: 9 }, (_, index) => vulnerability(ACTS.lodash, 60 + index)),
  ...Array.from({ length: 14 }, (_, index) => ({
    ...vulnerability(ACTS.apt, 90 + index),
    kind: 'pending-update' as const,
  })),
];

const RANK: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'info', 'unknown'];
/** Findings by the act that removes them, largest effect first. */
export const groupFindings = (findings: readonly Finding[]): Group[] => {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings)
    groups.set(finding.groupKey, [...(groups.get(finding.groupKey) ?? []), finding]);
  return [...groups]
    .map(([groupKey, same]) => ({
      groupKey,
      action: same[0]?.fix.action ?? { en: '', ja: '' },
      ...(same[0]?.fix.command === undefined ? {} : { command: same[0].fix.command }),
      findings: same.length,
      knownExploited: same.filter((finding) => finding.vulnerability?.knownExploited === true).length,
      worst: RANK[Math.min(...same.map((finding) => RANK.indexOf(finding.severity)))] ?? 'unknown',
      workloads: new Set(same.map((finding) => finding.subject.workload)).size,
    }))
    .sort((a, b) => b.findings - a.findings);
};
