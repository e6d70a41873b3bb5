// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../catalogers/cataloger.ts';
import { dockerArchive } from '../testing/images.ts';
import { DEBIAN_12, tarOf } from '../testing/trees.ts';
import { scanInWorker } from './scan-in-worker.ts';

const ENTRIES = 1_000_000;
const BLOCK = 512;
const NAME_BYTES = 100;
const CHECKSUM_AT = 148;

/** A layer of so many empty files with names of their own: one header each, made by changing one header. */
function manyFiles(count: number): Buffer {
  const template = tarOf([{ path: 'd'.repeat(NAME_BYTES), content: '' }], false).subarray(0, BLOCK);
  const layer = Buffer.alloc((count + 2) * BLOCK);
  template.fill(0, 0, NAME_BYTES);
  // The sum over a header counts its own field as blanks.
  template.fill(0x20, CHECKSUM_AT, CHECKSUM_AT + 8);
  const rest = template.reduce((sum, byte) => sum + byte, 0);
  for (let at = 0; at < count; at += 1) {
    const start = at * BLOCK;
    const name = `srv/${at.toString(36).padStart(8, '0')}`;
    template.copy(layer, start);
    layer.write(name, start, 'latin1');
    let sum = rest;
    for (let index = 0; index < name.length; index += 1) sum += name.charCodeAt(index);
    layer.write(`${sum.toString(8).padStart(6, '0')}\0 `, start + CHECKSUM_AT, 'latin1');
  }
  return layer;
}

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-million-'));
  const base = tarOf([
    { path: 'etc/os-release', content: DEBIAN_12 },
    { path: 'app/node_modules/minimist/package.json', content: '{"name":"minimist","version":"1.2.5"}' },
  ]);
  writeFileSync(join(folder, 'image.tar'), dockerArchive([base, manyFiles(ENTRIES)], 'zstd'));
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('an image with a million files in one layer', () => {
  it('is incomplete with its code, in the memory of a worker, and keeps what its other layer holds', async () => {
    const path = join(folder, 'image.tar');
    const scanned = await scanInWorker({
      target: { kind: 'image', path },
      exclude: [],
      limits: DEFAULT_LIMITS,
      layerCache: { folder: join(folder, 'layers'), maxBytes: 64 * 1024 ** 2 },
    });
    // Not `scan.worker-died`: the memory that a worker has was enough to say what is wrong.
    expect(scanned).toMatchObject({
      ok: true,
      value: {
        packages: [{ name: 'minimist' }],
        incomplete: [{ code: 'scan.limit', detail: 'layer 2: more names than the limit' }],
      },
    });
    // Of the layer that was not read to its end nothing is kept: these are the facts and licences of the one below.
    expect(readdirSync(join(folder, 'layers'))).toHaveLength(2);
  }, 600_000);
});
