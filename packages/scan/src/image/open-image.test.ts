// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../catalogers/cataloger.ts';
import { catalogTree } from '../scan/catalog-tree.ts';
import { elfOf, inlineBuildInfo } from '../testing/elf.ts';
import { dockerArchive, layoutFiles, type Packing, writeFiles } from '../testing/images.ts';
import { DEBIAN_12, type TarFile, tarOf, zipOf } from '../testing/trees.ts';
import { type OpenedImage, openImage } from './open-image.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-image-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const manifest = (name: string, version: string): string => JSON.stringify({ name, version });
const npm = (name: string, version: string): TarFile => ({
  path: `app/node_modules/${name}/package.json`,
  content: manifest(name, version),
});

const BASE = tarOf([
  { path: 'etc/os-release', type: '2', target: '../usr/lib/os-release' },
  { path: 'usr/lib/os-release', content: DEBIAN_12 },
  { path: 'var/lib/dpkg/status', content: 'Package: openssl\nVersion: 3.0.1-1\nArchitecture: amd64\n\n' },
  { path: 'usr/share/doc/large', content: 'x'.repeat(10_000) },
]);
const APP = tarOf([
  npm('minimist', '1.2.5'),
  npm('express', '4.19.1'),
  npm('old', '1.0.0'),
  {
    path: 'usr/local/bin/tool',
    content: elfOf(inlineBuildInfo('go1.23.4', 'dep\tgolang.org/x/net\tv0.16.0\th1:x\n'), {
      paddedTo: 300_000,
    }),
    mode: 0o755,
  },
  {
    path: 'opt/x.jar',
    content: zipOf({ 'META-INF/maven/a/b/pom.properties': 'groupId=a\nartifactId=b\nversion=1\n' }),
  },
]);
const CHANGES = tarOf([
  { path: 'app/node_modules/.wh.express' },
  { path: 'app/node_modules/old/.wh..wh..opq' },
  npm('fresh', '2.0.0'),
  { path: 'opt/alias.jar', type: '1', target: 'opt/x.jar' },
]);

const opened = async (path: string): Promise<OpenedImage> => {
  const image = await openImage(path, DEFAULT_LIMITS);
  if (!image.ok) throw new Error(image.error.detail);
  return image.value;
};
const failure = async (path: string): Promise<string> => {
  const image = await openImage(path, DEFAULT_LIMITS);
  return image.ok ? 'no failure' : `${image.error.code}: ${image.error.detail}`;
};
const packagesOf = (image: OpenedImage): string[] =>
  catalogTree({ tree: image.tree, limits: DEFAULT_LIMITS, now: () => 0 }).packages.map(
    (found) => `${found.name} ${found.version}`,
  );
interface Descriptor {
  digest: string;
  platform: { os: string; architecture: string };
}

const readIndex = (bytes: Buffer | undefined): { manifests: [Descriptor, ...Descriptor[]] } =>
  JSON.parse(bytes?.toString() ?? '{}') as { manifests: [Descriptor, ...Descriptor[]] };

const writeLayout = (layers: Buffer[], packing: Packing = 'gzip') => {
  const layout = layoutFiles(layers, packing);
  writeFiles(folder, layout.files);
  return layout;
};

const EXPECTED = [
  'openssl 3.0.1-1',
  'fresh 2.0.0',
  'minimist 1.2.5',
  'a:b 1',
  'a:b 1',
  'stdlib 1.23.4',
  'golang.org/x/net 0.16.0',
];

