// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

/** Files of one layer: path -> content. */
export type LayerFiles = Readonly<Record<string, string>>;

/** An image as it lies in a registry. */
export interface BuiltImage {
  readonly digest: string;
  readonly mediaType: string;
  readonly manifest: Buffer;
  /** Configuration and layers, by digest. */
  readonly blobs: ReadonlyMap<string, Buffer>;
  readonly platform: { readonly os: string; readonly architecture: string };
}

export const digestOf = (bytes: Buffer | string): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

const BLOCK = 512;
const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`;

function headerOf(path: string, size: number): Buffer {
  const header = Buffer.alloc(BLOCK);
  header.write(path, 0, 100);
  header.write(octal(0o644, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(size, 12), 124);
  header.write(octal(0, 12), 136);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\u000000', 257);
  header.write(
    octal(
      header.reduce((sum, byte) => sum + byte, 0),
      8,
    ),
    148,
  );
  return header;
}

/** A tar archive of small files. */
export function tarOf(files: LayerFiles): Buffer {
  const parts = Object.entries(files).flatMap(([path, content]) => {
    const bytes = Buffer.from(content);
    return [headerOf(path, bytes.length), bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

export interface ImageFacts {
  readonly architecture?: string;
  readonly created?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** What made each layer. */
  readonly history?: readonly string[];
  /** Further fields of what is run, such as `Env` and `Entrypoint`. */
  readonly run?: Readonly<Record<string, unknown>>;
}

/** An image of these layers, gzip, as today's builders write it. */
export function builtImage(layers: readonly LayerFiles[], facts: ImageFacts = {}): BuiltImage {
  const { architecture = 'amd64', created, labels, history = [], run = {} } = facts;
  const blobs = new Map<string, Buffer>();
  const put = (bytes: Buffer): { digest: string; size: number } => {
    const digest = digestOf(bytes);
    blobs.set(digest, bytes);
    return { digest, size: bytes.length };
  };
  const archives = layers.map(tarOf);
  const stored = archives.map((archive) => ({
    mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    ...put(gzipSync(archive)),
  }));
  const config = put(
    Buffer.from(
      JSON.stringify({
        architecture,
        os: 'linux',
        ...(created === undefined ? {} : { created }),
        config: { ...run, ...(labels === undefined ? {} : { Labels: labels }) },
        rootfs: { type: 'layers', diff_ids: archives.map(digestOf) },
        history: history.map((created_by) => ({ created_by })),
      }),
    ),
  );
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType,
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
      layers: stored,
    }),
  );
  return { digest: digestOf(manifest), mediaType, manifest, blobs, platform: { os: 'linux', architecture } };
}

/** An index of images, one for each platform. */
export function indexOf(images: readonly BuiltImage[]): {
  digest: string;
  mediaType: string;
  manifest: Buffer;
} {
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  const manifests = images.map((image) => ({
    mediaType: image.mediaType,
    digest: image.digest,
    size: image.manifest.length,
    platform: image.platform,
  }));
  const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests }));
  return { digest: digestOf(manifest), mediaType, manifest };
}
