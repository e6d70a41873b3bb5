// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { LineCutter } from './line-cutter.ts';
import { LogFollower, type LogPlace } from './log-follower.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function stage() {
  const folder = mkdtempSync(join(tmpdir(), 'bartizan-log-'));
  folders.push(folder);
  const path = join(folder, 'audit.log');
  const follow = (place?: LogPlace, firstBytesMax = 1024 ** 2) =>
    new LogFollower({ path, place, firstBytesMax, lineBytesMax: 4096 });
  return { folder, path, follow };
}
/** Everything that is there now. */
function drain(follower: LogFollower, bytes = 100): (string | undefined)[] {
  const lines: (string | undefined)[] = [];
  for (let turns = 0; turns < 10_000; turns += 1) {
    const read = follower.read(bytes);
    if (!read.ok) throw new Error(read.error.kind);
    lines.push(...read.value.lines.map((line) => line?.toString()));
    if (!read.value.isMore) return lines;
  }
  throw new Error('it never ends');
}
/** Line number N; no two lines begin alike. */
const line = (number: number): string => `{"id":"${number}","x":"${'y'.repeat(number % 70)}"}`;
const lines = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => line(from + index));
const text = (from: number, to: number): string => `${lines(from, to).join('\n')}\n`;

describe('following a log file', () => {
  it('gives each line once, and half a line only when its end is there', () => {
    const { path, follow } = stage();
    writeFileSync(path, `${text(0, 30)}{"id":"half`);
    const follower = follow();
    expect(drain(follower)).toEqual(lines(0, 30));
    expect(drain(follower)).toEqual([]);
    appendFileSync(path, ' and whole"}\n');
    expect(drain(follower)).toEqual(['{"id":"half and whole"}']);
    expect(follower.behindBytes()).toBe(0);
  });

  it('goes on where an earlier run stood, with the whole line that was half there', () => {
    const { path, follow } = stage();
    writeFileSync(path, `${text(0, 30)}{"id":"ha`);
    const first = follow();
    drain(first);
    const place = first.place();
    first.close();
    appendFileSync(path, `lf"}\n${text(30, 40)}`);
    expect(drain(follow(place))).toEqual(['{"id":"half"}', ...lines(30, 40)]);
  });

  it('reads a file that was renamed to its end, and then those that came after it', () => {
    const { folder, path, follow } = stage();
    writeFileSync(path, text(0, 10));
    const follower = follow();
    drain(follower);
    appendFileSync(path, text(10, 20));
    renameSync(path, join(folder, 'audit-2026-11-29T00-47-25.123.log'));
    // Another log in the same folder is none of its files.
    writeFileSync(join(folder, 'audit-second.log'), text(900, 910));
    writeFileSync(path, text(20, 30));
    renameSync(path, join(folder, 'audit-2026-11-29T00-48-25.123.log'));
    writeFileSync(path, text(30, 40));
    expect(drain(follower)).toEqual(lines(10, 40));
    expect(follower.counts()).toEqual({ rotations: 2, gaps: 0, skippedBytes: 0 });
    appendFileSync(path, text(40, 45));
    expect(drain(follower)).toEqual(lines(40, 45));
  });

  it('finds what the rotation of a log without an extension made', () => {
    const { folder } = stage();
    const path = join(folder, 'kube-audit');
    writeFileSync(path, text(0, 10));
    const follower = new LogFollower({ path, place: undefined, firstBytesMax: 1024, lineBytesMax: 4096 });
    drain(follower);
    appendFileSync(path, text(10, 20));
    renameSync(path, join(folder, 'kube-audit-2026-11-29T00-47-25.123'));
    writeFileSync(path, text(20, 30));
    renameSync(path, join(folder, 'kube-audit-2026-11-29T00-48-25.123'));
    writeFileSync(join(folder, 'kube-audit-second'), text(900, 910));
    writeFileSync(path, text(30, 40));
    expect(drain(follower)).toEqual(lines(10, 40));
    expect(follower.counts()).toEqual({ rotations: 2, gaps: 0, skippedBytes: 0 });
  });

  /** Files that were written one minute after the other, the first being read; the last is the live one. */
  function rotated(count: number, nameOf: (at: number, whenMs: number) => string) {
    const { folder, path, follow } = stage();
    const startMs = Date.now() - count * 60_000;
    writeFileSync(path, text(0, 10));
    const follower = follow();
    drain(follower);
    appendFileSync(path, text(10, 20));
    const names: string[] = [];
    for (let at = 0; at < count; at += 1) {
      const whenMs = startMs + at * 60_000;
      const name = join(folder, nameOf(at, whenMs + 5));
      utimesSync(path, whenMs / 1000, whenMs / 1000);
      renameSync(path, name);
      names.push(name);
      writeFileSync(path, text(20 + at * 10, 30 + at * 10));
    }
    return { follower, names, path };
  }
  const byTime = (_: number, whenMs: number): string =>
    `audit-${new Date(whenMs).toISOString().slice(0, -1).replaceAll(':', '-')}.log`;
  const byNumber = (at: number): string => `audit.log.${9 - at}`;
  const pack = (path: string, isNew = false): void => {
    execFileSync('gzip', [path]);
    if (isNew) utimesSync(`${path}.gz`, Date.now() / 1000, Date.now() / 1000);
  };

  it.each([
    ['by number, compressed with their times', byNumber, false],
    ['by time, compressed with their times', byTime, false],
    ['by time, compressed as API servers do', byTime, true],
  ])('counts files that came between and are compressed: %s', (_, nameOf, isNew) => {
    const one = rotated(1, nameOf);
    for (const name of one.names) pack(name, isNew);
    expect(drain(one.follower)).toEqual(lines(10, 30));
    expect(one.follower.counts().gaps).toBe(0);
    const two = rotated(2, nameOf);
    for (const name of two.names) pack(name, isNew);
    expect(drain(two.follower)).toEqual([...lines(10, 20), ...lines(30, 40)]);
    expect(two.follower.counts().gaps).toBe(1);
    const four = rotated(4, nameOf);
    for (const at of [1, 3]) pack(four.names[at] ?? '', isNew);
    expect(drain(four.follower)).toEqual([...lines(10, 20), ...lines(30, 40), ...lines(50, 60)]);
    expect(four.follower.counts().gaps).toBe(2);
    appendFileSync(four.path, text(60, 65));
    expect(drain(four.follower)).toEqual(lines(60, 65));
    expect(four.follower.counts().gaps).toBe(2);
  });

  it('counts files that came between and were removed, but not the one that was read', () => {
    const { folder, path, follow } = stage();
    writeFileSync(path, text(0, 10));
    const follower = follow();
    drain(follower);
    appendFileSync(path, text(10, 20));
    rmSync(path);
    writeFileSync(path, text(20, 30));
    expect(drain(follower)).toEqual(lines(10, 30));
    expect(follower.counts().gaps).toBe(0);
    const old = join(folder, 'audit.log.1');
    appendFileSync(path, text(30, 40));
    const longAgoS = Date.now() / 1000 - 60;
    utimesSync(path, longAgoS, longAgoS);
    for (const at of [40, 50]) {
      renameSync(path, old);
      writeFileSync(path, text(at, at + 10));
    }
    rmSync(old);
    expect(drain(follower)).toEqual([...lines(30, 40), ...lines(50, 60)]);
    expect(follower.counts().gaps).toBe(1);
  });

  it('finds the rest in the copy when the file was copied and truncated', () => {
    const { folder, path, follow } = stage();
    writeFileSync(path, text(0, 10));
    const follower = follow();
    drain(follower);
    appendFileSync(path, text(10, 20));
    copyFileSync(path, join(folder, 'audit.log.1'));
    truncateSync(path, 0);
    appendFileSync(path, text(20, 25));
    expect(drain(follower)).toEqual(lines(10, 25));
    expect(follower.counts()).toMatchObject({ rotations: 1, gaps: 0 });
    // Longer than before at once: only its beginning tells that it is another.
    copyFileSync(path, join(folder, 'audit.log.1'));
    truncateSync(path, 0);
    appendFileSync(path, text(25, 99));
    expect(drain(follower)).toEqual(lines(25, 99));
    expect(follower.counts()).toMatchObject({ rotations: 2, gaps: 0 });
  });

  it('goes on in rotated files after it was away, also when two were last written at the same time', () => {
    const { folder, path, follow } = stage();
    writeFileSync(path, text(0, 10));
    const first = follow();
    drain(first);
    const place = first.place();
    first.close();
    appendFileSync(path, text(10, 20));
    const names = ['audit-2026-11-29T00-47-25.123.log', 'audit-2026-11-29T00-48-25.123.log'];
    for (const [index, name] of names.entries()) {
      renameSync(path, join(folder, name));
      utimesSync(join(folder, name), 1_000_000, 1_000_000);
      writeFileSync(path, text(20 + index * 10, 30 + index * 10));
    }
    const again = follow(place);
    const read = drain(again);
    expect(new Set(read)).toEqual(new Set(lines(10, 40)));
    expect(again.counts().gaps).toBe(0);
  });

  it('says so when what was not read is gone', () => {
    const { folder, path, follow } = stage();
    writeFileSync(path, text(0, 10));
    const follower = follow();
    drain(follower);
    appendFileSync(path, text(10, 20));
    truncateSync(path, 0);
    appendFileSync(path, text(20, 22));
    expect(drain(follower)).toEqual(lines(20, 22));
    expect(follower.counts()).toMatchObject({ rotations: 1, gaps: 1 });
    const place = follower.place();
    follower.close();
    renameSync(path, join(folder, 'audit.log.1'));
    execFileSync('gzip', [join(folder, 'audit.log.1')]);
    writeFileSync(path, text(30, 32));
    const again = follow(place);
    expect(drain(again)).toEqual(lines(30, 32));
    expect(again.counts()).toMatchObject({ rotations: 1, gaps: 1 });
  });

  it('waits for a file that is not there yet, and while there is none after a rotation', () => {
    const { folder, path, follow } = stage();
    const follower = follow();
    expect(follower.read(100)).toMatchObject({ ok: false, error: { kind: 'gone' } });
    writeFileSync(path, text(0, 3));
    expect(drain(follower)).toEqual(lines(0, 3));
    renameSync(path, join(folder, 'audit.log.1'));
    expect(drain(follower)).toEqual([]);
    writeFileSync(path, text(3, 5));
    expect(drain(follower)).toEqual(lines(3, 5));
    expect(follower.counts().gaps).toBe(0);
  });

  it('reads of a file that was never read its end only, from a whole line on, and counts the rest', () => {
    const { path, follow } = stage();
    writeFileSync(path, text(0, 200));
    const follower = follow(undefined, 500);
    const read = drain(follower);
    expect(read.length).toBeGreaterThan(3);
    expect(read).toEqual(lines(200 - read.length, 200));
    expect(follower.counts().skippedBytes).toBe(text(0, 200).length - 500);
  });

  it('refuses what is no regular file, without waiting for it', () => {
    const { folder, path, follow } = stage();
    execFileSync('mkfifo', [path]);
    expect(follow().read(100)).toMatchObject({ ok: false, error: { kind: 'malformed' } });
    rmSync(path);
    symlinkSync('/dev/zero', path);
    expect(follow().read(100)).toMatchObject({ ok: false, error: { kind: 'malformed' } });
    rmSync(path);
    symlinkSync(folder, path);
    expect(follow().read(100).ok).toBe(false);
  });

  it('gives every line once whatever is done to the file between two looks', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('write' as const), count: fc.integer({ min: 1, max: 40 }) }),
      fc.record({
        kind: fc.constantFrom('rename' as const, 'copy' as const, 'read' as const, 'restart' as const),
      }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), fc.integer({ min: 1, max: 300 }), (steps, bytes) => {
        const { folder, path, follow } = stage();
        writeFileSync(path, '');
        let follower = follow();
        const [written, read]: [string[], (string | undefined)[]] = [[], []];
        let [stamp, count] = [1_000_000, 0];
        for (const one of steps) {
          if (one.kind === 'write') {
            const more = lines(count, count + one.count);
            count += one.count;
            written.push(...more);
            appendFileSync(path, `${more.join('\n')}\n`);
          } else if (one.kind === 'read') read.push(...drain(follower, bytes));
          else if (one.kind === 'restart') {
            const place = follower.place();
            follower.close();
            follower = follow(place);
          } else if ((follower.place()?.mark.bytes ?? 0) > 0) {
            // Of a copy of what was empty at the last look nobody can tell that it is one.
            stamp += 1;
            const old = join(folder, `audit.log.${stamp}`);
            if (one.kind === 'rename') renameSync(path, old);
            else copyFileSync(path, old);
            utimesSync(old, stamp, stamp);
            if (one.kind === 'rename') writeFileSync(path, '');
            else truncateSync(path, 0);
          }
        }
        read.push(...drain(follower, bytes));
        follower.close();
        rmSync(folder, { recursive: true, force: true });
        expect(read).toEqual(written);
      }),
      { numRuns: 150, seed: 7 },
    );
  });
});

