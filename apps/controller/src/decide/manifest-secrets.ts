// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { recordOf } from '@bartizan/adapters/kube';
import type { Store } from '@bartizan/adapters/store';
import { type Finding, ok, type Result, tenantScope } from '@bartizan/contracts';
import { byUrgency, type SecretScanner, searchManifest, secretFinding, secretsBeyond } from '@bartizan/scan';
import type { ApiFailure, Clock, Log, Owner, Publish } from '../ports.ts';
import { subjectOf } from './admission/audited-object.ts';
import type { ObjectChange } from './admission/cluster-audit.ts';
import type { FindingLedger } from './finding-ledger.ts';
import { openSecretFindings } from './open-secret-findings.ts';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly publish: Publish;
  readonly owner: Owner;
  readonly findings: FindingLedger;
  /** The rules and the key that images are searched with. */
  readonly scanner: SecretScanner;
  /** Whether all objects that are searched are known: only then what is not there is gone. */
  readonly isSettled: () => boolean;
  /** Told when something else stands in the objects. */
  readonly onChange: () => void;
}

/** What holds texts of people: whatever makes pods, and configuration. */
export const SEARCHED_KINDS = [
  'Pod',
  'ReplicaSet',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'CronJob',
  'ConfigMap',
] as const;
const SEARCHED: ReadonlySet<string> = new Set(SEARCHED_KINDS);
const FLUSH_MS = 250;
const RETRY_MS = 5_000;
/** Secrets told of one object, the most urgent of them; that there are more is told as well. */
const FOUND_MAX = 200;

const isOurs = ({ location }: Finding): boolean => location?.kind === 'manifest';
/** What is told: how many there are beyond the limit stands in a title. */
const toldIn = (findings: readonly Finding[]): string =>
  findings
    .map(({ id, title }) => `${id} ${title.en}`)
    .sort()
    .join();

/**
 * Secrets that are written into objects of the cluster: into the environment and the command of containers, and into
 * ConfigMaps. They are findings of the workload or of the ConfigMap, with the hash that the same value has in an image.
 */
export class ManifestSecrets {
  readonly #parts: Parts;
  /** Findings by subject; a subject without any is not held. */
  readonly #found = new Map<string, readonly Finding[]>();
  readonly #dirty = new Set<string>();
  /** What was written of each subject. */
  #written: Map<string, string> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Takes an object in, or out; not those that only repeat what another one says that made them. Searched at once: of an
   * object nothing is held that is no finding.
   */
  take(change: ObjectChange): void {
    if (!SEARCHED.has(change.kind)) return;
    const subject = subjectOf(this.#parts.owner, change);
    const found = change.object === undefined ? [] : this.#search(change, subject);
    const isKnown = this.#found.has(subject.workload) || this.#written?.get(subject.workload) !== undefined;
    if (found.length === 0 && !isKnown) return;
    if (found.length === 0) this.#found.delete(subject.workload);
    else this.#found.set(subject.workload, found);
    this.#dirty.add(subject.workload);
    this.schedule();
  }

  /** Whether a value stands in an object of a namespace. */
  has(namespace: string, fingerprint: string): boolean {
    for (const found of this.#found.values())
      if (
        found.some(
          ({ subject, secret }) => subject.namespace === namespace && secret?.fingerprint === fingerprint,
        )
      )
        return true;
    return false;
  }

  /** Something is to be written, or more is known of the cluster. */
  schedule(ms = FLUSH_MS): void {
    if (this.#isClosed || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#writing = this.#writing.then(() => this.#flush());
    }, ms);
    this.#timer.unref();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#writing;
  }

  #search({ kind, object }: ObjectChange, subject: Finding['subject']): Finding[] {
    const { owner, scanner, clock } = this.#parts;
    const place = { ...owner, subject, nowMs: clock.nowMs() };
    const { matches, cut } = searchManifest(scanner, kind, recordOf(object));
    matches.sort(byUrgency);
    // The same value at the same place is one finding, however often it matches.
    const told = new Map<string, Finding>();
    let at = 0;
    for (; at < matches.length && told.size < FOUND_MAX; at += 1) {
      const match = matches[at];
      const finding = match === undefined ? undefined : secretFinding(match, place);
      if (finding !== undefined) told.set(finding.id, finding);
    }
    const left = matches.slice(at);
    // Where a text was cut there are matches, but all of them may be the same value at the same place.
    const first = left[0] ?? (cut.length === 0 ? undefined : matches[0]);
    if (first === undefined) return [...told.values()];
    return [...told.values(), secretsBeyond(first, { told: told.size, left, cut }, place)];
  }

  async #flush(): Promise<void> {
    const { log } = this.#parts;
    try {
      const written = await this.#write();
      if (written.ok) return;
      log.warn(
        { code: written.error.code, detail: written.error.detail },
        'secrets of objects wait to be kept',
      );
    } catch (cause) {
      log.error({ err: cause }, 'secrets of objects could not be kept');
    }
    this.schedule(RETRY_MS);
  }

  async #write(): Promise<Result<void, ApiFailure>> {
    const { store, owner, findings, publish, isSettled, onChange } = this.#parts;
    const scope = tenantScope(owner.cluster, owner.tenant);
    if (this.#written === undefined) {
      const before = await openManifestFindings(store, owner);
      if (!before.ok) return before;
      this.#written = before.value;
    }
    const gone = isSettled() ? [...this.#written.keys()].filter((id) => !this.#found.has(id)) : [];
    for (const workload of new Set([...this.#dirty, ...gone])) {
      if (this.#isClosed) return ok(undefined);
      const found = this.#found.get(workload) ?? [];
      this.#dirty.delete(workload);
      if (this.#written.get(workload) === (found.length === 0 ? undefined : toldIn(found))) continue;
      const replaced = await findings.replace(scope, { workload, kinds: ['secret'], isOurs, found });
      if (!replaced.ok) {
        this.#dirty.add(workload);
        return replaced;
      }
      if (found.length === 0) this.#written.delete(workload);
      else this.#written.set(workload, toldIn(found));
      publish({ topic: 'finding', ...owner, data: { workload } });
      onChange();
    }
    return ok(undefined);
  }
}

/** What was said of objects before this process: what is gone meanwhile is to be taken back. */
async function openManifestFindings(
  store: Store,
  { cluster, tenant }: Owner,
): Promise<Result<Map<string, string>, ApiFailure>> {
  const bySubject = new Map<string, Finding[]>();
  const open = await openSecretFindings(store, tenantScope(cluster, tenant), isOurs);
  if (!open.ok) return open;
  for (const finding of open.value) {
    const { workload } = finding.subject;
    bySubject.set(workload, [...(bySubject.get(workload) ?? []), finding]);
  }
  return ok(new Map([...bySubject].map(([workload, found]) => [workload, toldIn(found)])));
}
