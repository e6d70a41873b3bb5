// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store, UseRecord } from '@bartizan/adapters/store';
import {
  exactly,
  type Finding,
  ok,
  type PackageUse,
  type PackageUseReport,
  type Result,
  type Scope,
  systemScope,
  tenantScope,
} from '@bartizan/contracts';
import type { ApiFailure, Clock, Log, Owner, Publish } from '../ports.ts';
import type { Turnstile } from '../turnstile.ts';
import { isOtherUse, mergeUses, withUse } from './merge-uses.ts';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly publish: Publish;
  /** Every other writer of findings passes it too. */
  readonly turnstile: Turnstile;
}

type Row = UseRecord['packages'][number];
interface Due {
  readonly owner: Owner;
  readonly workload: string;
}

const PAGE = 1000;
const PACKAGES_MAX = 100_000;
const NODES_MAX = 10_000;
/** Findings of one workload are brought up to date this often at most, in milliseconds, and never more than a tenth of the time. */
const REST_MS = 1000;
const REST_PER_WORK = 10;

/** Keeps which packages are in use, and tells findings: their rank follows, their state never does. */
export class PackageUses {
  readonly #parts: Parts;
  readonly #due = new Map<string, Due>();
  #timer: NodeJS.Timeout | undefined;
  #isWorking = false;
  #isClosed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Takes what an agent tells; resolves when it is on disk. Findings follow a moment later. */
  async take(
    owner: Owner & { readonly node: string },
    report: PackageUseReport,
  ): Promise<Result<void, ApiFailure>> {
    const { store } = this.#parts;
    const scope = tenantScope(owner.cluster, owner.tenant);
    const { workload } = report.subject;
    const known = await store.workloads.get(scope, workload);
    if (!known.ok) return known;
    // Of a workload that does not run there a node has nothing to say.
    if (known.value?.nodes.includes(owner.node) !== true) return ok(undefined);
    const before = await store.uses.get(scope, `${workload}|${owner.node}`);
    if (!before.ok) return before;
    const record: UseRecord = {
      cluster: owner.cluster,
      tenant: owner.tenant,
      workload,
      node: owner.node,
      ...(report.watchedSinceMs === undefined ? {} : { watchedSinceMs: report.watchedSinceMs }),
      packages: nextRows(before.value?.packages ?? [], report),
      toldAtMs: this.#parts.clock.nowMs(),
    };
    const saved = await store.uses.put(scope, [record]);
    if (!saved.ok) return saved;
    this.refresh(owner, workload);
    return ok(undefined);
  }

  /** Has the findings of a workload brought up to date soon. */
  refresh({ cluster, tenant }: Owner, workload: string): void {
    this.#await({ owner: { cluster, tenant }, workload });
  }

  /** Use of the packages of a workload, by package URL. */
  async of(scope: Scope, workload: string): Promise<Result<ReadonlyMap<string, PackageUse>, ApiFailure>> {
    const { store, clock } = this.#parts;
    const records = await pages((cursor) =>
      store.uses.list(scope, {
        filter: [exactly('workload', workload)],
        limit: PAGE,
        ...cursor,
      }),
    );
    if (!records.ok) return records;
    if (records.value.length === 0) return ok(new Map());
    const known = await store.workloads.get(scope, workload);
    if (!known.ok) return known;
    const heard = new Map<string, number>();
    for (const { node } of records.value.slice(0, NODES_MAX)) {
      const found = await store.nodes.get(scope, node);
      if (!found.ok) return found;
      heard.set(node, found.value?.lastSeenAtMs ?? 0);
    }
    return ok(
      mergeUses({
        records: records.value,
        nodes: known.value?.nodes ?? [],
        heardUntilMs: (node) => heard.get(node) ?? 0,
        nowMs: clock.nowMs(),
      }),
    );
  }

  /** Findings of a workload with what is known of use; as they are when that cannot be read now. */
  async decorate(scope: Scope, workload: string, findings: readonly Finding[]): Promise<readonly Finding[]> {
    const uses = await this.of(scope, workload);
    if (uses.ok) return findings.map((finding) => withUse(finding, uses.value));
    this.#parts.log.warn({ workload, code: uses.error.code }, 'use of packages cannot be read now');
    return findings;
  }

