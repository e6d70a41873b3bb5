// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** SHA-256 (FIPS 180-4) of a text in UTF-8. Pure: the engine has no access to a cryptography library. */

const ROUNDS = 64;

function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let candidate = 2; primes.length < count; candidate += 1)
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
  return primes;
}
/** First 32 bits of the fractional part, as the standard defines its constants. */
const fraction = (value: number): number => Math.floor((value - Math.floor(value)) * 2 ** 32);

const PRIMES = firstPrimes(ROUNDS);
const CONSTANTS = Uint32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)));
const START = Uint32Array.from(PRIMES.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));

/** Writes a character beyond ASCII; gives the place after it. */
function putWide(bytes: Uint8Array, code: number, at: number): number {
  let next = at;
  if (code < 0x800) bytes[next++] = 0xc0 | (code >> 6);
  else {
    if (code < 0x10000) bytes[next++] = 0xe0 | (code >> 12);
    else {
      bytes[next++] = 0xf0 | (code >> 18);
      bytes[next++] = 0x80 | ((code >> 12) & 0x3f);
    }
    bytes[next++] = 0x80 | ((code >> 6) & 0x3f);
  }
  bytes[next++] = 0x80 | (code & 0x3f);
  return next;
}

/** UTF-8 of a text, padded as the standard says; a lone surrogate becomes U+FFFD. */
function padded(text: string): Uint8Array {
  // No character of UTF-16 takes more than three bytes; a pair of them takes four.
  const message = new Uint8Array(((text.length * 3 + 8) >> 6) * 64 + 64);
  const whole = text.toWellFormed();
  let length = 0;
  for (let at = 0; at < whole.length; at += 1) {
    const code = whole.codePointAt(at) ?? 0xfffd;
    if (code < 0x80) message[length++] = code;
    else {
      length = putWide(message, code, length);
      if (code > 0xffff) at += 1;
    }
  }
  message[length] = 0x80;
  const end = ((length + 8) >> 6) * 64 + 64;
  const view = new DataView(message.buffer);
  view.setUint32(end - 8, Math.floor((length * 8) / 2 ** 32));
  view.setUint32(end - 4, (length * 8) >>> 0);
  return message.subarray(0, end);
}

const rotate = (value: number, by: number): number => (value >>> by) | (value << (32 - by));
const at = (words: Uint32Array, index: number): number => words[index] ?? 0;

function schedule(view: DataView, offset: number, words: Uint32Array): void {
  for (let index = 0; index < 16; index += 1) words[index] = view.getUint32(offset + index * 4);
  for (let index = 16; index < ROUNDS; index += 1) {
    const early = at(words, index - 15);
    const late = at(words, index - 2);
    const small = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3);
    const large = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10);
    words[index] = at(words, index - 16) + small + at(words, index - 7) + large;
  }
}

function compress(state: Uint32Array, words: Uint32Array): void {
  let a = at(state, 0);
  let b = at(state, 1);
  let c = at(state, 2);
  let d = at(state, 3);
  let e = at(state, 4);
  let f = at(state, 5);
  let g = at(state, 6);
  let h = at(state, 7);
  for (let index = 0; index < ROUNDS; index += 1) {
    const sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const one = (h + sum1 + ((e & f) ^ (~e & g)) + at(CONSTANTS, index) + at(words, index)) | 0;
    const sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const two = (sum0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  state[0] = at(state, 0) + a;
  state[1] = at(state, 1) + b;
  state[2] = at(state, 2) + c;
  state[3] = at(state, 3) + d;
  state[4] = at(state, 4) + e;
  state[5] = at(state, 5) + f;
  state[6] = at(state, 6) + g;
  state[7] = at(state, 7) + h;
}

/** SHA-256 of a text, as 64 hexadecimal digits in lower case. */
export function sha256(text: string): string {
  const message = padded(text);
  const view = new DataView(message.buffer);
  const state = Uint32Array.from(START);
  const words = new Uint32Array(ROUNDS);
  for (let offset = 0; offset < message.length; offset += 64) {
    schedule(view, offset, words);
    compress(state, words);
  }
  return Array.from(state, (word) => word.toString(16).padStart(8, '0')).join('');
}
