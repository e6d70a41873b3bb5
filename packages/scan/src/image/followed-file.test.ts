// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Readable } from 'node:stream';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../catalogers/cataloger.ts';
import { EARLY_ADDRESS, elfAround, inlineBuildInfo, pointedBuildInfo } from '../testing/elf.ts';
import { tarOf } from '../testing/trees.ts';
import { digestOf } from './manifest.ts';
import { readLayer } from './read-layer.ts';

const FILLER = 9 * 1024 * 1024;
const PLAIN = { apart: FILLER, data: Buffer.alloc(64), section: '.dep-v0' };
const MODULES = 'path\tx\nmod\texample.org/tool\tv1.2.3\ndep\tgolang.org/x/net\tv0.16.0\th1:x\n';

/** Reads a layer that holds one program; `reads` counts how often the layer went by. */
const read = async (name: string, program: Buffer, change?: (layer: Buffer) => void) => {
  const layer = tarOf([{ path: `usr/bin/${name}`, content: program, mode: 0o755 }]);
  let reads = 0;
  const facts = await readLayer(
    {
      diffId: digestOf(layer),
      compression: 'none',
      open: () => {
        reads += 1;
        if (reads > 1) change?.(layer);
        const chunks: Buffer[] = [];
        for (let at = 0; at < layer.length; at += 1_000_000) chunks.push(layer.subarray(at, at + 1_000_000));
        return Readable.from(chunks, { objectMode: false });
      },
    },
    {
      limits: DEFAULT_LIMITS,
      now: () => 0,
      budget: {
        inflatedBytes: 512 * 1024 * 1024,
        keptBytes: 1024,
        entries: 10,
        // Nothing as large as these programs may be held whole.
        fileBytes: 1024 * 1024,
        deadlineMs: 1,
      },
    },
  );
  if (!facts.ok) return { reads, error: facts.error, packages: [], problems: [] };
  const inspections = facts.value.entries.flatMap((entry) => entry.inspections ?? []);
  return {
    reads,
    packages: inspections.flatMap((one) => one.packages.map((found) => `${found.name} ${found.version}`)),
    problems: [...facts.value.problems, ...inspections.flatMap((one) => one.problems)],
  };
};

describe('a program too large to be held', () => {
  const GO = ['stdlib 1.23.4', 'example.org/tool 1.2.3', 'golang.org/x/net 0.16.0'];

  it('says what Go built into it, in one pass', async () => {
    const program = elfAround({ apart: FILLER, data: inlineBuildInfo('go1.23.4', MODULES) });
    expect(await read('tool', program)).toEqual({ reads: 1, packages: GO, problems: [] });
  });

  it('goes by again when its strings lie before what points at them', async () => {
    const info = pointedBuildInfo('go1.16.5', MODULES, EARLY_ADDRESS - 32);
    const [data, early] = [info.subarray(0, 32), info.subarray(32)];
    const program = elfAround({ apart: FILLER, early, data });
    const result = await read('tool', program);
    expect(result.packages).toEqual(['stdlib 1.16.5', ...GO.slice(1)]);
    expect(result.problems).toEqual([]);
    expect(result.reads).toBeGreaterThan(1);
  });

  it('says which crates it was built of, though the table that tells where lies behind them', async () => {
    const crates = { packages: [{ name: 'serde', version: '1.0.200', kind: 'runtime' }] };
    const early = deflateSync(Buffer.from(JSON.stringify(crates)));
    const result = await read('tool', elfAround({ ...PLAIN, early }));
    expect(result).toEqual({ reads: 2, packages: ['serde 1.0.200'], problems: [] });
  });

  it('is recognised by a string anywhere in it, also across two pieces', async () => {
    for (const at of [5_000, 999_995, 16_999_990]) {
      const program = Buffer.alloc(2 * FILLER);
      program.write('\0Node.js v20.11.1\0node.js/v20.11.1\0', at, 'latin1');
      const result = await read('node', program);
      expect(result.packages, `at ${at}`).toEqual(['node 20.11.1']);
      expect(result.reads).toBe(1);
    }
  });

  it('is refused when it goes by with other bytes the second time', async () => {
    const program = elfAround({ ...PLAIN, early: deflateSync(Buffer.from('{"packages":[]}')) });
    const result = await read('tool', program, (layer) => layer.fill(1, 10_000_000, 10_000_010));
    expect(result).toMatchObject({ reads: 2, error: { code: 'digest-mismatch' } });
  });
});
