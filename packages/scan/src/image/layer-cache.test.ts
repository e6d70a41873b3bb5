// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { catalogueVersion } from '../../../../tools/catalogue-version.ts';
import { DEFAULT_LIMITS } from '../catalogers/cataloger.ts';
import { scanProblem } from '../catalogers/problem.ts';
import { catalogTree } from '../scan/catalog-tree.ts';
import { layoutFiles, writeFiles } from '../testing/images.ts';
import { DEBIAN_12, tarOf, zipOf } from '../testing/trees.ts';
import { FileLayerCache } from './file-layer-cache.ts';
import { CATALOGUE_VERSION } from './generated/catalogue-version.ts';
import { decodeFacts, encodeFacts, isComplete, type LayerFacts } from './layer-facts.ts';
import { type ImageOptions, type OpenedImage, openImage } from './open-image.ts';

let folder = '';
let kept = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-cache-'));
  kept = join(folder, 'layers');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const BASE = tarOf([
  { path: 'etc/os-release', content: DEBIAN_12 },
  { path: 'var/lib/dpkg/status', content: 'Package: openssl\nVersion: 3.0.1-1\nArchitecture: amd64\n\n' },
]);
const APP = tarOf([
  { path: 'app/node_modules/a/package.json', content: '{"name":"a","version":"1.0.0"}' },
  {
    path: 'opt/x.jar',
    content: zipOf({ 'META-INF/maven/g/x/pom.properties': 'groupId=g\nartifactId=x\nversion=1\n' }),
  },
  { path: 'opt/broken.jar', content: 'no archive' },
]);

const opened = async (options: ImageOptions = {}, limits = DEFAULT_LIMITS): Promise<OpenedImage> => {
  const image = await openImage(join(folder, 'image'), limits, options);
  if (!image.ok) throw new Error(`${image.error.code} ${image.error.detail}`);
  return image.value;
};
const reportOf = (image: OpenedImage): string =>
  JSON.stringify(catalogTree({ tree: image.tree, limits: DEFAULT_LIMITS, now: () => 0 }));
const writeLayout = (layers: Buffer[]) => {
  const layout = layoutFiles(layers);
  writeFiles(join(folder, 'image'), layout.files);
  return layout;
};
const cache = (maxBytes = 1_000_000): FileLayerCache => new FileLayerCache(kept, maxBytes);

describe('the layer cache', () => {
  it('gives the same catalogue as reading the layers, problems included', async () => {
    writeLayout([BASE, APP]);
    const first = await opened({ cache: cache() });
    const second = await opened({ cache: cache() });
    expect([first.cachedLayers, second.cachedLayers]).toEqual([0, 2]);
    expect(reportOf(second)).toBe(reportOf(first));
    expect(reportOf(second)).toContain('/opt/broken.jar');
  });

  it('is shared by images that share a layer', async () => {
    writeLayout([BASE, APP]);
    await opened({ cache: cache() });
    writeLayout([BASE, tarOf([{ path: 'x', content: 'y' }])]);
    expect((await opened({ cache: cache() })).cachedLayers).toBe(1);
  });

  it('is not believed when an image states the stored digest of one layer and the diff id of another', async () => {
    writeLayout([BASE]);
    await opened({ cache: cache() });
    const { files } = layoutFiles([APP]);
    const own = layoutFiles([BASE]).diffIds[0] ?? '';
    const lied = Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, Buffer.from(bytes)]));
    // A configuration that claims the layer known to be good, over a manifest with another layer.
    const { createHash } = await import('node:crypto');
    const put = (value: unknown): string => {
      const bytes = Buffer.from(JSON.stringify(value));
      const digest = createHash('sha256').update(bytes).digest('hex');
      lied[`blobs/sha256/${digest}`] = bytes;
      return `sha256:${digest}`;
    };
    const layer = `sha256:${createHash('sha256').update(gzipSync(APP)).digest('hex')}`;
    const config = put({ os: 'linux', rootfs: { diff_ids: [own] } });
    const manifest = put({
      config: { digest: config },
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: layer }],
    });
    lied['index.json'] = Buffer.from(JSON.stringify({ manifests: [{ digest: manifest }] }));
    writeFiles(join(folder, 'image'), lied);
    expect(await openImage(join(folder, 'image'), DEFAULT_LIMITS, { cache: cache() })).toMatchObject({
      ok: false,
      error: { code: 'E_IMAGE_DIGEST' },
    });
  });

  it('reads the layer again after a byte of the kept facts changed', async () => {
    writeLayout([BASE]);
    await opened({ cache: cache() });
    for (const name of readdirSync(kept)) {
      const bytes = readFileSync(join(kept, name));
      bytes[bytes.length - 3] = (bytes[bytes.length - 3] ?? 0) ^ 1;
      writeFileSync(join(kept, name), bytes);
    }
    const again = await opened({ cache: cache() });
    expect(again.cachedLayers).toBe(0);
    expect(reportOf(again)).toContain('openssl');
  });

  it('keeps nothing of a layer that was cut, swapped or over a limit', async () => {
    writeLayout([BASE.subarray(0, 700)]);
    expect((await opened({ cache: cache() })).problems).toMatchObject([{ code: 'scan.malformed' }]);
    writeLayout([APP]);
    const image = await opened({ cache: cache() }, { ...DEFAULT_LIMITS, archiveBytes: 10 });
    expect(image.problems[0]?.code).toBe('scan.limit');
    expect(readdirSync(kept)).toEqual([]);
  });

  it('forgets when the limits change', async () => {
    writeLayout([BASE]);
    await opened({ cache: cache() });
    expect((await opened({ cache: cache() }, { ...DEFAULT_LIMITS, archiveDepth: 1 })).cachedLayers).toBe(0);
  });

  it('has a version that is a hash of all that decides what is read', () => {
    expect(catalogueVersion(join(import.meta.dirname, '..'))).toBe(CATALOGUE_VERSION);
  });
});

