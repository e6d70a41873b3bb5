// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ListName, ScanRecord, Store } from '@bartizan/adapters/store';
import {
  type CoverageEntry,
  type Finding,
  type PackageReport,
  type Result,
  systemScope,
  tenantScope,
  type WorkloadRef,
} from '@bartizan/contracts';
import type { PackReplacement } from '@bartizan/scan';
import type { AdvisoryState, ApiFailure, Clock, Log, Owner, Publish } from '../ports.ts';
import type { Advisories } from './advisory-desk.ts';
import type { FindingLedger } from './finding-ledger.ts';
import { imageRef } from './image-ref.ts';
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
/** A package list that was stored, with whom it belongs to. */
export interface ScanToJudge {
  readonly owner: Owner;
  readonly node?: string;
  readonly subject: WorkloadRef;
  /** Absent = not known now: the list was stored before this start, and its updates were not. */
  readonly pendingUpdates?: PackageReport['pendingUpdates'];
}
type Updates = PackageReport['pendingUpdates'] | undefined;
type Home = ReturnType<typeof tenantScope>;
/** What the last change of packs led to, while it goes on and afterwards. */
interface Rejudging {
  readonly startedAtMs: number;
  endedAtMs?: number;
  judged: number;
  carried: number;
  reread: number;
  /** Lists of it that are not judged yet, by key. */
  readonly waiting: Set<string>;
}
/** What a list is about, as far as it is known. */
interface About {
  readonly subject: WorkloadRef;
  readonly node?: string;
}

/**
 * Judges package lists one after the other in the background. A new pack never scans anything: what it says otherwise is
 * joined with the packages that are stored, and only lists that have one of them are judged again. Until a list is judged
 * its record says so (`matchedWith` is that of another pack, or empty).
 */
export class ScanJudge {
  readonly #parts: Parts;
  readonly #queue = new Map<string, ListName>();
  /** Pending updates by list: they come with a scan and are not stored with it. */
  readonly #updates = new Map<string, Updates>();
  readonly #about = new Map<string, About>();
  #running = false;
  #judgedTotal = 0;
  #carriedTotal = 0;
  #rejudging: Rejudging | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Lists judged since start. */
  judgedTotal(): number {
    return this.#judgedTotal;
  }

  /** Lists that a new pack had nothing else to say about, since start: they were not judged again. */
  carriedTotal(): number {
    return this.#carriedTotal;
  }

  /** Lists in line. */
  waiting(): number {
    return this.#queue.size;
  }

  /** What the last change of packs led to; undefined = there was none since start. */
  rejudged(): AdvisoryState['rejudged'] {
    if (this.#rejudging === undefined) return undefined;
    const { waiting, ...counts } = this.#rejudging;
    return { ...counts, waiting: waiting.size };
  }

  /** Puts a stored list in line; a newer one of the same subject takes its place. */
  add({ owner, node, subject, pendingUpdates }: ScanToJudge): void {
    const { cluster, tenant } = owner;
    const of = subject.kind === 'Image' ? 'image' : 'workload';
    const name: ListName = { cluster, tenant, of, subject: subject.workload };
    const key = keyOf(name);
    if (this.#rejudging !== undefined) this.#rejudging.reread += 1;
    if (pendingUpdates !== undefined) this.#updates.set(key, pendingUpdates);
    if (of === 'workload') this.#about.set(key, { subject, ...(node === undefined ? {} : { node }) });
    this.#queue.set(key, name);
    void this.#work();
  }

  /**
   * After a change of packs: lists that it says nothing else about are carried over, all others stand in line. Without
   * what changed, as after a start, those stand in line that were last judged with another pack.
   */
  async packChanged(replaced: PackReplacement | undefined): Promise<void> {
    const { store, advisories, clock, log } = this.#parts;
    const digest = advisories.digest();
    if (digest === undefined) return;
    const scope = systemScope('re-match after a pack change');
    const now: Rejudging = {
      ...{ startedAtMs: clock.nowMs(), judged: 0, carried: 0, reread: 0 },
      waiting: new Set(),
    };
    this.#rejudging = now;
    if (replaced !== undefined) {
      const affected = await store.packages.affected(scope, replaced);
      const carried: Result<number, ApiFailure> = affected.ok
        ? await store.scans.carryMatched(scope, {
            from: replaced.from,
            to: digest,
            atMs: clock.nowMs(),
            but: affected.value,
          })
        : affected;
      if (carried.ok) {
        now.carried = carried.value;
        this.#carriedTotal += carried.value;
      } else
        log.warn(
          { code: carried.error.code },
          'the join with the new pack failed: every list is judged again',
        );
    }
    const waiting = await store.scans.unmatched(scope, digest);
    if (!waiting.ok) return log.warn({ code: waiting.error.code }, 'stored lists cannot be judged again now');
    for (const name of waiting.value) {
      this.#queue.set(keyOf(name), name);
      now.waiting.add(keyOf(name));
    }
    if (now.waiting.size === 0) now.endedAtMs = clock.nowMs();
    log.info(
      { lists: waiting.value.length, carried: this.#carriedTotal },
      'lists to judge with the new pack',
    );
    void this.#work();
  }

  async #work(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      for (;;) {
        const next = this.#queue.entries().next().value;
        if (next === undefined || this.#parts.advisories.digest() === undefined) break;
        this.#queue.delete(next[0]);
        const isJudged = await this.#judge(next[1]);
        // A pack that came meanwhile put the list in line again: then it still waits.
        if (!this.#queue.has(next[0])) this.#settled(next[0], isJudged);
      }
    } catch (cause) {
      this.#parts.log.error({ err: cause }, 'judging a package list failed');
    } finally {
      this.#running = false;
    }
  }

  /** One list of the last change of packs is through. */
  #settled(key: string, isJudged: boolean): void {
    const now = this.#rejudging;
    if (now === undefined || !now.waiting.delete(key)) return;
    if (isJudged) now.judged += 1;
    if (now.waiting.size === 0) now.endedAtMs = this.#parts.clock.nowMs();
  }

  /** Whether the list has a verdict of the pack in use now. */
  async #judge(name: ListName): Promise<boolean> {
    const { store, log } = this.#parts;
    const home = tenantScope(name.cluster, name.tenant);
    const record = await store.scans.ofWorkload(home, name.subject);
    if (!record.ok) {
      log.warn({ subject: name.subject, code: record.error.code }, 'a package list cannot be read');
      return false;
    }
    if (record.value === undefined) return false;
    const about = await this.#aboutOf(home, name, record.value);
    // A list of something that is gone stands in nobody's way.
    if (about === undefined) return false;
    const failed = await this.#judgeList(home, name, { record: record.value, about });
    if (failed !== undefined)
      log.warn(
        { subject: name.subject, code: failed.code, detail: failed.detail },
        'a package list was not judged',
      );
    return failed === undefined;
  }

