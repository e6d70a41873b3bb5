// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Benchmark, BenchmarkProduct, Distribution } from '@bartizan/contracts/compliance';
import type { NodeFacts } from './node-facts.ts';
import { compareReleases, type ReleaseNumber, readRelease } from './release-number.ts';

/** A benchmark for a node; `usedInstead` names its version when none is made for what runs there. */
export interface ChosenBenchmark {
  readonly benchmark: Benchmark;
  readonly productVersion?: string;
  readonly usedInstead?: string;
}

const bound = (text: string | undefined): ReleaseNumber | undefined =>
  text === undefined ? undefined : readRelease(text);

/** How far a release is from what a benchmark is made for: 0 inside. */
function distance({ appliesTo }: Benchmark, version: ReleaseNumber): number {
  const [from, to] = [bound(appliesTo.from), bound(appliesTo.to)];
  const steps = (one: ReleaseNumber, two: ReleaseNumber): number =>
    Math.abs(one.major - two.major) * 1000 + Math.abs(one.minor - two.minor);
  if (from !== undefined && compareReleases(version, from) < 0) return steps(version, from);
  if (to !== undefined && compareReleases(version, to) > 0) return steps(version, to);
  return 0;
}

const newest = (benchmarks: readonly Benchmark[]): Benchmark | undefined =>
  benchmarks.toSorted((one, two) => {
    const [first, second] = [readRelease(one.version), readRelease(two.version)];
    return first === undefined || second === undefined ? 0 : compareReleases(second, first);
  })[0];

function isFor({ appliesTo }: Benchmark, distribution: Distribution | undefined): boolean {
  return (
    appliesTo.distributions.length === 0 ||
    (distribution !== undefined && appliesTo.distributions.includes(distribution))
  );
}

function choose(
  benchmarks: readonly Benchmark[],
  told: string | undefined,
  distribution: Distribution | undefined,
): ChosenBenchmark | undefined {
  const version = told === undefined ? undefined : readRelease(told);
  const fitting =
    version === undefined
      ? newest(benchmarks)
      : benchmarks.toSorted((one, two) => distance(one, version) - distance(two, version))[0];
  if (fitting === undefined) return undefined;
  const isMade = version !== undefined && distance(fitting, version) === 0 && isFor(fitting, distribution);
  return {
    benchmark: fitting,
    ...(told === undefined ? {} : { productVersion: told }),
    ...(isMade ? {} : { usedInstead: fitting.version }),
  };
}

const KUBERNETES_PARTS = [
  'kubelet',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kube-proxy',
] as const;

function isHere(product: BenchmarkProduct, facts: NodeFacts): boolean {
  switch (product) {
    case 'kubernetes':
      return KUBERNETES_PARTS.some((part) => facts.isRunning(part)) || facts.distribution !== undefined;
    case 'docker':
      return facts.isRunning('dockerd');
    case 'containerd':
      return facts.isRunning('containerd');
    case 'cri-o':
      return facts.isRunning('crio');
    case 'host':
      return true;
  }
}

function versionOf(product: BenchmarkProduct, facts: NodeFacts): string | undefined {
  if (product === 'kubernetes') return facts.kubernetes();
  if (product === 'host') return undefined;
  return facts.version(product === 'docker' ? 'dockerd' : product === 'cri-o' ? 'crio' : 'containerd');
}

/** The benchmarks for what runs on a node: by product, version and distribution. */
export function chooseBenchmarks(benchmarks: readonly Benchmark[], facts: NodeFacts): ChosenBenchmark[] {
  const products = [...new Set(benchmarks.map(({ appliesTo }) => appliesTo.product))];
  return products.flatMap((product) => {
    if (!isHere(product, facts)) return [];
    const made = benchmarks.filter(({ appliesTo }) => appliesTo.product === product);
    if (product === 'host') return made.map((benchmark) => ({ benchmark }));
    const isUnversioned = made.every(
      ({ appliesTo }) => appliesTo.from === undefined && appliesTo.to === undefined,
    );
    const version = versionOf(product, facts);
    if (isUnversioned)
      return made.map((benchmark) => ({
        benchmark,
        ...(version === undefined ? {} : { productVersion: version }),
      }));
    const chosen = choose(made, version, facts.distribution);
    return chosen === undefined ? [] : [chosen];
  });
}
