// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type AgentEvent,
  err,
  eventId,
  failure,
  ok,
  type PageOf,
  type Query,
  type Result,
  type Scope,
  type Stream,
} from '@bartizan/contracts';
import type { CoreAccess } from '../access.ts';
import type { Counts, EventRepository, FoldedFlow, Stored, StoreFailure } from '../ports.ts';
import { CountMap, GROUPS_MAX } from '../sqlite/count-map.ts';
import { type CursorDesk, listFingerprint } from '../sqlite/cursor.ts';
import { type Cells, numberOf, parseDocument, textOf } from '../sqlite/database.ts';
import { columnOf, fieldNames } from '../sqlite/fields.ts';
import { both, compileFilter, type Where } from '../sqlite/filter.ts';
import { scopeWhere } from '../sqlite/scope.ts';
import type { GroupRequest, ReaderRequest } from '../workers/protocol.ts';
import { type EncodedGroup, encodeEvents } from './encode.ts';
import { eventFields, eventFilterFields } from './event-fields.ts';
import { FLOW_FOLDS, FLOW_KEYS, FLOW_SELECT, foldedFlow } from './fold-flows.ts';
import { SLICE_STREAMS } from './slice-name.ts';
import type { PageRow } from './slice-reader.ts';
import type { Appended, Highest } from './slice-writer.ts';

/** How the repository reaches the slices. */
export interface SliceAccess {
  append(groups: readonly EncodedGroup[]): Stored<Appended>;
  read<T>(request: ReaderRequest): Stored<T>;
  /** Highest stored sequences of a node. */
  highest(node: string, owner?: readonly [cluster: string, tenant: string]): Stored<readonly Highest[]>;
  nowMs(): number;
}

type Kind = AgentEvent['kind'];
interface Mark {
  readonly stream: Stream;
  readonly bootId: string;
  readonly sequence: number;
}
const LIMIT_MAX = 1000;
const BUCKETS_MAX = 20_000;
/** Largest interval of a histogram that makes sense; smallest is one second. */
const INTERVAL_MIN_MS = 1000;

/** Events and flows in slices; marks of what was acknowledged in core.db. */
export class SqliteEvents implements EventRepository {
  readonly #core: CoreAccess;
  readonly #slices: SliceAccess;
  readonly #cursors: CursorDesk;

  constructor(core: CoreAccess, slices: SliceAccess, cursors: CursorDesk) {
    this.#core = core;
    this.#slices = slices;
    this.#cursors = cursors;
  }

  async append(scope: Scope, events: readonly AgentEvent[]): ReturnType<EventRepository['append']> {
    if (events.length === 0) return ok({ stored: 0, duplicates: 0 });
    const done = await this.#slices.append(encodeEvents(scope, events, this.#slices.nowMs()));
    if (!done.ok) return done;
    const { repeated, ...counts } = done.value;
    if (repeated === undefined) return ok(counts);
    const ids = repeated.flatMap(({ node, boot, stream, sequences }) =>
      sequences.map((sequence) => eventId(node, boot, stream, sequence)),
    );
    return ok({ ...counts, repeated: ids });
  }