  async #judgeList(
    home: Home,
    name: ListName,
    { record, about }: { readonly record: ScanRecord; readonly about: About },
  ): Promise<ApiFailure | undefined> {
    const { store, advisories, findings, uses, clock, publish } = this.#parts;
    const { cluster, tenant } = name;
    const pendingUpdates = this.#updates.get(keyOf(name));
    const subject = await this.#withImage(home, about.subject);
    const judged = await advisories.judge({
      ...{ cluster, tenant, ...about, subject },
      packages: record.packages,
      pendingUpdates: pendingUpdates ?? [],
      nowMs: clock.nowMs(),
    });
    if (!judged.ok) return judged.error;
    const replaced = await findings.replace(home, {
      workload: record.workload,
      kinds: pendingUpdates === undefined ? BY_PACK : [...BY_PACK, 'pending-update'],
      // Malware without a package was found in the files of an image: a pack knows nothing of it.
      isOurs: ({ kind, package: found }) => kind !== 'malware' || found !== undefined,
      found: await uses.decorate(home, record.workload, judged.value.findings),
      isUnjudged: unjudgedBy(record, judged.value.coverage),
    });
    if (!replaced.ok) return replaced.error;
    // A newer list may have come in between: it stands in line, and nothing is said of it here.
    const marked = await store.scans.markMatched(home, record.workload, {
      matchedWith: judged.value.sha256,
      atMs: clock.nowMs(),
      scan: record.scan,
      coverage: judged.value.coverage,
    });
    if (!marked.ok) return marked.error;
    if (marked.value) this.#judgedTotal += 1;
    // Another pack came into use while this one was asked.
    if (marked.value && judged.value.sha256 !== advisories.digest()) this.#queue.set(keyOf(name), name);
    // Somebody may have told of use while the findings were written.
    uses.refresh({ cluster, tenant }, record.workload);
    publish({ topic: 'finding', cluster, tenant, data: { workload: record.workload } });
    return undefined;
  }

  /** The subject with the image it runs: by that its findings and those of the image are known to be the same. */
  async #withImage(home: Home, subject: WorkloadRef): Promise<WorkloadRef> {
    if (subject.imageDigest !== undefined || subject.container === undefined) return subject;
    const found = await this.#parts.store.containers.get(home, subject.container);
    const digest = found.ok ? found.value?.imageDigest : undefined;
    return digest === undefined ? subject : { ...subject, imageDigest: digest };
  }

  async #aboutOf(home: Home, name: ListName, record: ScanRecord): Promise<About | undefined> {
    const known = this.#about.get(keyOf(name));
    if (known !== undefined) return known;
    if (name.of === 'image') {
      const image = await this.#parts.store.images.get(home, name.subject);
      return image.ok && image.value !== undefined ? { subject: imageRef(image.value) } : undefined;
    }
    const found = await this.#parts.store.workloads.get(home, name.subject);
    if (!found.ok || found.value === undefined) return undefined;
    const { id, kind, namespace, name: workloadName, nodes } = found.value;
    const container = record.container === undefined ? {} : { container: record.container };
    return {
      subject: { workload: id, kind, namespace, name: workloadName, ...container },
      ...(nodes[0] === undefined ? {} : { node: nodes[0] }),
    };
  }
}

const keyOf = ({ cluster, tenant, subject }: ListName): string => `${cluster}\n${tenant}\n${subject}`;

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
