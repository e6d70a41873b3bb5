// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Stream } from '@bartizan/contracts';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BufferOptions, type DiskBuffer, openDiskBuffer } from './disk-buffer.ts';

let folder = '';
const open = (options: Partial<BufferOptions> = {}): DiskBuffer =>
  openDiskBuffer({
    folder,
    bootId: 'boot-1',
    maxBytes: 10_000_000,
    segmentBytes: 4096,
    wallMs: () => 1_800_000_000_000,
    ...options,
  });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-buffer-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Everything that waits, in the order it would be sent. */
const drain = (
  buffer: DiskBuffer,
): { stream: Stream; bootId: string; sequence: number; record: unknown }[] => {
  const sent = new Map<string, number>();
  const all: { stream: Stream; bootId: string; sequence: number; record: unknown }[] = [];
  for (;;) {
    const batch = buffer.next((stream, bootId) => sent.get(`${stream} ${bootId}`) ?? 0);
    if (!batch) return all;
    for (const [index, payload] of batch.payloads.entries()) {
      all.push({
        stream: batch.stream,
        bootId: batch.bootId,
        sequence: batch.firstSequence + index,
        record: JSON.parse(payload.toString()),
      });
    }
    sent.set(`${batch.stream} ${batch.bootId}`, batch.firstSequence + batch.payloads.length - 1);
  }
};

const fill = (buffer: DiskBuffer, stream: Stream, count: number, size = 100): void => {
  for (let index = 0; index < count; index += 1)
    buffer.append(stream, (sequence) => ({ sequence, pad: 'x'.repeat(size) }));
};

const segmentsOf = (stream: Stream): string[] =>
  readdirSync(join(folder, 'boot-1', stream))
    .filter((name) => name.endsWith('.seg'))
    .sort()
    .map((name) => join(folder, 'boot-1', stream, name));

const damage = (path: string, at: number): void => {
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  writeFileSync(path, bytes);
};

