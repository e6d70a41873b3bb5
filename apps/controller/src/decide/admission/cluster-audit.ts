// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ok, type Result } from '@bartizan/contracts';
import { compileWildcard } from '@bartizan/engine';
import { AdmissionAudit, type AdmissionRequest, type CoveredKind } from '@bartizan/engine/admission';
import type { RuleCount } from '../../admission-ports.ts';
import type { ApiFailure, Log } from '../../ports.ts';
import { AuditVerdicts, type VerdictParts } from './audit-verdicts.ts';
import { subjectOf } from './audited-object.ts';
import type { HitObject } from './report-plan.ts';

interface ControllerName {
  readonly kind: string;
  readonly group: string;
  readonly name: string;
  readonly uid: string;
}

/** Something of the cluster as it is now. */
export interface ObjectChange {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string;
  /** The controller that it names as the one that made it; absent: somebody did. */
  readonly controller?: ControllerName;
  /** Name of the topmost object that made it, where that is known. */
  readonly owner?: string;
  /** Absent = gone. */
  readonly object?: unknown;
}

interface Parts extends VerdictParts {
  readonly log: Log;
}

/** Changes of that long are written together. */
const FLUSH_MS = 250;
/** The clock is asked again at least that often. */
const END_MAX_MS = 3_600_000;
/** Objects whose verdicts go into one write. */
const BATCH = 40;

/** What an object is known by as long as it is there, and the next one of its name. */
export const keyOf = ({
  group,
  kind,
  namespace,
  name,
}: Pick<ObjectChange, 'group' | 'kind' | 'namespace' | 'name'>): string =>
  `${group}/${kind}/${namespace}/${name}`;

/**
 * What exists in the cluster, judged by the rules in force: one changed object alone, all that a changed rule is about
 * after a change of policy. Verdicts become checks and findings of the workload, or of the object itself.
 */
export class ClusterAudit {
  readonly #parts: Parts;
  readonly #audit: AdmissionAudit;
  readonly #keys = new Map<string, AdmissionRequest>();
  readonly #kinds = new Map<string, CoveredKind>();
  readonly #dirty = new Set<string>();
  /** Told to be gone, and not yet forgotten in the store. */
  readonly #gone = new Map<string, AdmissionRequest>();
  readonly #verdicts: AuditVerdicts;
  /** Subjects of which something was stored before this process and that were not seen yet, with their kinds. */
  #before: Map<string, string> | undefined;
  #isWhole: ((kind: string) => boolean) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #endTimer: NodeJS.Timeout | undefined;
  /** Exceptions that ended until then have been judged without. */
  #endedMs: number;
  #writing: Promise<void> = Promise.resolve();
  #isClosed = false;
  #changes = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#verdicts = new AuditVerdicts(parts);
    const held = parts.book.held(parts.owner)?.set ?? parts.book.alone([]).set;
    this.#audit = new AdmissionAudit(held, parts.context);
    this.#endedMs = parts.clock.nowMs();
    this.#awaitEnds();
    parts.book.listen((owner, { set }) => {
      if (owner.cluster !== parts.owner.cluster || owner.tenant !== parts.owner.tenant) return;
      this.#audit.swap(set, parts.clock.nowMs());
      this.#changes += 1;
      // Titles, fixes and passes change with the rules, not only what is violated.
      for (const key of this.#keys.keys()) this.#dirty.add(key);
      this.#schedule();
      this.#awaitEnds();
    });
  }

  /** Takes an object in, or out; not those that only repeat what another one says that made them. */
  take(change: ObjectChange): void {
    const { group, resource, kind } = change;
    const key = keyOf(change);
    if (change.object === undefined && !this.#keys.has(key)) return;
    this.#changes += 1;
    this.#kinds.set(`${group}/${kind}`, { group, resource, kind });
    if (change.object === undefined) this.#remove(key);
    else this.#put(key, change);
    this.#schedule();
  }

  #put(key: string, { version, object, ...change }: ObjectChange): void {
    const { group, resource, kind, namespace, name, owner = name } = change;
    const apiVersion = group === '' ? version : `${group}/${version}`;
    // Objects of a list do not say what they are: the list does.
    const whole = typeof object === 'object' && object !== null ? { apiVersion, kind, ...object } : object;
    const request: AdmissionRequest = {
      operation: 'CREATE',
      ...{ group, resource, kind, namespace, name },
      subResource: '',
      object: whole,
      owner,
    };
    this.#keys.set(key, request);
    this.#audit.put(key, request, this.#parts.clock.nowMs());
    this.#dirty.add(key);
    this.#gone.delete(key);
  }

