// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type TellGap, ValueBudget } from './value-budget.ts';

/**
 * Reads the values of a Berkeley DB hash database (on-disk format versions 7 to 10) that lie on pages of their own,
 * as rpm headers always do. The byte order is that of the machine that wrote it.
 */
const HASH_MAGIC = 0x00061561;
const HASH_PAGES: readonly number[] = [2, 13];
const OVERFLOW_PAGE = 7;
const OFF_PAGE = 3;
const PAGE_HEADER_BYTES = 26;
const MAX_VALUE_BYTES = 64 * 1024 * 1024;

interface File {
  readonly bytes: Buffer;
  readonly pageBytes: number;
  readonly isLittle: boolean;
  readonly budget: ValueBudget;
}

const u16 = (file: File, bytes: Buffer, at: number): number => {
  if (at + 2 > bytes.length) return 0;
  return file.isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
};
const u32 = (file: File, bytes: Buffer, at: number): number => {
  if (at + 4 > bytes.length) return 0;
  return file.isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
};

const pageOf = (file: File, number: number): Buffer | undefined => {
  const at = number * file.pageBytes;
  return at + file.pageBytes > file.bytes.length ? undefined : file.bytes.subarray(at, at + file.pageBytes);
};

/**
 * Joins a value from its chain of overflow pages; the stated length bounds the chain. Undefined also where the budget
 * does not allow it.
 */
const readChain = (file: File, first: number, lengthBytes: number): Buffer | undefined => {
  if (lengthBytes > MAX_VALUE_BYTES || lengthBytes > file.bytes.length) return undefined;
  const parts: Buffer[] = [];
  let have = 0;
  let number = first;
  const met = new Set<number>();
  while (have < lengthBytes) {
    const page = number === 0 || met.has(number) ? undefined : pageOf(file, number);
    if (page === undefined || page[25] !== OVERFLOW_PAGE) return undefined;
    met.add(number);
    const used = Math.min(u16(file, page, 22), lengthBytes - have);
    if (used === 0 || !file.budget.take(used)) return undefined;
    parts.push(page.subarray(PAGE_HEADER_BYTES, PAGE_HEADER_BYTES + used));
    have += used;
    number = u32(file, page, 16);
  }
  return Buffer.concat(parts);
};

function* readHashPage(file: File, page: Buffer, problem: TellGap): Generator<Buffer> {
  const room = Math.floor((file.pageBytes - PAGE_HEADER_BYTES) / 2);
  const entries = Math.min(u16(file, page, 20), room);
  // Keys and values take turns.
  for (let index = 1; index < entries; index += 2) {
    const at = u16(file, page, PAGE_HEADER_BYTES + index * 2);
    if (at < PAGE_HEADER_BYTES || page[at] !== OFF_PAGE) continue;
    const value = readChain(file, u32(file, page, at + 4), u32(file, page, at + 8));
    if (file.budget.isSpent()) return;
    if (value === undefined)
      problem({ en: 'a value cannot be read to its end', ja: '値を最後まで読み取れません' });
    else yield value;
  }
}

/** Every value that has pages of its own. Yields nothing when the bytes are no such database. */
export function* readBerkeleyValues(bytes: Buffer, problem: TellGap): Generator<Buffer> {
  if (bytes.length < 512)
    return problem({ en: 'not a Berkeley DB file', ja: 'Berkeley DB のファイルではありません' });
  const isLittle = bytes.readUInt32LE(12) === HASH_MAGIC;
  if (!isLittle && bytes.readUInt32BE(12) !== HASH_MAGIC)
    return problem({
      en: 'not a Berkeley DB hash file',
      ja: 'Berkeley DB のハッシュ形式のファイルではありません',
    });
  const pageBytes = isLittle ? bytes.readUInt32LE(20) : bytes.readUInt32BE(20);
  if (pageBytes < 512 || pageBytes > 65_536 || (pageBytes & (pageBytes - 1)) !== 0)
    return problem({ en: 'page size out of range', ja: 'ページの大きさが範囲外です' });
  const budget = new ValueBudget(bytes.length);
  const file = { bytes, pageBytes, isLittle, budget };
  if (bytes.length % pageBytes !== 0)
    problem({ en: 'the file ends in the middle of a page', ja: 'ファイルがページの途中で終わっています' });
  for (let number = 1; number * pageBytes < bytes.length && !budget.isSpent(); number += 1) {
    const page = pageOf(file, number);
    if (page !== undefined && HASH_PAGES.includes(page[25] ?? 0)) yield* readHashPage(file, page, problem);
  }
  budget.tellSpent(problem);
}
