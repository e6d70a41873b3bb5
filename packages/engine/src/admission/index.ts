// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * Admission: what may be created in a cluster. In: rules, bindings, exceptions, a request and facts at hand.
 * Out: a verdict with every violation, its place, its reason and its repair. Serves K01, K02, K04.
 */

export { AdmissionAudit, type AuditChange, type AuditSummary } from './audit/audit.ts';
export { auditedResources } from './audit/audited-resources.ts';
export { admissionCoverage, type Coverage, type CoverageReport, type CoveredKind } from './audit/coverage.ts';
export { type BlastRadius, type SimulatedChange, simulateAdmission } from './audit/simulate.ts';
export { reportSimulation } from './audit/simulation-report.ts';
export { explainAdmissionCondition, explainAdmissionRule } from './explain/explain.ts';
export { ADMISSION_FIELDS, ADMISSION_FIELDS_BY_NAME } from './fields/catalogue.ts';
export { COLLECTIONS, type CollectionDefinition } from './fields/collections.ts';
export { type AdmissionField, CEL_VARIABLES } from './fields/field.ts';
export { fieldAtPath, fieldNamed } from './fields/named.ts';
export {
  type CustomKind,
  type CustomVersion,
  customKindOf,
  podPathsOf,
  podPlaceText,
  READ_CUSTOM_KINDS_LABEL,
} from './pod/custom-kind.ts';
export {
  ADMISSION_SUBJECTS,
  type AdmissionSubject,
  Evaluation,
  type Item,
  type Items,
  once,
  type PodView,
  STEPS_MAX,
} from './pod/evaluation.ts';
export { type ImageReference, imageReference } from './pod/image-reference.ts';
export { fieldPath, type JsonObject, pointerOf, type Step, sameJson } from './pod/json.ts';
export { CUSTOM_POD_PATHS, customPodPaths, resourceOf } from './pod/kinds.ts';
export {
  BESIDE_PODS,
  isPlainPath,
  POD_PATHS,
  PODS_MAX,
  type PodPath,
  type PodPathTable,
  podPathTable,
  podPlaces,
} from './pod/pod-paths.ts';
export { quantity } from './pod/quantity.ts';
export type { PssControl } from './pss/control.ts';
export {
  PSS_PRIVILEGED,
  type PssNamespace,
  type PssPolicy,
  pssNamespace,
} from './pss/namespace-labels.ts';
export { PSS_CONTROLS, PSS_LEVELS, PSS_MINOR_LATEST, type PssLevel, pssRules } from './pss/rules.ts';
export {
  type AdmissionContext,
  type AdmissionRequest,
  type AdmissionUser,
  EMPTY_CONTEXT,
  type ImageBaseFacts,
  type ImageFacts,
  type ImageVulnerability,
  isUnknown,
  type NamespaceFacts,
  type Reading,
  type ServiceAccountFacts,
  type Unknown,
  unknown,
} from './request.ts';
export { ADMISSION_DEPTH_MAX, ADMISSION_NODES_MAX } from './rules/compile-condition.ts';
export { admissionRuleRevision, type CompiledAdmissionRule } from './rules/compile-rule.ts';
export { exampleStage, exampleUser } from './rules/example-stage.ts';
export { compileException } from './rules/exceptions.ts';
export type { FoundViolation } from './rules/found-violation.ts';
export {
  type AdmissionVerdict,
  findViolations,
  judgeAdmission,
  type RuleHit,
  ruleHits,
} from './rules/judge.ts';
export { nameTest } from './rules/match.ts';
export { applyPatch, joinPatches, wholeRepair } from './rules/patch.ts';
export {
  type AdmissionCompilation,
  type AdmissionCompileOptions,
  type AdmissionPolicy,
  type AdmissionRuleSet,
  compileAdmissionPolicy,
  compileAdmissionPolicyLeniently,
} from './rules/rule-set.ts';
export type { CelCompiler } from './rules/settings.ts';
