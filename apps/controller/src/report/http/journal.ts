// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { FAILURES_BEFORE_LOCK } from '@bartizan/adapters/identity';
import type { Store } from '@bartizan/adapters/store';
import { type ErrorCode, ok, type Result, type Route, systemScope } from '@bartizan/contracts';
import { networkOf } from '../../caller-network.ts';
import type { ApiFailure, Clock, Log } from '../../ports.ts';
import type { RefusedAttempts } from '../../refused-attempts.ts';
import type { Caller } from '../access/caller.ts';
import { statusOf } from './problem.ts';

const SCOPE = systemScope('audit');
/** Of what somebody known is refused again and again so many are recorded one by one: a key that got out must not fill the disk. */
const CALLS_APART = 60;

/** One act as the audit log keeps it. */
export interface Act {
  readonly caller: Caller;
  readonly action: string;
  readonly target: string;
  readonly outcome: 'success' | 'refused' | 'failed';
  readonly detail: string;
  readonly address: string;
}

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly refusals: RefusedAttempts;
}

/** Writes the audit records of the API. */
export class Journal {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Appends a record; an act that cannot be recorded is an error of the request. */
  async record(act: Act): Promise<Result<void, ApiFailure>> {
    const { store, clock, log } = this.#parts;
    const appended = await store.audit.append(SCOPE, draftOf(act, clock.nowMs()));
    if (appended.ok) return ok(undefined);
    log.error({ code: appended.error.code, action: act.action }, 'an act could not be audited');
    return appended;
  }

  /** Records what came to nothing: so many of the same one by one, the others by their number. */
  async attempt(act: Act, code: ErrorCode): Promise<void> {
    const { refusals, clock } = this.#parts;
    const { caller, action, address } = act;
    const draft = draftOf(act, clock.nowMs());
    const network = networkOf(address);
    if (caller.kind === 'anonymous') {
      const key = `${action} ${code} ${draft.actor} ${network}`;
      await refusals.record({ key, network, apart: FAILURES_BEFORE_LOCK, draft });
      return;
    }
    const who = `${caller.kind} ${caller.tenant} ${caller.id}`;
    await refusals.record({
      key: `${action} ${code} ${who}`,
      network,
      apart: CALLS_APART,
      caller: who,
      draft,
    });
  }
}

const draftOf = ({ caller, action, target, outcome, detail, address }: Act, atMs: number) => ({
  tenant: caller.tenant,
  atMs,
  actor: caller.name.slice(0, 256),
  actorKind: caller.kind === 'anonymous' ? ('user' as const) : caller.kind,
  action,
  target: target.slice(0, 512),
  outcome,
  detail: detail.slice(0, 4000),
  sourceAddress: address.slice(0, 64),
});

const REFUSED = new Set([401, 403, 409, 412, 429]);

/** Outcome of a failed act: refused by a rule of ours, or failed for another reason. */
export const outcomeOf = (code: ErrorCode): 'refused' | 'failed' =>
  REFUSED.has(statusOf(code)) || code === 'E_PASSWORD_WEAK' ? 'refused' : 'failed';

/** Whether a refused call of a route is recorded: not for strangers, who could fill the disk with it; logins always. */
export const isRecorded = (route: Route, caller: Caller, code: ErrorCode): boolean =>
  route.audit !== undefined &&
  (caller.kind !== 'anonymous' || (route.permission === 'public' && code !== 'E_RATE_LIMIT'));
