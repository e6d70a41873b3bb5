// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Cells, Database, numberOf, type SqlValue } from '../sqlite/database.ts';
import { schemaVersion } from '../sqlite/migrations.ts';
import type { GroupRequest, PageRequest } from '../workers/protocol.ts';
import { mergeGroups } from './merge-groups.ts';
import { type SliceName, type SliceStream, slicesIn } from './slice-name.ts';

/** A row of a page: sort value, ordinal of its slice, row id, the record. */
export type PageRow = readonly [sortValue: number, ordinal: number, row: number, doc: string];

const HANDLES_MAX = 64;

interface Handle {
  readonly database: Database;
  /** Times of what a finished slice holds; a slice still written has none. */
  span?: Span;
}
type Span = readonly [first: number, last: number];

/** Reads over all slices of a stream, newest first. Used in reader threads only. */
export class SliceReader {
  readonly #folder: string;
  readonly #handles = new Map<string, Handle>();
  /** Newest slice of a stream in the last listing: what is older was finished then. */
  readonly #newest = new Map<SliceStream, number>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The first row that any slice gives, newest slice first. */
  first(stream: SliceStream, sql: string, params: readonly SqlValue[]): Cells | undefined {
    for (const slice of this.#newestFirst(stream)) {
      const row = this.#with(slice, (database) => database.row(sql, params));
      if (row !== undefined) return row;
    }
    return undefined;
  }

  /** A page over all slices. Stops opening slices once they cannot hold anything that belongs on the page. */
  page(request: PageRequest): PageRow[] {
    return request.sortBy === 'received' ? this.#byReceipt(request) : this.#byOccurrence(request);
  }

  /** Groups over all slices that the time range touches. */
  groups(request: GroupRequest): Cells[] {
    const merged = mergeGroups(request);
    for (const slice of this.#newestFirst(request.stream)) {
      if (!this.#touches(slice, request.fromMs, request.toMs)) continue;
      const rows = this.#with(slice, (database) =>
        database.rows(request.statement.sql, request.statement.params),
      );
      for (const row of rows ?? []) merged.add(row);
    }
    return merged.rows();
  }

  /** Lets go of slices that were deleted: the disk is free of them only once nobody holds them open. */
  forget(): void {
    this.#listing();
  }

  close(): void {
    for (const handle of this.#handles.values()) handle.database.close();
    this.#handles.clear();
  }

  #byReceipt(request: PageRequest): PageRow[] {
    const sign = request.descending ? -1 : 1;
    const slices = this.#newestFirst(request.stream);
    if (!request.descending) slices.reverse();
    const rows: PageRow[] = [];
    for (const slice of slices) {
      const after = request.after;
      if (after !== undefined && sign * (slice.ordinal - after[1]) < 0) continue;
      if (!this.#touches(slice, request.fromMs, request.toMs)) continue;
      const start = after !== undefined && slice.ordinal === after[1] ? after[2] : undefined;
      const order = request.descending ? 'DESC' : 'ASC';
      const compare = request.descending ? '<' : '>';
      const found = this.#with(slice, (database) =>
        database.rows(
          `SELECT seq,seq,doc FROM events WHERE ${request.where.sql}
            ${start === undefined ? '' : `AND seq${compare}?`} ORDER BY seq ${order} LIMIT ?`,
          [...request.where.params, ...(start === undefined ? [] : [start]), request.limit - rows.length],
        ),
      );
      for (const row of found ?? []) rows.push(pageRow(row, slice));
      if (rows.length >= request.limit) break;
    }
    return rows;
  }

