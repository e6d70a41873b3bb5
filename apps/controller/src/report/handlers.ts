// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import type { Scope } from '@bartizan/contracts';
import type { AccessDesks } from '../access-ports.ts';
import type { AccessRequestDesks } from '../access-request-ports.ts';
import type { AdmissionDesk } from '../admission-ports.ts';
import type { AuditLogDesk } from '../audit-log-ports.ts';
import type { BenchmarkFindings } from '../decide/compliance/benchmark-findings.ts';
import type {
  AdvisoryDesk,
  AgentDirectory,
  BaseDesk,
  Clock,
  ClusterStatus,
  ExceptionKeeper,
  ImageRescan,
  IngestCounters,
  NodeNews,
  Publish,
  RegistryDesk,
  RuleBook,
  UsesOf,
} from '../ports.ts';
import type { Turnstile } from '../turnstile.ts';
import type { LoginDesk, PasswordHasher } from './access/login.ts';
import type { SessionDesk } from './access/sessions.ts';
import type { UserLedger } from './access/user-ledger.ts';
import { accessRequestHandlers } from './api/access-request-routes.ts';
import {
  admissionDecisionHandlers,
  admissionRuleHandlers,
  admissionScopeHandlers,
  admissionSyncHandlers,
} from './api/admission-routes.ts';
import { apiUseHandlers } from './api/api-use-routes.ts';
import { auditLogHandlers } from './api/audit-log-routes.ts';
import { auditRoutes } from './api/audit-routes.ts';
import { clusterAccessHandlers } from './api/cluster-access-routes.ts';
import { clusterPostureHandlers } from './api/cluster-posture-routes.ts';
import { complianceHandlers } from './api/compliance-routes.ts';
import { eventHandlers } from './api/event-routes.ts';
import { exceptionHandlers } from './api/exception-routes.ts';
import { explainHandlers } from './api/explain-routes.ts';
import { findingHandlers } from './api/finding-routes.ts';
import { imageHandlers } from './api/image-routes.ts';
import { inventoryHandlers } from './api/inventory-routes.ts';
import { joinTokenRoutes } from './api/join-token-routes.ts';
import { keyRoutes } from './api/key-routes.ts';
import { mapHandlers } from './api/map-routes.ts';
import { admissionNativeHandlers } from './api/native-routes.ts';
import { operationHandlers } from './api/operation-routes.ts';
import { packageHandlers } from './api/package-routes.ts';
import { registryHandlers } from './api/registry-routes.ts';
import { scorecardHandlers } from './api/scorecard-routes.ts';
import { sessionRoutes } from './api/session-routes.ts';
import { systemHandlers } from './api/system-routes.ts';
import { userRoutes } from './api/user-routes.ts';
import { vexHandlers } from './api/vex-routes.ts';
import { workloadActivityHandlers } from './api/workload-activity-routes.ts';
import { WorkloadSummaries } from './api/workload-summaries.ts';
import { frameworkHandlers } from './compliance/framework-routes.ts';
import type { Handlers } from './http/api-routes.ts';
import type { LiveHub } from './live/hub.ts';

/** Everything the handlers of the API need. */
export interface HandlerParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly publish: Publish;
  readonly live: LiveHub;
  readonly login: LoginDesk;
  readonly sessions: SessionDesk;
  readonly ledger: UserLedger;
  readonly hasher: PasswordHasher;
  readonly keyTurnstile: Turnstile;
  readonly findingTurnstile: Turnstile;
  readonly caSha256: string;
  readonly book: RuleBook;
  readonly advisories: AdvisoryDesk;
  readonly registries: RegistryDesk;
  readonly admission: AdmissionDesk;
  readonly access: AccessDesks;
  readonly accessRequests: AccessRequestDesks;
  readonly auditLog: AuditLogDesk;
  readonly benchmarkFindings: Pick<BenchmarkFindings, 'judged'>;
  readonly keeper: ExceptionKeeper;
  /** Absent: no registries are read here. */
  readonly imageRescan?: ImageRescan;
  readonly bases?: BaseDesk;
  readonly agents: AgentDirectory;
  /** How the cluster is watched. */
  readonly cluster: () => ClusterStatus;
  readonly news: NodeNews;
  readonly counters: IngestCounters;
  /** Which packages of a workload are in use, by package URL. */
  readonly usesOf: UsesOf;
  readonly history: (scope: Scope) => ReadonlyMap<string, readonly number[]>;
  readonly version: string;
  readonly instance: string;
  readonly startedAtMs: number;
  readonly retention: Readonly<Record<string, { readonly days: number; readonly maxBytes: number }>>;
}

/** A handler for every route; a route without one does not compile. */
export function buildHandlers(parts: HandlerParts): Handlers {
  const withSummaries = { ...parts, summaries: new WorkloadSummaries(parts.store, parts.clock) };
  return {
    ...sessionRoutes(parts),
    ...userRoutes(parts),
    ...keyRoutes(parts),
    ...auditRoutes(parts),
    ...joinTokenRoutes(parts),
    ...inventoryHandlers(withSummaries),
    ...workloadActivityHandlers(parts),
    ...mapHandlers(withSummaries),
    ...imageHandlers(parts),
    ...packageHandlers(parts),
    ...exceptionHandlers(parts),
    ...vexHandlers(parts),
    ...findingHandlers(parts),
    ...eventHandlers(parts),
    ...explainHandlers(parts),
    ...scorecardHandlers(parts),
    ...operationHandlers(parts),
    ...registryHandlers(parts),
    ...admissionRuleHandlers(parts),
    ...admissionScopeHandlers(parts),
    ...admissionDecisionHandlers(parts),
    ...admissionSyncHandlers(parts),
    ...admissionNativeHandlers(parts),
    ...clusterAccessHandlers(parts),
    ...apiUseHandlers(parts),
    ...accessRequestHandlers(parts),
    ...clusterPostureHandlers(parts),
    ...auditLogHandlers(parts),
    ...frameworkHandlers(parts),
    ...complianceHandlers(parts),
    ...systemHandlers(parts),
  };
}
