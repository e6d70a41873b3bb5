// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type TarFile, tarOf } from '../testing/trees.ts';
import { readPaxRecords, type TarEntry, TarFault, TarParser } from './tar-parser.ts';

const parse = (
  bytes: Buffer,
  chunkBytes = bytes.length,
): { entries: (TarEntry & { text: string })[]; isComplete: boolean } => {
  const entries: (TarEntry & { text: string })[] = [];
  const parser = new TarParser({
    entry: (entry) => {
      const pieces: Buffer[] = [];
      return (piece) => {
        if (piece === undefined) entries.push({ ...entry, text: Buffer.concat(pieces).toString() });
        else pieces.push(Buffer.from(piece));
      };
    },
  });
  for (let at = 0; at < bytes.length; at += Math.max(1, chunkBytes))
    parser.push(bytes.subarray(at, at + chunkBytes));
  return { entries, isComplete: parser.isComplete };
};

const pax = (key: string, value: string): TarFile => {
  const body = ` ${key}=${value}\n`;
  let length = body.length;
  while (String(length).length + body.length !== length) length = String(length).length + body.length;
  return { path: 'PaxHeaders/x', type: 'x', content: `${length}${body}` };
};

describe('TarParser', () => {
  it('reads files, folders, links and devices', () => {
    const { entries, isComplete } = parse(
      tarOf([
        { path: 'a/', type: '5', mode: 0o700 },
        { path: 'a/file', content: 'hello', mode: 0o4755 },
        { path: 'a/link', type: '2', target: '../b' },
        { path: 'a/hard', type: '1', target: 'a/file' },
        { path: 'dev/null', type: '3' },
        { path: 'empty' },
      ]),
    );
    expect(isComplete).toBe(true);
    expect(entries.map((entry) => [entry.path, entry.kind, entry.mode, entry.target, entry.text])).toEqual([
      ['a/', 'directory', 0o700, '', ''],
      ['a/file', 'file', 0o4755, '', 'hello'],
      ['a/link', 'link', 0o644, '../b', ''],
      ['a/hard', 'hard-link', 0o644, 'a/file', ''],
      ['dev/null', 'other', 0o644, '', ''],
      ['empty', 'file', 0o644, '', ''],
    ]);
  });

  it('reads long names of GNU and pax, for the next entry only', () => {
    const long = 'x/'.repeat(100).concat('end');
    const { entries } = parse(
      tarOf([
        { path: '././@LongLink', type: 'L', content: `${long}\0` },
        { path: 'short', content: '1' },
        pax('path', `${long}2`),
        { path: 'short', content: '2' },
        { path: '././@LongLink', type: 'K', content: 'far/away\0' },
        { path: 'link', type: '2', target: 'near' },
        pax('linkpath', 'further'),
        { path: 'link2', type: '2', target: 'near' },
        { path: 'plain', content: '3' },
      ]),
    );
    expect(entries.map((entry) => entry.path)).toEqual([long, `${long}2`, 'link', 'link2', 'plain']);
    expect(entries.map((entry) => entry.target)).toEqual(['', '', 'far/away', 'further', '']);
  });

  it('notes where each content lies', () => {
    const bytes = tarOf([
      { path: 'a', content: 'x'.repeat(600) },
      { path: 'b', content: 'found' },
    ]);
    const second = parse(bytes).entries[1];
    expect(bytes.toString('latin1', second?.offset, (second?.offset ?? 0) + 5)).toBe('found');
  });

  it('gives the same entries however the bytes arrive', () => {
    const bytes = tarOf([
      { path: 'a', content: 'x'.repeat(1_000) },
      pax('path', 'renamed'),
      { path: 'b', content: 'y' },
      { path: 'c/', type: '5' },
    ]);
    const whole = parse(bytes);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3_000 }), (chunkBytes) => {
        expect(parse(bytes, chunkBytes)).toEqual(whole);
      }),
      { seed: 151, numRuns: 60 },
    );
  });

  it('skips entries whose content nobody wants', () => {
    const seen: string[] = [];
    const parser = new TarParser({
      entry: (entry) => {
        seen.push(entry.path);
        return undefined;
      },
    });
    parser.push(tarOf([{ path: 'a', content: 'x'.repeat(5_000) }, { path: 'b' }]));
    expect(seen).toEqual(['a', 'b']);
    expect(parser.isComplete).toBe(true);
  });

  it.each([
    ['0000644\0', 0o644],
    ['   644 \0', 0o644],
    ['00000644', 0o644],
    ['644 \0   ', 0o644],
    ['\0\0\0\0\0\0\0\0', 0],
    ['        ', 0],
    ['\t644\0\0\0\0', 0o644],
    ['648\0\0\0\0\0', 0],
    ['6 4\0\0\0\0\0', 0],
  ])('reads a number written as %j', (text, expected) => {
    const bytes = tarOf([{ path: 'a' }]);
    bytes.write(text.padEnd(8, '\0'), 100, 8, 'latin1');
    bytes.write('        ', 148, 8, 'latin1');
    const sum = bytes.subarray(0, 512).reduce((total, byte) => total + byte, 0);
    bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 8, 'latin1');
    const modes: number[] = [];
    new TarParser({ entry: ({ mode }) => void modes.push(mode) }).push(bytes);
    expect(modes).toEqual([expected]);
  });

  it.each([
    ['text', Buffer.alloc(1_024, 'not a tar archive ')],
    [
      'a wrong checksum',
      (() => {
        const bytes = tarOf([{ path: 'a' }]);
        bytes[0] = 66;
        return bytes;
      })(),
    ],
    ['an extended header of a gigabyte', tarOf([{ path: 'x', type: 'x', sizeBytes: 1024 ** 3 }])],
    ['a long name of a gigabyte', tarOf([{ path: 'x', type: 'L', sizeBytes: 1024 ** 3 }])],
  ])('refuses %s', (_name, bytes) => {
    expect(() => parse(bytes)).toThrow(TarFault);
  });

  it('knows that an archive was cut in the middle of a file', () => {
    const bytes = tarOf([{ path: 'a', content: 'x'.repeat(5_000) }], false);
    expect(parse(bytes.subarray(0, 2_000)).isComplete).toBe(false);
    expect(parse(bytes.subarray(0, 300)).isComplete).toBe(false);
    expect(parse(bytes).isComplete).toBe(true);
    expect(parse(Buffer.alloc(0)).isComplete).toBe(false);
  });

  it('does not wait for bytes that a lying size promises', () => {
    const { entries, isComplete } = parse(tarOf([{ path: 'a', content: 'x', sizeBytes: 8 * 1024 ** 3 - 1 }]));
    expect(entries).toEqual([]);
    expect(isComplete).toBe(false);
  });

  it('never throws anything but TarFault', () => {
    const base = tarOf([
      { path: 'a', content: 'x'.repeat(100) },
      pax('size', '5'),
      { path: 'b', content: 'hello' },
    ]);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(base.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20 }),
        (changes) => {
          const bytes = Buffer.from(base);
          for (const [at, value] of changes) bytes[at] = value;
          try {
            parse(bytes);
          } catch (cause) {
            expect(cause).toBeInstanceOf(TarFault);
          }
        },
      ),
      { seed: 152, numRuns: 500 },
    );
  });
});

describe('readPaxRecords', () => {
  it('stops at the first record that lies about its length', () => {
    expect([...readPaxRecords(Buffer.from('8 a=bcd\n99 x=y\n'))]).toEqual([['a', 'bcd']]);
    expect(readPaxRecords(Buffer.from('0 a=b\n')).size).toBe(0);
    expect(readPaxRecords(Buffer.from('-5 a=b\n')).size).toBe(0);
    expect(readPaxRecords(Buffer.from('garbage')).size).toBe(0);
  });
});
