// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * Benchmarks: evidence of a node in, pass, fail, not applicable, unknown or manual out, each with its reason and the
 * evidence it was judged by. Which benchmark fits, what a setting is in force, and the diff that repairs a failure.
 * Pure. Serves k09 (cluster components).
 */
export {
  type BenchmarkVerdict,
  benchmarkCheckId,
  isBenchmarkCheck,
  verdictsOfRun,
} from './benchmark-verdicts.ts';
export { type ChosenBenchmark, chooseBenchmarks } from './choose-benchmark.ts';
export { judgeCheck } from './judge-check.ts';
export { NodeFacts } from './node-facts.ts';
export { ASKED_KINDS, answerObjects, type ClusterObjects, POLICIES_OF_AMAZON } from './object-answers.ts';
export { proposeFix, type ReadConfig } from './propose-fix.ts';
export { countResults, type RunInput, runBenchmarks } from './run-benchmarks.ts';
export { isSealed, sealEvidence } from './seal.ts';
export { type Setting, settingOf } from './setting.ts';
export { unifiedDiff } from './unified-diff.ts';
export type { Verdict } from './verdict.ts';
