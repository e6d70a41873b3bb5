// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import { inline, instant, integer, list, optional, parser, tenantScope, text } from '@bartizan/contracts';
import type { AuditedRequest } from '@bartizan/engine/audit-log';
import {
  API_KINDS,
  type ApiKnowledge,
  type ApiUse,
  apiUseOf,
  apiUsesOf,
} from '@bartizan/engine/cluster-posture';
import type { Clock, Log, Owner } from '../../ports.ts';
import type { ObjectChange } from '../admission/cluster-audit.ts';

interface Parts {
  readonly store: Pick<Store, 'settings'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly owner: Owner;
  /** How a kind is known; `synced` is the only state in which all of it is. */
  readonly conditionOf: (kind: string) => string | undefined;
  /** Somebody uses a version that was not known to be used, or no more. */
  readonly onChange: () => void;
}

const SETTING = 'api-use';
/** Different uses that are kept of requests, and objects that are. A row takes about 300 bytes. */
const ROWS_MAX = 2000;
const OBJECTS_MAX = 5000;
/** A request counts for so long: whoever asks once a month is still told of. */
const KEPT_MS = 35 * 24 * 3_600_000;
/** The log was heard when something came of it within so long. */
const HEARD_MS = 24 * 3_600_000;

const parseKept = parser(
  inline('Requests in deprecated versions', {
    version: integer('Version of this form', '1', { minimum: 1, maximum: 1 }),
    heardAtMs: optional(instant('Last batch of the audit log')),
    rows: list(
      inline('Use', {
        apiVersion: text('Version', 320),
        resource: text('Resource', 253),
        namespace: text('Namespace', 253),
        user: text('User', 512),
        program: text('Program', 512),
        removedRelease: text('Release', 16),
        lastAtMs: instant('Last request'),
      }),
      'Uses',
      ROWS_MAX,
    ),
  }),
);
type Kept = Extract<ReturnType<typeof parseKept>, { ok: true }>['value'];
type Row = Kept['rows'][number];

const factOf = ({ facts }: AuditedRequest, name: string): string => {
  const value = facts[name];
  return typeof value === 'string' ? value : '';
};

const keyOf = ({ apiVersion, resource, namespace, user, program }: Row): string =>
  [apiVersion, resource, namespace, user, program].join('\n');

const rowOf = (request: AuditedRequest, nowMs: number): Row => ({
  apiVersion: factOf(request, 'audit.deprecated-version').slice(0, 320),
  resource: request.resource,
  namespace: request.namespace,
  user: factOf(request, 'audit.user'),
  program: factOf(request, 'audit.user-agent'),
  removedRelease: factOf(request, 'audit.removed-release').slice(0, 16),
  // A clock that is ahead keeps nothing longer.
  lastAtMs: Math.min(request.atMs ?? nowMs, nowMs),
});

/** A row as the request it came from, so that both are told of in one way. */
const useOf = ({ apiVersion, resource, namespace, user, program, removedRelease, lastAtMs }: Row) =>
  apiUseOf({
    ...{ id: '', atMs: lastAtMs, writtenAtMs: undefined, addresses: [], authorized: undefined },
    ...{ resource, namespace, name: '' },
    facts: {
      'audit.deprecated-version': apiVersion,
      'audit.user': user,
      'audit.user-agent': program,
      'audit.removed-release': removedRelease,
    },
  });

/** Who uses versions of the Kubernetes API that go: by the objects of the watch, and by the audit log, kept over restarts. */
export class ApiUses {
  readonly #parts: Parts;
  readonly #objects = new Map<string, readonly ApiUse[]>();
  readonly #rows = new Map<string, Row>();
  #heardAtMs: number | undefined;
  #isChanged = false;
  #isFull = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Reads what an earlier run kept. What cannot be read begins anew. */
  async load(): Promise<void> {
    const { store, owner, log } = this.#parts;
    const kept = await store.settings.get(tenantScope(owner.cluster, owner.tenant), SETTING);
    if (!kept.ok || kept.value === undefined) return;
    const read = readKept(kept.value);
    if (read === undefined) return log.warn({}, 'the use of deprecated versions begins anew');
    this.#heardAtMs = read.heardAtMs;
    for (const row of read.rows) this.#rows.set(keyOf(row), row);
    this.#parts.onChange();
  }

