// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type TellGap, ValueBudget } from './value-budget.ts';

/**
 * Reads the blobs of one table of a SQLite file (SQLite file format 3) from bytes alone. A hostile database must not
 * reach native code, and an image layer is never written to disk, so this does not use a database engine.
 */
const MAGIC = 'SQLite format 3\0';
const INTERIOR = 5;
const LEAF = 13;
/** The least that a cell takes: four bytes, and two for the pointer to it. */
const CELL_BYTES = 6;
const MAX_ROW_BYTES = 64 * 1024 * 1024;

interface File {
  readonly bytes: Buffer;
  readonly pageBytes: number;
  readonly usableBytes: number;
  readonly budget: ValueBudget;
}

const pageOf = (file: File, number: number): Buffer | undefined => {
  const at = (number - 1) * file.pageBytes;
  return number < 1 || at + file.pageBytes > file.bytes.length
    ? undefined
    : file.bytes.subarray(at, at + file.pageBytes);
};

/** A varint of up to nine bytes; values above 2^53 do not occur in files that fit into memory. */
const readVarint = (bytes: Buffer, start: number): { value: number; end: number } => {
  let value = 0;
  for (let at = start; at < start + 8; at += 1) {
    const byte = bytes[at];
    if (byte === undefined) return { value: 0, end: bytes.length };
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, end: at + 1 };
  }
  return { value: value * 256 + (bytes[start + 8] ?? 0), end: start + 9 };
};

/** The payload of a leaf cell, joined from its overflow pages; undefined also where the budget does not allow it. */
const readPayload = (file: File, page: Buffer, cellAt: number): Buffer | undefined => {
  const size = readVarint(page, cellAt);
  const rowId = readVarint(page, size.end);
  if (size.value > Math.min(MAX_ROW_BYTES, file.bytes.length)) return undefined;
  const most = file.usableBytes - 35;
  if (size.value <= most)
    return file.budget.take(size.value) ? page.subarray(rowId.end, rowId.end + size.value) : undefined;
  const least = Math.floor(((file.usableBytes - 12) * 32) / 255) - 23;
  const surplus = least + ((size.value - least) % (file.usableBytes - 4));
  const localBytes = surplus <= most ? surplus : least;
  const parts = [page.subarray(rowId.end, rowId.end + localBytes)];
  let have = localBytes;
  let next = rowId.end + localBytes + 4 <= page.length ? page.readUInt32BE(rowId.end + localBytes) : 0;
  if (!file.budget.take(localBytes)) return undefined;
  const met = new Set<number>();
  while (have < size.value) {
    const overflow = met.has(next) ? undefined : pageOf(file, next);
    if (overflow === undefined) return undefined;
    met.add(next);
    const part = overflow.subarray(4, 4 + Math.min(size.value - have, file.usableBytes - 4));
    if (part.length === 0 || !file.budget.take(part.length)) return undefined;
    parts.push(part);
    have += part.length;
    next = overflow.readUInt32BE(0);
  }
  return Buffer.concat(parts);
};

interface Page {
  readonly bytes: Buffer;
  readonly kind: number;
  /** Where the cells of the page start. */
  readonly cells: readonly number[];
  /** The page to the right of all cells; interior pages only. */
  readonly rightmost: number;
}

const readPage = (file: File, number: number): Page | undefined => {
  const bytes = pageOf(file, number);
  if (bytes === undefined) return undefined;
  // The first page starts with the header of the file.
  const at = number === 1 ? 100 : 0;
  const kind = bytes[at] ?? 0;
  const count = bytes.readUInt16BE(at + 3);
  const pointersAt = at + (kind === INTERIOR ? 12 : 8);
  const cells: number[] = [];
  for (let cell = 0; cell < count && pointersAt + cell * 2 + 2 <= bytes.length; cell += 1) {
    const pointer = bytes.readUInt16BE(pointersAt + cell * 2);
    if (pointer + 4 <= bytes.length) cells.push(pointer);
  }
  file.budget.take(cells.length * CELL_BYTES);
  return { bytes, kind, cells, rightmost: kind === INTERIOR ? bytes.readUInt32BE(at + 8) : 0 };
};

