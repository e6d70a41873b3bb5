// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import {
  type ExceptionMatch,
  exactly,
  type Filter,
  type FilterTerm,
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
import { StatementBook } from './statement-book.ts';
import { countedElsewhere } from './twin-findings.ts';

const PAGE = 1000;

/** Findings of one subject and some kinds, replaced as a whole by what was found last. */
export interface Replacement {
  readonly workload: string;
  /** Limits the replacement to one container of the workload; absent = all. */
  readonly container?: string;
  readonly kinds: readonly Finding['kind'][];
  /** Narrower than the kinds, where another judge speaks about findings of the same kind. */
  readonly isOurs?: (finding: Finding) => boolean;
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
  readonly #statements: StatementBook;

  /** Every other writer of findings passes the same turnstile: an acceptance never meets a re-match half way. */
  constructor(store: Store, clock: Clock, turnstile: Turnstile) {
    this.#store = store;
    this.#clock = clock;
    this.#turnstile = turnstile;
    this.#statements = new StatementBook(store);
  }

  /** Replaces. One at a time, so that two judgements of one workload do not mix. */
  replace(scope: Scope, replacement: Replacement): Promise<Result<void, ApiFailure>> {
    return this.#turnstile.run(async () => {
      const known = await this.#known(scope, replacement);
      if (!known.ok) return known;
      const nowMs = this.#clock.nowMs();
      const excepts = await this.#excepts(scope, nowMs);
      if (!excepts.ok) return excepts;
      const explains = await this.#statements.of(scope);
      if (!explains.ok) return explains;
      const before = new Map(known.value.map((finding) => [finding.id, finding]));
      const now = new Map(replacement.found.map((finding) => [finding.id, finding]));
      const kept = [...now.values()].map((finding) =>
        withException(explains.value(carryOver(finding, before.get(finding.id), nowMs)), excepts.value),
      );
      const fixed = known.value
        .filter((finding) => !now.has(finding.id) && finding.state !== 'fixed')
        .filter((finding) => replacement.isUnjudged?.(finding) !== true)
        .map((finding): Finding => ({ ...finding, state: 'fixed', lastSeenAtMs: nowMs }));
      const saved = await this.#store.findings.put(scope, [...kept, ...fixed]);
      return saved.ok ? this.#recount(scope, digestsOf([...kept, ...known.value])) : saved;
    });
  }

  /** Says anew which findings of images are counted at what runs them. */
  async #recount(scope: Scope, digests: readonly string[]): Promise<Result<void, ApiFailure>> {
    for (const digest of digests) {
      const all = await this.#listed(scope, [exactly('imageDigest', digest)]);
      if (!all.ok) return all;
      const saved = await this.#store.findings.put(scope, countedElsewhere(all.value));
      if (!saved.ok) return saved;
    }
    return ok(undefined);
  }

  /** Opens again what was accepted until now, unless another exception accepts it. */
  endAcceptances(): Promise<Result<number, ApiFailure>> {
    return this.#turnstile.run(() => {
      const nowMs = this.#clock.nowMs();
      const isOver = ({ acceptance }: Finding): boolean => (acceptance?.expiresAtMs ?? 0) <= nowMs;
      return this.#eachPage(systemScope('acceptances end'), [exactly('state', 'accepted')], (page) =>
        this.#reopened(page.filter(isOver)),
      );
    });
  }

  /** Accepts what falls under a new exception: how many findings. */
  exceptionAdded(scope: Scope, exception: FindingException): Promise<Result<number, ApiFailure>> {
    return this.#turnstile.run(() => {
      const excepts = compileExceptions([exception], this.#clock.nowMs());
      const filter = [exactly('state', 'open'), ...narrow(exception.match)];
      return this.#eachPage(scope, filter, (page) =>
        Promise.resolve(
          ok(page.map((one) => withException(one, excepts)).filter(({ state }) => state === 'accepted')),
        ),
      );
    });
  }

  /** Opens what an exception accepted that is gone, unless another one accepts it: how many findings. */
  exceptionRemoved(scope: Scope, id: string): Promise<Result<number, ApiFailure>> {
    return this.#turnstile.run(() =>
      this.#eachPage(scope, [exactly('exception', id), exactly('state', 'accepted')], (page) =>
        this.#reopened(page),
      ),
    );
  }

  /** Holds what is not fixed against the VEX documents there are now: how many findings stand otherwise. */
  statementsChanged(scope: Scope): Promise<Result<number, ApiFailure>> {
    return this.#turnstile.run(async () => {
      this.#statements.forget();
      const explains = await this.#statements.of(scope);
      if (!explains.ok) return explains;
      const filter = [exactly('kind', 'vulnerability'), exactly('state', 'open', 'accepted', 'explained')];
      return this.#eachPage(scope, filter, (page) =>
        this.#excepted(
          page.flatMap((finding) => {
            const next = explains.value(finding);
            return StatementBook.isOther(finding, next) ? [next] : [];
          }),
        ),
      );
    });
  }

  /** Walks through findings page by page and stores what `change` gives: memory does not grow with their number. */
  async #eachPage(
    scope: Scope,
    filter: Filter,
    change: (page: readonly Finding[]) => Promise<Result<readonly Finding[], ApiFailure>>,
  ): Promise<Result<number, ApiFailure>> {
    let changed = 0;
    let cursor: string | undefined;
    do {
      const page = await this.#store.findings.list(scope, {
        filter,
        sort: { field: 'id', descending: false },
        limit: PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      });
      if (!page.ok) return page;
      const next = await change(page.value.items);
      if (!next.ok) return next;
      const saved = await this.#store.findings.put(scope, next.value);
      if (!saved.ok) return saved;
      changed += next.value.length;
      cursor = page.value.next;
    } while (cursor !== undefined);
    return ok(changed);
  }

  /**
   * An accepted finding without its acceptance, as statements and exceptions leave it. Nothing is stored: who changes a
   * finding holds the turnstile.
   */
  async withoutAcceptance(finding: Finding): Promise<Result<Finding, ApiFailure>> {
    const reopened = await this.#reopened([finding]);
    return reopened.ok ? ok(reopened.value[0] ?? finding) : reopened;
  }

  async #reopened(findings: readonly Finding[]): Promise<Result<readonly Finding[], ApiFailure>> {
    const open: Finding[] = [];
    for (const { acceptance: _ended, ...finding } of findings) {
      const explains = await this.#statements.of(tenantScope(finding.cluster, finding.tenant));
      if (!explains.ok) return explains;
      open.push(explains.value({ ...finding, state: 'open' }));
    }
    return this.#excepted(open);
  }

  /** Findings as the exceptions of their owners leave them. */
  async #excepted(findings: readonly Finding[]): Promise<Result<readonly Finding[], ApiFailure>> {
    const nowMs = this.#clock.nowMs();
    const byOwner = new Map<string, Excepts>();
    const left: Finding[] = [];
    for (const finding of findings) {
      const { cluster, tenant } = finding;
      const owner = `${cluster}\n${tenant}`;
      const known = byOwner.get(owner);
      const excepts =
        known === undefined ? await this.#excepts(tenantScope(cluster, tenant), nowMs) : ok(known);
      if (!excepts.ok) return excepts;
      byOwner.set(owner, excepts.value);
      left.push(withException(finding, excepts.value));
    }
    return ok(left);
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

  async #known(
    scope: Scope,
    { workload, container, kinds, isOurs }: Replacement,
  ): Promise<Result<Finding[], ApiFailure>> {
    const all = await this.#listed(scope, [exactly('workload', workload), exactly('kind', ...kinds)]);
    if (!all.ok) return all;
    return ok(
      all.value.filter(
        (finding) =>
          (container === undefined || finding.subject.container === container) && isOurs?.(finding) !== false,
      ),
    );
  }

  async #listed(scope: Scope, filter: Filter): Promise<Result<Finding[], ApiFailure>> {
    const found: Finding[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.#store.findings.list(scope, {
        filter,
        limit: PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      });
      if (!page.ok) return page;
      found.push(...page.value.items);
      cursor = page.value.next;
    } while (cursor !== undefined);
    return ok(found);
  }
}

