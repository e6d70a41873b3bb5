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

const record = (key: string, value: string): string => {
  const body = ` ${key}=${value}\n`;
  let length = body.length;
  while (String(length).length + body.length !== length) length = String(length).length + body.length;
  return `${length}${body}`;
};
const pax = (key: string, value: string): TarFile => ({
  path: 'PaxHeaders/x',
  type: 'x',
  content: record(key, value),
});
const GLOBAL: TarFile = { path: 'pax_global_header', type: 'g', content: record('comment', 'x') };
const longName = (name: string): TarFile => ({ path: '././@LongLink', type: 'L', content: `${name}\0` });

/** An archive whose first header has other bytes in some places, and the checksum of those. */
const changed = (bytes: Buffer, fields: Readonly<Record<number, string>>): Buffer => {
  const header = bytes.subarray(0, 512);
  for (const [at, text] of Object.entries(fields)) header.write(text, Number(at), 'latin1');
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return bytes;
};
const GNU = 'ustar  \0';
const TIMES = '14771252000\0'.repeat(2);
const base256 = (...bytes: number[]): string =>
  String.fromCharCode(...bytes.concat(Array(12 - bytes.length).fill(0)));
/** A file that a reader takes for content when it believes that the entry before has any. */
const INSIDE = tarOf([{ path: 'inside', content: 'in' }], false);

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
    ['\0 \x00644\0\0', 0o644],
    ['\t644\0\0\0\0', 0],
    ['648\0\0\0\0\0', 0],
    ['6 4\0\0\0\0\0', 0],
  ])('reads a number written as %j', (text, expected) => {
    const bytes = changed(tarOf([{ path: 'a' }]), { 100: text.padEnd(8, '\0') });
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

  /** What Go's archive/tar, and so every runtime, makes of these archives. */
  it.each<[string, Buffer, readonly string[]]>([
    [
      'a directory of old archives that states a size',
      Buffer.concat([
        changed(tarOf([{ path: 'x/', sizeBytes: INSIDE.length }], false), { 156: '\0' }),
        INSIDE,
        tarOf([{ path: 'f' }]),
      ]),
      ['directory x/', 'file inside in', 'file f'],
    ],
    [
      'a long name that makes an old file a directory',
      Buffer.concat([
        tarOf([longName('x/')], false),
        changed(tarOf([{ path: 'x', sizeBytes: INSIDE.length }], false), { 156: '\0' }),
        INSIDE,
        tarOf([{ path: 'f' }]),
      ]),
      ['directory x/', 'file inside in', 'file f'],
    ],
    [
      'a regular file with a slash at its end, which has content',
      tarOf([{ path: 'x/', content: INSIDE }, { path: 'f' }]),
      [`file x/ ${INSIDE}`, 'file f'],
    ],
    ['a file of an old archive', changed(tarOf([{ path: 'x', content: '1' }]), { 156: '\0' }), ['file x 1']],
    [
      'a size behind a NUL',
      changed(tarOf([{ path: 'x', content: '\0'.repeat(512) }, { path: 'f' }]), { 124: '\x000000001000\0' }),
      [`file x ${'\0'.repeat(512)}`, 'file f'],
    ],
    ['an empty pax path', tarOf([pax('path', ''), { path: 'f' }]), ['file f']],
    [
      'an empty pax path after another',
      tarOf([{ ...pax('path', ''), content: record('path', 'decoy') + record('path', '') }, { path: 'f' }]),
      ['file f'],
    ],
    ['an empty pax size', tarOf([pax('size', ''), { path: 'f', content: '1' }]), ['file f 1']],
    [
      'a pax header in place of another',
      tarOf([pax('path', 'decoy'), pax('mtime', '1'), { path: 'f' }]),
      ['file f'],
    ],
    [
      'a pax header without records in place of another',
      tarOf([pax('path', 'decoy'), { path: 'x', type: 'x' }, { path: 'f' }]),
      ['file f'],
    ],
    ['a global header behind a pax header', tarOf([pax('path', 'decoy'), GLOBAL, { path: 'f' }]), ['file f']],
    ['a global header behind a long name', tarOf([longName('decoy'), GLOBAL, { path: 'f' }]), ['file f']],
    [
      'the path of a global header',
      tarOf([{ ...GLOBAL, content: record('path', 'decoy') }, { path: 'f' }]),
      ['file f'],
    ],
    [
      'a long name before a pax path',
      tarOf([longName('real'), pax('path', 'decoy'), { path: 'f' }]),
      ['file real'],
    ],
    [
      'a long name behind a pax path',
      tarOf([pax('path', 'decoy'), longName('real'), { path: 'f' }]),
      ['file real'],
    ],
    [
      'a long target and a pax target',
      tarOf([
        { path: 'L', type: 'K', content: 'real\0' },
        pax('linkpath', 'decoy'),
        { path: 'l', type: '2', target: 'own' },
      ]),
      ['link l -> real'],
    ],
    ['a long name that is empty', tarOf([longName(''), pax('path', 'real'), { path: 'f' }]), ['file real']],
    ['the prefix of POSIX', changed(tarOf([{ path: 'f' }]), { 345: 'a/b' }), ['file a/b/f']],
    [
      'the prefix of star, which is shorter',
      changed(tarOf([{ path: 'f' }]), { 345: 'p'.repeat(131), 476: '14771252000 ', 508: 'tar\0' }),
      [`file ${'p'.repeat(131)}/f`],
    ],
    ['no magic', changed(tarOf([{ path: 'f' }]), { 257: '\0'.repeat(8), 345: 'a/b' }), ['file f']],
    [
      'a magic that is nearly that of GNU',
      changed(tarOf([{ path: 'f' }]), { 257: 'ustar 00', 345: 'a/b' }),
      ['file f'],
    ],
    ['times of GNU in octal', changed(tarOf([{ path: 'f' }]), { 257: GNU, 345: TIMES }), ['file f']],
    [
      'times of GNU as numbers',
      changed(tarOf([{ path: 'f' }]), { 257: GNU, 345: '14771252000\0', 357: base256(0x80) }),
      ['file f'],
    ],
    [
      'negative times of GNU',
      changed(tarOf([{ path: 'f' }]), { 257: GNU, 345: '14771252000\0', 357: '\xff'.repeat(12) }),
      ['file f'],
    ],
    [
      'a time of GNU beyond all numbers',
      changed(tarOf([{ path: 'f' }]), { 257: GNU, 345: '14771252000\0', 357: base256(0x80, 1) }),
      ['file 14771252000/f'],
    ],
    [
      'a prefix where GNU has times',
      changed(tarOf([{ path: 'f' }]), { 257: GNU, 345: 'a/b' }),
      ['file a/b/f'],
    ],
    [
      'bytes that are no prefix where GNU has times',
      changed(tarOf([{ path: 'f' }]), { 257: GNU, 345: 'a\xc3\xa4' }),
      ['file f'],
    ],
  ])('sees what a runtime sees: %s', (_name, bytes, expected) => {
    const { entries, isComplete } = parse(bytes);
    const told = entries.map(({ path, kind, text, target }) =>
      [kind, path, ...(text === '' ? [] : [text]), ...(target === '' ? [] : ['->', target])].join(' '),
    );
    expect(told).toEqual(expected);
    expect(isComplete).toBe(true);
  });

  it('keeps names apart that are no UTF-8', () => {
    const named = (name: string): Buffer => changed(tarOf([{ path: '' }], false), { 0: name });
    const texts = ['a\xc3\xa4', 'a\xe4', 'a\xe5', 'a\xef\xbf\xbd', 'a\xef\xbf', 'a\xe4\xc3\xa4', 'a\xe4c3a4'];
    const { entries } = parse(Buffer.concat([...texts.map(named), Buffer.alloc(1024)]));
    expect(entries.map((entry) => entry.path)).toEqual([
      'a\u00e4',
      'a\ufffde4',
      'a\ufffde5',
      'a\ufffdef\ufffdbf\ufffdbd',
      'a\ufffdef\ufffdbf',
      'a\ufffde4\ufffdc3\ufffda4',
      'a\ufffde4c3a4',
    ]);
  });

  it.each([
    ['of pax', tarOf([pax('GNU.sparse.major', '1'), { path: 'decoy', content: 'x' }])],
    ['of pax, without a version', tarOf([pax('GNU.sparse.map', '0,1'), { path: 'decoy', content: 'x' }])],
    ['of GNU', tarOf([{ path: 'f', type: 'S', content: 'x' }])],
  ])('does not guess at a sparse file %s', (_name, bytes) => {
    expect(() => parse(bytes)).toThrow(new TarFault('a sparse file'));
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
  it('reads records, of which the last of a name counts', () => {
    expect([...readPaxRecords(Buffer.from('8 a=bcd\n+7 c=d\n7 e=\u00e4\n8 a=x=y\n'))]).toEqual([
      ['a', 'x=y'],
      ['c', 'd'],
      ['e', '\u00e4'],
    ]);
    expect(readPaxRecords(Buffer.alloc(0)).size).toBe(0);
  });

  it.each([
    '8 a=bcd\n99 x=y\n',
    '0 a=b\n',
    '-5 a=b\n',
    'garbage',
    '8 a=bcdx',
    '0x8 a=b\n',
    '6 abc\n',
    '5 =b\n',
    '10 path=\0\n',
    '8 a\0b=c\n',
    '00005 a=b\n',
  ])('throws as a runtime does: %j', (text) => {
    expect(() => readPaxRecords(Buffer.from(text))).toThrow(TarFault);
  });
});