describe('openImage', () => {
  it.each<Packing>(['none', 'gzip', 'zstd'])(
    'merges the layers of an OCI layout packed with %s',
    async (packing) => {
      const { digest } = writeLayout([BASE, APP, CHANGES], packing);
      const image = await opened(folder);
      expect(image.digest).toBe(digest);
      expect(image.problems).toEqual([]);
      expect(packagesOf(image).sort()).toEqual([...EXPECTED].sort());
    },
  );

  it('reads an OCI layout in one archive', async () => {
    const { files } = layoutFiles([BASE, APP, CHANGES]);
    const path = join(folder, 'image.tar');
    writeFileSync(path, tarOf(Object.entries(files).map(([name, content]) => ({ path: name, content }))));
    expect(packagesOf(await opened(path)).sort()).toEqual([...EXPECTED].sort());
  });

  it.each<Packing>(['none', 'gzip'])('reads a docker archive with layers packed with %s', async (packing) => {
    const path = join(folder, 'image.tar');
    writeFileSync(path, dockerArchive([BASE, APP, CHANGES], packing));
    const image = await opened(path);
    expect(packagesOf(image).sort()).toEqual([...EXPECTED].sort());
  });

  it('knows which layer brought a package', async () => {
    const { diffIds } = writeLayout([BASE, APP, CHANGES]);
    const { packages } = catalogTree({
      tree: (await opened(folder)).tree,
      limits: DEFAULT_LIMITS,
      now: () => 0,
    });
    expect(packages.find((found) => found.name === 'openssl')?.layer).toBe(diffIds[0]);
    expect(packages.find((found) => found.name === 'fresh')?.layer).toBe(diffIds[2]);
  });

  it('lets a layer hide what is below, and not what it brings itself', async () => {
    const upper = tarOf([npm('minimist', '9.9.9'), { path: 'app/node_modules/.wh..wh..opq' }]);
    writeLayout([BASE, APP, upper]);
    expect(packagesOf(await opened(folder)).filter((name) => /minimist|express|old/.test(name))).toEqual([
      'minimist 9.9.9',
    ]);
  });

  it('never lets a path or link leave the image', async () => {
    const evil = tarOf([
      { path: '../../../../etc/os-release', content: 'ID=alpine\nVERSION_ID=3.20\n' },
      { path: 'app/node_modules/up', type: '2', target: '../../../../../../../../' },
      { path: 'var/lib/dpkg/status', type: '2', target: '/proc/1/root/var/lib/dpkg/status' },
      { path: 'x', type: '1', target: '../../../../etc/passwd' },
    ]);
    writeLayout([evil]);
    const image = await opened(folder);
    const catalog = catalogTree({ tree: image.tree, limits: DEFAULT_LIMITS, now: () => 0 });
    expect(catalog.distribution.id).toBe('alpine');
    expect(catalog.packages).toEqual([]);
    expect(image.problems).toMatchObject([
      { code: 'scan.malformed', path: '/x', detail: 'a hard link to nothing' },
    ]);
  });

  it('resolves what leads up in a path, as a runtime does', async () => {
    const installed = (name: string): string => `P:${name}\nV:1.0-r0\n\n`;
    const base = tarOf([
      { path: 'etc/os-release', content: 'ID=alpine\nVERSION_ID=3.20\n' },
      { path: 'x/../lib/apk/db/installed', content: installed('musl') },
      npm('gone', '1.0.0'),
      npm('kept', '1.0.0'),
      { path: 'opt/x/../x.jar', type: '1', target: 'none/../app/node_modules/gone/package.json' },
    ]);
    writeLayout([base, tarOf([{ path: 'app/node_modules/kept/../.wh.gone' }])]);
    const image = await opened(folder);
    expect(image.problems).toEqual([]);
    expect(packagesOf(image)).toEqual(['musl 1.0-r0', 'kept 1.0.0', 'gone 1.0.0']);
  });

  it('refuses an image with a layer other than its digest says', async () => {
    const { files } = layoutFiles([BASE, APP]);
    const layer = Object.entries(files).find(([, content]) => content.equals(gzipSync(APP)));
    writeFiles(folder, { ...files, [layer?.[0] ?? '']: gzipSync(BASE) });
    expect(await failure(folder)).toMatch(/^E_IMAGE_DIGEST: layer 2: stated sha256:/);
  });

  it('refuses a docker archive with a layer other than its configuration says', async () => {
    const path = join(folder, 'image.tar');
    const archive = dockerArchive([BASE]);
    const at = archive.indexOf('openssl');
    archive.write('opensst', at);
    writeFileSync(path, archive);
    expect(await failure(path)).toMatch(/^E_IMAGE_DIGEST: layer 1: stated sha256:/);
  });

  it('refuses a manifest other than its digest says', async () => {
    const { files, digest } = layoutFiles([BASE]);
    const name = `blobs/sha256/${digest.slice(7)}`;
    writeFiles(folder, {
      ...files,
      [name]: Buffer.concat([files[name] ?? Buffer.alloc(0), Buffer.from(' ')]),
    });
    expect(await failure(folder)).toMatch(/^E_IMAGE_DIGEST: stated sha256:/);
  });

  it('is incomplete when a layer is cut, and keeps what the others hold', async () => {
    const cut = BASE.subarray(0, 1_000);
    writeLayout([BASE, cut]);
    const image = await opened(folder);
    expect(image.problems).toMatchObject([{ code: 'scan.malformed' }]);
    expect(image.problems[0]?.detail).toContain('layer 2');
    expect(packagesOf(image)).toEqual(['openssl 3.0.1-1']);
  });

  it('refuses an image with a layer that is not there', async () => {
    const { files } = layoutFiles([BASE, APP]);
    const layer = Object.entries(files).find(([, content]) => content.equals(gzipSync(APP)))?.[0] ?? '';
    const { [layer]: _missing, ...rest } = files;
    writeFiles(folder, rest);
    expect(await failure(folder)).toContain('is not there');
  });

  it('chooses one platform of an index, and says that others are not scanned', async () => {
    const { files } = layoutFiles([BASE]);
    const index = readIndex(files['index.json']);
    index.manifests.unshift({
      ...index.manifests[0],
      digest: `sha256:${'0'.repeat(64)}`,
      platform: { os: 'linux', architecture: 's390x' },
    });
    index.manifests.push({ digest: 'sha256:x', platform: { os: 'unknown', architecture: 'unknown' } });
    const own = process.arch === 'x64' ? 'amd64' : process.arch;
    for (const one of index.manifests.slice(1, 2)) one.platform = { os: 'linux', architecture: own };
    writeFiles(folder, { ...files, 'index.json': Buffer.from(JSON.stringify(index)) });
    const image = await opened(folder);
    expect(image.problems).toMatchObject([
      { code: 'scan.unsupported', detail: '1 other images of the index are not scanned' },
    ]);
  });

  it('does not keep a file larger than the limit, and says so', async () => {
    writeLayout([BASE, APP]);
    const image = await openImage(folder, { ...DEFAULT_LIMITS, archiveBytes: 100_000 });
    if (!image.ok) throw new Error(image.error.detail);
    expect(image.value.problems).toMatchObject([{ code: 'scan.limit', path: '/usr/local/bin/tool' }]);
  });

  it.each([
    ['text', Buffer.from('hello')],
    ['nothing', Buffer.alloc(0)],
    ['a packed archive', gzipSync(tarOf([{ path: 'manifest.json', content: '[]' }]))],
    ['an archive without a manifest', tarOf([{ path: 'x', content: 'y' }])],
    ['a manifest without images', tarOf([{ path: 'manifest.json', content: '[]' }])],
    ['a manifest that is no JSON', tarOf([{ path: 'manifest.json', content: '[' }])],
    ['a layout without an index', tarOf([{ path: 'oci-layout', content: '{}' }])],
    [
      'a layout whose index points out of it',
      tarOf([
        { path: 'oci-layout', content: '{}' },
        { path: 'index.json', content: '{"manifests":[{"digest":"sha256:../../../../etc/passwd"}]}' },
      ]),
    ],
    [
      'an index that points at itself',
      tarOf([
        { path: 'oci-layout', content: '{}' },
        { path: 'index.json', content: '{"manifests":[]}' },
      ]),
    ],
  ])('says that %s is no image', async (_name, bytes) => {
    const path = join(folder, 'image.tar');
    writeFileSync(path, bytes);
    expect(await failure(path)).toMatch(/^E_SCAN_TARGET: /);
  });

  it('says that an absent file is no image', async () => {
    expect(await failure(join(folder, 'absent'))).toMatch(/^E_SCAN_TARGET: /);
  });

  it('inflates no bomb beyond its budget of memory', async () => {
    const bomb = tarOf([{ path: 'usr/share/zeros', content: Buffer.alloc(64 * 1024 * 1024) }]);
    writeLayout([BASE, bomb]);
    const before = process.memoryUsage().rss;
    const image = await opened(folder);
    expect(packagesOf(image)).toEqual(['openssl 3.0.1-1']);
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1024 * 1024);
  });
});