describe('cutting lines', () => {
  it('passes over a line that is too long, and over zeros before a line', () => {
    const cutter = new LineCutter(10);
    const found = [
      ...cutter.push(Buffer.from(`0123456789\n${'x'.repeat(11)}`)),
      ...cutter.push(Buffer.from('y\n\0\0')),
    ];
    expect(cutter.openBytes).toBe(2);
    found.push(...cutter.push(Buffer.from('\0\0\0\0\0\0\0\0\0\0a\0b\n')));
    expect(found.map((line) => line?.toString())).toEqual(['0123456789', undefined, 'a\0b']);
    expect(cutter.openBytes).toBe(0);
  });

  it('gives the same lines however the bytes arrive', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 200 }).map((one) => one.replaceAll('\0', ' ')),
        fc.array(fc.integer({ min: 1, max: 20 })),
        (content, cuts) => {
          const bytes = Buffer.from(content.replaceAll('b', '\n'));
          const cutter = new LineCutter(1000);
          const found: (Buffer | undefined)[] = [];
          let at = 0;
          for (const cut of [...cuts, bytes.length]) {
            found.push(...cutter.push(bytes.subarray(at, at + cut)));
            at += cut;
          }
          found.push(...cutter.push(bytes.subarray(at)), cutter.end());
          expect(found.map(String)).toEqual(bytes.toString().split('\n'));
        },
      ),
    );
  });
});