describe('FileLayerCache', () => {
  const key = (digit: string): string => digit.repeat(64);

  it('stays below its size, the longest unused going first', () => {
    const small = cache(1_000);
    for (const [at, digit] of ['a', 'b', 'c'].entries()) {
      small.put(key(digit), Buffer.alloc(300, digit));
      utimesSync(join(kept, `${key(digit)}.layer`), at + 1, at + 1);
    }
    small.get(key('a'));
    small.put(key('d'), Buffer.alloc(300, 'd'));
    expect(small.get(key('b'))).toBeUndefined();
    expect(small.get(key('a'))).toEqual(Buffer.alloc(300, 'a'));
    expect(small.get(key('d'))?.length).toBe(300);
  });

  it.each(['../../etc/passwd', '', 'A'.repeat(64), `${'a'.repeat(64)}/x`])('knows no key %j', (bad) => {
    const one = cache();
    one.put(bad, Buffer.from('x'));
    expect(one.get(bad)).toBeUndefined();
    expect(readdirSync(kept)).toEqual([]);
  });

  it('refuses what is larger than all of it', () => {
    const one = cache(10);
    one.put(key('a'), Buffer.alloc(11));
    expect(one.get(key('a'))).toBeUndefined();
  });
});

describe('the facts of a layer', () => {
  const facts: LayerFacts = {
    diffId: 'sha256:1',
    entries: [
      {
        path: '/a',
        kind: 'file',
        mode: 0o4755,
        uid: 1,
        gid: 2,
        sizeBytes: 3,
        modifiedAtMs: 4,
        content: Buffer.from('abc'),
      },
      { path: '/b', kind: 'link', mode: 0o777, uid: 0, gid: 0, sizeBytes: 0, modifiedAtMs: 0, target: 'a' },
      {
        path: '/c',
        kind: 'file',
        mode: 0,
        uid: 0,
        gid: 0,
        sizeBytes: 0,
        modifiedAtMs: 0,
        content: Buffer.alloc(0),
      },
    ],
    whiteouts: ['/x'],
    opaque: ['/y'],
    problems: [scanProblem('scan.malformed', '/', { en: 'd', ja: '詳' })],
  };

  it('come back as they were written', () => {
    expect(decodeFacts(encodeFacts(facts) ?? Buffer.alloc(0), 'sha256:1')).toEqual(facts);
    expect(decodeFacts(encodeFacts(facts) ?? Buffer.alloc(0), 'sha256:2')).toBeUndefined();
  });

  it('are refused with any byte changed or missing', () => {
    const bytes = encodeFacts(facts) ?? Buffer.alloc(0);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ mask;
        expect(decodeFacts(changed, 'sha256:1')).toBeUndefined();
        expect(decodeFacts(bytes.subarray(0, at), 'sha256:1')).toBeUndefined();
      }),
      { seed: 31, numRuns: 200 },
    );
  });

  it('are complete only without a limit or time-out anywhere', () => {
    const limit = scanProblem('scan.limit', '/', { en: '', ja: '' });
    expect(isComplete(facts)).toBe(true);
    expect(isComplete({ ...facts, problems: [limit] })).toBe(false);
    const inspections = [{ cataloger: 'java', path: '/a', packages: [], problems: [limit] }];
    expect(isComplete({ ...facts, entries: facts.entries.map((one) => ({ ...one, inspections })) })).toBe(
      false,
    );
  });
});
