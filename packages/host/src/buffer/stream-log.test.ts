// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fs, { mkdtempSync, rmSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RECORD_HEADER_BYTES } from './segment.ts';
import { openStreamLog, type StreamLog } from './stream-log.ts';

const PAYLOAD = Buffer.alloc(92, 'x');
const RECORD_BYTES = PAYLOAD.length + RECORD_HEADER_BYTES;
const LIMITS = { maxRecords: 50, maxBytes: 1_000_000 };
const { readSync } = fs;

/** Records of a disk that are not given back, by their number from 1 on. */
const bad = new Set<number>();
let folder = '';
let log: StreamLog;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-log-'));
  log = openStreamLog(folder, 1, 1_000_000);
  log.settle(0);
  for (let at = 0; at < 100; at += 1) log.append(PAYLOAD);
  Reflect.set(
    fs,
    'readSync',
    (file: number, into: Buffer, offset: number, length: number, position: number) => {
      if (bad.has(Math.floor(position / RECORD_BYTES) + 1))
        throw Object.assign(new Error('bad sector'), { code: 'EIO' });
      return readSync(file, into, offset, length, position);
    },
  );
  syncBuiltinESMExports();
});
afterEach(() => {
  Reflect.set(fs, 'readSync', readSync);
  syncBuiltinESMExports();
  bad.clear();
  log.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** Numbers of the records that are given from a place on. */
function given(from: number): number[] {
  const all: number[] = [];
  for (let part = log.read(from, LIMITS); part; part = log.read((all.at(-1) ?? 0) + 1, LIMITS))
    for (const at of part.payloads.keys()) all.push(part.first + at);
  return all;
}
const from1To = (last: number): number[] => Array.from({ length: last }, (_, at) => at + 1);

describe('a disk that does not give back a record', () => {
  it('loses none that lie before it', () => {
    bad.add(71);
    expect(given(1)).toEqual(from1To(70));
    expect(log.takeDamaged()).toBe(30);
  });

  it('is told once, also when what was sent is asked for again', () => {
    bad.add(71);
    expect(given(1)).toEqual(from1To(70));
    expect(given(21)).toEqual(from1To(70).slice(20));
    expect(log.takeDamaged()).toBe(30);
    // It gets worse: only what was not told before is.
    bad.add(41);
    expect(given(1)).toEqual(from1To(40));
    expect(log.takeDamaged()).toBe(30);
    expect(given(1)).toEqual(from1To(40));
    expect(log.takeDamaged()).toBe(0);
  });

  it('is not waited for', () => {
    bad.add(71);
    given(1);
    log.acknowledge(70);
    expect(log.pendingRecords()).toBe(0);
    log.append(PAYLOAD);
    expect(given(71)).toEqual([101]);
  });

  it('costs no record that is written after a start', () => {
    bad.add(71);
    log.close();
    log = openStreamLog(folder, 1, 1_000_000);
    log.settle(0);
    expect(log.append(PAYLOAD)).toBe(72);
    expect(given(1)).toEqual([...from1To(70), 72]);
    expect(log.takeDamaged()).toBe(1);
    log.acknowledge(72);
    expect(log.pendingRecords()).toBe(0);
  });

  it('gives no record a number of another, should it do so later', () => {
    bad.add(71);
    log.close();
    log = openStreamLog(folder, 1, 1_000_000);
    log.settle(0);
    const other = Buffer.from('written after the start');
    log.append(other);
    bad.clear();
    expect(given(1)).toEqual(from1To(72));
    expect(log.read(72, LIMITS)?.payloads).toEqual([other]);
  });
});
