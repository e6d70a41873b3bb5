// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spawn } from 'node:child_process';
import { createHash, type Hash } from 'node:crypto';
import {
  createWriteStream,
  existsSync,
  linkSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { fillLayer, freshFolder } from './layer-content.ts';
import type { ImageRecipe, LayerRecipe } from './recipe.ts';

/** Raised when the same recipe gives other bytes. */
const BUILDER_VERSION = 1;
const GZIP_LEVEL = 6;
/** The first day of 2026: the age of every file, so that a layer is the same whenever it is built. */
const FILE_TIME = '@1767225600';

/** Where images are kept between runs, outside of the checkout. */
export const IMAGE_CACHE = join(process.env['BARTIZAN_TEST_CACHE'] ?? '/var/cache/bartizan-tests', 'images');

interface PackedLayer {
  readonly path: string;
  readonly digest: string;
  readonly diffId: string;
  readonly packedBytes: number;
  readonly plainBytes: number;
}

/** An image in the cache: an OCI layout. */
export interface BuiltImage {
  readonly path: string;
  readonly digest: string;
  readonly packedBytes: number;
  readonly plainBytes: number;
}

const keyOf = (value: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify([BUILDER_VERSION, value]))
    .digest('hex')
    .slice(0, 16);

const tapped = (hash: Hash, count: (bytes: number) => void): Transform =>
  new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      count(chunk.length);
      done(null, chunk);
    },
  });

const packFolder = async (root: string, file: string): Promise<Omit<PackedLayer, 'path'>> => {
  const names = ['--sort=name', `--mtime=${FILE_TIME}`, '--numeric-owner', '--format=posix'];
  // Times of access and change would make every build another one.
  const pax = ['--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime'];
  const tar = spawn('tar', ['-C', root, ...names, ...pax, '-cf', '-', '.'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => tar.on('close', resolve));
  const plain = createHash('sha256');
  const packed = createHash('sha256');
  let plainBytes = 0;
  let packedBytes = 0;
  const onPlain = tapped(plain, (bytes) => {
    plainBytes += bytes;
  });
  const onPacked = tapped(packed, (bytes) => {
    packedBytes += bytes;
  });
  await pipeline(tar.stdout, onPlain, createGzip({ level: GZIP_LEVEL }), onPacked, createWriteStream(file));
  if ((await ended) !== 0) throw new Error(`tar failed in ${root}`);
  return {
    digest: `sha256:${packed.digest('hex')}`,
    diffId: `sha256:${plain.digest('hex')}`,
    packedBytes,
    plainBytes,
  };
};

const buildLayer = async (recipe: LayerRecipe, cache: string): Promise<PackedLayer> => {
  const path = join(cache, 'layers', `${keyOf(recipe)}.tar.gz`);
  const facts = `${path}.json`;
  if (!existsSync(facts)) {
    const work = freshFolder(`${path}.${process.pid}.work`);
    try {
      const root = freshFolder(join(work, 'root'));
      fillLayer(recipe, { root, work: freshFolder(join(work, 'work')), cache });
      const packed = await packFolder(root, join(work, 'packed'));
      renameSync(join(work, 'packed'), path);
      writeFileSync(`${facts}.new`, JSON.stringify(packed));
      renameSync(`${facts}.new`, facts);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  return { path, ...(JSON.parse(readFileSync(facts, 'utf8')) as Omit<PackedLayer, 'path'>) };
};

const writeLayout = (folder: string, layers: readonly PackedLayer[]): string => {
  const blobs = freshFolder(join(folder, 'blobs/sha256'));
  const put = (value: unknown): { digest: string; size: number } => {
    const bytes = Buffer.from(JSON.stringify(value));
    const sum = createHash('sha256').update(bytes).digest('hex');
    writeFileSync(join(blobs, sum), bytes);
    return { digest: `sha256:${sum}`, size: bytes.length };
  };
  for (const layer of layers) {
    const blob = join(blobs, layer.digest.slice('sha256:'.length));
    if (!existsSync(blob)) linkSync(layer.path, blob);
  }
  const platform = { architecture: 'amd64', os: 'linux' };
  const config = put({
    ...platform,
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.diffId) },
    history: layers.map((_layer, at) => ({ created_by: `layer ${at + 1} of the recipe` })),
  });
  const type = 'application/vnd.oci.image';
  const manifest = put({
    schemaVersion: 2,
    mediaType: `${type}.manifest.v1+json`,
    config: { mediaType: `${type}.config.v1+json`, ...config },
    layers: layers.map(({ digest, packedBytes: size }) => ({
      mediaType: `${type}.layer.v1.tar+gzip`,
      digest,
      size,
    })),
  });
  const manifests = [{ mediaType: `${type}.manifest.v1+json`, ...manifest, platform }];
  // As `docker save` writes it: a tar of this folder is a docker archive too.
  const names = layers.map((layer) => `blobs/sha256/${layer.digest.slice('sha256:'.length)}`);
  const archive = [
    { Config: `blobs/sha256/${config.digest.slice('sha256:'.length)}`, RepoTags: null, Layers: names },
  ];
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(archive));
  writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
  return manifest.digest;
};

/** Builds an image as an OCI layout, or takes what the cache has of it. */
export const buildImage = async (recipe: ImageRecipe, cache = IMAGE_CACHE): Promise<BuiltImage> => {
  const layers: PackedLayer[] = [];
  for (const layer of recipe.layers) layers.push(await buildLayer(layer, cache));
  const path = join(cache, `${recipe.name}-${keyOf(recipe.layers)}`);
  const digest = writeLayout(freshFolder(path), layers);
  const sum = (of: (layer: PackedLayer) => number): number =>
    layers.reduce((total, layer) => total + of(layer), 0);
  return {
    path,
    digest,
    packedBytes: sum((layer) => layer.packedBytes),
    plainBytes: sum((layer) => layer.plainBytes),
  };
};
