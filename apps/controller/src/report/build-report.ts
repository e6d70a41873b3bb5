// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Metrics } from '@bartizan/adapters/telemetry';
import { type Failure, ok, type Result, type Scope } from '@bartizan/contracts';
import type { ApiFailure, Log, Publish, PushDesk } from '../ports.ts';
import { RateGate } from '../rate-gate.ts';
import type { RefusedAttempts } from '../refused-attempts.ts';
import { Turnstile } from '../turnstile.ts';
import { Doorkeeper } from './access/authenticate.ts';
import { LoginDesk } from './access/login.ts';
import { SessionDesk } from './access/sessions.ts';
import { UserLedger } from './access/user-ledger.ts';
import { computeScorecard } from './api/scorecard-routes.ts';
import { addFirstAdmin } from './api/user-routes.ts';
import { buildHandlers, type HandlerParts } from './handlers.ts';
import { Gate } from './http/gate.ts';
import { IdempotencyLedger } from './http/idempotency.ts';
import { Journal } from './http/journal.ts';
import { buildServer, type ControllerServer, type TlsFiles, useTls } from './http/server.ts';
import { LiveHub } from './live/hub.ts';
import { countAnswered, countChange, exposeMetrics } from './metrics.ts';
import { OpenFindings } from './open-findings.ts';

const REQUESTS_PER_MINUTE = 6000;
const LOGINS_PER_MINUTE = 30;

/** What the report side is made of. */
export interface ReportParts
  extends Omit<HandlerParts, 'live' | 'login' | 'sessions' | 'ledger' | 'keyTurnstile' | 'startedAtMs'> {
  readonly log: Log;
  readonly localRootToken: string;
  readonly bootstrapPassword: string | undefined;
  readonly tls: TlsFiles;
  readonly consoleDir: string;
  /** Absent: no registry is listened to here. */
  readonly pushes?: PushDesk;
  readonly metrics: Metrics;
  readonly refusals: RefusedAttempts;
}
/** The API, ready to listen. */
export interface Report {
  readonly server: ControllerServer;
  readonly live: LiveHub;
  /** Tells who is looking of a change, and counts it. */
  readonly publish: Publish;
  /** Takes a new certificate into use; open connections go on. */
  readonly useTls: (tls: TlsFiles) => void;
  readonly scorecard: (scope: Scope) => ReturnType<typeof computeScorecard>;
}

/** The advisories that exports stand on. */
function basisOf(advisories: ReportParts['advisories']) {
  const { builtAtMs, digest } = advisories.status();
  return {
    ...(builtAtMs === undefined ? {} : { databaseDate: new Date(builtAtMs).toISOString() }),
    ...(digest === undefined ? {} : { packDigest: digest }),
  };
}

/** Why nothing can be changed now; undefined: it can. */
function refusalOf(store: ReportParts['store']): ApiFailure | undefined {
  const { state, code, reason } = store.state();
  return state === 'ok'
    ? undefined
    : { code: code ?? 'E_STORE_IO', detail: reason?.en ?? 'the store takes nothing now' };
}

/** Builds the API with everything it needs and makes the first administrator. */
export async function buildReport(parts: ReportParts): Promise<Result<Report, Failure>> {
  const { store, clock, log, hasher } = parts;
  const sessions = new SessionDesk(store, clock);
  const ledger = new UserLedger(store, clock);
  const keyTurnstile = new Turnstile();
  const login = new LoginDesk({ store, ledger, hasher, sessions, clock });
  const doorkeeper = new Doorkeeper({
    store,
    sessions,
    clock,
    keyTurnstile,
    localRootToken: parts.localRootToken,
  });
  if (parts.bootstrapPassword !== undefined) {
    const added = await addFirstAdmin({ store, sessions, ledger, hasher, clock }, parts.bootstrapPassword);
    if (!added.ok) return added;
  }
  const gate = new Gate({
    doorkeeper,
    requests: new RateGate(clock, REQUESTS_PER_MINUTE),
    logins: new RateGate(clock, LOGINS_PER_MINUTE),
  });
  let { chainPem } = parts.tls;
  const live = new LiveHub(clock, (caller) => doorkeeper.stillMay(caller, 'events:read'));
  const all: HandlerParts = {
    ...parts,
    live,
    login,
    sessions,
    ledger,
    keyTurnstile,
    startedAtMs: clock.nowMs(),
  };
  const findings = new OpenFindings(store.findings, clock);
  const server = await buildServer({
    tls: parts.tls,
    consoleDir: parts.consoleDir,
    log,
    answered: (request) => countAnswered(parts.metrics, request),
    api: {
      handlers: buildHandlers(all),
      gate,
      journal: new Journal({ store, clock, log, refusals: parts.refusals }),
      ledger: new IdempotencyLedger(clock),
      log,
      exportBasis: () => basisOf(parts.advisories),
      changesRefused: () => refusalOf(store),
    },
    ...(parts.pushes === undefined ? {} : { pushes: parts.pushes }),
    probes: {
      gate,
      readiness: () => {
        const { state, reason } = store.state();
        return [{ name: 'store', ok: state !== 'failed', detail: reason?.en ?? state }];
      },
      metrics: () => exposeMetrics({ ...all, findings, metrics: parts.metrics, chainPem }),
    },
  });
  return ok({
    server,
    live,
    publish: (change) => {
      countChange(parts.metrics, change);
      live.publish(change);
    },
    useTls: (tls) => {
      useTls(server, tls);
      chainPem = tls.chainPem;
    },
    scorecard: (scope) => computeScorecard(all, scope),
  });
}