function* readLeaf(file: File, page: Page, problem: TellGap): Generator<Buffer> {
  for (const cell of page.cells) {
    const payload = readPayload(file, page.bytes, cell);
    if (file.budget.isSpent()) return;
    if (payload === undefined)
      problem({ en: 'a row cannot be read to its end', ja: '行を最後まで読み取れません' });
    else yield payload;
  }
}

/** Payloads of a table, left to right. A page is visited once at most, so a looping tree ends. */
function* readTable(file: File, root: number, problem: TellGap): Generator<Buffer> {
  const pending: number[] = [];
  const planned = new Set<number>();
  const tellPage = (number: number): void =>
    problem({
      en: `page ${number} is missing, of no table, or met twice`,
      ja: `ページ ${number} が欠けているか、表のものでないか、重複しています`,
    });
  const plan = (number: number): void => {
    if (planned.has(number) || pageOf(file, number) === undefined) return tellPage(number);
    planned.add(number);
    pending.push(number);
  };
  plan(root);
  for (let number = pending.pop(); number !== undefined; number = pending.pop()) {
    const page = readPage(file, number);
    if (file.budget.isSpent()) return;
    if (page?.kind === LEAF) yield* readLeaf(file, page, problem);
    else if (page?.kind === INTERIOR) {
      plan(page.rightmost);
      for (const cell of page.cells.toReversed()) plan(page.bytes.readUInt32BE(cell));
    } else tellPage(number);
  }
}

const widthOf = (serialType: number): number => {
  if (serialType >= 12) return (serialType - (serialType % 2 === 0 ? 12 : 13)) / 2;
  return [0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0][serialType] ?? 0;
};

/** The bytes of each column of a record. */
const readColumns = (payload: Buffer): { serialType: number; bytes: Buffer }[] => {
  const head = readVarint(payload, 0);
  const columns: { serialType: number; bytes: Buffer }[] = [];
  let at = head.end;
  let dataAt = head.value;
  while (at < head.value && at < payload.length && columns.length < 64) {
    const type = readVarint(payload, at);
    const width = widthOf(type.value);
    columns.push({ serialType: type.value, bytes: payload.subarray(dataAt, dataAt + width) });
    at = type.end;
    dataAt += width;
  }
  return columns;
};

const findRoot = (file: File, table: string, problem: TellGap): number | undefined => {
  for (const payload of readTable(file, 1, problem)) {
    const [kind, name, , root] = readColumns(payload);
    if (
      kind?.bytes.toString() === 'table' &&
      name?.bytes.toString() === table &&
      root !== undefined &&
      root.bytes.length > 0
    ) {
      return root.bytes.readUIntBE(0, Math.min(6, root.bytes.length));
    }
  }
  return undefined;
};

function* readBlobs(file: File, root: number | undefined, problem: TellGap): Generator<Buffer> {
  if (root === undefined) return;
  for (const payload of readTable(file, root, problem)) {
    for (const column of readColumns(payload))
      if (column.serialType >= 12 && column.serialType % 2 === 0) yield column.bytes;
  }
}

/** Every blob of a table, whatever its column. Yields nothing when the bytes are no SQLite file or hold no such table. */
export function* readSqliteBlobs(bytes: Buffer, table: string, problem: TellGap): Generator<Buffer> {
  if (bytes.length < 512 || bytes.toString('latin1', 0, 16) !== MAGIC)
    return problem({ en: 'not a SQLite file', ja: 'SQLite のファイルではありません' });
  const stated = bytes.readUInt16BE(16);
  const pageBytes = stated === 1 ? 65_536 : stated;
  if (pageBytes < 512 || (pageBytes & (pageBytes - 1)) !== 0)
    return problem({ en: 'page size out of range', ja: 'ページの大きさが範囲外です' });
  const budget = new ValueBudget(bytes.length);
  const file = { bytes, pageBytes, usableBytes: pageBytes - (bytes[20] ?? 0), budget };
  const root = findRoot(file, table, problem);
  if (root === undefined && !budget.isSpent())
    return problem({ en: `no table ${table}`, ja: `表 ${table} がありません` });
  yield* readBlobs(file, root, problem);
  budget.tellSpent(problem);
}
