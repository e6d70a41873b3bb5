// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { parseMountinfo } from '../procfs/mountinfo.ts';
import { layerFolders } from './layer-folders.ts';
import { readStoredConfig } from './stored-config.ts';

const overlay = (options: string) =>
  parseMountinfo(`1 2 0:31 / / rw - overlay overlay rw,${options}\n3 1 0:32 / /run rw - tmpfs tmpfs rw`);

describe('the folders of a container', () => {
  it('are its layers, newest first', () => {
    expect(layerFolders(overlay('lowerdir=/o/2:/o/1,upperdir=/o/c/diff,workdir=/o/c/work'))).toEqual({
      upper: '/o/c/diff',
      lower: ['/o/2', '/o/1'],
    });
  });

  it('are relative to the store where a runtime has many of them', () => {
    expect(layerFolders(overlay('lowerdir=l/B:l/A,upperdir=/d/overlay2/c/diff'))?.lower).toEqual([
      '/d/overlay2/l/B',
      '/d/overlay2/l/A',
    ]);
  });

  it('are told one by one by newer kernels, and may hold a colon', () => {
    expect(layerFolders(overlay('lowerdir+=/o/2,lowerdir+=/o/1:x,upperdir=/o/c/diff'))?.lower).toEqual([
      '/o/2',
      '/o/1:x',
    ]);
    expect(layerFolders(overlay('lowerdir=/o/2\\:x:/o/1,upperdir=/o/c/diff'))?.lower).toEqual([
      '/o/2:x',
      '/o/1',
    ]);
  });

  it('are not known of another root, and not where only a part of them is', () => {
    expect(layerFolders(parseMountinfo('1 2 8:1 / / rw - ext4 /dev/sda rw'))).toBeUndefined();
    expect(layerFolders(overlay('lowerdir=/o/1'))).toBeUndefined();
    expect(layerFolders(overlay('upperdir=/o/c/diff'))).toBeUndefined();
    expect(layerFolders(overlay('lowerdir=2:1,upperdir=c/diff'))).toBeUndefined();
  });
});

describe('a configuration in a store', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bartizan-image-store-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const query = { hostRoot: folder, upper: '/d/overlay2/c/diff', container: 'c', imageDigest: undefined };

  it('is never looked for outside of the store, whatever the runtime says', () => {
    mkdirSync(join(folder, 'd/containers/c'), { recursive: true });
    writeFileSync(join(folder, 'outside'), '{"rootfs":{}}');
    for (const Image of ['sha256:../../../../../../outside', '../outside', '', 7]) {
      writeFileSync(join(folder, 'd/containers/c/config.v2.json'), JSON.stringify({ Image }));
      expect(readStoredConfig({ ...query, platform: 'linux/amd64' })).toMatchObject({ ok: false });
    }
    expect(readStoredConfig({ ...query, container: '../c', platform: 'linux/amd64' })).toEqual({
      ok: false,
      error: {
        en: 'the container has no id that a store knows',
        ja: 'コンテナーの ID がストアで使える形式ではありません',
      },
    });
  });

  it('ends in a reason for any bytes that a runtime may have left', () => {
    const file = join(folder, 'd/containers/c/config.v2.json');
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        writeFileSync(file, text);
        const read = readStoredConfig({ ...query, platform: 'linux/amd64' });
        expect(read.ok ? '' : read.error.en).not.toBe('');
        // Why it is so is told in both languages, not that it is so.
        expect(read.ok ? '' : read.error.ja).toMatch(/[ぁ-ん]/u);
      }),
      { seed: 20261129, numRuns: 200 },
    );
  });
});
