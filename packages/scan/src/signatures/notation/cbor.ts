// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { demand, Refusal } from '../refusal.ts';

/** A value of CBOR (RFC 8949), of the kinds COSE signatures use. */
export type CborValue =
  | number
  | string
  | boolean
  | null
  | Buffer
  | readonly CborValue[]
  | ReadonlyMap<number | string, CborValue>
  | CborTag;

/** A tagged value. */
export class CborTag {
  readonly tag: number;
  readonly value: CborValue;

  constructor(tag: number, value: CborValue) {
    this.tag = tag;
    this.value = value;
  }
}

const DEPTH_MAX = 16;
const ITEMS_MAX = 1024;
const bad = (detail: string): Refusal => new Refusal('malformed', `CBOR: ${detail}`);

class Reader {
  readonly #bytes: Buffer;
  #at = 0;
  #items = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  #take(length: number): Buffer {
    if (length > this.#bytes.length - this.#at) throw bad('ends early');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** Argument of an item's head, in its shortest form only (RFC 8949, 4.2.1). */
  #argument(info: number): number {
    if (info < 24) return info;
    const octets = { 24: 1, 25: 2, 26: 4, 27: 8 }[info];
    if (octets === undefined) throw bad('indefinite length');
    const bytes = this.#take(octets);
    const value = octets === 8 ? Number(bytes.readBigUInt64BE()) : bytes.readUIntBE(0, octets);
    const least = { 1: 24, 2: 2 ** 8, 4: 2 ** 16, 8: 2 ** 32 }[octets] ?? 0;
    if (value < least || !Number.isSafeInteger(value)) throw bad('number is not the shortest, or too large');
    return value;
  }

  #map(length: number, depth: number): ReadonlyMap<number | string, CborValue> {
    const map = new Map<number | string, CborValue>();
    for (let index = 0; index < length; index += 1) {
      const key = this.read(depth + 1);
      if (typeof key !== 'number' && typeof key !== 'string') throw bad('key is no number and no text');
      if (map.has(key)) throw bad('a key twice');
      map.set(key, this.read(depth + 1));
    }
    return map;
  }

  read(depth: number): CborValue {
    this.#items += 1;
    if (depth > DEPTH_MAX || this.#items > ITEMS_MAX) throw bad('too deep, or too many items');
    const head = this.#take(1)[0] ?? 0;
    const argument = this.#argument(head & 0x1f);
    switch (head >> 5) {
      case 0:
        return argument;
      case 1:
        return -1 - argument;
      case 2:
        return this.#take(argument);
      case 3:
        return this.#text(argument);
      case 4:
        if (argument > ITEMS_MAX) throw bad('too many items');
        return Array.from({ length: argument }, () => this.read(depth + 1));
      case 5:
        return this.#map(argument, depth);
      case 6:
        return new CborTag(argument, this.read(depth + 1));
      default:
        return simple(head & 0x1f);
    }
  }

  #text(length: number): string {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(this.#take(length));
    } catch (error) {
      if (error instanceof Refusal) throw error;
      throw bad('text is not UTF-8');
    }
  }
}

function simple(value: number): CborValue {
  if (value === 20) return false;
  if (value === 21) return true;
  if (value === 22) return null;
  throw bad('a number with a point, or an unknown simple value');
}

/** The one value that fills `bytes`: depth at most 16, at most 1,024 items, no indefinite lengths; throws a Refusal. */
export function readCbor(bytes: Buffer): CborValue {
  const reader = new Reader(bytes);
  const value = reader.read(0);
  demand(reader.isAtEnd, 'malformed', 'CBOR: bytes after the end');
  return value;
}

/** Head of an item. */
function headOf(major: number, length: number): Buffer {
  if (length < 24) return Buffer.of((major << 5) | length);
  if (length < 2 ** 8) return Buffer.of((major << 5) | 24, length);
  const head = Buffer.alloc(length < 2 ** 16 ? 3 : 5);
  head[0] = (major << 5) | (length < 2 ** 16 ? 25 : 26);
  head.writeUIntBE(length, 1, head.length - 1);
  return head;
}

/** What the signature of a COSE_Sign1 message is over (RFC 9052, 4.4), without external data. */
export function signatureStructure(protectedHeader: Buffer, payload: Buffer): Buffer {
  const context = Buffer.from('Signature1');
  return Buffer.concat([
    headOf(4, 4),
    headOf(3, context.length),
    context,
    headOf(2, protectedHeader.length),
    protectedHeader,
    headOf(2, 0),
    headOf(2, payload.length),
    payload,
  ]);
}
