// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Benchmarks, the evidence they are judged by, runs, and frameworks with what is mapped to them. */
export {
  ANSWER_OUTCOMES,
  type AnswerOutcome,
  CONTROL_STATES,
  ComplianceAnswer,
  ComplianceChange,
  ControlAssessment,
  ControlCounts,
  type ControlState,
  FrameworkAssessment,
  FrameworkSummary,
  MAPPING_STATES,
  type MappingState,
} from './assessment.ts';
export {
  BENCHMARK_KINDS,
  BENCHMARK_PARTS,
  BENCHMARK_PRODUCTS,
  Benchmark,
  BenchmarkAsk,
  BenchmarkCheck,
  BenchmarkEdition,
  BenchmarkFix,
  type BenchmarkPart,
  type BenchmarkProduct,
  BenchmarkQuestion,
  DISTRIBUTIONS,
  type Distribution,
  FILE_PLACES,
  type FilePlace,
  FLAG_CHANGES,
  OBJECT_QUESTIONS,
  type ObjectQuestion,
  SETTING_OPERATORS,
  SettingItem,
  type SettingOperator,
} from './benchmark.ts';
export {
  BENCHMARK_COMPONENTS,
  type BenchmarkComponent,
  EVIDENCE_COLLECTORS,
  EVIDENCE_FAULTS,
  EVIDENCE_ORIGINS,
  EVIDENCE_STATES,
  Evidence,
  type EvidenceCollector,
  type EvidenceFault,
  type EvidenceOrigin,
  type EvidenceState,
  EvidenceValue,
  ExampleEvidence,
} from './evidence.ts';
export { FRAMEWORK_REF_PATTERN, Framework } from './framework.ts';
export {
  BENCHMARK_STATUSES,
  BenchmarkResult,
  type BenchmarkStatus,
  BenchmarkUsed,
  ComplianceBundle,
  ComplianceCheckRow,
  ComplianceCounts,
  ComplianceNode,
  ComplianceRun,
  ComplianceRunRow,
} from './run.ts';
