// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { LocalText, Severity } from '@bartizan/contracts';
import type { Benchmark } from '@bartizan/contracts/compliance';
import { benchmarkCheckId } from '../compliance/benchmark-verdicts.ts';
import { contentHash } from '../revision/index.ts';

/** What reports need to know of benchmarks. */
export interface BenchmarkRefs {
  /** Numbers of two editions that ask the same have the same key; anything else is its own. */
  readonly keyOf: (ref: string) => string;
  readonly titles: ReadonlyMap<string, LocalText>;
  readonly severityOf: (benchmark: string, check: string) => Severity;
  /** Number in the newest edition for Kubernetes of a check as findings name it; undefined: it does not ask it. */
  readonly refOf: (check: string) => string | undefined;
}

/** The newest edition made for Kubernetes: the one by which a list that is not of a cluster's version goes. */
const newestOf = (benchmarks: readonly Benchmark[]): Benchmark | undefined =>
  benchmarks
    .filter(({ appliesTo }) => appliesTo.product === 'kubernetes')
    .toSorted((one, two) => two.version.localeCompare(one.version, 'en', { numeric: true }))[0];

/** Joins the numbers of all editions: a framework names one of them, a cluster is judged by the one made for it. */
export function benchmarkRefs(benchmarks: readonly Benchmark[]): BenchmarkRefs {
  const keys = new Map<string, string>();
  const titles = new Map<string, LocalText>();
  const severities = new Map<string, Severity>();
  for (const { id, checks } of benchmarks)
    for (const check of checks) {
      const ref = `benchmark:${id}/${check.id}`;
      keys.set(ref, contentHash({ ask: check.ask, title: check.title }));
      titles.set(ref, check.title);
      severities.set(ref, check.severity);
    }
  const newest = newestOf(benchmarks);
  const numbers = new Map(
    newest?.checks.flatMap(({ id, question }) =>
      question === undefined ? [] : [[benchmarkCheckId(question), `benchmark:${newest.id}/${id}`] as const],
    ),
  );
  return {
    keyOf: (ref) => keys.get(ref) ?? ref,
    titles,
    severityOf: (benchmark, check) => severities.get(`benchmark:${benchmark}/${check}`) ?? 'medium',
    refOf: (check) => numbers.get(check),
  };
}