  #remove(key: string): void {
    const request = this.#keys.get(key);
    if (request === undefined) return;
    this.#keys.delete(key);
    this.#audit.remove(key);
    this.#dirty.delete(key);
    this.#gone.set(key, request);
  }

  /**
   * All that may be read of the cluster was told: what is stored of other objects is about what is gone. Of a kind that is
   * not known whole, nobody can say that.
   */
  settle(isWhole: (kind: string) => boolean): void {
    this.#isWhole = isWhole;
    this.#schedule();
  }

  /** Every object that is known, as the request that would create it. */
  requests(): Iterable<AdmissionRequest> {
    return this.#keys.values();
  }

  kinds(): readonly CoveredKind[] {
    return [...this.#kinds.values()];
  }

  /** How many objects of a kind are known. */
  objectsOf(kind: CoveredKind): number {
    let count = 0;
    for (const request of this.#keys.values())
      if (request.kind === kind.kind && request.group === kind.group) count += 1;
    return count;
  }

  namespaces(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { kind, namespace, name } of this.#keys.values()) {
      if (kind === 'Namespace') counts.set(name, counts.get(name) ?? 0);
      else if (namespace !== '') counts.set(namespace, (counts.get(namespace) ?? 0) + 1);
    }
    return counts;
  }

  /** Objects that violate each rule, and those it cannot judge. */
  counts(): ReadonlyMap<string, RuleCount> {
    const counts = new Map<string, RuleCount>();
    for (const key of this.#keys.keys())
      for (const { rule, state } of this.#audit.hitsOf(key)) {
        const known = counts.get(rule) ?? { violations: 0, unknown: 0 };
        if (state === 'violated') counts.set(rule, { ...known, violations: known.violations + 1 });
        if (state === 'unknown') counts.set(rule, { ...known, unknown: known.unknown + 1 });
      }
    return counts;
  }

  /** Rises with everything that may have changed a verdict. */
  changes(): number {
    return this.#changes;
  }

  /** Every object that some rule has something to say about. */
  *hits(): Iterable<HitObject> {
    for (const [key, request] of this.#keys) {
      const hits = this.#audit.hitsOf(key);
      if (hits.length > 0) yield { request, hits };
    }
  }

  /** Judges again what uses some images, for instance because a scan ended. */
  judgeAgain(isConcerned: (request: AdmissionRequest) => boolean): void {
    const keys = [...this.#keys].filter(([, request]) => isConcerned(request)).map(([key]) => key);
    this.#audit.again(keys, this.#parts.clock.nowMs());
    this.#changes += 1;
    for (const key of keys) this.#dirty.add(key);
    if (keys.length > 0) this.#schedule();
  }

  /** What an exception covered is judged again when it ends, though nothing of it changed. */
  #awaitEnds(): void {
    clearTimeout(this.#endTimer);
    if (this.#isClosed) return;
    const { book, owner, clock } = this.#parts;
    const exceptions = (book.held(owner)?.policy.exceptions ?? []).map(({ exception }) => exception);
    const nowMs = clock.nowMs();
    const ended = exceptions.filter(({ expiresAtMs }) => expiresAtMs > this.#endedMs && expiresAtMs <= nowMs);
    this.#endedMs = nowMs;
    const tests = ended.flatMap(({ namespaces }) => namespaces.map(compileWildcard));
    if (tests.length > 0) this.judgeAgain(({ namespace }) => tests.some((test) => test(namespace)));
    let next = Number.POSITIVE_INFINITY;
    for (const { expiresAtMs } of exceptions) if (expiresAtMs > nowMs) next = Math.min(next, expiresAtMs);
    if (Number.isFinite(next))
      this.#endTimer = setTimeout(() => this.#awaitEnds(), Math.min(next - nowMs, END_MAX_MS)).unref();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#endTimer);
    await this.#writing;
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#writing = this.#writing
        .then(() => this.#flush())
        .catch((cause: unknown) =>
          this.#parts.log.error({ err: cause }, 'verdicts about the cluster were not kept'),
        );
    }, FLUSH_MS);
  }

  async #flush(): Promise<void> {
    const forgotten = await this.#forgetGone();
    const swept = forgotten.ok ? await this.#sweep() : forgotten;
    if (!swept.ok) this.#failed(swept.error);
    while (this.#dirty.size > 0 && !this.#isClosed) {
      const keys = [...this.#dirty].slice(0, BATCH);
      for (const key of keys) this.#dirty.delete(key);
      const written = await this.#verdicts.write(keys.flatMap((key) => this.#keys.get(key) ?? []));
      if (written.ok) continue;
      for (const key of keys) if (this.#keys.has(key)) this.#dirty.add(key);
      return this.#failed(written.error);
    }
  }

  async #forgetGone(): Promise<Result<void, ApiFailure>> {
    for (const [key, request] of this.#gone) {
      if (this.#isClosed) break;
      const forgotten = await this.#verdicts.forget(subjectOf(this.#parts.owner, request).workload);
      if (!forgotten.ok) return forgotten;
      if (this.#gone.get(key) === request) this.#gone.delete(key);
    }
    return ok(undefined);
  }

  /** Forgets what earlier processes said of objects that are not there. */
  async #sweep(): Promise<Result<void, ApiFailure>> {
    const isWhole = this.#isWhole;
    if (isWhole === undefined) return ok(undefined);
    if (this.#before === undefined) {
      const before = await this.#verdicts.subjects();
      if (!before.ok) return before;
      this.#before = before.value;
    }
    this.#isWhole = undefined;
    if (this.#before.size === 0) return ok(undefined);
    const { owner } = this.#parts;
    const known = new Set([...this.#keys.values()].map((one) => subjectOf(owner, one).workload));
    for (const [workload, kind] of this.#before) {
      if (this.#isClosed) break;
      if (!known.has(workload) && !isWhole(kind)) continue;
      const done = known.has(workload) ? ok(undefined) : await this.#verdicts.forget(workload);
      if (!done.ok) {
        this.#isWhole ??= isWhole;
        return done;
      }
      this.#before.delete(workload);
    }
    return ok(undefined);
  }

  /** What was not kept stays to be kept: the next change, or the next try, takes it along. */
  #failed({ code, detail }: ApiFailure): void {
    this.#parts.log.warn({ code, detail }, 'verdicts about the cluster wait to be kept');
    this.#schedule();
  }
}
