// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { err, failure, ok, type Result } from '@bartizan/contracts';
import type { ApiFailure, Clock } from '../../ports.ts';

/** An answer kept for repeats of the same request. */
export interface KeptAnswer {
  readonly status: number;
  readonly payload: string | undefined;
}
interface Entry {
  readonly bodyHash: string;
  readonly atMs: number;
  answer: KeptAnswer | undefined;
}

const KEEP_MS = 24 * 3600 * 1000;
const ENTRIES_MAX = 2000;
const PAYLOAD_BYTES_MAX = 64 * 1024;

/**
 * Answers of POST requests with an Idempotency-Key (draft-ietf-httpapi-idempotency-key-header), kept a day in memory,
 * at most 2,000 and 64 KiB each: a repeat gets the first answer instead of a second effect.
 */
export class IdempotencyLedger {
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The kept answer of a repeat; undefined = go on and call `finish`. A different body under the same key is an error. */
  begin(key: string, body: unknown): Result<KeptAnswer | undefined, ApiFailure> {
    const nowMs = this.#clock.nowMs();
    const bodyHash = createHash('sha256')
      .update(JSON.stringify(body) ?? '')
      .digest('hex');
    const known = this.#entries.get(key);
    if (known !== undefined && nowMs - known.atMs < KEEP_MS) {
      if (known.bodyHash !== bodyHash)
        return err(failure('E_CONFLICT', 'this Idempotency-Key was used with another body'));
      if (known.answer === undefined)
        return err(failure('E_CONFLICT', 'the first request with this Idempotency-Key is still under way'));
      return ok(known.answer);
    }
    this.#entries.delete(key);
    this.#entries.set(key, { bodyHash, atMs: nowMs, answer: undefined });
    const oldest = this.#entries.keys().next();
    if (this.#entries.size > ENTRIES_MAX && oldest.done !== true) this.#entries.delete(oldest.value);
    return ok(undefined);
  }

  /** Keeps the answer; failures of ours and large answers are forgotten, so that a repeat tries again. */
  finish(key: string, answer: KeptAnswer): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    if (answer.status >= 500 || (answer.payload?.length ?? 0) > PAYLOAD_BYTES_MAX) this.#entries.delete(key);
    else entry.answer = answer;
  }

  /** Forgets a request that left no answer to keep. */
  abandon(key: string): void {
    this.#entries.delete(key);
  }
}
