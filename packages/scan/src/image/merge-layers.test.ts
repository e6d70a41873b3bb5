// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Readable } from 'node:stream';
import { ok } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../catalogers/cataloger.ts';
import { catalogTree } from '../scan/catalog-tree.ts';
import { DEBIAN_12, type TarFile, tarOf } from '../testing/trees.ts';
import type { ImageSource } from './image-source.ts';
import { digestOf } from './manifest.ts';
import { type ImageOptions, type OpenedImage, openImageFrom } from './open-image.ts';

/** A source in memory: what a registry or content store looks like to the scanner. */
const sourceOf = (layers: readonly (readonly TarFile[])[], platforms = ['linux/amd64']): ImageSource => ({
  label: 'memory',
  images: async () =>
    ok(platforms.map((platform, at) => ({ digest: `sha256:${at}`, platform, references: ['r:1'] }))),
  plan: async (choice) =>
    ok({
      digest: choice.digest,
      config: { platform: choice.platform, environment: [], labels: {}, history: [] },
      document: {},
      layers: layers.map((files) => {
        const tar = tarOf(files);
        return { diffId: digestOf(tar), compression: 'none', open: async () => Readable.from([tar]) };
      }),
    }),
  close: () => undefined,
});
const opened = async (
  layers: readonly (readonly TarFile[])[],
  options: ImageOptions = {},
  platforms?: string[],
): Promise<OpenedImage> => {
  const image = await openImageFrom(sourceOf(layers, platforms), DEFAULT_LIMITS, options);
  if (!image.ok) throw new Error(`${image.error.code} ${image.error.detail}`);
  return image.value;
};
const catalog = (image: OpenedImage) =>
  catalogTree({ tree: image.tree, limits: DEFAULT_LIMITS, now: () => 0 });

const stanza = (name: string, version: string): string =>
  `Package: ${name}\nStatus: install ok installed\nVersion: ${version}\nArchitecture: amd64\n\n`;
const status = (...stanzas: string[]): TarFile => ({
  path: 'var/lib/dpkg/status',
  content: stanzas.join(''),
});
const npm = (path: string, name: string, version: string): TarFile => ({
  path: `${path}/package.json`,
  content: JSON.stringify({ name, version }),
});
const found = (image: OpenedImage): string[] =>
  catalog(image).packages.map(({ name, version, location }) => `${name} ${version} ${location}`);
const told = (image: OpenedImage): string[] =>
  [...image.problems, ...catalog(image).problems].map(({ path, detail }) => `${path}: ${detail}`);
const RELEASE: TarFile = { path: 'etc/os-release', content: DEBIAN_12 };

