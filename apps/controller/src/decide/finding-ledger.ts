// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import { type Finding, ok, type Result, type Scope, systemScope } from '@bartizan/contracts';
import type { ApiFailure, Clock } from '../ports.ts';
import type { Turnstile } from '../turnstile.ts';

const PAGE = 1000;

/** Findings of one subject and some kinds, replaced as a whole by what was found last. */
export interface Replacement {
  readonly workload: string;
  /** Limits the replacement to one container of the workload; absent = all. */
  readonly container?: string;
  readonly kinds: readonly Finding['kind'][];
  readonly found: readonly Finding[];
  /** Whether this time nothing could be said about a finding: it stays as it is. Not seen is not fixed. */
  readonly isUnjudged?: (finding: Finding) => boolean;
}

/**
 * Keeps findings over re-matching: what was seen before keeps its first date and its acceptance, what is not found any
 * more is fixed, an acceptance that has ended opens the finding again.
 */
export class FindingLedger {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #turnstile: Turnstile;

  /** Every other writer of findings passes the same turnstile: an acceptance never meets a re-match half way. */
  constructor(store: Store, clock: Clock, turnstile: Turnstile) {
    this.#store = store;
    this.#clock = clock;
    this.#turnstile = turnstile;
  }

  /** Replaces. One at a time, so that two judgements of one workload do not mix. */
  replace(scope: Scope, replacement: Replacement): Promise<Result<void, ApiFailure>> {
    return this.#turnstile.run(async () => {
      const known = await this.#known(scope, replacement);
      if (!known.ok) return known;
      const nowMs = this.#clock.nowMs();
      const before = new Map(known.value.map((finding) => [finding.id, finding]));
      const now = new Map(replacement.found.map((finding) => [finding.id, finding]));
      const kept = [...now.values()].map((finding) => carryOver(finding, before.get(finding.id), nowMs));
      const fixed = known.value
        .filter((finding) => !now.has(finding.id) && finding.state !== 'fixed')
        .filter((finding) => replacement.isUnjudged?.(finding) !== true)
        .map((finding): Finding => ({ ...finding, state: 'fixed', lastSeenAtMs: nowMs }));
      return this.#store.findings.put(scope, [...kept, ...fixed]);
    });
  }

  /** Opens again what was accepted until now. */
  endAcceptances(): Promise<Result<number, ApiFailure>> {
    return this.#turnstile.run(async () => {
      const scope = systemScope('acceptances end');
      const nowMs = this.#clock.nowMs();
      let ended = 0;
      let cursor: string | undefined;
      do {
        const page = await this.#store.findings.list(scope, {
          filter: [{ field: 'state', operator: 'in', values: ['accepted'], negated: false }],
          limit: PAGE,
          ...(cursor === undefined ? {} : { cursor }),
        });
        if (!page.ok) return page;
        const open = page.value.items
          .filter((finding) => (finding.acceptance?.expiresAtMs ?? 0) <= nowMs)
          .map(({ acceptance: _ended, ...finding }): Finding => ({ ...finding, state: 'open' }));
        const saved = await this.#store.findings.put(scope, open);
        if (!saved.ok) return saved;
        ended += open.length;
        cursor = page.value.next;
      } while (cursor !== undefined);
      return ok(ended);
    });
  }

  async #known(
    scope: Scope,
    { workload, container, kinds }: Replacement,
  ): Promise<Result<Finding[], ApiFailure>> {
    const found: Finding[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.#store.findings.list(scope, {
        filter: [
          { field: 'workload', operator: 'in', values: [workload], negated: false },
          { field: 'kind', operator: 'in', values: kinds, negated: false },
        ],
        limit: PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      });
      if (!page.ok) return page;
      found.push(
        ...page.value.items.filter(
          (finding) => container === undefined || finding.subject.container === container,
        ),
      );
      cursor = page.value.next;
    } while (cursor !== undefined);
    return ok(found);
  }
}

function carryOver(finding: Finding, before: Finding | undefined, nowMs: number): Finding {
  if (before === undefined) return finding;
  const acceptance = before.acceptance;
  const accepted = before.state === 'accepted' && acceptance !== undefined && acceptance.expiresAtMs > nowMs;
  return {
    ...finding,
    firstSeenAtMs: before.state === 'fixed' ? nowMs : before.firstSeenAtMs,
    lastSeenAtMs: nowMs,
    ...(accepted ? { state: 'accepted', acceptance } : { state: 'open' }),
  };
}
