// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { I32, I64, wasmGlobal } from './wasm-code.ts';

// Where things lie in the memory of the inflater, and what an entry of its tables says:
// bits 0-7    bits that the symbol takes in all, with the extra ones that follow its code
// bits 8-15   how far extra bits are shifted: the length of the code, and the phantom bits (see below)
// bits 16-30  the literal, or the smallest length or distance; in a pointer: where the further table starts
// bit 31      no plain symbol: a pointer to a further table, the end of the block, or no code at all
// bits 32-47  mask of the extra bits
// bit 60      no code at all (with bits 31 and 62); bit 62: end of the block (with bit 31)
// bit 63      a literal: the sign is the cheapest thing to ask for

const IS_LITERAL = 1n << 63n;
const IS_END = (1n << 62n) | (1n << 31n);
/** An entry for bits that are no code; it takes one bit. */
export const NO_CODE = (1n << 60n) | IS_END;
/** A pointer to a further table. */
export const IS_POINTER = 1n << 31n;

/** How many bits the first look-up sees: 16 kB of literals and lengths, which stay in the nearest cache. */
export const LITERAL_BITS = 11;
export const DISTANCE_BITS = 8;
export const LENGTHS_BITS = 7;
/** The symbol loop keeps its bits three places up: the lowest ones then are an offset into a table of 8-byte entries. */
export const PHANTOM_BITS = 3;
export const ENTRY_SHIFT = 3;

/** For each distance below 16: the order that repeats so many bytes in 16, and how many of those are whole repeats. */
export const REPEATS = 0x100;
export const STRIDES = 0x200;
/** What the tables are made of: an entry for each symbol, which still lacks its code. */
export const LITERAL_SYMBOLS = 0x400;
export const DISTANCE_SYMBOLS = 0x1000;
export const LENGTHS_SYMBOLS = 0x1200;
/** Lengths of the codes of a block, one byte each. */
export const LENGTHS = 0x1400;
/** How many codes have a length, and where the next symbol of that length goes among the sorted ones. */
export const COUNTS = 0x1600;
export const NEXT = 0x1680;
export const SORTED = 0x1800;
export const LENGTHS_TABLE = 0x1c00;
export const LENGTHS_ORDER = 0x2000;
/** With 11 bits and 288 symbols, or 8 bits and 32, at most 2342 and 402 entries are in use. */
export const LITERAL_TABLE = 0x4000;
export const DISTANCE_TABLE = 0xc000;

export const WINDOW_BYTES = 32 * 1024;
export const INPUT_BYTES = 512 * 1024;
/** Larger ones leave the second cache before they are hashed and read. */
export const OUTPUT_BYTES = 256 * 1024;
/** More than the header of a block can have (286), and what is read ahead. */
export const HEADER_BYTES = 512;
/** Zeros behind the input, so that reading past its end needs no question before each symbol. */
export const PADDING_BYTES = 2048;
export const INPUT = 0x10000;
/** The output is led by what distances may point at; matches are written in steps of 16, past their end. */
export const OUTPUT = INPUT + INPUT_BYTES + 2 * PADDING_BYTES + WINDOW_BYTES;
export const OUTPUT_END = OUTPUT + OUTPUT_BYTES;
const PAGE_BYTES = 64 * 1024;
export const MEMORY_PAGES = Math.ceil((OUTPUT_END + PADDING_BYTES) / PAGE_BYTES);

/** What outlives a call: the place in both streams, and in the block. */
export const GLOBAL = {
  bits: wasmGlobal(0, I64),
  bitCount: wasmGlobal(1, I64),
  input: wasmGlobal(2, I32),
  output: wasmGlobal(3, I32),
  state: wasmGlobal(4, I32),
  storedBytes: wasmGlobal(5, I32),
  /** The first byte that a distance may point at. */
  oldest: wasmGlobal(6, I32),
  isLast: wasmGlobal(7, I32),
};

export const STATE = { header: 0, stored: 1, codes: 2 };

/** What `run` answers, beside a fault. */
export const ANSWER = { needsInput: 0, isFull: 1, isDone: 2 };

/** What can be wrong with a stream, by the answer of the inflater; the words are zlib's, which people know. */
export const FAULT = {
  blockType: -1,
  stored: -2,
  counts: -3,
  lengths: -4,
  repeat: -5,
  noEnd: -6,
  literals: -7,
  distances: -8,
  literalCode: -9,
  distanceCode: -10,
  tooFar: -11,
  truncated: -12,
};

export const FAULT_WORDS: readonly string[] = [
  'invalid block type',
  'invalid stored block lengths',
  'too many length or distance symbols',
  'invalid code lengths set',
  'invalid bit length repeat',
  'invalid code -- missing end-of-block',
  'invalid literal/lengths set',
  'invalid distances set',
  'invalid literal/length code',
  'invalid distance code',
  'invalid distance too far back',
  'unexpected end of file',
];

const SYMBOLS = { literals: 288, end: 256, lengths: 29, distances: 30, allDistances: 32, codeLengths: 19 };
const MAX_MATCH = 258;
/** The order of RFC 1951, 3.2.7. */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

const entryOf = (base: number, extraBits: number): bigint =>
  (BigInt(2 ** extraBits - 1) << 32n) |
  (BigInt(base) << 16n) |
  (BigInt(PHANTOM_BITS) << 8n) |
  BigInt(extraBits);

const literalEntries = (): bigint[] => {
  const literals = Array.from({ length: SYMBOLS.end }, (_, byte) => IS_LITERAL | (BigInt(byte) << 16n));
  const lengths: bigint[] = [];
  // From 3 on: eight of no extra bits, then four of one, of two and so on. The last one stands for 258 alone.
  for (let symbol = 0, base = 3; symbol < SYMBOLS.lengths - 1; symbol += 1) {
    const extraBits = Math.max(0, Math.floor(symbol / 4) - 1);
    lengths.push(entryOf(base, extraBits));
    base += 2 ** extraBits;
  }
  const used = [...literals, IS_END, ...lengths, entryOf(MAX_MATCH, 0)];
  return [...used, ...Array.from({ length: SYMBOLS.literals - used.length }, () => NO_CODE)];
};

const distanceEntries = (): bigint[] => {
  const entries: bigint[] = [];
  for (let symbol = 0, base = 1; symbol < SYMBOLS.distances; symbol += 1) {
    const extraBits = Math.max(0, Math.floor(symbol / 2) - 1);
    entries.push(entryOf(base, extraBits));
    base += 2 ** extraBits;
  }
  return [...entries, ...Array.from({ length: SYMBOLS.allDistances - entries.length }, () => NO_CODE)];
};

/** Writes what never changes into the memory of a new inflater. */
export const writeConstants = (bytes: Buffer): void => {
  const write = (at: number, entries: readonly bigint[]): void =>
    entries.forEach((entry, index) => {
      bytes.writeBigUInt64LE(entry, at + 8 * index);
    });
  write(LITERAL_SYMBOLS, literalEntries());
  write(DISTANCE_SYMBOLS, distanceEntries());
  write(
    LENGTHS_SYMBOLS,
    Array.from({ length: SYMBOLS.codeLengths }, (_, symbol) => BigInt(symbol) << 16n),
  );
  bytes.set(ORDER, LENGTHS_ORDER);
  for (let distance = 1; distance < 16; distance += 1) {
    for (let at = 0; at < 16; at += 1) bytes[REPEATS + 16 * distance + at] = at % distance;
    bytes[STRIDES + distance] = 16 - (16 % distance);
  }
};
