// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * Who may do what in a cluster, and who could have more than was given: RBAC as the API server reads it.
 * In: Kubernetes objects. Out: grants with their bindings, risky permissions, shortest paths to cluster-admin.
 * Pure, and never a guess: kinds that could not be read are named by the snapshot. Serves K03.
 */
export {
  answerPath,
  answerWhatCan,
  answerWhoCan,
  GRANTING_KINDS,
  listRisks,
  PATH_KINDS,
} from './answers.ts';
export {
  type Attributes,
  isPath,
  type PathAttributes,
  type ResourceAttributes,
  ruleAllows,
} from './authorize.ts';
export { ACCESS_CHECKS, type AccessCheck } from './checks.ts';
export { judgeGrant, type ProposedGrant } from './grant-risk.ts';
export {
  AccessGraph,
  accountOf,
  accountUser,
  type Grant,
  groupsOf,
  MASTERS,
  type Person,
} from './graph.ts';
export { isShippedBinding, isShippedWithWildcard } from './own-grants.ts';
export { EscalationPaths, nodeOf, type PathSettings, type PathStep } from './paths.ts';
export type { Effect, Need, RiskPattern } from './pattern.ts';
export { RISK_PATTERNS } from './patterns.ts';
export { EVERYWHERE, findRisks, type Power, Powers, type Risk } from './powers.ts';
export { proposeSmallerRole, type SmallerRole, smallerRoleYaml } from './smaller-role.ts';
export {
  type AccessSnapshot,
  type Account,
  type AccountPod,
  type Binding,
  type PolicyRule,
  type Role,
  readAccess,
  type Subject,
} from './snapshot.ts';
export { nodeName, originOf, personOf, subjectName } from './subject-name.ts';
export { CLUSTER_ADMIN } from './targets.ts';
export { type GrantUse, requestsOf, type UsedPermission, useOfGrants } from './use.ts';
export { answerUse, listUse, type UseWindow } from './use-answer.ts';