  #byOccurrence(request: PageRequest): PageRow[] {
    const sign = request.descending ? -1 : 1;
    const edge = (span: Span): number => (request.descending ? span[1] : span[0]);
    const spans = this.#newestFirst(request.stream)
      .map((slice) => ({ slice, span: this.#span(slice) }))
      .flatMap(({ slice, span }) =>
        span !== undefined && overlaps(span, request.fromMs, request.toMs)
          ? [{ slice, edge: edge(span) }]
          : [],
      )
      .sort((left, right) => sign * (left.edge - right.edge));
    let rows: PageRow[] = [];
    for (const { slice, edge: best } of spans) {
      const worst = rows.length >= request.limit ? rows.at(-1)?.[0] : undefined;
      if (worst !== undefined && sign * (best - worst) > 0) break;
      rows.push(...this.#oneByOccurrence(request, slice));
      rows.sort((left, right) => sign * (left[0] - right[0] || left[1] - right[1] || left[2] - right[2]));
      rows = rows.slice(0, request.limit);
    }
    return rows;
  }

  #oneByOccurrence(request: PageRequest, slice: SliceName): PageRow[] {
    const order = request.descending ? 'DESC' : 'ASC';
    const compare = request.descending ? '<' : '>';
    const after = request.after;
    const found = this.#with(slice, (database) =>
      database.rows(
        `SELECT f_occurredAtMs,seq,doc FROM events WHERE ${request.where.sql}
          ${after === undefined ? '' : `AND (f_occurredAtMs,${slice.ordinal},seq)${compare}(?,?,?)`}
          ORDER BY f_occurredAtMs ${order}, seq ${order} LIMIT ?`,
        [...request.where.params, ...(after ?? []), request.limit],
      ),
    );
    return (found ?? []).map((row) => pageRow(row, slice));
  }

  #newestFirst(stream: SliceStream): SliceName[] {
    const slices = this.#listing().filter((slice) => slice.stream === stream);
    this.#newest.set(stream, slices.at(-1)?.ordinal ?? 0);
    return slices.reverse();
  }

  /** All slices that are there, oldest first; those that are gone are closed. */
  #listing(): SliceName[] {
    const slices = existsSync(this.#folder) ? slicesIn(readdirSync(this.#folder)) : [];
    const there = new Set(slices.map((slice) => slice.file));
    for (const [file, handle] of this.#handles) {
      if (there.has(file)) continue;
      handle.database.close();
      this.#handles.delete(file);
    }
    return slices;
  }

  #touches(slice: SliceName, fromMs: number | undefined, toMs: number | undefined): boolean {
    if (fromMs === undefined && toMs === undefined) return true;
    const span = this.#span(slice);
    return span !== undefined && overlaps(span, fromMs, toMs);
  }

  #span(slice: SliceName): Span | undefined {
    const known = this.#handles.get(slice.file)?.span;
    if (known !== undefined) return known;
    const row = this.#with(slice, (database) =>
      database.row(
        'SELECT (SELECT min(f_occurredAtMs) FROM events),(SELECT max(f_occurredAtMs) FROM events)',
      ),
    );
    if (row === undefined || row[0] === null) return undefined;
    const span: Span = [numberOf(row[0]), numberOf(row[1])];
    const handle = this.#handles.get(slice.file);
    // Of the newest slice it is true of this moment only, and the slice may be finished by the next look.
    const isFinished = slice.ordinal < (this.#newest.get(slice.stream) ?? 0);
    if (handle !== undefined && isFinished) handle.span = span;
    return span;
  }

  /** Runs a read on a slice; undefined when the slice is gone meanwhile or was never finished being made. */
  #with<T>(slice: SliceName, read: (database: Database) => T): T | undefined {
    const handle = this.#handle(slice);
    return handle === undefined ? undefined : read(handle.database);
  }

  #handle(slice: SliceName): Handle | undefined {
    const known = this.#handles.get(slice.file);
    if (known !== undefined) {
      this.#handles.delete(slice.file);
      this.#handles.set(slice.file, known);
      return known;
    }
    const path = join(this.#folder, slice.file);
    if (!existsSync(path)) return undefined;
    let database: Database;
    try {
      database = new Database(path, { readOnly: true, cacheBytes: 1 << 20 });
      if (schemaVersion(database) === 0) {
        database.close();
        return undefined;
      }
    } catch (error) {
      if (!existsSync(path)) return undefined;
      throw error;
    }
    const handle: Handle = { database };
    this.#handles.set(slice.file, handle);
    this.#evict();
    return handle;
  }

  #evict(): void {
    const oldest = this.#handles.entries().next();
    if (this.#handles.size <= HANDLES_MAX || oldest.done === true) return;
    oldest.value[1].database.close();
    this.#handles.delete(oldest.value[0]);
  }
}

const overlaps = (span: Span, fromMs: number | undefined, toMs: number | undefined): boolean =>
  span[1] >= (fromMs ?? 0) && span[0] < (toMs ?? Number.MAX_SAFE_INTEGER);

const pageRow = (row: Cells, slice: SliceName): PageRow => [
  numberOf(row[0]),
  slice.ordinal,
  numberOf(row[1]),
  String(row[2]),
];
