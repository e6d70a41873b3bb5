// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { PieceWriter } from './piece-writer.ts';

const PIECES = [
  '{"text":"',
  'ö'.repeat(40_000),
  '漢字'.repeat(20_000),
  '\u{1f511}',
  'x'.repeat(300_000),
  '\ud800',
  '"}',
];

/** A stream of the platform that keeps the bytes that it is given, and has written none of them yet when it is slow. */
function stream(isSlow: boolean) {
  const given: (Uint8Array | string)[] = [];
  return {
    given,
    write: (bytes: Uint8Array | string): boolean => {
      given.push(isSlow || typeof bytes === 'string' ? bytes : Buffer.from(bytes));
      return !isSlow;
    },
    writableLength: isSlow ? 1 : 0,
  };
}

describe('a writer of pieces', () => {
  const whole = Buffer.from(PIECES.join(''), 'utf8').toString();

  it.each([false, true])('writes the bytes of the text, to a slow stream too: %s', (isSlow) => {
    const out = stream(isSlow);
    const writer = new PieceWriter(out, out);
    for (let turn = 0; turn < 3; turn += 1) for (const piece of PIECES) writer.write(piece);
    writer.flush();
    const written = Buffer.concat(out.given.map((one) => (typeof one === 'string' ? Buffer.from(one) : one)));
    expect(written.toString()).toBe(whole.repeat(3));
    expect(out.given.length).toBeLessThan(3 * PIECES.length);
    expect(out.given.some((one) => typeof one !== 'string')).toBe(true);
  });

  it('gives text to what is no stream of the platform', () => {
    const given: string[] = [];
    const writer = new PieceWriter({ write: (text: string) => given.push(text) });
    for (const piece of PIECES) writer.write(piece);
    writer.flush();
    expect(given.join('')).toBe(PIECES.join(''));
  });
});
