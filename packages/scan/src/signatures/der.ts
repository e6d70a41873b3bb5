// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { demand, Refusal } from './refusal.ts';

/** One element of DER (X.690): its tag byte, its content, and both together as they stand. */
export interface DerNode {
  readonly tag: number;
  readonly content: Buffer;
  readonly raw: Buffer;
}

/** Tag bytes that are used here. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

const CHILDREN_MAX = 1024;
const OID_MAX = 64;

const bad = (detail: string): Refusal => new Refusal('malformed', `DER: ${detail}`);

/** Length octets at `at`: definite, in the shortest form, at most three octets (16 MB). */
function lengthAt(bytes: Buffer, at: number): { readonly length: number; readonly next: number } {
  const first = bytes[at];
  if (first === undefined) throw bad('ends early');
  if (first < 0x80) return { length: first, next: at + 1 };
  const octets = first & 0x7f;
  if (octets === 0 || octets > 3 || at + 1 + octets > bytes.length) throw bad('length');
  const length = bytes.readUIntBE(at + 1, octets);
  if (length < 0x80 || length < 2 ** (8 * (octets - 1))) throw bad('length is not the shortest');
  return { length, next: at + 1 + octets };
}

/** The element at `at`; what follows it is left alone. */
function nodeAt(bytes: Buffer, at: number): DerNode {
  const tag = bytes[at];
  if (tag === undefined) throw bad('ends early');
  if ((tag & 0x1f) === 0x1f) throw bad('long tag');
  const { length, next } = lengthAt(bytes, at + 1);
  if (next + length > bytes.length) throw bad('longer than its frame');
  return { tag, content: bytes.subarray(next, next + length), raw: bytes.subarray(at, next + length) };
}

/** The one element that fills `bytes`. Refuses bytes after it. */
export function readDer(bytes: Buffer, tag?: number): DerNode {
  const node = nodeAt(bytes, 0);
  if (node.raw.length !== bytes.length) throw bad('bytes after the end');
  if (tag !== undefined) expectTag(node, tag);
  return node;
}

/** Refuses a node with another tag. */
export function expectTag(node: DerNode | undefined, tag: number): DerNode {
  if (node === undefined) throw bad('an element is missing');
  if (node.tag !== tag) throw bad(`tag ${node.tag}, not ${tag}`);
  return node;
}

/** Elements inside a constructed node, at most 1,024. */
export function childrenOf(node: DerNode, tag?: number): readonly DerNode[] {
  if (tag !== undefined) expectTag(node, tag);
  const children: DerNode[] = [];
  for (let at = 0; at < node.content.length; ) {
    const child = nodeAt(node.content, at);
    children.push(child);
    if (children.length > CHILDREN_MAX) throw bad('too many elements');
    at += child.raw.length;
  }
  return children;
}

/** Dotted form of an object identifier. */
export function oidOf(node: DerNode | undefined): string {
  const { content } = expectTag(node, TAG.oid);
  if (content.length === 0 || content.length > OID_MAX) throw bad('object identifier');
  const arcs: number[] = [];
  let arc = 0;
  for (const [index, byte] of content.entries()) {
    if (arc === 0 && byte === 0x80) throw bad('object identifier is not the shortest');
    if (arc > 2 ** 40) throw bad('object identifier');
    arc = arc * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      arcs.push(arc);
      arc = 0;
    } else if (index === content.length - 1) throw bad('object identifier');
  }
  const [first = 0, ...rest] = arcs;
  const top = Math.min(2, Math.floor(first / 40));
  return [top, first - top * 40, ...rest].join('.');
}

/** An integer as lower-case hexadecimal of its two's complement. */
export const integerHex = (node: DerNode | undefined): string => {
  const { content } = expectTag(node, TAG.integer);
  if (content.length === 0 || content.length > 66) throw bad('integer');
  return content.toString('hex');
};

/** A small whole number. */
export function smallInteger(node: DerNode | undefined): number {
  const { content } = expectTag(node, TAG.integer);
  if (content.length === 0 || content.length > 4 || (content[0] ?? 0) > 0x7f) throw bad('integer');
  return content.readUIntBE(0, content.length);
}

/** Bits of a bit string that has no unused ones. */
export function bitsOf(node: DerNode | undefined): Buffer {
  const { content } = expectTag(node, TAG.bitString);
  if (content[0] !== 0) throw bad('bit string');
  return content.subarray(1);
}

/** UTCTime or GeneralizedTime in the forms RFC 5280 and RFC 3161 allow, as epoch milliseconds. */
export function timeOf(node: DerNode | undefined): number {
  if (node === undefined) throw bad('an element is missing');
  const text = node.content.toString('latin1');
  const isShort = node.tag === TAG.utcTime;
  if (!isShort) expectTag(node, TAG.generalizedTime);
  const form = isShort
    ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/
    : /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d(?:\.\d{1,9})?)Z$/;
  const [, year = '', month, day, hour, minute, second = ''] = form.exec(text) ?? [];
  demand(month !== undefined, 'malformed', 'DER: time');
  const full = isShort ? `${Number(year) < 50 ? '20' : '19'}${year}` : year;
  const at = Date.parse(`${full}-${month}-${day}T${hour}:${minute}:${second}Z`);
  demand(Number.isFinite(at), 'malformed', 'DER: time');
  return at;
}

/** An element with this tag and content. */
export function encodeDer(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  if (content.length < 0x80) return Buffer.concat([Buffer.from([tag, content.length]), content]);
  const octets = content.length < 0x100 ? 1 : content.length < 0x10000 ? 2 : 3;
  const head = Buffer.alloc(2 + octets);
  head[0] = tag;
  head[1] = 0x80 | octets;
  head.writeUIntBE(content.length, 2, octets);
  return Buffer.concat([head, content]);
}