  /** What was told before a restart may not have reached the findings. */
  async resume(): Promise<void> {
    const records = await pages((cursor) =>
      this.#parts.store.uses.list(systemScope('use of packages after a restart'), {
        filter: [],
        limit: PAGE,
        ...cursor,
      }),
    );
    if (!records.ok)
      return this.#parts.log.warn({ code: records.error.code }, 'use of packages cannot be read now');
    for (const { cluster, tenant, workload } of records.value) this.refresh({ cluster, tenant }, workload);
  }

  /** Resolves when all findings are up to date; for tests and the end. */
  async settled(): Promise<void> {
    while (this.#due.size > 0 || this.#isWorking) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  close(): void {
    this.#isClosed = true;
    this.#due.clear();
    clearTimeout(this.#timer);
  }

  #await(due: Due): void {
    if (this.#isClosed) return;
    this.#due.set(`${due.owner.tenant}\n${due.owner.cluster}\n${due.workload}`, due);
    if (!this.#isWorking) this.#timer ??= setTimeout(() => void this.#work(), REST_MS).unref();
  }

  async #work(): Promise<void> {
    this.#timer = undefined;
    this.#isWorking = true;
    const startedAt = performance.now();
    const all = [...this.#due.values()];
    this.#due.clear();
    try {
      for (const due of all) await this.#revise(due);
    } catch (cause) {
      this.#parts.log.error({ err: cause }, 'bringing findings up to date failed');
    }
    this.#isWorking = false;
    if (this.#due.size === 0 || this.#isClosed) return;
    const restMs = Math.max(REST_MS, (performance.now() - startedAt) * REST_PER_WORK);
    this.#timer ??= setTimeout(() => void this.#work(), restMs).unref();
  }

  async #revise({ owner, workload }: Due): Promise<void> {
    const { store, turnstile, publish, log } = this.#parts;
    const scope = tenantScope(owner.cluster, owner.tenant);
    const changed = await turnstile.run(async (): Promise<Result<number, ApiFailure>> => {
      const uses = await this.of(scope, workload);
      if (!uses.ok) return uses;
      const findings = await pages((cursor) =>
        store.findings.list(scope, {
          filter: [exactly('workload', workload), exactly('state', 'open', 'accepted', 'explained')],
          limit: PAGE,
          ...cursor,
        }),
      );
      if (!findings.ok) return findings;
      const revised = findings.value
        .filter(
          ({ package: found }) => found !== undefined && isOtherUse(found.use, uses.value.get(found.purl)),
        )
        .map((finding) => withUse(finding, uses.value));
      const saved = await store.findings.put(scope, revised);
      return saved.ok ? ok(revised.length) : saved;
    });
    if (!changed.ok)
      return log.warn({ workload, code: changed.error.code }, 'findings could not be ranked anew');
    if (changed.value > 0) publish({ topic: 'finding', ...owner, data: { workload } });
  }
}

/** Rows after a report. A new list forgets packages that are gone, and keeps what was seen of those that are not. */
const nextRows = (before: readonly Row[], report: PackageUseReport): Row[] => {
  const old = new Map(before.map((row) => [row.purl, row]));
  const rows = report.complete ? new Map<string, Row>() : new Map(old);
  for (const row of report.packages) {
    const known = old.get(row.purl);
    const keeps = row.state === 'not-seen' && known !== undefined && known.state !== 'not-seen';
    if (rows.size < PACKAGES_MAX || rows.has(row.purl)) rows.set(row.purl, keeps ? known : row);
  }
  return [...rows.values()];
};

/** All items of a paged list. */
async function pages<T>(
  fetch: (cursor: {
    readonly cursor?: string;
  }) => Promise<Result<{ readonly items: readonly T[]; readonly next?: string | undefined }, ApiFailure>>,
): Promise<Result<T[], ApiFailure>> {
  const found: T[] = [];
  let next: string | undefined;
  do {
    const page = await fetch(next === undefined ? {} : { cursor: next });
    if (!page.ok) return page;
    found.push(...page.value.items);
    next = page.value.next;
  } while (next !== undefined);
  return ok(found);
}