  async save(): Promise<void> {
    if (!this.#isChanged) return;
    this.#isChanged = false;
    const { store, owner, log } = this.#parts;
    const heard = this.#heardAtMs === undefined ? {} : { heardAtMs: this.#heardAtMs };
    const kept: Kept = { version: 1, ...heard, rows: [...this.#rows.values()] };
    const saved = await store.settings.put(
      tenantScope(owner.cluster, owner.tenant),
      SETTING,
      JSON.stringify(kept),
    );
    if (saved.ok) return;
    this.#isChanged = true;
    log.warn({ code: saved.error.code }, 'the use of deprecated versions waits to be kept');
  }

  /** An object as it is now. */
  take({ kind, namespace, name, object }: ObjectChange): void {
    if (!API_KINDS.includes(kind)) return;
    const key = `${kind}/${namespace}/${name}`;
    const uses = object === undefined ? [] : apiUsesOf(object, kind);
    const before = this.#objects.get(key);
    if (uses.length === 0) {
      if (before === undefined) return;
      this.#objects.delete(key);
    } else if (before !== undefined || this.#objects.size < OBJECTS_MAX) this.#objects.set(key, uses);
    else return;
    if (JSON.stringify(before) !== JSON.stringify(uses)) this.#parts.onChange();
  }

  /** Requests of the audit log. */
  note(requests: readonly AuditedRequest[]): void {
    const nowMs = this.#parts.clock.nowMs();
    const wasHeard = this.#isHeard(nowMs);
    this.#heardAtMs = nowMs;
    this.#isChanged = true;
    let isNews = !wasHeard;
    for (const request of requests) {
      if (apiUseOf(request) === undefined) continue;
      const row = rowOf(request, nowMs);
      const known = this.#rows.get(keyOf(row));
      if (known === undefined && !this.#hasRoom(nowMs)) continue;
      isNews ||= known === undefined;
      this.#rows.set(keyOf(row), { ...row, lastAtMs: Math.max(row.lastAtMs, known?.lastAtMs ?? 0) });
    }
    if (isNews) this.#parts.onChange();
  }

  /** What is known now. */
  known(): ApiKnowledge {
    const nowMs = this.#parts.clock.nowMs();
    this.#forget(nowMs);
    const requested = [...this.#rows.values()].map(useOf).filter((use) => use !== undefined);
    return {
      uses: [...[...this.#objects.values()].flat(), ...requested],
      unread: API_KINDS.filter((kind) => this.#parts.conditionOf(kind) !== 'synced'),
      isHeard: this.#isHeard(nowMs),
    };
  }

  #isHeard(nowMs: number): boolean {
    return this.#heardAtMs !== undefined && nowMs - this.#heardAtMs < HEARD_MS;
  }

  #hasRoom(nowMs: number): boolean {
    if (this.#rows.size < ROWS_MAX) return true;
    this.#forget(nowMs);
    if (this.#rows.size < ROWS_MAX) return true;
    if (!this.#isFull)
      this.#parts.log.warn({ rows: ROWS_MAX }, 'further uses of deprecated versions are not kept');
    this.#isFull = true;
    return false;
  }

  #forget(nowMs: number): void {
    for (const [key, { lastAtMs }] of this.#rows)
      if (nowMs - lastAtMs > KEPT_MS) this.#isChanged = this.#rows.delete(key);
  }
}

function readKept(kept: string): Kept | undefined {
  try {
    const read = parseKept(JSON.parse(kept));
    return read.ok ? read.value : undefined;
  } catch {
    return undefined;
  }
}
