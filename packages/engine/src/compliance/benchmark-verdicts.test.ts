// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type {
  Benchmark,
  BenchmarkAsk,
  BenchmarkCheck,
  BenchmarkFix,
  BenchmarkResult,
  ComplianceRun,
} from '@bartizan/contracts/compliance';
import { describe, expect, it } from 'vitest';
import { verdictsOfRun } from './benchmark-verdicts.ts';
import { sealEvidence } from './seal.ts';

const words = (text: string) => ({ en: text, ja: `${text}（日本語）` });
const check = (id: string, ask: BenchmarkAsk, fix: BenchmarkFix[] = []): BenchmarkCheck => ({
  ...{ id, kind: 'automated', part: 'node', severity: 'high', ask, fix },
  ...{ title: words('closed'), why: words('open is bad') },
  question: `kubernetes.q-${id.replaceAll('.', '-')}`,
  examples: { pass: [], fail: [] },
});
const file: BenchmarkAsk = { kind: 'file', place: 'kubelet-config' };
const object: BenchmarkAsk = { kind: 'object', question: 'root-pods' };
const benchmark: Benchmark = {
  ...{ id: 'cis-kubernetes-1.12', version: '1.12', title: words('CIS Kubernetes 1.12') },
  appliesTo: { product: 'kubernetes', distributions: [] },
  checks: [
    check('1.1', file, [
      { kind: 'chmod', place: 'kubelet-config', mode: '600' },
      { kind: 'flag', component: 'kubelet', flag: '--x', change: 'remove' },
    ]),
    check('1.2', { kind: 'manual' }),
    check('1.3', { kind: 'posture', check: 'host.x' }),
    check('5.1', object),
  ],
};
const evidence = sealEvidence(
  [
    {
      ...{ collector: 'file', subject: 'kubelet-config', path: '/k.yaml', origin: 'file', state: 'known' },
      value: { mode: '644' },
    },
    {
      ...{ collector: 'config', subject: 'kubelet', path: '/k.yaml', origin: 'file', state: 'known' },
      value: { secret: 'canary' },
    },
    {
      ...{ collector: 'object', subject: 'root-pods', origin: 'api', state: 'unreadable' },
      reason: 'no-access',
    },
  ],
  1000,
);
const result = (id: string, status: BenchmarkResult['status'], more: Partial<BenchmarkResult> = {}) => ({
  ...{ benchmark: benchmark.id, check: id, status, reason: words(`is ${status}`) },
  evidence: evidence.map((one) => one.id),
  ...more,
});
const runOf = (...results: BenchmarkResult[]): ComplianceRun => ({
  ...{ id: 'run-1', at: 1000, cluster: 'local', tenant: 'default', nodes: [], benchmarks: [] },
  counts: { pass: 0, fail: 0, unknown: 0, manual: 0, notApplicable: 0 },
  ...{ results, evidence },
});

describe('what a run says, question by question', () => {
  it('has the fix in words, the diff, and evidence that repeats no file of settings', () => {
    const said = verdictsOfRun(runOf(result('1.1', 'fail', { node: 'n', fix: '--- a\n+++ b\n' })), [
      benchmark,
    ]);
    expect(said.ofCluster).toEqual([]);
    expect(said.ofNode).toEqual([
      {
        check: 'benchmark.kubernetes.q-1-1',
        outcome: 'fail',
        severity: 'high',
        title: words('closed'),
        why: words('open is bad'),
        said: {
          en: 'CIS Kubernetes 1.12 1.1: is fail',
          ja: 'CIS Kubernetes 1.12（日本語） 1.1：is fail（日本語）',
        },
        evidence: [
          'file kubelet-config /k.yaml: {"mode":"644"}',
          'config kubelet /k.yaml',
          'object root-pods: unreadable (no-access)',
        ],
        action: {
          en: 'kubelet-config: mode 600 or stricter; kubelet: remove --x',
          ja: 'kubelet-config：モードを 600 以下にする、kubelet：--x を削除する',
        },
        fix: '--- a\n+++ b\n',
      },
    ]);
  });

  it('leaves out what people judge, what posture checks answer, and what no benchmark asks', () => {
    const run = runOf(result('1.2', 'manual'), result('1.3', 'unknown'), result('9.9', 'fail'));
    expect(verdictsOfRun(run, [benchmark])).toEqual({ ofNode: [], ofCluster: [] });
  });

  it('tells nodes from the cluster, and that another edition was used', () => {
    const run = runOf(
      result('1.1', 'pass', { node: 'n', usedInstead: '1.12' }),
      result('5.1', 'not-applicable'),
    );
    const { ofNode, ofCluster } = verdictsOfRun(run, [benchmark]);
    expect(ofNode[0]?.said.en).toContain('made for another version');
    expect(ofCluster.map(({ outcome }) => outcome)).toEqual(['not-applicable']);
  });

  it('keeps the worst of two answers to one question, and never takes unknown for a pass', () => {
    const of = (...states: BenchmarkResult['status'][]) =>
      verdictsOfRun(runOf(...states.map((state) => result('1.1', state, { node: 'n' }))), [
        benchmark,
      ]).ofNode.map(({ outcome }) => outcome);
    expect(of('pass', 'unknown')).toEqual(['unknown']);
    expect(of('unknown', 'fail', 'pass')).toEqual(['fail']);
    expect(of('not-applicable', 'pass')).toEqual(['pass']);
    expect(of('manual')).toEqual(['unknown']);
  });
});
