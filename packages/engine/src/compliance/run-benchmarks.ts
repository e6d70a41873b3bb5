// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  BENCHMARK_PARTS,
  type Benchmark,
  type BenchmarkPart,
  type BenchmarkResult,
  type ComplianceCounts,
  type ComplianceNode,
  type ComplianceRun,
  type Evidence,
} from '@bartizan/contracts/compliance';
import { type ChosenBenchmark, chooseBenchmarks } from './choose-benchmark.ts';
import { judgeCheck } from './judge-check.ts';
import { NodeFacts } from './node-facts.ts';
import { proposeFix, type ReadConfig } from './propose-fix.ts';

/** Counts of results, with the score by its formula; without data there is no score. */
export function countResults(results: readonly Pick<BenchmarkResult, 'status'>[]): ComplianceCounts {
  const count = (status: BenchmarkResult['status']): number =>
    results.filter((result) => result.status === status).length;
  const [pass, fail, unknown, manual] = [count('pass'), count('fail'), count('unknown'), count('manual')];
  const decided = pass + fail;
  const applying = decided + unknown + manual;
  return {
    pass,
    fail,
    unknown,
    manual,
    notApplicable: count('not-applicable'),
    ...(decided === 0 ? {} : { score: Math.floor((pass * 100) / decided) }),
    ...(applying === 0 ? {} : { coverage: Math.floor((decided * 100) / applying) }),
  };
}

/** What a run is made of. */
export interface RunInput {
  readonly id: string;
  readonly cluster: string;
  readonly tenant: string;
  readonly node: string;
  readonly name: string;
  readonly evidence: readonly Evidence[];
  readonly benchmarks: readonly Benchmark[];
  readonly bundleOf?: string;
  /** Reads the text of a configuration file again after a fix; without it no fix of files is proposed. */
  readonly readConfig?: ReadConfig;
}

function resultsOf(
  { benchmark, usedInstead }: ChosenBenchmark,
  facts: NodeFacts,
  { node, readConfig }: RunInput,
): BenchmarkResult[] {
  return benchmark.checks.map((check) => {
    const { status, reason, evidence } = judgeCheck(check, facts);
    const fix = status === 'fail' ? proposeFix(check, facts, readConfig) : undefined;
    const isOfCluster = check.ask.kind === 'object';
    return {
      benchmark: benchmark.id,
      check: check.id,
      ...(isOfCluster ? {} : { node }),
      status,
      reason,
      evidence: [...evidence],
      ...(fix === undefined ? {} : { fix }),
      ...(usedInstead === undefined ? {} : { usedInstead }),
    };
  });
}

const PART_OF: readonly (readonly [BenchmarkPart, (facts: NodeFacts) => boolean])[] = [
  ['master', (facts) => facts.isRunning('kube-apiserver')],
  ['etcd', (facts) => facts.isRunning('etcd')],
  ['node', (facts) => facts.isRunning('kubelet')],
  ['daemon', (facts) => facts.isRunning('dockerd')],
];

function describeNode(facts: NodeFacts, { node, name }: RunInput): ComplianceNode {
  const { distribution } = facts;
  return {
    node,
    name,
    ...(distribution === undefined ? {} : { distribution }),
    managed: facts.isManaged,
    roles: BENCHMARK_PARTS.filter((part) => PART_OF.some(([of, runs]) => of === part && runs(facts))),
  };
}

/** Judges the evidence of one node by every benchmark that is made for what runs there. */
export function runBenchmarks(input: RunInput): ComplianceRun {
  const facts = new NodeFacts(input.evidence);
  const chosen = chooseBenchmarks(input.benchmarks, facts);
  const results = chosen.flatMap((one) => resultsOf(one, facts, input));
  return {
    id: input.id,
    at: facts.at,
    cluster: input.cluster,
    tenant: input.tenant,
    nodes: [describeNode(facts, input)],
    benchmarks: chosen.map(({ benchmark, productVersion, usedInstead }) => ({
      id: benchmark.id,
      version: benchmark.version,
      product: benchmark.appliesTo.product,
      ...(productVersion === undefined ? {} : { productVersion }),
      ...(usedInstead === undefined ? {} : { usedInstead }),
    })),
    counts: countResults(results),
    ...(input.bundleOf === undefined ? {} : { bundleOf: input.bundleOf }),
    results,
    evidence: [...input.evidence],
  };
}
