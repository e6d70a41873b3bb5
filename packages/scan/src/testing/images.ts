// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { tarOf } from './trees.ts';

/** The digest of bytes, as OCI writes it. */
const digestOf = (bytes: Buffer | string): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** How the layers of a made-up image are packed. */
export type Packing = 'none' | 'gzip' | 'zstd';

const pack = (layer: Buffer, packing: Packing): Buffer => {
  if (packing === 'gzip') return gzipSync(layer);
  return packing === 'zstd' ? zstdCompressSync(layer) : layer;
};

/** The blobs of an image: file name -> content, as they lie in an OCI layout. */
export const layoutFiles = (
  layers: readonly Buffer[],
  packing: Packing = 'gzip',
): { files: Record<string, Buffer>; digest: string; diffIds: string[] } => {
  const files: Record<string, Buffer> = {};
  const put = (bytes: Buffer): { digest: string; size: number } => {
    const digest = digestOf(bytes);
    files[`blobs/sha256/${digest.slice(7)}`] = bytes;
    return { digest, size: bytes.length };
  };
  const suffix = packing === 'none' ? '' : `+${packing}`;
  const descriptors = layers.map((layer) => ({
    mediaType: `application/vnd.oci.image.layer.v1.tar${suffix}`,
    ...put(pack(layer, packing)),
  }));
  const diffIds = layers.map(digestOf);
  const config = put(
    Buffer.from(
      JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: diffIds } }),
    ),
  );
  const manifest = put(
    Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
        layers: descriptors,
      }),
    ),
  );
  files['oci-layout'] = Buffer.from('{"imageLayoutVersion":"1.0.0"}');
  files['index.json'] = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      manifests: [
        {
          mediaType: 'application/vnd.oci.image.manifest.v1+json',
          ...manifest,
          platform: { os: 'linux', architecture: 'amd64' },
        },
      ],
    }),
  );
  return { files, digest: manifest.digest, diffIds };
};

/** Writes files below a folder. */
export const writeFiles = (folder: string, files: Readonly<Record<string, Buffer>>): void => {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
};

/** What `docker save` writes. */
export const dockerArchive = (layers: readonly Buffer[], packing: Packing = 'none'): Buffer => {
  const config = Buffer.from(JSON.stringify({ rootfs: { type: 'layers', diff_ids: layers.map(digestOf) } }));
  const names = layers.map((_layer, at) => `layer${at}/layer.tar`);
  const manifest = JSON.stringify([{ Config: 'config.json', RepoTags: ['test:1'], Layers: names }]);
  return tarOf([
    ...layers.map((layer, at) => ({ path: names[at] ?? '', content: pack(layer, packing) })),
    { path: 'config.json', content: config },
    { path: 'manifest.json', content: manifest },
  ]);
};
