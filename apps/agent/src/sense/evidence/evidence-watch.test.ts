// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeEvidence } from '@bartizan/contracts';
import { type Clock, type KnownContainer, openProcfs } from '@bartizan/host';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EvidenceWatch } from './evidence-watch.ts';

let root: string;
let bootUs = 0;
const sent: NodeEvidence[] = [];
const clock: Clock = {
  bootUs: () => bootUs,
  wallMs: () => 1_700_000_000_000 + bootUs / 1000,
  after: () => () => undefined,
  every: () => () => undefined,
};

/** A process table with a kubelet in it. */
function writeKubelet(...args: string[]): void {
  const folder = join(root, 'proc/7');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'cmdline'), `${['/usr/bin/kubelet', ...args].join('\0')}\0`);
}
const pods = new Map<number, object>();
const partsOf = () => ({
  ...{ clock, procfs: openProcfs(join(root, 'proc')), node: 'n', name: 'n' },
  containerOf: (pid: number) => pods.get(pid) as KnownContainer | undefined,
});
const after = (seconds: number): void => {
  bootUs += seconds * 1_000_000;
};
const values = (collector: string, subject: string): unknown[] =>
  (sent.at(-1)?.evidence ?? []).flatMap((one) =>
    one.collector === collector && one.subject === subject ? [one.value] : [],
  );

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bartizan-watch-'));
  mkdirSync(join(root, 'etc/kubernetes'), { recursive: true });
  writeFileSync(join(root, 'etc/kubernetes/admin.conf'), 'x', { mode: 0o600 });
  writeKubelet('--config=/none.yaml');
  sent.length = 0;
  pods.clear();
  bootUs = 1_000_000;
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it('tells a change of a watched file at the next check, and nothing when nothing changed', () => {
  const parts = partsOf();
  const watch = new EvidenceWatch(parts, root, (report) => sent.push(report));
  watch.check();
  expect(sent).toHaveLength(1);
  expect(values('file', 'admin-kubeconfig')).toEqual([expect.objectContaining({ mode: '600' })]);
  after(2);
  watch.check();
  after(70);
  watch.check();
  expect(sent).toHaveLength(1);
  rmSync(join(root, 'etc/kubernetes/admin.conf'));
  writeFileSync(join(root, 'etc/kubernetes/admin.conf'), 'x', { mode: 0o644 });
  after(2);
  watch.check();
  expect(sent).toHaveLength(2);
  expect(values('file', 'admin-kubeconfig')).toEqual([expect.objectContaining({ mode: '644' })]);
  after(3601);
  watch.check();
  expect(sent).toHaveLength(3);
});

it('tells a program that ended and began again with other flags at the next checks, not at the next whole look', () => {
  const parts = partsOf();
  const flags = () => values('process', 'kube-apiserver');
  const begins = (pid: number, ...words: string[]): void => {
    mkdirSync(join(root, 'proc', String(pid)), { recursive: true });
    writeFileSync(join(root, 'proc', String(pid), 'cmdline'), `${words.join('\0')}\0`);
  };
  begins(8, 'kube-apiserver', '--profiling=false');
  const watch = new EvidenceWatch(parts, root, (report) => sent.push(report));
  for (let checks = 0; checks < 12; checks += 1) {
    watch.check();
    after(2);
  }
  expect(flags()).toEqual([['--profiling=false']]);
  rmSync(join(root, 'proc/8'), { recursive: true });
  watch.check();
  after(2);
  watch.check();
  expect(flags()).toEqual([undefined]);
  // It begins as another program, and becomes the API server a moment later.
  begins(9, 'runc', 'init');
  after(2);
  watch.check();
  begins(9, 'kube-apiserver', '--profiling=true');
  after(2);
  watch.check();
  expect(flags()).toEqual([['--profiling=true']]);
});

it('listens to no program of a pod that only calls itself a part of the cluster', () => {
  const begins = (pid: number, ...words: string[]): void => {
    mkdirSync(join(root, 'proc', String(pid)), { recursive: true });
    writeFileSync(join(root, 'proc', String(pid), 'cmdline'), `${words.join('\0')}\0`);
  };
  begins(5, 'kube-apiserver', '--profiling=true');
  pods.set(5, { description: { namespace: 'shop', labels: {} } });
  begins(8, 'kube-apiserver', '--profiling=false');
  pods.set(8, { description: { namespace: 'kube-system', labels: {} } });
  const watch = new EvidenceWatch(partsOf(), root, (report) => sent.push(report));
  watch.check();
  expect(values('process', 'kube-apiserver')).toEqual([['--profiling=false']]);
});
