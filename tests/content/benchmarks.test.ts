// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadBenchmarks, loadContent } from '@bartizan/adapters/content';
import type { BenchmarkCheck, ExampleEvidence } from '@bartizan/contracts/compliance';
import { judgeCheck, NodeFacts, sealEvidence } from '@bartizan/engine/compliance';
import { describe, expect, it } from 'vitest';

const CONTENT = resolve(import.meta.dirname, '../../content');
const loaded = loadBenchmarks(CONTENT);
if (!loaded.ok) throw new Error(loaded.error.detail);
const { benchmarks, refused } = loaded.value;
const checks = benchmarks.flatMap((benchmark) =>
  benchmark.checks.map((check): [string, BenchmarkCheck] => [`${benchmark.id} ${check.id}`, check]),
);

const statusWith = (check: BenchmarkCheck, examples: readonly ExampleEvidence[]) =>
  judgeCheck(check, new NodeFacts(sealEvidence(examples, 1_700_000_000_000))).status;

describe('benchmarks', () => {
  it('are all read, with every question they refer to', () => {
    expect(refused).toEqual([]);
    const files = readdirSync(resolve(CONTENT, 'benchmarks')).filter((name) => name.endsWith('.json'));
    expect(benchmarks.map(({ id }) => `${id}.json`).toSorted()).toEqual(files.toSorted());
  });

  it('have as many checks as the editions they are named after', () => {
    const count = (id: string): number | undefined => benchmarks.find((one) => one.id === id)?.checks.length;
    expect([
      count('cis-kubernetes-1.10'),
      count('cis-kubernetes-1.11'),
      count('cis-kubernetes-1.12'),
    ]).toEqual([130, 133, 131]);
  });

  it('answer at least 110 of the 131 checks of CIS Kubernetes 1.12 without people', () => {
    const newest = benchmarks.find(({ id }) => id === 'cis-kubernetes-1.12');
    const automated = newest?.checks.filter(({ ask }) => ask.kind !== 'manual').length;
    expect(automated).toBe(127);
  });

  it.each(checks)('%s passes and fails with its examples, and is unknown without evidence', (_, check) => {
    if (check.ask.kind === 'manual') {
      expect(statusWith(check, [])).toBe('manual');
      return;
    }
    expect(statusWith(check, check.examples.pass)).toBe('pass');
    expect(statusWith(check, check.examples.fail)).toBe('fail');
    expect(statusWith(check, [])).toBe('unknown');
  });

  it('are written in both languages, each sentence once', () => {
    for (const [name, { title, why }] of checks)
      for (const said of [title, why]) {
        expect(said.ja, name).toMatch(/[\u3040-\u30ff\u4e00-\u9fff]/u);
        expect(said.en, name).not.toMatch(/[\u3040-\u30ff\u4e00-\u9fff]/u);
      }
  });

  it('refer to posture checks that exist', () => {
    const content = loadContent(CONTENT);
    if (!content.ok) throw new Error(content.error.detail);
    const known = new Set(content.value.checks.map(({ id }) => id));
    const asked = checks.flatMap(([, { ask }]) => (ask.kind === 'posture' ? [ask.check] : []));
    expect(asked.length).toBeGreaterThan(50);
    expect(asked.filter((id) => !known.has(id))).toEqual([]);
  });
});
