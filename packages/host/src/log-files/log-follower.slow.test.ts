// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LogFollower, type LogPlace } from './log-follower.ts';

const MIB = 1024 ** 2;

function drain(follower: LogFollower): (string | undefined)[] {
  const lines: (string | undefined)[] = [];
  for (;;) {
    const read = follower.read(MIB);
    if (!read.ok) throw new Error(read.error.kind);
    lines.push(...read.value.lines.map((line) => line?.toString()));
    if (!read.value.isMore) return lines;
  }
}

describe('following a log file of 4 GiB', () => {
  it('reads it from a kept position with bounded memory, and passes over the hole that a truncation leaves', () => {
    const folder = mkdtempSync(join(tmpdir(), 'bartizan-log-'));
    try {
      const path = join(folder, 'audit.log');
      const follow = (place?: LogPlace) =>
        new LogFollower({ path, place, firstBytesMax: 64 * MIB, lineBytesMax: 8 * MIB });
      writeFileSync(path, '{"id":1}\n{"id":2}\n');
      const first = follow();
      expect(drain(first)).toHaveLength(2);
      const place = first.place();
      first.close();
      // Zeros take no room on the disk.
      truncateSync(path, 4 * 1024 * MIB);
      appendFileSync(path, '\n{"id":3}\n');
      const before = process.memoryUsage.rss();
      const again = follow(place);
      const startedMs = performance.now();
      const read = drain(again);
      const seconds = (performance.now() - startedMs) / 1000;
      const grown = (process.memoryUsage.rss() - before) / MIB;
      process.stdout.write(`4 GiB read in ${seconds.toFixed(1)} s, ${grown.toFixed(0)} MiB more memory\n`);
      expect(read).toEqual(['', '{"id":3}']);
      expect(again.counts()).toEqual({ rotations: 0, gaps: 0, skippedBytes: 0 });
      expect(grown).toBeLessThan(256);
      const later = follow(again.place());
      again.close();
      appendFileSync(path, '{"id":4}\n');
      const seekMs = performance.now();
      expect(drain(later)).toEqual(['{"id":4}']);
      expect(performance.now() - seekMs).toBeLessThan(1000);
      later.close();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 180_000);
});
