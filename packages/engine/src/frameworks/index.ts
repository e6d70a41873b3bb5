// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * Frameworks of compliance: answers of checks in, states of controls out, with what they stand on; two runs compared;
 * the same as blocks of a printed report, CSV and OSCAL. Pure. Serves K04, K05 and K09.
 */
export {
  answersOfAccess,
  answersOfAdmission,
  answersOfChecks,
  answersOfDetections,
  answersOfNoExposure,
  answersOfRun,
  answersOfSecrets,
  answersOfVulnerabilities,
  FAILURE_KINDS,
  STANDING_STATES,
  withoutPasses,
} from './answers.ts';
export {
  type AssessInput,
  assessFramework,
  byUrgency,
  evidenceHash,
} from './assess.ts';
export { type BenchmarkRefs, benchmarkRefs } from './benchmark-refs.ts';
export { type ReportBlock, type ReportHead, type ReportPart, reportBlocks } from './blocks.ts';
export { changeOfFramework, compareAnswers } from './compare.ts';
export { reportCsv } from './csv.ts';
export { EVIDENCE_AGE_MAX_MS, EVIDENCE_AHEAD_MAX_MS, isStale } from './evidence-age.ts';
export { OSCAL_VERSION, reportOscal } from './oscal.ts';
export { frameworkOfOwasp } from './owasp.ts';
export { type ReportLanguage, reportAge, reportTime, reportWords } from './words.ts';