describe('the disk buffer', () => {
  it('gives back what was written, with the sequence each record was made with', () => {
    const buffer = open();
    fill(buffer, 'process', 200);
    const all = drain(buffer);
    expect(all).toHaveLength(200);
    expect(all.every((one) => JSON.stringify(one.record).includes(String(one.sequence)))).toBe(true);
    expect(all.map((one) => one.sequence - (all[0]?.sequence ?? 0))).toEqual(
      Array.from({ length: 200 }, (_, index) => index),
    );
  });

  it('sends verdicts before inventory before the rest', () => {
    const buffer = open();
    for (const stream of ['flow', 'file', 'process', 'inventory', 'security'] as const)
      fill(buffer, stream, 2);
    expect(
      drain(buffer)
        .map((one) => one.stream)
        .filter((one, index, list) => list[index - 1] !== one),
    ).toEqual(['security', 'inventory', 'process', 'file', 'flow']);
  });

  it('goes on with the next sequence after it was opened again, also when everything was acknowledged', () => {
    const first = open();
    fill(first, 'security', 100);
    const last = drain(first).at(-1)?.sequence ?? 0;
    first.acknowledge('security', 'boot-1', last);
    first.close();
    const second = open({ wallMs: () => 0 });
    expect(drain(second).length).toBeLessThan(100);
    const next = second.append('security', (sequence) => ({ sequence }));
    expect(next).toEqual({ ok: true, value: last + 1 });
  });

  it('starts a new state of the same boot above every sequence an older one can have given', () => {
    const first = open({ wallMs: () => 1_800_000_000_000 });
    fill(first, 'security', 50);
    const last = drain(first).at(-1)?.sequence ?? 0;
    rmSync(folder, { recursive: true });
    const second = open({ wallMs: () => 1_800_000_010_000 });
    fill(second, 'security', 1);
    expect(drain(second)[0]?.sequence).toBeGreaterThan(last);
  });

  it('frees the disk when records are acknowledged', () => {
    const buffer = open();
    fill(buffer, 'process', 500);
    const before = buffer.status();
    expect(before.records).toBe(500);
    buffer.acknowledge('process', 'boot-1', drain(buffer).at(-1)?.sequence ?? 0);
    expect(buffer.status().records).toBe(0);
    expect(buffer.status().bytes).toBeLessThan(before.bytes / 5);
  });

  it('still sends what an earlier boot left behind, then removes it', () => {
    const old = open({ bootId: 'boot-0' });
    fill(old, 'security', 3);
    old.close();
    const buffer = open();
    fill(buffer, 'security', 1);
    const all = drain(buffer);
    expect(all.filter((one) => one.bootId === 'boot-0')).toHaveLength(3);
    buffer.acknowledge(
      'security',
      'boot-0',
      all.filter((one) => one.bootId === 'boot-0').at(-1)?.sequence ?? 0,
    );
    expect(readdirSync(folder)).toEqual(['boot-1']);
  });

  it('keeps whole records and nothing else when the last one was cut anywhere (property)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 400 }), (count, cut) => {
        rmSync(folder, { recursive: true, force: true });
        const first = open({ segmentBytes: 1_000_000 });
        fill(first, 'security', count, 20);
        const all = drain(first);
        first.close();
        const [path = ''] = segmentsOf('security');
        const size = readFileSync(path).length;
        truncateSync(path, Math.max(0, size - cut));
        const second = open({ segmentBytes: 1_000_000 });
        const kept = drain(second);
        expect(kept).toEqual(all.slice(0, kept.length));
        expect(kept.length).toBeLessThan(all.length);
        // The place of the torn record is used again; nothing half-written is between.
        fill(second, 'security', 1, 20);
        expect(drain(second)).toHaveLength(kept.length + 1);
        second.close();
      }),
      { seed: 4711, numRuns: 40 },
    );
  });

  it('survives any bytes in a segment (property)', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 300 }), (bytes) => {
        rmSync(folder, { recursive: true, force: true });
        const first = open();
        fill(first, 'security', 2, 10);
        first.close();
        const [path = ''] = segmentsOf('security');
        writeFileSync(path, bytes);
        const second = open();
        fill(second, 'security', 1, 10);
        expect(drain(second).length).toBeGreaterThan(0);
        second.close();
      }),
      { seed: 4712, numRuns: 40 },
    );
  });

  it('does not give a record whose bytes were changed, tells that it is lost, and gives the others', () => {
    const first = open();
    fill(first, 'security', 3, 50);
    first.close();
    damage(segmentsOf('security')[0] ?? '', 40);
    const buffer = open();
    expect(drain(buffer)).toHaveLength(2);
    expect(drain(buffer)).toHaveLength(2);
    expect(buffer.takeShed()).toEqual([{ stream: 'security', count: 1, reason: 'damaged' }]);
  });

  it('takes bytes that were reserved and never written for the end', () => {
    const first = open();
    fill(first, 'security', 3);
    first.close();
    const [path = ''] = segmentsOf('security');
    truncateSync(path, readFileSync(path).length + 64);
    const buffer = open();
    expect(buffer.pending('security')).toBe(3);
    fill(buffer, 'security', 1);
    expect(drain(buffer)).toHaveLength(4);
  });

  it.each<readonly [string, (path: string) => void, number]>([
    ['a bit in a record', (path) => damage(path, 40), 1],
    ['the length of a record', (path) => damage(path, 3), 4],
    ['its end', (path) => truncateSync(path, readFileSync(path).length - 1), 1],
    [
      'all of it, since the disk does not read it',
      (path) => {
        rmSync(path);
        mkdirSync(path);
      },
      4,
    ],
  ])(
    'sends what is in the other segments when one is damaged in %s, and counts the rest',
    (_, harm, lost) => {
      for (const isRunning of [true, false]) {
        const run = open({ segmentBytes: 500 });
        fill(run, 'security', 30);
        const paths = segmentsOf('security');
        expect(paths).toHaveLength(8);
        if (!isRunning) run.close();
        harm(paths[1] ?? '');
        const buffer = isRunning ? run : open({ segmentBytes: 500 });
        const sent = drain(buffer);
        expect(sent).toHaveLength(30 - lost);
        expect(
          sent.every(({ record, sequence }) => Reflect.get(Object(record), 'sequence') === sequence),
        ).toBe(true);
        expect(buffer.takeShed()).toEqual([{ stream: 'security', count: lost, reason: 'damaged' }]);
        fill(buffer, 'security', 1);
        const all = drain(buffer);
        expect(all).toHaveLength(31 - lost);
        buffer.acknowledge('security', 'boot-1', all.at(-1)?.sequence ?? 0);
        expect(buffer.pending('security')).toBe(0);
        expect(buffer.takeShed()).toEqual([]);
        buffer.close();
        rmSync(folder, { recursive: true });
      }
    },
  );

  it('does not wait for a damaged end, and writes on behind it', () => {
    const buffer = open();
    fill(buffer, 'security', 3);
    const [path = ''] = segmentsOf('security');
    const size = readFileSync(path).length;
    const [first] = drain(buffer);
    buffer.acknowledge('security', 'boot-1', (first?.sequence ?? 0) + 1);
    damage(path, size - 20);
    expect(buffer.next(() => (first?.sequence ?? 0) + 1)).toBeUndefined();
    expect(buffer.pending('security')).toBe(0);
    fill(buffer, 'security', 2);
    expect(
      drain(buffer)
        .slice(-2)
        .map(({ sequence }) => sequence - (first?.sequence ?? 0)),
    ).toEqual([3, 4]);
    expect(buffer.takeShed()).toEqual([{ stream: 'security', count: 1, reason: 'damaged' }]);
    buffer.close();
  });

  it('starts where the last file cannot be read, and tells that it is lost', () => {
    const first = open();
    fill(first, 'security', 3);
    first.close();
    const [path = ''] = segmentsOf('security');
    rmSync(path);
    mkdirSync(path);
    const buffer = open();
    fill(buffer, 'security', 2);
    expect(drain(buffer)).toHaveLength(2);
    expect(buffer.takeShed()).toEqual([{ stream: 'security', count: 1, reason: 'damaged' }]);
    buffer.close();
  });

  it('loses nothing while its files cannot be opened', () => {
    const buffer = open();
    fill(buffer, 'security', 3);
    const [path = ''] = segmentsOf('security');
    renameSync(path, `${path}.kept`);
    symlinkSync(path, path);
    expect(drain(buffer)).toEqual([]);
    expect(buffer.takeShed()).toEqual([]);
    rmSync(path);
    renameSync(`${path}.kept`, path);
    expect(drain(buffer)).toHaveLength(3);
    buffer.close();
  });

  it('sheds flows first, then files, then processes, never verdicts or inventory, and counts them', () => {
    const buffer = open({ maxBytes: 62_000 });
    for (const stream of ['security', 'inventory', 'process', 'file', 'flow'] as const)
      fill(buffer, stream, 80);
    expect(buffer.status().shedTotal).toBe(0);
    fill(buffer, 'security', 40);
    const flowsOnly = buffer.takeShed();
    expect(flowsOnly.map((one) => one.stream)).toEqual(['flow']);
    fill(buffer, 'security', 370);
    const counts = new Map<string, number>();
    for (const one of [...flowsOnly, ...buffer.takeShed()])
      counts.set(one.stream, (counts.get(one.stream) ?? 0) + one.count);
    const left = drain(buffer);
    for (const stream of ['flow', 'file', 'process'] as const) {
      expect(left.filter((one) => one.stream === stream).length + (counts.get(stream) ?? 0)).toBe(80);
    }
    expect(left.filter((one) => one.stream === 'security')).toHaveLength(490);
    expect(left.filter((one) => one.stream === 'inventory')).toHaveLength(80);
    expect(buffer.status().shedTotal).toBe([...counts.values()].reduce((sum, one) => sum + one, 0));
  });

  it('refuses and counts what may be shed when only what must be kept is left', () => {
    const buffer = open({ maxBytes: 10_000 });
    fill(buffer, 'security', 200);
    const refused = buffer.append('flow', () => ({ a: 1 }));
    expect(refused).toMatchObject({ ok: false, error: { code: 'E_BUFFER_FULL' } });
    expect(buffer.takeShed()).toEqual([{ stream: 'flow', count: 1, reason: 'buffer-full' }]);
    expect(buffer.status().full).toBe(true);
    buffer.acknowledge('security', 'boot-1', drain(buffer).at(-1)?.sequence ?? 0);
    expect(buffer.append('flow', () => ({ a: 1 })).ok).toBe(true);
    expect(buffer.status().full).toBe(false);
  });

  it('holds what must not be shed while the disk takes no new file, and writes it once it does', () => {
    const buffer = open();
    fill(buffer, 'flow', 1);
    const record = (sequence: number) => ({ sequence, pad: 'x'.repeat(1500) });
    const before = buffer.append('security', record);
    expect(before.ok && before.value > 0).toBe(true);
    // Files that are open are still written; a new one has no place, like without free inodes or on a read-only disk.
    renameSync(join(folder, 'boot-1'), join(folder, 'away'));
    const taken = Array.from({ length: 6 }, () => buffer.append('security', record));
    expect(taken.every(({ ok }) => ok)).toBe(true);
    expect(taken.at(-1)).toEqual({ ok: true, value: 0 });
    expect(buffer.status()).toMatchObject({ records: 8, full: true, shedTotal: 0 });
    buffer.acknowledge('security', 'boot-1', before.ok ? before.value : 0);
    expect(buffer.pending('security')).toBe(6);
    renameSync(join(folder, 'away'), join(folder, 'boot-1'));
    buffer.sync();
    const first = before.ok ? before.value : 0;
    const sent = drain(buffer).filter(({ stream }) => stream === 'security');
    expect(sent.map(({ sequence }) => sequence - first)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    buffer.close();
  });

  it('is acknowledged, and sheds elsewhere, while the disk does not let a file go', () => {
    const buffer = open({ maxBytes: 24_000 });
    fill(buffer, 'security', 50);
    const last = drain(buffer).at(-1)?.sequence ?? 0;
    fill(buffer, 'flow', 50);
    fill(buffer, 'file', 50);
    for (const stream of ['security', 'flow'] as const) {
      const [oldest = ''] = segmentsOf(stream);
      renameSync(oldest, join(folder, 'boot-1', `${stream}.kept`));
      mkdirSync(oldest);
    }
    buffer.acknowledge('security', 'boot-1', last);
    expect(buffer.pending('security')).toBe(0);
    fill(buffer, 'inventory', 60);
    expect(buffer.takeShed().map(({ stream }) => stream)).toEqual(['file']);
    expect(buffer.pending('flow')).toBe(50);
    // What stayed behind goes with the next try.
    const [oldest = ''] = segmentsOf('security');
    rmSync(oldest, { recursive: true });
    buffer.acknowledge('security', 'boot-1', last);
    expect(segmentsOf('security')).toHaveLength(1);
    buffer.close();
  });
});
