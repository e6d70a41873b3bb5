// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { err, ok, type Result } from '@bartizan/contracts';
import { PACK_LIMITS } from './limits.ts';
import type { PackError } from './pack-error.ts';
import {
  coverageByte,
  ENTRY_BYTES,
  hashKey,
  PACK_MAGIC,
  type PackHeader,
  PREFIX_BYTES,
} from './pack-format.ts';
import type { AdvisoryRow } from './row.ts';
import { encodeRow, type Pool, pooledTexts } from './row-codec.ts';

/** What a pack holds under one key: rows about a package, as JSON texts in canonical form, or one JSON of facts. */
export interface LogicalGroup {
  readonly key: string;
  readonly rows?: readonly string[];
  readonly facts?: string;
}

/** One group as it is stored. */
export interface Group {
  readonly high: number;
  readonly low: number;
  readonly key: string;
  readonly bytes: Buffer;
}

/** The texts that rows share, sorted. */
export class SortedPool implements Pool {
  readonly texts: readonly string[];
  readonly #numbers: ReadonlyMap<string, number>;

  constructor(texts: Iterable<string>) {
    this.texts = [...new Set(texts)].sort();
    this.#numbers = new Map(this.texts.map((text, at) => [text, at]));
  }

  numberOf(text: string): number {
    return this.#numbers.get(text) ?? -1;
  }
}

const parse = (json: string): AdvisoryRow => JSON.parse(json) as AdvisoryRow;

/** Texts of the rows of groups that belong into the pool. */
export function* textsOf(groups: readonly LogicalGroup[]): Generator<string> {
  for (const { rows } of groups) for (const row of rows ?? []) yield* pooledTexts(parse(row));
}

/** A group as it is stored with this pool. */
export const encodeGroup = ({ key, rows, facts }: LogicalGroup, pool: Pool): Group => {
  const [high, low] = hashKey(key);
  const body =
    rows === undefined
      ? [Buffer.from(facts ?? '{}', 'utf8')]
      : [...rows].sort().map((row) => encodeRow(parse(row), pool));
  return { high, low, key, bytes: Buffer.concat([Buffer.from(`${key}\n`, 'utf8'), ...body]) };
};

const poolSection = (texts: readonly string[]): Buffer[] => {
  const bytes = texts.map((text) => Buffer.from(text, 'utf8'));
  const offsets = Buffer.alloc((texts.length + 1) * 4);
  let offset = 0;
  for (const [at, one] of bytes.entries()) {
    offset += one.length;
    offsets.writeUInt32LE(offset, (at + 1) * 4);
  }
  return [offsets, ...bytes];
};

const indexSection = (groups: readonly Group[]): Buffer => {
  const index = Buffer.alloc(groups.length * ENTRY_BYTES);
  let offset = 0;
  for (const [at, group] of groups.entries()) {
    index.writeUInt32LE(group.high, at * ENTRY_BYTES);
    index.writeUInt32LE(group.low, at * ENTRY_BYTES + 4);
    index.writeUInt32LE(offset, at * ENTRY_BYTES + 8);
    index.writeUInt32LE(group.bytes.length, at * ENTRY_BYTES + 12);
    offset += group.bytes.length;
  }
  return index;
};

/** The header as it is stored: what the coverage bytes say is not repeated. */
const storedHeader = (header: PackHeader): string =>
  JSON.stringify({
    ...header,
    ecosystems: Object.fromEntries(
      Object.entries(header.ecosystems).map(([name, { completeness: _, onlyFixes: __, ...rest }]) => [
        name,
        rest,
      ]),
    ),
  });

/** Writes a pack, unsigned. The same groups in any order and the same header give the same bytes. */
export const writePack = (
  logical: readonly LogicalGroup[],
  header: PackHeader,
): Result<Buffer, PackError> => {
  const pool = new SortedPool(textsOf(logical));
  return assemblePack(
    logical.map((group) => encodeGroup(group, pool)),
    pool,
    header,
  );
};

/** Puts groups, stored with this pool, together to a pack. */
export const assemblePack = (
  unsorted: readonly Group[],
  pool: SortedPool,
  header: PackHeader,
): Result<Buffer, PackError> => {
  const groups = [...unsorted].sort((a, b) => a.high - b.high || a.low - b.low || (a.key < b.key ? -1 : 1));
  const dataBytes = groups.reduce((sum, group) => sum + group.bytes.length, 0);
  if (dataBytes > PACK_LIMITS.fileBytes / 2)
    return err({ code: 'E_PACK_INVALID', detail: `${dataBytes} bytes of advisories` });
  const headerBytes = Buffer.from(storedHeader(header), 'utf8');
  const coverage = Buffer.from(Object.values(header.ecosystems).map(coverageByte));
  const padding = Buffer.alloc(-(PREFIX_BYTES + headerBytes.length + coverage.length) & 3);
  const prefix = Buffer.alloc(PREFIX_BYTES);
  PACK_MAGIC.copy(prefix, 0);
  const lengths = [headerBytes.length, groups.length, pool.texts.length, coverage.length, dataBytes];
  for (const [at, length] of lengths.entries()) prefix.writeUInt32LE(length, 8 + at * 4);
  const body = Buffer.concat([
    prefix,
    headerBytes,
    coverage,
    padding,
    indexSection(groups),
    ...poolSection(pool.texts),
    ...groups.map((group) => group.bytes),
  ]);
  return ok(Buffer.concat([body, createHash('sha256').update(body).digest()]));
};
