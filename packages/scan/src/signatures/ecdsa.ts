// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { childrenOf, readDer, TAG } from './der.ts';
import { Refusal } from './refusal.ts';

/**
 * Verifying ECDSA from a digest alone (FIPS 186-5, 6.4.2), which node:crypto does not offer. Only public values are
 * handled, so the time it takes tells nothing. About 10 ms; bytes are verified by node:crypto instead.
 */
export type Curve = 'prime256v1';

interface Parameters {
  readonly p: bigint;
  readonly n: bigint;
  readonly b: bigint;
  readonly g: { readonly x: bigint; readonly y: bigint };
}

/** P-256 (FIPS 186-5 with SP 800-186, 3.2.1.3); a = -3. */
const CURVES: Readonly<Record<Curve, Parameters>> = {
  prime256v1: {
    p: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
    n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
    g: {
      x: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
      y: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
    },
  },
};

/** Whether a curve can be used here. */
export const isCurve = (name: string | undefined): name is Curve => name !== undefined && name in CURVES;

/** Jacobian coordinates; z = 0 is the point at infinity. */
interface Point {
  readonly x: bigint;
  readonly y: bigint;
  readonly z: bigint;
}
const INFINITY: Point = { x: 1n, y: 1n, z: 0n };

const mod = (value: bigint, by: bigint): bigint => {
  const rest = value % by;
  return rest < 0n ? rest + by : rest;
};

/** Inverse by Euclid's algorithm; `value` is not 0. */
function inverse(value: bigint, by: bigint): bigint {
  let [low, high] = [mod(value, by), by];
  let [left, right] = [1n, 0n];
  while (low > 1n) {
    const times = high / low;
    [low, high] = [high - times * low, low];
    [left, right] = [right - times * left, left];
  }
  return mod(left, by);
}

function double({ x, y, z }: Point, p: bigint): Point {
  if (z === 0n || y === 0n) return INFINITY;
  const square = mod(y * y, p);
  const s = mod(4n * x * square, p);
  const zz = mod(z * z, p);
  const m = mod(3n * (x - zz) * (x + zz), p);
  const newX = mod(m * m - 2n * s, p);
  return { x: newX, y: mod(m * (s - newX) - 8n * square * square, p), z: mod(2n * y * z, p) };
}

function add(left: Point, right: Point, p: bigint): Point {
  if (left.z === 0n) return right;
  if (right.z === 0n) return left;
  const [zz1, zz2] = [mod(left.z * left.z, p), mod(right.z * right.z, p)];
  const [u1, u2] = [mod(left.x * zz2, p), mod(right.x * zz1, p)];
  const [s1, s2] = [mod(left.y * zz2 * right.z, p), mod(right.y * zz1 * left.z, p)];
  const h = mod(u2 - u1, p);
  const r = mod(s2 - s1, p);
  if (h === 0n) return r === 0n ? double(left, p) : INFINITY;
  const hh = mod(h * h, p);
  const hhh = mod(h * hh, p);
  const v = mod(u1 * hh, p);
  const x = mod(r * r - hhh - 2n * v, p);
  return { x, y: mod(r * (v - x) - s1 * hhh, p), z: mod(h * left.z * right.z, p) };
}

/** u1 * G + u2 * Q, bit by bit together (Shamir's trick). */
function combine(u1: bigint, u2: bigint, q: Point, { p, g }: Parameters): Point {
  const base = { ...g, z: 1n };
  const both = add(base, q, p);
  let sum = INFINITY;
  for (let bit = 255n; bit >= 0n; bit -= 1n) {
    sum = double(sum, p);
    const [one, two] = [(u1 >> bit) & 1n, (u2 >> bit) & 1n];
    if (one === 1n && two === 1n) sum = add(sum, both, p);
    else if (one === 1n) sum = add(sum, base, p);
    else if (two === 1n) sum = add(sum, q, p);
  }
  return sum;
}

function readSignature(signature: Buffer): { readonly r: bigint; readonly s: bigint } | undefined {
  try {
    const parts = childrenOf(readDer(signature, TAG.sequence), TAG.sequence);
    const [r, s] = parts.map(({ tag, content }) => {
      const isShort = content[0] === 0 ? (content[1] ?? 0) > 0x7f : (content[0] ?? 0x80) < 0x80;
      return tag === TAG.integer && isShort ? BigInt(`0x0${content.toString('hex')}`) : 0n;
    });
    return r === undefined || s === undefined || parts.length !== 2 ? undefined : { r, s };
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

/** Whether a DER signature is right for a digest and a public point. */
export function verifyDigest(
  curve: Curve,
  point: { readonly x: bigint; readonly y: bigint },
  digest: Buffer,
  signature: Buffer,
): boolean {
  const parameters = CURVES[curve];
  const { p, n, b } = parameters;
  const pair = readSignature(signature);
  if (pair === undefined) return false;
  const { r, s } = pair;
  if (r <= 0n || r >= n || s <= 0n || s >= n) return false;
  const { x, y } = point;
  if (x >= p || y >= p || mod(y * y - (x * x * x - 3n * x + b), p) !== 0n) return false;
  const e = BigInt(`0x0${digest.subarray(0, 32).toString('hex')}`);
  const w = inverse(s, n);
  const sum = combine(mod(e * w, n), mod(r * w, n), { x, y, z: 1n }, parameters);
  if (sum.z === 0n) return false;
  const z = inverse(sum.z, p);
  return mod(mod(sum.x * z * z, p), n) === r;
}
