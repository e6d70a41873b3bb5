// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import {
  type Finding,
  type FindingException,
  ok,
  type Result,
  type Scope,
  systemScope,
  tenantScope,
} from '@bartizan/contracts';
import { compileExceptions } from '@bartizan/engine';
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

/** Which exception a finding falls under now. */
type Excepts = (finding: Finding) => FindingException | undefined;

/**
 * Keeps findings over re-matching: what was seen before keeps its first date and its acceptance, what is not found any
 * more is fixed, an acceptance that has ended opens the finding again. What falls under an exception is accepted as soon
 * as it is found.
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
      const excepts = await this.#excepts(scope, nowMs);
      if (!excepts.ok) return excepts;
      const before = new Map(known.value.map((finding) => [finding.id, finding]));
      const now = new Map(replacement.found.map((finding) => [finding.id, finding]));
      const kept = [...now.values()].map((finding) =>
        withException(carryOver(finding, before.get(finding.id), nowMs), excepts.value),
      );
      const fixed = known.value
        .filter((finding) => !now.has(finding.id) && finding.state !== 'fixed')
        .filter((finding) => replacement.isUnjudged?.(finding) !== true)
        .map((finding): Finding => ({ ...finding, state: 'fixed', lastSeenAtMs: nowMs }));
      return this.#store.findings.put(scope, [...kept, ...fixed]);
    });
  }

  /** Opens again what was accepted until now, unless another exception accepts it. */
  endAcceptances(): Promise<Result<number, ApiFailure>> {
    return this.#turnstile.run(async () => {
      const scope = systemScope('acceptances end');
      const nowMs = this.#clock.nowMs();
      const ended = await this.#inState(scope, 'accepted');
      if (!ended.ok) return ended;
      const over = ended.value.filter(({ acceptance }) => (acceptance?.expiresAtMs ?? 0) <= nowMs);
      return this.#reopen(scope, over, nowMs);
    });
  }

  /** Holds the findings of a tenant against its exceptions, after one came or went: how many changed their state. */
  exceptionsChanged(scope: Scope, removed?: string): Promise<Result<number, ApiFailure>> {
    return this.#turnstile.run(async () => {
      const nowMs = this.#clock.nowMs();
      const accepted = removed === undefined ? ok([]) : await this.#inState(scope, 'accepted');
      if (!accepted.ok) return accepted;
      const orphaned = accepted.value.filter(({ acceptance }) => acceptance?.exception === removed);
      const reopened = await this.#reopen(scope, orphaned, nowMs);
      if (!reopened.ok) return reopened;
      const excepts = await this.#excepts(scope, nowMs);
      if (!excepts.ok) return excepts;
      const open = await this.#inState(scope, 'open');
      if (!open.ok) return open;
      const now = open.value
        .map((finding) => withException(finding, excepts.value))
        .filter(({ state }) => state === 'accepted');
      const saved = await this.#store.findings.put(scope, now);
      return saved.ok ? ok(reopened.value + now.length) : saved;
    });
  }

  async #reopen(
    scope: Scope,
    findings: readonly Finding[],
    nowMs: number,
  ): Promise<Result<number, ApiFailure>> {
    const open: Finding[] = [];
    for (const { acceptance: _ended, ...finding } of findings) {
      const excepts = await this.#excepts(tenantScope(finding.cluster, finding.tenant), nowMs);
      if (!excepts.ok) return excepts;
      open.push(withException({ ...finding, state: 'open' }, excepts.value));
    }
    const saved = await this.#store.findings.put(scope, open);
    return saved.ok ? ok(open.length) : saved;
  }

  /** The exceptions in force for a tenant. They are read each time: a list that is judged never misses one. */
  async #excepts(scope: Scope, nowMs: number): Promise<Result<Excepts, ApiFailure>> {
    const found: FindingException[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.#store.exceptions.list(scope, {
        filter: [],
        limit: PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      });
      if (!page.ok) return page;
      found.push(...page.value.items);
      cursor = page.value.next;
    } while (cursor !== undefined);
    return ok(compileExceptions(found, nowMs));
  }

  async #inState(scope: Scope, state: Finding['state']): Promise<Result<Finding[], ApiFailure>> {
    const found: Finding[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.#store.findings.list(scope, {
        filter: [{ field: 'state', operator: 'in', values: [state], negated: false }],
        sort: { field: 'id', descending: false },
        limit: PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      });
      if (!page.ok) return page;
      found.push(...page.value.items);
      cursor = page.value.next;
    } while (cursor !== undefined);
    return ok(found);
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

/** The finding, accepted where it is open and falls under an exception. */
function withException(finding: Finding, excepts: Excepts): Finding {
  const exception = finding.state === 'open' ? excepts(finding) : undefined;
  if (exception === undefined) return finding;
  const { owner, reason, expiresAtMs, id } = exception;
  return { ...finding, state: 'accepted', acceptance: { owner, reason, expiresAtMs, exception: id } };
}
