// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PackBuilder } from '../advisories/pack-builder.ts';
import { DEFAULT_LIMITS } from '../catalogers/cataloger.ts';
import { dockerArchive } from '../testing/images.ts';
import { tarOf } from '../testing/trees.ts';
import type { ScanRequest } from './messages.ts';
import { runScan } from './run-scan.ts';
import { DEFAULT_WORKER_BOUNDS, scanInWorker } from './scan-in-worker.ts';

let folder = '';
let packPath = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-worker-'));
  const root = join(folder, 'root');
  mkdirSync(join(root, 'etc'), { recursive: true });
  mkdirSync(join(root, 'node_modules/minimist'), { recursive: true });
  writeFileSync(join(root, 'etc/os-release'), 'ID=debian\nVERSION_ID=12\n');
  writeFileSync(join(root, 'node_modules/minimist/package.json'), '{"name":"minimist","version":"1.2.5"}');
  const builder = new PackBuilder();
  builder.addRow('npm', 'minimist', {
    id: 'GHSA-1',
    kind: 'vulnerability',
    source: 's',
    versions: ['1.2.5'],
  });
  const bytes = builder.finish({ builtAtMs: 0, kind: 'full' });
  if (!bytes.ok) throw new Error(bytes.error.detail);
  packPath = join(folder, 'pack');
  writeFileSync(packPath, bytes.value);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const request = (more: Partial<ScanRequest> = {}): ScanRequest => ({
  target: { kind: 'directory', path: join(folder, 'root') },
  exclude: [],
  limits: DEFAULT_LIMITS,
  packPath,
  ...more,
});

describe('scanInWorker', () => {
  it('gives what the same scan gives in this thread', async () => {
    const inWorker = await scanInWorker(request());
    const here = await runScan(request());
    if (!inWorker.ok || !here.ok) throw new Error('a scan failed');
    expect({ ...inWorker.value, elapsedMs: 0 }).toEqual({ ...here.value, elapsedMs: 0 });
    expect(inWorker.value.findings.map((one) => one.vulnerability.id)).toEqual(['GHSA-1']);
    expect(inWorker.value.incomplete).toEqual([]);
  });

  it('lists packages without judging them when there is no pack', async () => {
    const { packPath: _without, ...bare } = request();
    const result = await scanInWorker(bare);
    expect(result).toMatchObject({
      ok: true,
      value: { packages: [{ name: 'minimist' }], findings: [], coverage: [] },
    });
  });

  it.each([
    ['an absent target', { target: { kind: 'directory' as const, path: '/absent/folder' } }, 'E_SCAN_TARGET'],
    ['an absent image', { target: { kind: 'image' as const, path: '/absent/image.tar' } }, 'E_SCAN_TARGET'],
    ['an absent pack', { packPath: '/absent/pack' }, 'E_PACK_MISSING'],
    ['a pack that is none', { packPath: import.meta.filename }, 'E_PACK_INVALID'],
  ])('says why it cannot begin with %s', async (_name, more, code) => {
    expect(await scanInWorker(request(more))).toMatchObject({ ok: false, error: { code } });
  });

  it('scans an image for the platform asked for, and keeps what it read of each layer', async () => {
    const path = join(folder, 'image.tar');
    const layer = tarOf([
      { path: 'node_modules/minimist/package.json', content: '{"name":"minimist","version":"1.2.5"}' },
    ]);
    writeFileSync(path, dockerArchive([layer]));
    const layerCache = { folder: join(folder, 'layers'), maxBytes: 1_000_000 };
    const target = { kind: 'image' as const, path };
    const first = await scanInWorker(request({ target, layerCache }));
    expect(first).toMatchObject({
      ok: true,
      value: { findings: [{ vulnerability: { id: 'GHSA-1' } }], incomplete: [] },
    });
    // The facts of the one layer, and the licences noted in the same pass.
    expect(readdirSync(layerCache.folder)).toHaveLength(2);
    const again = await scanInWorker(request({ target, layerCache }));
    expect(again.ok && again.value.packages).toEqual(first.ok && first.value.packages);
    expect(await scanInWorker(request({ target: { ...target, platform: 'linux/s390x' } }))).toMatchObject({
      ok: false,
      error: { code: 'E_IMAGE_PLATFORM' },
    });
  });

  it('refuses an image with a layer that was swapped, and is incomplete with one that was cut', async () => {
    const path = join(folder, 'bad.tar');
    const layer = tarOf([{ path: 'a', content: 'content' }]);
    const archive = dockerArchive([layer]);
    archive.write('CONTENT', archive.indexOf('content'));
    writeFileSync(path, archive);
    const target = { kind: 'image' as const, path };
    expect(await scanInWorker(request({ target }))).toMatchObject({
      ok: false,
      error: { code: 'E_IMAGE_DIGEST' },
    });
    writeFileSync(path, dockerArchive([layer.subarray(0, 700)]));
    expect(await scanInWorker(request({ target }))).toMatchObject({
      ok: true,
      value: { incomplete: [{ code: 'scan.malformed' }] },
    });
  });

  it('is incomplete, never clean, when the worker runs out of memory', async () => {
    const hostile = join(folder, 'hostile');
    mkdirSync(join(hostile, 'app'), { recursive: true });
    // A lock file of a few megabytes that becomes hundreds of thousands of objects.
    const packages = Array.from(
      { length: 60_000 },
      (_, at) => `"node_modules/p${at}":{"version":"1.0.${at}"}`,
    ).join(',');
    writeFileSync(join(hostile, 'app/package-lock.json'), `{"packages":{${packages}}}`);
    const result = await scanInWorker(request({ target: { kind: 'directory', path: hostile } }), {
      ...DEFAULT_WORKER_BOUNDS,
      heapMegabytes: 24,
    });
    expect(result).toMatchObject({
      ok: true,
      value: { packages: [], incomplete: [{ code: 'scan.worker-died' }] },
    });
  });

  it('is incomplete when the time is over or the scan is stopped', async () => {
    expect(await scanInWorker(request(), { ...DEFAULT_WORKER_BOUNDS, timeoutMs: 1 })).toMatchObject({
      ok: true,
      value: { incomplete: [{ code: 'scan.timeout' }] },
    });
    const stop = new AbortController();
    const pending = scanInWorker(request(), { ...DEFAULT_WORKER_BOUNDS, signal: stop.signal });
    stop.abort();
    expect(await pending).toMatchObject({
      ok: true,
      value: { incomplete: [{ code: 'scan.worker-died', detail: 'the scan was stopped' }] },
    });
  });
});
