// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ScanRecord, Store } from '@bartizan/adapters/store';
import {
  type CoverageEntry,
  type Finding,
  type PackageReport,
  systemScope,
  tenantScope,
  type Workload,
  type WorkloadRef,
} from '@bartizan/contracts';
import type { Clock, Log, Owner, Publish } from '../ports.ts';
import type { Advisories } from './advisory-desk.ts';
import type { FindingLedger } from './finding-ledger.ts';
import type { PackageUses } from './package-uses.ts';

interface Parts {
  readonly store: Store;
  readonly advisories: Advisories;
  readonly findings: FindingLedger;
  readonly uses: PackageUses;
  readonly clock: Clock;
  readonly log: Log;
  readonly publish: Publish;
}
/** A package list with whom it belongs to. */
export interface ScanToJudge {
  readonly owner: Owner;
  readonly node?: string;
  readonly subject: WorkloadRef;
  readonly record: ScanRecord;
  /** Absent = not known now: the list was stored before this start, and its updates were not. */
  readonly pendingUpdates?: PackageReport['pendingUpdates'];
}

/**
 * Judges package lists one after the other in the background, and all stored ones again when the pack changes: a new
 * pack never scans anything. Until a list is judged its record says so (`matchedWith` is empty).
 */
export class ScanJudge {
  readonly #parts: Parts;
  readonly #queue = new Map<string, ScanToJudge>();
  /** Pending updates by workload: they come with a scan and are not stored with it. */
  readonly #updates = new Map<string, PackageReport['pendingUpdates']>();
  readonly #subjects = new Map<string, WorkloadRef>();
  #running = false;
  #judgedTotal = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Lists judged since start. */
  judgedTotal(): number {
    return this.#judgedTotal;
  }

  /** Puts a list in line; a newer one of the same workload takes its place. */
  add(scan: ScanToJudge): void {
    if (scan.pendingUpdates !== undefined) this.#updates.set(scan.record.workload, scan.pendingUpdates);
    this.#subjects.set(scan.record.workload, scan.subject);
    this.#queue.set(scan.record.workload, scan);
    void this.#work();
  }

  /** Puts every stored list in line that was judged with another pack. */
  async rejudgeAll(): Promise<void> {
    const { store, advisories, log } = this.#parts;
    const scope = systemScope('re-match after a pack change');
    let cursor: string | undefined;
    do {
      const page = await store.workloads.list(scope, {
        filter: [],
        limit: 1000,
        ...(cursor === undefined ? {} : { cursor }),
      });
      if (!page.ok) return log.warn({ code: page.error.code }, 'stored scans cannot be judged again now');
      for (const workload of page.value.items) {
        const home = tenantScope(workload.cluster, workload.tenant);
        const record = await store.scans.ofWorkload(home, workload.id);
        if (!record.ok || record.value === undefined || record.value.matchedWith === advisories.digest())
          continue;
        this.#queue.set(workload.id, this.#again(workload, record.value));
      }
      cursor = page.value.next;
    } while (cursor !== undefined);
    void this.#work();
  }

  #again(workload: Workload, record: ScanRecord): ScanToJudge {
    const updates = this.#updates.get(workload.id);
    return {
      owner: { cluster: workload.cluster, tenant: workload.tenant },
      subject: this.#subjects.get(workload.id) ?? {
        workload: workload.id,
        kind: workload.kind,
        namespace: workload.namespace,
        name: workload.name,
        ...(record.container === undefined ? {} : { container: record.container }),
      },
      record,
      ...(updates === undefined ? {} : { pendingUpdates: updates }),
      ...(workload.nodes[0] === undefined ? {} : { node: workload.nodes[0] }),
    };
  }

  async #work(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      for (;;) {
        const next = this.#queue.values().next().value;
        if (next === undefined || this.#parts.advisories.digest() === undefined) break;
        this.#queue.delete(next.record.workload);
        await this.#judge(next);
      }
    } catch (cause) {
      this.#parts.log.error({ err: cause }, 'judging a package list failed');
    } finally {
      this.#running = false;
    }
  }

  async #judge({ owner, node, subject, record, pendingUpdates }: ScanToJudge): Promise<void> {
    const { store, advisories, findings, uses, clock, log, publish } = this.#parts;
    const scope = tenantScope(owner.cluster, owner.tenant);
    const judged = await advisories.judge({
      ...owner,
      subject,
      packages: record.packages,
      pendingUpdates: pendingUpdates ?? [],
      nowMs: clock.nowMs(),
      ...(node === undefined ? {} : { node }),
    });
    if (!judged.ok)
      return log.warn(
        { workload: record.workload, code: judged.error.code },
        'a package list could not be judged',
      );
    const replaced = await findings.replace(scope, {
      workload: record.workload,
      kinds: pendingUpdates === undefined ? BY_PACK : [...BY_PACK, 'pending-update'],
      found: await uses.decorate(scope, record.workload, judged.value.findings),
      isUnjudged: unjudgedBy(record, judged.value.coverage),
    });
    if (!replaced.ok)
      return log.warn(
        { workload: record.workload, code: replaced.error.code },
        'findings could not be stored',
      );
    // A newer list may have come in between: it stands in line and is not to be overwritten.
    const current = await store.scans.ofWorkload(scope, record.workload);
    if (current.ok && current.value?.scan !== record.scan) return;
    await store.scans.put(scope, {
      ...record,
      coverage: judged.value.coverage,
      matchedWith: judged.value.sha256,
    });
    this.#judgedTotal += 1;
    // Somebody may have told of use while the findings were written.
    uses.refresh(owner, record.workload);
    publish({ topic: 'finding', ...owner, data: { workload: record.workload } });
  }
}

const BY_PACK: readonly Finding['kind'][] = ['vulnerability', 'malware'];

/** What a list cannot say: anything when it is incomplete, and what the pack knows nothing about. */
function unjudgedBy(record: ScanRecord, coverage: readonly CoverageEntry[]): (finding: Finding) => boolean {
  const silent = new Set(
    coverage
      .filter(({ state }) => state === 'no-data' || state === 'not-covered')
      .map(({ ecosystem }) => ecosystem),
  );
  return (finding) =>
    record.incomplete.length > 0 ||
    (finding.kind !== 'pending-update' && silent.has(finding.package?.ecosystem ?? ''));
}
