// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

const length = (value: number): number[] => {
  if (value < 15) return [];
  const bytes: number[] = [];
  let rest = value - 15;
  for (; rest >= 255; rest -= 255) bytes.push(255);
  return [...bytes, rest];
};

const MIN_MATCH = 4;

/** One block: greedy matches of the nearest earlier occurrence of four bytes. Slow, and enough for tests. */
const blockOf = (bytes: Buffer): Buffer => {
  const parts: Buffer[] = [];
  const seen = new Map<string, number>();
  let literalsAt = 0;
  let at = 0;
  const emit = (matchLength: number, distance: number): void => {
    const literals = bytes.subarray(literalsAt, at);
    const token =
      (Math.min(15, literals.length) << 4) | (matchLength === 0 ? 0 : Math.min(15, matchLength - MIN_MATCH));
    parts.push(Buffer.from([token, ...length(literals.length)]), literals);
    if (matchLength > 0)
      parts.push(Buffer.from([distance & 255, distance >> 8, ...length(matchLength - MIN_MATCH)]));
  };
  while (at + 12 < bytes.length) {
    const key = bytes.toString('latin1', at, at + MIN_MATCH);
    const before = seen.get(key);
    seen.set(key, at);
    if (before === undefined || at - before > 65_535) {
      at += 1;
      continue;
    }
    let matched = MIN_MATCH;
    while (at + matched + 5 < bytes.length && bytes[before + matched] === bytes[at + matched]) matched += 1;
    emit(matched, at - before);
    at += matched;
    literalsAt = at;
  }
  at = bytes.length;
  emit(0, 0);
  return Buffer.concat(parts);
};

/** An LZ4 frame, in blocks of 64 KiB. */
export const lz4Of = (bytes: Buffer): Buffer => {
  const parts: Buffer[] = [Buffer.from('04224d18604082', 'hex')];
  for (let at = 0; at < bytes.length; at += 65_536) {
    const plain = bytes.subarray(at, at + 65_536);
    const packed = blockOf(plain);
    const isSmaller = packed.length < plain.length;
    const head = Buffer.alloc(4);
    head.writeUInt32LE(((isSmaller ? packed.length : plain.length) | (isSmaller ? 0 : 0x80000000)) >>> 0, 0);
    parts.push(head, isSmaller ? packed : plain);
  }
  return Buffer.concat([...parts, Buffer.alloc(4)]);
};
