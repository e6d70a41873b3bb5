// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';

const FILL_BYTES = 64 * 1024;
const HEADER_BYTES = 64 + 56;

/** Bytes that look random and are the same for the same seed. */
export const noiseOf = (seed: string, sizeBytes = FILL_BYTES): Buffer => {
  const pieces: Buffer[] = [];
  for (let at = 0, bytes = 0; bytes < sizeBytes; at += 1) {
    const piece = createHash('sha512').update(`${seed} ${at}`).digest();
    pieces.push(piece);
    bytes += piece.length;
  }
  return Buffer.concat(pieces).subarray(0, sizeBytes);
};

/** Bytes with the variety of machine code: few values often, many seldom. */
const codeOf = (sizeBytes = FILL_BYTES): Buffer =>
  Buffer.from(Uint8Array.from({ length: sizeBytes }, (_, at) => (at % 3 === 0 ? 0x48 : (at * 7) % 61)));

/** A 64-bit ELF file whose one segment is executed and holds the text, and behind it the fill. */
export const programOf = (text: string, fill?: 'noise' | 'code'): Buffer => {
  const body = Buffer.concat([
    Buffer.from(text, 'latin1'),
    fill === 'noise' ? noiseOf(text) : fill === 'code' ? codeOf() : Buffer.alloc(0),
  ]);
  const header = Buffer.alloc(HEADER_BYTES);
  header.write('\x7fELF', 0, 'latin1');
  header[4] = 2;
  header[5] = 1;
  header[6] = 1;
  header.writeUInt16LE(2, 16);
  header.writeUInt16LE(62, 18);
  header.writeUInt32LE(1, 20);
  header.writeBigUInt64LE(64n, 32);
  header.writeUInt16LE(64, 52);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(1, 56);
  header.writeUInt32LE(1, 64);
  header.writeUInt32LE(5, 68);
  header.writeBigUInt64LE(0n, 72);
  header.writeBigUInt64LE(BigInt(HEADER_BYTES + body.length), 96);
  header.writeBigUInt64LE(BigInt(HEADER_BYTES + body.length), 104);
  return Buffer.concat([header, body]);
};