describe('layers over each other', () => {
  it('know which one brought a package of a database that each rewrites', async () => {
    const image = await opened([
      [RELEASE, status(stanza('libc6', '2.36'), stanza('bash', '5.2'))],
      [status(stanza('libc6', '2.36'), stanza('bash', '5.2'), stanza('curl', '7.88'))],
      [{ path: 'unrelated', content: 'x' }],
      [status(stanza('libc6', '2.37'), stanza('bash', '5.2'), stanza('curl', '7.88'))],
    ]);
    const layerOf = Object.fromEntries(
      catalog(image).packages.map((found) => [found.name, image.layers.indexOf(found.layer ?? '')]),
    );
    expect(layerOf).toEqual({ libc6: 3, bash: 0, curl: 1 });
  });

  it('count a package as brought again after it was gone', async () => {
    const image = await opened([
      [RELEASE, status(stanza('curl', '7.88'), stanza('bash', '5.2'))],
      [status(stanza('bash', '5.2'))],
      [status(stanza('bash', '5.2'), stanza('curl', '7.88'))],
    ]);
    const curl = catalog(image).packages.find((found) => found.name === 'curl');
    expect(image.layers.indexOf(curl?.layer ?? '')).toBe(2);
  });

  it('keep the single files of a distroless database apart', async () => {
    const image = await opened([
      [RELEASE, { path: 'var/lib/dpkg/status.d/base', content: stanza('base-files', '12') }],
      [{ path: 'var/lib/dpkg/status.d/tz', content: stanza('tzdata', '2024a') }],
      [{ path: 'var/lib/dpkg/status.d/.wh.base' }],
    ]);
    expect(catalog(image).packages.map((found) => found.name)).toEqual(['tzdata']);
    expect(catalog(image).packages[0]?.layer).toBe(image.layers[1]);
  });

  it('put a file below a link to a directory where the link leads', async () => {
    const image = await opened([
      [RELEASE, { path: 'usr/lib/x', content: '' }, { path: 'lib', type: '2', target: 'usr/lib' }],
      [{ path: 'lib/apk/db/installed', content: 'P:musl\nV:1.2.5-r0\n\n' }],
    ]);
    expect(image.tree.stat('/usr/lib/apk/db/installed').ok).toBe(true);
    expect(image.tree.readlink('/lib')).toEqual({ ok: true, value: 'usr/lib' });
    expect(catalog(image).packages.map((found) => found.name)).toContain('musl');
  });

  it('remove through a link what the link leads to, and never leave the image', async () => {
    const image = await opened([
      [
        { path: 'usr/lib/node_modules/a/package.json', content: '{"name":"a","version":"1"}' },
        { path: 'lib', type: '2', target: 'usr/lib' },
        { path: 'out', type: '2', target: '../../../../..' },
      ],
      [{ path: 'lib/node_modules/.wh.a' }, { path: 'out/../../.wh.etc' }],
    ]);
    expect(catalog(image).packages).toEqual([]);
  });

  it('put a file below a link whose target is not there yet where the link leads', async () => {
    const image = await opened([
      [
        RELEASE,
        { path: 'lib', type: '2', target: 'usr/lib' },
        { path: 'x', type: '2', target: '/lib/apk/db' },
        { path: 'lib/apk/db/triggers', content: '' },
      ],
      [{ path: 'x/installed', content: 'P:musl\nV:1.2.5-r0\n\n' }],
    ]);
    expect(image.tree.lstat('/usr/lib/apk/db/installed').ok).toBe(true);
    expect(image.tree.readlink('/x')).toEqual({ ok: true, value: '/lib/apk/db' });
    // Nobody keeps a file called /x/installed when its layer goes by.
    expect(told(image)).toEqual([
      '/lib/apk/db/installed: scan.tree-unreadable: the content was not kept',
      '/usr/lib/apk/db/installed: scan.tree-unreadable: the content was not kept',
    ]);
  });

  it('say that a file put in its place through a link was not looked at', async () => {
    const image = await opened([
      [
        RELEASE,
        { path: 'app/node_modules/minimist/', type: '5' },
        { path: 'x', type: '2', target: 'app/node_modules/minimist' },
      ],
      [npm('x', 'minimist', '0.0.8'), { path: 'x/readme', content: 'nobody wants it' }],
    ]);
    expect(found(image)).toEqual([]);
    expect(told(image)).toEqual([
      '/app/node_modules/minimist/package.json: scan.tree-unreadable: the content was not kept',
    ]);
  });

  it('say so for each file below such a link, and for none below a folder', async () => {
    const image = await opened([
      [RELEASE, { path: 'x', type: '2', target: 'app/node_modules' }],
      [npm('x/a', 'a', '1'), npm('x/b', 'b', '1'), npm('x/b/c', 'c', '1'), npm('y/a', 'a', '1')],
    ]);
    expect(told(image)).toEqual([
      '/app/node_modules/a/package.json: scan.tree-unreadable: the content was not kept',
      '/app/node_modules/b/package.json: scan.tree-unreadable: the content was not kept',
    ]);
  });

  it('are applied in the order of the archive: a file in place of a hard link', async () => {
    const image = await opened([
      [
        npm('z/node_modules/ok', 'ok', '1.0.0'),
        {
          path: 'app/node_modules/minimist/package.json',
          type: '1',
          target: 'z/node_modules/ok/package.json',
        },
        npm('app/node_modules/minimist', 'minimist', '0.0.8'),
      ],
    ]);
    expect(found(image)).toEqual([
      'minimist 0.0.8 /app/node_modules/minimist/package.json',
      'ok 1.0.0 /z/node_modules/ok/package.json',
    ]);
    expect(told(image)).toEqual([]);
  });

  it('are applied in the order of the archive: a hard link in place of a file', async () => {
    const image = await opened([
      [
        npm('app/node_modules/minimist', 'minimist', '0.0.8'),
        npm('z/node_modules/ok', 'ok', '1.0.0'),
        {
          path: 'app/node_modules/minimist/package.json',
          type: '1',
          target: 'z/node_modules/ok/package.json',
        },
      ],
    ]);
    expect(found(image)).toEqual([
      'ok 1.0.0 /app/node_modules/minimist/package.json',
      'ok 1.0.0 /z/node_modules/ok/package.json',
    ]);
  });

  it('are applied in the order of the archive: a link keeps the file that was there before', async () => {
    const layer = [
      npm('z/node_modules/a', 'minimist', '0.0.8'),
      { path: 'app/node_modules/a/package.json', type: '1', target: 'z/node_modules/a/package.json' },
      npm('z/node_modules/a', 'minimist', '1.2.8'),
    ];
    expect(found(await opened([layer]))).toEqual([
      'minimist 0.0.8 /app/node_modules/a/package.json',
      'minimist 1.2.8 /z/node_modules/a/package.json',
    ]);
    expect(told(await opened([layer.slice(1)]))).toEqual([
      '/app/node_modules/a/package.json: a hard link to nothing',
    ]);
  });

  it('hide only what is below, wherever in the archive a whiteout stands', async () => {
    const image = await opened([
      [npm('node_modules/a', 'a', '1'), npm('node_modules/b', 'b', '1')],
      [
        npm('node_modules/a', 'a', '2'),
        { path: 'app/node_modules/a/package.json', type: '1', target: 'node_modules/a/package.json' },
        { path: 'node_modules/.wh.a' },
        { path: 'node_modules/.wh.b' },
      ],
    ]);
    expect(found(image)).toEqual([
      'a 2 /app/node_modules/a/package.json',
      'a 2 /node_modules/a/package.json',
    ]);
    expect(told(image)).toEqual([]);
  });

  it('make a directory of a link that leads to itself, and where one leads that leads to nothing', async () => {
    const image = await opened([
      [
        { path: 'a', type: '2', target: 'a' },
        { path: 'b', type: '2', target: '/gone' },
      ],
      [
        { path: 'a/node_modules/x/package.json', content: '{"name":"x","version":"1"}' },
        { path: 'b/node_modules/y/package.json', content: '{"name":"y","version":"1"}' },
      ],
    ]);
    expect(catalog(image).packages.map((found) => found.location)).toEqual([
      '/a/node_modules/x/package.json',
      '/gone/node_modules/y/package.json',
    ]);
  });

  it('know a file by the name a hard link of a later layer gives it', async () => {
    const image = await opened([
      [{ path: 'node_modules/a/package.json', content: '{"name":"a","version":"1"}' }],
      [
        { path: 'app/node_modules/a/package.json', type: '1', target: 'node_modules/a/package.json' },
        { path: '.wh.node_modules' },
      ],
    ]);
    // What a layer hides is hidden before it is linked to: a link to it leads to nothing, and that is said.
    expect(image.problems).toMatchObject([{ path: '/app/node_modules/a/package.json' }]);
    const both = await opened([
      [{ path: 'node_modules/a/package.json', content: '{"name":"a","version":"1"}' }],
      [{ path: 'app/node_modules/a/package.json', type: '1', target: 'node_modules/a/package.json' }],
    ]);
    expect(
      catalog(both).packages.map((found) => [found.location, both.layers.indexOf(found.layer ?? '')]),
    ).toEqual([
      ['/app/node_modules/a/package.json', 1],
      ['/node_modules/a/package.json', 0],
    ]);
  });

  it('say when a hard link gives a file a name under which it was not looked at', async () => {
    const content = Buffer.alloc(300_000, 'x');
    const image = await opened([
      [
        { path: 'opt/tool', content, mode: 0o755 },
        { path: 'opt/app.jar', type: '1', target: 'opt/tool' },
        { path: 'opt/other', type: '1', target: 'opt/tool' },
      ],
    ]);
    expect(catalog(image).problems).toMatchObject([
      {
        code: 'scan.unsupported',
        path: '/opt/app.jar',
        detail: 'reached through a link: its content was looked at as /opt/tool, and not as java',
      },
    ]);
  });

  it('decide together whether a lock file counts', async () => {
    const lock = {
      path: 'app/package-lock.json',
      content: '{"packages":{"node_modules/a":{"version":"1.0.0"}}}',
    };
    expect(catalog(await opened([[lock]])).packages.map((found) => found.version)).toEqual(['1.0.0']);
    const installed = { path: 'app/node_modules/a/package.json', content: '{"name":"a","version":"2.0.0"}' };
    const image = await opened([[lock], [installed]]);
    expect(catalog(image).packages.map((found) => found.version)).toEqual(['2.0.0']);
  });
});

describe('the platforms of an image', () => {
  const layers = [[RELEASE]];
  const platforms = ['linux/s390x', 'linux/arm/v7', 'linux/arm64'];

  it.each(['linux/s390x', 'linux/arm/v7', 'linux/arm64'])('can each be chosen: %s', async (platform) => {
    const image = await opened(layers, { platform }, platforms);
    expect(image.platform).toBe(platform);
    expect(image.problems).toEqual([]);
  });

  it('are found without their variant', async () => {
    expect((await opened(layers, { platform: 'linux/arm' }, platforms)).platform).toBe('linux/arm/v7');
  });

  it('are listed when none of them is the one asked for', async () => {
    expect(
      await openImageFrom(sourceOf(layers, platforms), DEFAULT_LIMITS, { platform: 'windows/amd64' }),
    ).toMatchObject({
      ok: false,
      error: {
        code: 'E_IMAGE_PLATFORM',
        detail: 'no image for windows/amd64; there are: linux/s390x, linux/arm/v7, linux/arm64',
      },
    });
  });

  it('are said to be left out when none was asked for', async () => {
    expect((await opened(layers, {}, platforms)).problems).toMatchObject([{ code: 'scan.unsupported' }]);
  });
});
