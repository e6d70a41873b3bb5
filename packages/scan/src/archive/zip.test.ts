// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { zipOf } from '../testing/trees.ts';
import { openZip, type ZipArchive } from './zip.ts';

const source = (bytes: Buffer) => ({
  sizeBytes: bytes.length,
  readAt: (offset: number, length: number) => bytes.subarray(offset, offset + length),
});
const open = (bytes: Buffer): ZipArchive => {
  const zip = openZip(source(bytes));
  if (!zip.ok) throw new Error(zip.error.detail);
  return zip.value;
};
const text = (zip: ZipArchive, name: string, maxBytes = 1_000): string => {
  const entry = zip.entries.find((one) => one.name === name);
  const content = entry === undefined ? undefined : zip.read(entry, maxBytes);
  return content?.ok === true ? content.value.toString() : (content?.error.code ?? 'absent');
};

describe('openZip', () => {
  it('lists and inflates', () => {
    const zip = open(zipOf({ 'a.txt': 'hello', 'b/c.txt': 'x'.repeat(900), 'ü.txt': 'ö' }));
    expect(zip.entries.map((entry) => entry.name)).toEqual(['a.txt', 'b/c.txt', 'ü.txt']);
    expect([text(zip, 'a.txt'), text(zip, 'b/c.txt'), text(zip, 'ü.txt')]).toEqual([
      'hello',
      'x'.repeat(900),
      'ö',
    ]);
    expect(zip.isIncomplete).toBe(false);
  });

  it('reads an archive with bytes before it and a comment behind it', () => {
    const bytes = zipOf({ a: 'b' });
    const end = Buffer.from(bytes);
    end.writeUInt16LE(5, end.length - 2);
    expect(text(open(Buffer.concat([Buffer.from('#!/bin/sh\n'), end, Buffer.from('hello')])), 'a')).toBe('b');
  });

  it('does not inflate beyond the limit, honest or lying', () => {
    const zeros = Buffer.alloc(1_000_000);
    expect(text(open(zipOf({ a: zeros })), 'a', 1_000)).toBe('too-large');
    expect(text(open(zipOf({ a: zeros }, { sizeBytes: 5 })), 'a', 10_000)).toBe('malformed');
  });

  it('does not inflate beyond what the directory claims', () => {
    expect(text(open(zipOf({ a: 'hello' }, { sizeBytes: 4 })), 'a')).toBe('malformed');
    expect(text(open(zipOf({ a: 'hello' }, { sizeBytes: 6 })), 'a')).toBe('hello');
    expect(text(open(zipOf({ a: '' })), 'a')).toBe('');
  });

  it.each([
    ['encrypted', 8, 1, 'unsupported'],
    ['packed in another way', 10, 12, 'unsupported'],
    ['of a header elsewhere', 42, 3, 'malformed'],
  ])('says that an entry is %s', (_name, field, value, code) => {
    const bytes = zipOf({ a: 'b' });
    bytes.writeUInt16LE(value, bytes.indexOf(Buffer.from('504b0102', 'hex')) + field);
    expect(text(open(bytes), 'a')).toBe(code);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('hello world, this is no archive')],
    ['a cut archive', zipOf({ a: 'b' }).subarray(0, 40)],
    [
      'a directory outside of the file',
      (() => {
        const bytes = zipOf({ a: 'b' });
        bytes.writeUInt32LE(0x7fffffff, bytes.length - 10);
        return bytes;
      })(),
    ],
    [
      'a directory of a gigabyte',
      (() => {
        const bytes = zipOf({ a: 'b' });
        bytes.writeUInt32LE(1 << 30, bytes.length - 10);
        return bytes;
      })(),
    ],
  ])('refuses %s', (_name, bytes) => {
    expect(openZip(source(bytes)).ok).toBe(false);
  });

  it('survives any damage', () => {
    const base = zipOf({ 'a.txt': 'hello', 'b.txt': 'world'.repeat(20) });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(base.length - 1), fc.nat(255)), { minLength: 1, maxLength: 12 }),
        (changes) => {
          const bytes = Buffer.from(base);
          for (const [at, value] of changes) bytes[at] = value;
          const zip = openZip(source(bytes));
          if (zip.ok) for (const entry of zip.value.entries) zip.value.read(entry, 10_000);
        },
      ),
      { seed: 161, numRuns: 500 },
    );
  });
});
