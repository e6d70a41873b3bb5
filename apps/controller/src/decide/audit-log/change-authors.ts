// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AuditedRequest } from '@bartizan/engine/audit-log';
import type { Restoration } from '../../native-ports.ts';

/** A request of the audit log that took something away or changed it. */
export interface Author {
  readonly user: string;
  readonly atMs: number;
}
interface Noted extends Author {
  readonly resource: string;
  /** Empty: a request about many. */
  readonly name: string;
  readonly change: Restoration['change'];
}
type Asked = Pick<Restoration, 'resource' | 'name' | 'change' | 'sinceMs' | 'restoredAtMs' | 'noticed'>;

/** What keepers keep, as requests name it. */
const RESOURCES = new Set([
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
  'mutatingadmissionpolicies',
  'mutatingadmissionpolicybindings',
  'validatingwebhookconfigurations',
  'mutatingwebhookconfigurations',
  'imageverdictsets',
]);
const CHANGES: Readonly<Record<string, Noted['change']>> = {
  delete: 'deleted',
  deletecollection: 'deleted',
  update: 'changed',
  patch: 'changed',
};
/** As our client names itself. Who else says so is not named, never somebody innocent instead. */
const OURS = 'bartizan';
const NOTED_MAX = 1_000;
/** Clocks differ, and a watch may be late: by so much a request may seem to be off. */
const OFF_MS = 5_000;

function noted({ facts, atMs, resource, name }: AuditedRequest): Noted | undefined {
  const change = CHANGES[String(facts['audit.verb'])];
  const user = facts['audit.user'];
  const isChange = change !== undefined && facts['audit.allowed'] === true && RESOURCES.has(resource);
  if (!isChange || facts['audit.user-agent'] === OURS) return undefined;
  if (typeof user !== 'string' || user === '' || atMs === undefined) return undefined;
  return { user: user.slice(0, 256), atMs, resource, name, change };
}

/** Who deleted or changed policies and webhooks lately, by the audit log of the cluster. */
export class ChangeAuthors {
  #noted: Noted[] = [];
  #heardAtMs = Number.NEGATIVE_INFINITY;
  readonly #waiting = new Set<() => void>();

  note(requests: readonly AuditedRequest[], nowMs: number): void {
    this.#heardAtMs = nowMs;
    const found = requests.map(noted).filter((one) => one !== undefined);
    if (found.length === 0) return;
    this.#noted = [...this.#noted, ...found].slice(-NOTED_MAX);
    for (const wake of [...this.#waiting]) wake();
  }

  /** Whether an API server told anything since then. */
  heardSince(atMs: number): boolean {
    return this.#heardAtMs >= atMs;
  }

  /** Whether somebody is known who did it. */
  knows(asked: Asked): boolean {
    return this.#find(asked) !== undefined;
  }

  /** Who did it. A request about one object is named once: it is not the reason for what happens to it next. */
  claim(asked: Asked): Author | undefined {
    const found = this.#find(asked);
    if (found !== undefined && found.name !== '') this.#noted = this.#noted.filter((one) => one !== found);
    return found;
  }

  #find({ resource, name, change, sinceMs, restoredAtMs, noticed }: Asked): Noted | undefined {
    const untilMs = (noticed === 'watch' ? sinceMs : restoredAtMs) + OFF_MS;
    return this.#noted
      .filter((one) => one.resource === resource && one.change === change)
      .filter((one) => one.name === name || one.name === '')
      .filter(({ atMs }) => atMs >= sinceMs - OFF_MS && atMs <= untilMs)
      .toSorted((left, right) => Math.abs(left.atMs - sinceMs) - Math.abs(right.atMs - sinceMs))[0];
  }

  /** Calls when something is noted; returns what ends it. */
  onNote(listener: () => void): () => void {
    this.#waiting.add(listener);
    return () => this.#waiting.delete(listener);
  }
}
