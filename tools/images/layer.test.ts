// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { writeImage } from './archive.ts';
import { debianEntries, NODE_PARTS } from './debian.ts';
import { type LayerEntry, layerOf, sha256Of } from './layer.ts';

const file = (path: string, text: string, mode = 0o644): LayerEntry => ({
  kind: 'file',
  path,
  bytes: Buffer.from(text),
  mode,
});
const long = `${'folder/'.repeat(20)}${'name'.repeat(30)}`;
const ENTRIES: readonly LayerEntry[] = [
  file('b/program', 'x', 0o755),
  file('a', 'one'),
  file(long, 'deep'),
  { kind: 'link', path: 'c', target: `${'up/'.repeat(40)}a` },
  { kind: 'folder', path: 'tmp', mode: 0o1777 },
];

describe('a layer', () => {
  it('is read by tar as it was meant, long names and all', () => {
    const folder = mkdtempSync(join(tmpdir(), 'bartizan-layer-'));
    try {
      const archive = join(folder, 'layer.tar');
      writeFileSync(archive, gunzipSync(layerOf(ENTRIES, 86_400).bytes));
      const listed = spawnSync('tar', ['--utc', '--numeric-owner', '-tvf', archive], { encoding: 'utf8' });
      expect(listed.stderr).toBe('');
      const lines = listed.stdout.trim().split('\n');
      expect(lines.find((line) => line.endsWith(' a'))).toMatch(/^-rw-r--r-- 0\/0 +3 1970-01-02 00:00 a$/);
      expect(lines.find((line) => line.endsWith('b/program'))).toMatch(/^-rwxr-xr-x/);
      expect(lines.find((line) => line.endsWith(' tmp/'))).toMatch(/^drwxrwxrwt/);
      expect(listed.stdout).toContain(` ${long}\n`);
      expect(listed.stdout).toContain(` c -> ${'up/'.repeat(40)}a\n`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('is the same whatever the order of its entries, and another for another byte', () => {
    const digest = layerOf(ENTRIES, 0).digest;
    expect(layerOf([...ENTRIES].reverse(), 0).digest).toBe(digest);
    expect(layerOf([...ENTRIES, file('d', '')], 0).digest).not.toBe(digest);
    expect(layerOf(ENTRIES, 1).digest).not.toBe(digest);
  });

  it('holds the libraries of Debian with the record of each package', () => {
    const paths = debianEntries(NODE_PARTS).map((one) => one.path);
    for (const { name } of NODE_PARTS) expect(paths).toContain(`var/lib/dpkg/status.d/${name}`);
    expect(paths).toContain('usr/lib/x86_64-linux-gnu/libc.so.6');
    expect(paths.filter((path) => /(^|\/)(sh|bash|dash)$/.test(path))).toEqual([]);
  });

  it('stops at a package that is not there', () => {
    expect(() => debianEntries([{ name: 'no-such-package', files: /x/ }])).toThrow(
      /no-such-package is not installed/,
    );
  });
});

describe('an image', () => {
  it('is an OCI layout and a docker archive at once, its digests those of its bytes', () => {
    const folder = mkdtempSync(join(tmpdir(), 'bartizan-image-'));
    try {
      const path = join(folder, 'image.tar');
      const layer = layerOf(ENTRIES, 0);
      const written = writeImage(
        path,
        {
          part: 'controller',
          reference: 'localhost/x:1',
          user: '10001:10001',
          entrypoint: ['/x'],
          workingDir: '/',
          environment: [],
          labels: { a: 'b' },
          seconds: 0,
        },
        [layer],
      );
      const inside = (name: string): Buffer =>
        spawnSync('tar', ['-xOf', path, name], { maxBuffer: 64 * 1024 * 1024 }).stdout;
      const manifest = inside(`blobs/sha256/${written.digest.slice(7)}`);
      expect(sha256Of(manifest)).toBe(written.digest);
      const { config }: { config: { digest: string } } = JSON.parse(manifest.toString());
      const bytes = inside(`blobs/sha256/${config.digest.slice(7)}`);
      expect(sha256Of(bytes)).toBe(config.digest);
      expect(JSON.parse(bytes.toString())).toMatchObject({
        config: { User: '10001:10001', Entrypoint: ['/x'] },
        rootfs: { diff_ids: [layer.diffId] },
      });
      expect(JSON.parse(inside('manifest.json').toString())[0].RepoTags).toEqual(['localhost/x:1']);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
