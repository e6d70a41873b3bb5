// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * The nouns of Bartizan: every record, rule, message, route, permission and error, as TypeBox schemas and types.
 * In: nothing. Out: everything else depends on it. Serves all controls.
 */
export {
  ADMISSION_COLLECTIONS,
  type AdmissionCollection,
  type AdmissionCondition,
  AdmissionConditionSchema,
  type AdmissionFieldCondition,
} from './admission/condition.ts';
export {
  ADMISSION_MODES,
  ADMISSION_OPERATIONS,
  ADMISSION_STAGES,
  AdmissionBinding,
  AdmissionException,
  AdmissionFixStep,
  AdmissionMatch,
  type AdmissionMode,
  type AdmissionOperation,
  AdmissionParameter,
  AdmissionRule,
  type AdmissionStage,
  UNKNOWN_POLICIES,
} from './admission/rule.ts';
export { AdmissionViolation, JsonPatchOperation } from './admission/verdict.ts';
export { exactly, type Filter, type FilterTerm, type PageOf, type Query } from './api/filter.ts';
export { FindingGroup } from './api/finding-group.ts';
export { LIST_FIELDS, type ListField, STORED_LIST_FIELDS } from './api/list-fields.ts';
export { ListQuery, Problem, page } from './api/problem.ts';
export { type Route, route } from './api/route.ts';
export type { BodyOf, ParamsOf, QueryOf, ResponseOf } from './api/route-types.ts';
export { accessRoutes } from './api/routes/access.ts';
export { accessRequestRoutes } from './api/routes/access-requests.ts';
export {
  AdmissionRuleRow,
  AdmissionSimulation,
  AdmissionStatus,
  admissionRoutes,
  NATIVE_FORMS,
} from './api/routes/admission.ts';
export { AdmissionCoverage } from './api/routes/admission-coverage.ts';
export { AdmissionNative, admissionNativeRoutes, NATIVE_STATES } from './api/routes/admission-native.ts';
export { AdmissionReports, admissionReportRoutes } from './api/routes/admission-reports.ts';
export {
  admissionSourceRoutes,
  POLICY_ITEM_REASONS,
  POLICY_SOURCE_STATES,
  POLICY_SOURCES,
  type PolicyItemReason,
  type PolicyProblemRow,
  PolicySource,
  type PolicySourceChange,
} from './api/routes/admission-sources.ts';
export {
  admissionSyncRoutes,
  POLICY_KINDS,
  PolicyChange,
  type PolicyKind,
  PolicySet,
  PolicySync,
  SYNC_ACTIONS,
} from './api/routes/admission-sync.ts';
export { AdvisoryStatus, advisoryRoutes } from './api/routes/advisories.ts';
export { apiUseRoutes } from './api/routes/api-uses.ts';
export { auditLogRoutes } from './api/routes/audit-log.ts';
export { clusterAccessRoutes } from './api/routes/cluster-access.ts';
export { complianceRoutes } from './api/routes/compliance.ts';
export {
  AUDIT_PACK_JAPAN,
  REPORT_FORMATS,
  REPORT_LANGUAGES,
  type ReportFormat,
} from './api/routes/compliance-frameworks.ts';
export { insightRoutes, SystemStatus } from './api/routes/insight.ts';
export { inventoryRoutes, ProcessRow, WorkloadSummary } from './api/routes/inventory.ts';
export { registryRoutes } from './api/routes/registries.ts';
export {
  ImageSummary,
  PackagePlace,
  PackageRow,
  supplyChainRoutes,
} from './api/routes/supply-chain.ts';
export { ROUTES, type RouteId } from './api/routes.ts';
export { openapiTags, ROUTE_TAGS, type RouteTag } from './api/tags.ts';
export {
  Comparison,
  Decision,
  ENFORCEMENT_POINTS,
  FactValue,
  NearMiss,
  Reason,
  VERDICTS,
  type Verdict,
} from './decision.ts';
export {
  type Condition,
  ConditionSchema,
  DetectionRule,
  type Facts,
  type FieldCondition,
  isOfController,
  OPERATORS,
  type Operator,
  TRIGGERS,
  type Trigger,
} from './detection-rule.ts';
export { ERRORS, type ErrorCode } from './errors/catalogue.ts';
export type { ErrorEntry } from './errors/entry.ts';
export { Aggregation, envelope, eventId, mayShed, STREAMS, type Stream } from './events/envelope.ts';
export { FileEvent } from './events/file-event.ts';
export { Flow, MapEdge, MapNode } from './events/flow.ts';
export { ProcessEvent } from './events/process-event.ts';
export { Connection, ProcessChain, ProcessInfo, STREAM_KINDS } from './events/process-info.ts';
export { SecurityEvent } from './events/security-event.ts';
export {
  FileSignature,
  KnownFiles,
  SIGNED_FILE_KINDS,
  type SignedFileKind,
} from './file-signature.ts';
export {
  ClusterId,
  DEFAULT_TENANT,
  DottedId,
  LOCAL_CLUSTER,
  NodeId,
  OpaqueId,
  type Scope,
  systemScope,
  TenantId,
  tenantScope,
} from './ids.ts';
export {
  ApiKey,
  AuditEntry,
  AuditRecord,
  Progress,
  ROLES,
  type Role,
  RoleSchema,
  Session,
  User,
} from './nouns/access.ts';
export {
  ACCESS_REQUEST_ENDS,
  ACCESS_REQUEST_MAX_MS,
  ACCESS_REQUEST_MIN_MS,
  ACCESS_REQUEST_STATES,
  AccessGrantRisk,
  AccessRequest,
  AccessRequestRule,
  type AccessRequestState,
  AccessRequestSubject,
  AccessRequestWish,
} from './nouns/access-request.ts';
export {
  StoredAdmissionBinding,
  StoredAdmissionException,
  StoredAdmissionRule,
} from './nouns/admission.ts';
export {
  AUDIT_BATCH_EVENTS_MAX,
  AUDIT_FILE_PROBLEMS,
  AuditBatchOutcome,
  AuditEventList,
  AuditedRequestRecord,
  type AuditFileProblem,
  AuditFileProgress,
  AuditFileStatus,
  AuditLogStatus,
  AuditSource,
} from './nouns/audit-log.ts';
export {
  ACCESS_ORIGINS,
  AccessAnswer,
  AccessGrant,
  AccessPath,
  AccessRisk,
  AccessSubject,
  AccessUse,
  AccessUseRow,
  ReachAnswer,
} from './nouns/cluster-access.ts';
export {
  ApiVersionUse,
  ClusterProbe,
  Component,
  EXPOSURES,
  Exposure,
  ProbeRun,
  SecretUsage,
} from './nouns/cluster-posture.ts';
export { ExceptionMatch, FindingException } from './nouns/exception.ts';
export {
  CheckResult,
  COVERAGES,
  CoverageEntry,
  FINDING_KINDS,
  Finding,
  Fix,
  PACKAGE_ROLES,
  Package,
  ScorecardRow,
  SecretEvidence,
  SOURCE_KINDS,
  SourceLocation,
  VERIFICATIONS,
  Vulnerability,
  WhyStep,
} from './nouns/finding.ts';
export {
  IMAGE_SCAN_STATES,
  Image,
  ImageLayer,
  ImageScan,
  ImageSignature,
  PACKAGE_USES,
  PackageUse,
} from './nouns/image.ts';
export {
  ActionLevel,
  AgentCost,
  Cluster,
  InspectStatus,
  LEVELS,
  type Level,
  Node,
  NodeCondition,
  RuntimeStatus,
  SensorStatus,
  Tenant,
  UplinkStatus,
} from './nouns/node.ts';
export {
  ADMISSION_GROUPS_MAX,
  ADMISSION_REPEATS_MAX,
  AdmissionDecision,
  ComplianceControl,
  Group,
  ORIGINS,
  Policy,
  PolicyHeader,
  Response,
  Selector,
} from './nouns/policy.ts';
export {
  REGISTRY_KINDS,
  Registry,
  RegistryFilter,
  RegistryPolicy,
  RegistryRun,
  RegistrySchedule,
  RegistrySettings,
  RegistryTrial,
} from './nouns/registry.ts';
export { FindingStatement, STATEMENT_ORIGINS, VexDocument } from './nouns/vex.ts';
export {
  Container,
  ContainerMount,
  MODES,
  ModePerDomain,
  RUNTIMES,
  SUBJECT_KINDS,
  WORKLOAD_KINDS,
  Workload,
  WorkloadRef,
} from './nouns/workload.ts';
export {
  AttackTechniques,
  CONTROL_IDS,
  type ControlId,
  OWASP_2022,
  OWASP_2025,
  type Owasp2022,
  type Owasp2025,
  OwaspItems,
} from './owasp.ts';
export { type Fault, type Parser, parser } from './parser.ts';
export { PERMISSIONS, type Permission, ROLE_PERMISSIONS } from './permissions.ts';
export {
  FACT_TYPES,
  type FactType,
  Lifecycle,
  POSTURE_SUBJECTS,
  PostureCheck,
  PostureFactDefinition,
  type PostureSubject,
  SupportWindow,
} from './posture-check.ts';
export {
  type Err,
  err,
  type Failure,
  failure,
  InvariantError,
  invariant,
  type Ok,
  ok,
  type Result,
  toldFailure,
  toldOf,
  unreachable,
} from './result.ts';
export {
  choice,
  decimal,
  flag,
  inline,
  instant,
  integer,
  labels,
  list,
  localText,
  object,
  optional,
  text,
  toldText,
  type Unit,
} from './schema.ts';
export {
  FILE_ROLES,
  type FileRole,
  SECRET_CHECKS,
  SECRET_CONFIDENCES,
  SECRET_FAMILIES,
  type SecretCheck,
  SecretRule,
} from './secret-rule.ts';
export { SEVERITIES, type Severity, SeveritySchema, severityRank } from './severity.ts';
export {
  Ack,
  AgentMessage,
  Batch,
  Command,
  Configure,
  ControllerMessage,
  EnrollRequest,
  EnrollResponse,
  Hello,
  Refused,
  RenewRequest,
  Welcome,
} from './wire/messages.ts';
export {
  clusterNodeText,
  enrollProof,
  isServiceAccountToken,
  joinTokenId,
  renewProof,
} from './wire/proof.ts';
export {
  WIRE_BATCH_RECORDS_MAX,
  WIRE_ENROLL_PATH,
  WIRE_FRAME_BYTES_MAX,
  WIRE_FRAME_INFLATED_BYTES_MAX,
  WIRE_RENEW_PATH,
  WIRE_STREAM_PATH,
  WIRE_VERSION,
  WIRE_VERSION_FINGERPRINTS,
  WIRE_VERSION_OLDEST,
  WIRE_VERSION_STATE,
} from './wire/protocol.ts';
export {
  AgentEvent,
  AuditRequestsReport,
  ContainerReport,
  ContainerSecretReport,
  ContainerSnapshot,
  EnvironmentSecretReport,
  InventoryRecord,
  LossReport,
  NodeEvidence,
  NodeReport,
  PackageReport,
  PackageUseReport,
  PostureFacts,
  WorkloadReport,
} from './wire/records.ts';
export {
  cutText,
  cutTold,
  distinctTexts,
  inLanguage,
  type LocalText,
  sameText,
  stepWords,
  type ToldText,
  visibleText,
} from './words.ts';
