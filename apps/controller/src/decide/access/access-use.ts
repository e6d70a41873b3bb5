// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import { tenantScope } from '@bartizan/contracts';
import { isPath, type UsedPermission, type UseWindow } from '@bartizan/engine/access';
import { type AuditedRequest, type UsedRequest, usedRequests } from '@bartizan/engine/audit-log';
import type { Clock, Log, Owner } from '../../ports.ts';
import { type KeptUse, readKeptUse, type UseRow, writeKeptUse } from './kept-use.ts';

interface Parts {
  readonly store: Pick<Store, 'settings'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly owner: Owner;
}

/** Different permissions that are kept, of all users together; a row takes about 300 bytes. */
const ROWS_MAX = 20_000;
const NAMES_MAX = 16;
/** Longest path that is kept; no resource comes near it. */
const PATH_MAX = 1024;
/** An API server that tells nothing for so long is taken for one that is not heard: a silent time is no evidence. */
const SILENCE_MS = 10 * 60_000;
const SETTING = 'access-use';

const keyOf = (attributes: UsedRequest['attributes']): string =>
  isPath(attributes)
    ? ['path', attributes.verb, attributes.nonResourceURL].join('\n')
    : [
        attributes.group,
        attributes.resource,
        attributes.subresource ?? '',
        attributes.verb,
        attributes.namespace ?? '',
      ].join('\n');

/** Which permissions were made use of, by user: kept over restarts, bounded, and with the time in which nothing was heard. */
export class AccessUse {
  readonly #parts: Parts;
  readonly #byUser = new Map<string, Map<string, UseRow>>();
  #rows = 0;
  #window: KeptUse['window'] = { gapMs: 0, isCut: false };
  #isChanged = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Reads what an earlier run kept. What cannot be read begins anew: the window then says so. */
  async load(): Promise<void> {
    const kept = await this.#parts.store.settings.get(this.#scope(), SETTING);
    if (!kept.ok || kept.value === undefined) return;
    const read = readKeptUse(kept.value);
    if (read === undefined) return this.#parts.log.warn({}, 'the use of permissions begins anew');
    this.#window = read.window;
    for (const [user, row] of read.rows) this.#put(user, row);
  }

  note(requests: readonly AuditedRequest[]): void {
    const nowMs = this.#parts.clock.nowMs();
    const { untilMs, gapMs, sinceMs = nowMs } = this.#window;
    const silentMs = untilMs === undefined ? 0 : Math.max(0, nowMs - untilMs);
    this.#window = {
      ...this.#window,
      sinceMs,
      untilMs: Math.max(untilMs ?? 0, nowMs),
      gapMs: gapMs + (silentMs > SILENCE_MS ? silentMs : 0),
    };
    this.#isChanged = true;
    for (const request of requests)
      for (const used of usedRequests(request)) this.#note(used, request.atMs ?? nowMs);
  }

  /** What a user made use of. */
  of(user: string): UsedPermission[] {
    return [...(this.#byUser.get(user)?.values() ?? [])].map(({ attributes, names, isCut }) => ({
      attributes,
      names,
      isCut,
    }));
  }

  window(): UseWindow {
    const { sinceMs, untilMs, gapMs, isCut } = this.#window;
    return { sinceMs, untilMs, gapMs, isCut };
  }

  /** Keeps what changed. */
  async save(): Promise<void> {
    if (!this.#isChanged) return;
    this.#isChanged = false;
    const rows = [...this.#byUser].flatMap(([user, used]) =>
      [...used.values()].map((row): readonly [string, UseRow] => [user, row]),
    );
    const saved = await this.#parts.store.settings.put(
      this.#scope(),
      SETTING,
      writeKeptUse({ window: this.#window, rows }),
    );
    if (saved.ok) return;
    this.#isChanged = true;
    this.#parts.log.warn({ code: saved.error.code }, 'the use of permissions waits to be kept');
  }

  #scope() {
    return tenantScope(this.#parts.owner.cluster, this.#parts.owner.tenant);
  }

  #note({ user, attributes: asked }: UsedRequest, atMs: number): void {
    if (isPath(asked) && asked.nonResourceURL.length > PATH_MAX) {
      this.#window = { ...this.#window, isCut: true };
      return;
    }
    const { name = '', ...attributes } = isPath(asked) ? { ...asked, name: '' } : asked;
    const known = this.#byUser.get(user)?.get(keyOf(asked));
    const row: UseRow = known ?? { attributes, names: [], isCut: false, lastAtMs: atMs };
    const isNews = !row.names.includes(name);
    const isFull = isNews && row.names.length >= NAMES_MAX;
    this.#put(user, {
      ...row,
      names: isNews && !isFull ? [...row.names, name] : row.names,
      isCut: row.isCut || isFull,
      lastAtMs: Math.max(row.lastAtMs, atMs),
    });
  }

  #put(user: string, row: UseRow): void {
    const key = keyOf(row.attributes);
    const used = this.#byUser.get(user) ?? new Map<string, UseRow>();
    if (!used.has(key)) {
      if (this.#rows >= ROWS_MAX) {
        this.#window = { ...this.#window, isCut: true };
        return;
      }
      this.#rows += 1;
    }
    used.set(key, row);
    this.#byUser.set(user, used);
  }
}
