// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import { type ErrorCode, ok, type Result, type Route, systemScope } from '@bartizan/contracts';
import type { ApiFailure, Clock, Log } from '../../ports.ts';
import type { Caller } from '../access/caller.ts';
import { statusOf } from './problem.ts';

const SCOPE = systemScope('audit');

/** One act as the audit log keeps it. */
export interface Act {
  readonly caller: Caller;
  readonly action: string;
  readonly target: string;
  readonly outcome: 'success' | 'refused' | 'failed';
  readonly detail: string;
  readonly address: string;
}

/** Writes the audit records of the API. */
export class Journal {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Log;

  constructor(store: Store, clock: Clock, log: Log) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
  }

  /** Appends a record; an act that cannot be recorded is an error of the request. */
  async record(act: Act): Promise<Result<void, ApiFailure>> {
    const kind = act.caller.kind === 'anonymous' ? 'user' : act.caller.kind;
    const appended = await this.#store.audit.append(SCOPE, {
      tenant: act.caller.tenant,
      atMs: this.#clock.nowMs(),
      actor: act.caller.name.slice(0, 256),
      actorKind: kind,
      action: act.action,
      target: act.target.slice(0, 512),
      outcome: act.outcome,
      detail: act.detail.slice(0, 4000),
      sourceAddress: act.address.slice(0, 64),
    });
    if (appended.ok) return ok(undefined);
    this.#log.error({ code: appended.error.code, action: act.action }, 'an act could not be audited');
    return appended;
  }
}

const REFUSED = new Set([401, 403, 409, 412, 429]);

/** Outcome of a failed act: refused by a rule of ours, or failed for another reason. */
export const outcomeOf = (code: ErrorCode): 'refused' | 'failed' =>
  REFUSED.has(statusOf(code)) || code === 'E_PASSWORD_WEAK' ? 'refused' : 'failed';

/** Whether a refused call of a route is recorded: not for strangers, who could fill the disk with it; logins always. */
export const isRecorded = (route: Route, caller: Caller, code: ErrorCode): boolean =>
  route.audit !== undefined &&
  (caller.kind !== 'anonymous' || (route.permission === 'public' && code !== 'E_RATE_LIMIT'));
