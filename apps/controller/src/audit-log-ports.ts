// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AuditBatchOutcome, AuditLogStatus, AuditRequestsReport, Result } from '@bartizan/contracts';
import type { AuditedRequest } from '@bartizan/engine/audit-log';
import type { ApiFailure, Owner } from './ports.ts';

/** Whose API server tells; from a log file the node that read it: it may say what it likes, and each event names it. */
export interface AuditOrigin extends Owner {
  readonly node?: string;
}

/** Everything the API does with the audit log of API servers. */
export interface AuditLogDesk {
  /** Takes a batch; resolves when what was found in it is on disk. */
  readonly take: (owner: Owner, events: readonly unknown[]) => Promise<Result<AuditBatchOutcome, ApiFailure>>;
  /** Takes what an agent read from a log file; a failure means: send it again. */
  readonly takeFile: (
    agent: Owner & { readonly node: string },
    report: AuditRequestsReport,
  ) => Promise<Result<void, ApiFailure>>;
  readonly status: () => AuditLogStatus;
  /** Authority of our certificate, PEM, and a name that stands in it. */
  readonly trust: () => { readonly caPem: string; readonly serverName: string };
}

/** What was found in a batch. */
export interface AuditFound {
  readonly detections: number;
  readonly told: number;
  readonly shed: number;
}

/** Who is told of requests that were not known before. */
export interface AuditSinks {
  /** Resolves when what was found is on disk. */
  readonly judge: (
    origin: AuditOrigin,
    requests: readonly AuditedRequest[],
  ) => Promise<Result<AuditFound, ApiFailure>>;
  /** Which permissions were made use of; told once a batch is kept. */
  readonly used: (owner: Owner, requests: readonly AuditedRequest[]) => void;
}
