// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadBenchmarks } from '@bartizan/adapters/content';
import type { Benchmark, BenchmarkStatus } from '@bartizan/contracts/compliance';
import { judgeCheck, NodeFacts } from '@bartizan/engine/compliance';
import { describe, expect, it } from 'vitest';
import { hasShared, report, SHARED } from '../outside.ts';
import { checkOf, evidenceOf, type Fact, type NodeChanges, nodesOf } from './synthetic-node.ts';

const FILE = 'fixtures/cis/checks.json';
const CONTENT = resolve(import.meta.dirname, '../../../content');

const benchmarks = (): readonly Benchmark[] => {
  const loaded = loadBenchmarks(CONTENT);
  if (!loaded.ok) throw new Error(loaded.error.detail);
  expect(loaded.value.refused).toEqual([]);
  return loaded.value.benchmarks;
};
const facts = (): Record<string, Fact[]> => JSON.parse(readFileSync(join(SHARED, FILE), 'utf8')) as never;

function statusOn(benchmark: Benchmark, id: string, changes: NodeChanges): BenchmarkStatus | undefined {
  const check = checkOf(benchmark, id);
  return check === undefined ? undefined : judgeCheck(check, new NodeFacts(evidenceOf(changes))).status;
}

describe.skipIf(!hasShared(FILE))('the outside facts of CIS Kubernetes', () => {
  it.each(['1.10', '1.11'])('%s: each check passes on a good node and fails on a bad one', (version) => {
    const benchmark = benchmarks().find(({ id }) => id === `cis-kubernetes-${version}`);
    if (benchmark === undefined) throw new Error(`no benchmark ${version}`);
    const list = facts()[`cis-${version}`] ?? [];
    expect(benchmark.checks.map(({ id }) => id).toSorted()).toEqual(list.map(({ id }) => id).toSorted());
    const misses: string[] = [];
    for (const fact of list) {
      const check = checkOf(benchmark, fact.id);
      const nodes = check === undefined ? undefined : nodesOf(fact, check);
      if (nodes === undefined) {
        misses.push(`${fact.id}: ${check?.ask.kind ?? 'no check'}: people have to judge it`);
        continue;
      }
      const [good, bad] = [statusOn(benchmark, fact.id, nodes.good), statusOn(benchmark, fact.id, nodes.bad)];
      if (good !== 'pass' || bad !== 'fail')
        misses.push(`${fact.id}: ${String(good)} on the good node, ${String(bad)} on the bad one`);
    }
    for (const miss of misses) process.stdout.write(`  cis-${version} missed ${miss}\n`);
    report(`cis-${version}`, list.length - misses.length, list.length);
  });

  it('never passes a check on a node of which nothing can be read', () => {
    let checks = 0;
    for (const benchmark of benchmarks().filter(({ appliesTo }) => appliesTo.product === 'kubernetes'))
      for (const { id, ask } of benchmark.checks) {
        if (ask.kind === 'file') continue;
        checks += 1;
        expect(['unknown', 'manual', 'fail'], `${benchmark.id} ${id}`).toContain(
          statusOn(benchmark, id, { isCut: true }),
        );
      }
    expect(checks).toBeGreaterThan(270);
  });
});