/** The images that findings with a package are about: only those can be found twice. */
const digestsOf = (findings: readonly Finding[]): string[] => [
  ...new Set(
    findings.flatMap(({ package: found, subject }) =>
      found === undefined || subject.imageDigest === undefined ? [] : [subject.imageDigest],
    ),
  ),
];

function carryOver(finding: Finding, before: Finding | undefined, nowMs: number): Finding {
  if (before === undefined) return finding;
  // What an exception accepts is asked of the exceptions each time; what was found accepted stays so.
  const acceptance =
    finding.acceptance ?? (before.acceptance?.exception === undefined ? before.acceptance : undefined);
  const wasAccepted = finding.state === 'accepted' || before.state === 'accepted';
  const accepted = wasAccepted && acceptance !== undefined && acceptance.expiresAtMs > nowMs;
  return {
    ...finding,
    firstSeenAtMs: before.state === 'fixed' ? nowMs : before.firstSeenAtMs,
    lastSeenAtMs: nowMs,
    ...(before.countedAt === undefined ? {} : { countedAt: before.countedAt }),
    ...(accepted ? { state: 'accepted', acceptance } : { state: 'open' }),
  };
}

const STARS_MAX = 4;
const VALUE_MAX = 512;

/** What the store can leave out before the exception itself is asked: a filter knows `*`, and only a few of them. */
function narrow({ vulnerability, package: found, check }: ExceptionMatch): FilterTerm[] {
  const isPlain = (pattern: string | undefined): pattern is string =>
    pattern !== undefined &&
    pattern.length <= VALUE_MAX &&
    !pattern.includes('?') &&
    pattern.split('*').length - 1 <= STARS_MAX;
  return [
    ...(isPlain(vulnerability) && !vulnerability.includes('*')
      ? [exactly('vulnerability', vulnerability)]
      : []),
    ...(isPlain(found) ? [{ ...exactly('package', found), operator: 'in' as const }] : []),
    ...(isPlain(check) && !check.includes('*') ? [exactly('check', check)] : []),
  ];
}

/** The finding, accepted where it is open and falls under an exception. */
function withException(finding: Finding, excepts: Excepts): Finding {
  const exception = finding.state === 'open' ? excepts(finding) : undefined;
  if (exception === undefined) return finding;
  const { owner, reason, expiresAtMs, id } = exception;
  return { ...finding, state: 'accepted', acceptance: { owner, reason, expiresAtMs, exception: id } };
}