  async get(scope: Scope, id: string): Stored<AgentEvent | undefined> {
    const parts = /^([^:]*):(.*):(security|process|file|flow):(\d{1,16})$/.exec(id);
    const stream = SLICE_STREAMS.find((candidate) => candidate === parts?.[3]);
    if (parts === null || stream === undefined) return ok(undefined);
    const scoped = scopeWhere(scope);
    const found = await this.#slices.read<Cells | undefined>({
      op: 'first',
      stream,
      sql: `SELECT doc FROM events WHERE sequence=? AND producer IN
        (SELECT id FROM producers WHERE node=? AND boot=?${scoped.sql === '' ? '' : ` AND ${scoped.sql}`}) LIMIT 1`,
      params: [Number(parts[4]), parts[1] ?? '', parts[2] ?? '', ...scoped.params],
    });
    if (!found.ok) return found;
    return ok(found.value === undefined ? undefined : parseDocument<AgentEvent>(found.value[0]));
  }

  async list(scope: Scope, kind: Kind, query: Query): Stored<PageOf<AgentEvent>> {
    const where = eventWhere(scope, kind, query);
    if (!where.ok) return where;
    const sort = query.sort ?? { field: 'occurredAtMs', descending: true };
    if (sort.field !== 'occurredAtMs' && sort.field !== 'receivedAtMs') {
      return err(failure('E_FILTER', `cannot sort by "${sort.field}"; fields: occurredAtMs, receivedAtMs`));
    }
    const fingerprint = listFingerprint(`events:${kind}`, scope, query);
    const after =
      query.cursor === undefined ? ok(undefined) : this.#cursors.decode(fingerprint, query.cursor);
    if (!after.ok) return after;
    const limit = Math.min(Math.max(query.limit, 1), LIMIT_MAX);
    const [value, ordinal, row] = (after.value ?? []).map(Number);
    const isLater = value !== undefined && ordinal !== undefined && row !== undefined;
    const found = await this.#slices.read<PageRow[]>({
      op: 'page',
      stream: kind,
      where: where.value,
      sortBy: sort.field === 'receivedAtMs' ? 'received' : 'occurred',
      descending: sort.descending,
      limit: limit + 1,
      ...(isLater ? { after: [value, ordinal, row] as const } : {}),
      ...rangeOf(query),
    });
    if (!found.ok) return found;
    const shown = found.value.slice(0, limit);
    const items = shown.map((cells) => parseDocument<AgentEvent>(cells[3]));
    const last = shown.at(-1);
    if (found.value.length <= limit || last === undefined) return ok({ items });
    return ok({ items, next: this.#cursors.encode(fingerprint, [last[0], last[1], last[2]]) });
  }

  async histogram(
    scope: Scope,
    kind: Kind,
    query: Query & { readonly intervalMs: number },
  ): Stored<readonly { readonly atMs: number; readonly counts: Readonly<Record<string, number>> }[]> {
    const intervalMs = Math.max(Math.floor(query.intervalMs), INTERVAL_MIN_MS);
    const found = await this.#group(scope, kind, query, {
      select: `CAST(f_occurredAtMs/${intervalMs} AS INTEGER), f_severity, count(*)`,
      keys: 2,
      folds: ['sum'],
      groupsMax: BUCKETS_MAX,
    });
    if (!found.ok) return found;
    const buckets = new Map<number, Record<string, number>>();
    for (const [bucket, severity, count] of found.value) {
      const atMs = numberOf(bucket) * intervalMs;
      const counts = buckets.get(atMs) ?? {};
      counts[textOf(severity)] = numberOf(count);
      buckets.set(atMs, counts);
    }
    return ok(
      [...buckets].sort(([left], [right]) => left - right).map(([atMs, counts]) => ({ atMs, counts })),
    );
  }

  async countBy(scope: Scope, kind: Kind, field: string, query: Query): Stored<Counts> {
    const names = field.split(',');
    const known = eventFields(kind).filter((candidate) => candidate.kind !== 'list');
    for (const name of names) {
      if (known.some((candidate) => candidate.name === name)) continue;
      return err(failure('E_FILTER', `cannot count by "${name.slice(0, 64)}"; fields: ${fieldNames(known)}`));
    }
    const found = await this.#group(scope, kind, query, {
      select: `${names.map(columnOf).join(',')}, count(*)`,
      keys: names.length,
      folds: ['sum'],
      groupsMax: GROUPS_MAX + 1,
    });
    if (!found.ok) return found;
    const { length } = names;
    return ok(CountMap.of(found.value.map((row) => [row.slice(0, length), numberOf(row[length])])));
  }

  async foldFlows(scope: Scope, query: Query): Stored<readonly FoldedFlow[]> {
    const found = await this.#group(scope, 'flow', query, {
      select: FLOW_SELECT,
      keys: FLOW_KEYS,
      folds: FLOW_FOLDS,
      groupsMax: Math.min(Math.max(query.limit, 1), GROUPS_MAX),
    });
    return found.ok ? ok(found.value.map(foldedFlow)) : found;
  }

  async acknowledged(
    scope: Scope,
    node: string,
  ): Stored<readonly { readonly stream: Stream; readonly bootId: string; readonly sequence: number }[]> {
    const where = both([{ sql: 'node=?', params: [node] }, scopeWhere(scope)]);
    const rows = this.#core.read(`SELECT stream,boot,sequence FROM marks WHERE ${where.sql}`, where.params);
    if (!rows.ok) return rows;
    const owner = scope.kind === 'tenant' ? ([scope.cluster, scope.tenant] as const) : undefined;
    const stored = await this.#slices.highest(node, owner);
    if (!stored.ok) return stored;
    const said = rows.value.map(([stream, boot, sequence]) => ({
      stream: parseStream(textOf(stream)),
      bootId: textOf(boot),
      sequence: numberOf(sequence),
    }));
    const marks = new Map<string, Mark>();
    for (const mark of [...said, ...stored.value]) {
      const key = `${mark.stream}\n${mark.bootId}`;
      if ((marks.get(key)?.sequence ?? -1) < mark.sequence) marks.set(key, mark);
    }
    return ok([...marks.values()]);
  }

  async acknowledge(
    scope: Scope,
    mark: {
      readonly node: string;
      readonly bootId: string;
      readonly stream: Stream;
      readonly sequence: number;
    },
  ): Stored<void> {
    const owner = scope.kind === 'tenant' ? [scope.cluster, scope.tenant] : ['', ''];
    const written = await this.#core.write([
      {
        sql: `INSERT INTO marks(cluster,tenant,node,boot,stream,sequence) VALUES(?,?,?,?,?,?)
          ON CONFLICT(cluster,tenant,node,boot,stream) DO UPDATE SET sequence=max(sequence,excluded.sequence)`,
        rows: [[...owner, mark.node, mark.bootId, mark.stream, mark.sequence]],
      },
    ]);
    return written.ok ? ok(undefined) : written;
  }

  async #group(
    scope: Scope,
    kind: Kind,
    query: Query,
    shape: Pick<GroupRequest, 'keys' | 'folds' | 'groupsMax'> & { readonly select: string },
  ): Stored<Cells[]> {
    const where = eventWhere(scope, kind, query);
    if (!where.ok) return where;
    const keys = Array.from({ length: shape.keys }, (_, index) => index + 1).join(',');
    return this.#slices.read<Cells[]>({
      op: 'group',
      stream: kind,
      statement: {
        sql: `SELECT ${shape.select} FROM events WHERE ${where.value.sql} GROUP BY ${keys}`,
        params: where.value.params,
      },
      keys: shape.keys,
      folds: shape.folds,
      groupsMax: shape.groupsMax,
      ...rangeOf(query),
    });
  }
}

/** The stream column is only ever written from the typed mark. */
function parseStream(stream: string): Stream {
  return stream as Stream;
}

const rangeOf = (query: Query): { readonly fromMs?: number; readonly toMs?: number } => ({
  ...(query.fromMs === undefined ? {} : { fromMs: query.fromMs }),
  ...(query.toMs === undefined ? {} : { toMs: query.toMs }),
});

/** The rows of one slice that a query is about; the scope holds through the producer of a row. */
function eventWhere(scope: Scope, kind: Kind, query: Query): Result<Where, StoreFailure> {
  const filter = compileFilter(query.filter, eventFilterFields(kind));
  if (!filter.ok) return filter;
  const scoped = scopeWhere(scope);
  const parts: Where[] = [filter.value];
  if (scoped.sql !== '') {
    parts.unshift({
      sql: `producer IN (SELECT id FROM producers WHERE ${scoped.sql})`,
      params: scoped.params,
    });
  }
  if (query.fromMs !== undefined) parts.push({ sql: 'f_occurredAtMs>=?', params: [query.fromMs] });
  if (query.toMs !== undefined) parts.push({ sql: 'f_occurredAtMs<?', params: [query.toMs] });
  return ok(both(parts));
}
