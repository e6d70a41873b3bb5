// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** A file of a layer; bytes or text, and its mode. */
export interface LayerFile {
  readonly content: string | Buffer;
  readonly mode?: number;
}
export type Layer = Readonly<Record<string, LayerFile | string | Buffer>>;

const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** One layer, archived by the machine's own tar: whiteouts are files whose name begins with `.wh.`. */
const archive = (work: string, layer: Layer): Buffer => {
  const folder = mkdtempSync(join(work, 'layer-'));
  for (const [path, stated] of Object.entries(layer)) {
    const file = typeof stated === 'string' || Buffer.isBuffer(stated) ? { content: stated } : stated;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), file.content);
    chmodSync(join(folder, path), file.mode ?? 0o644);
  }
  const args = [
    '--create',
    '--sort=name',
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    '--mtime=@0',
    '--directory',
    folder,
    '.',
  ];
  const { status, stdout, stderr } = spawnSync('tar', args, { maxBuffer: 64 * 1024 * 1024, timeout: 30_000 });
  rmSync(folder, { recursive: true, force: true });
  if (status !== 0) throw new Error(`tar: ${stderr.toString()}`);
  return stdout;
};

/** Writes an OCI layout with these layers, packed with gzip; the layers' diff ids come back. */
export const writeImage = (
  folder: string,
  layers: readonly Layer[],
  config: { readonly config?: object; readonly history?: readonly object[] } = {},
): string[] => {
  const blobs = join(folder, 'blobs/sha256');
  mkdirSync(blobs, { recursive: true });
  const put = (bytes: Buffer): { digest: string; size: number } => {
    const digest = digestOf(bytes);
    writeFileSync(join(blobs, digest.slice(7)), bytes);
    return { digest, size: bytes.length };
  };
  const archives = layers.map((layer) => archive(folder, layer));
  const diffIds = archives.map(digestOf);
  const document = {
    architecture: 'amd64',
    os: 'linux',
    created: '2026-01-02T03:04:05Z',
    ...config,
    rootfs: { type: 'layers', diff_ids: diffIds },
  };
  const manifest = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      ...put(Buffer.from(JSON.stringify(document))),
    },
    layers: archives.map((bytes) => ({
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
      ...put(gzipSync(bytes)),
    })),
  };
  const descriptor = {
    mediaType: manifest.mediaType,
    ...put(Buffer.from(JSON.stringify(manifest))),
    platform: { os: 'linux', architecture: 'amd64' },
  };
  writeFileSync(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [descriptor] }));
  writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  return diffIds;
};

/** Every byte of every file below a folder, packed ones unpacked by `read`. */
export const filesOf = (folder: string): Buffer[] => {
  const { stdout } = spawnSync('find', [folder, '-type', 'f', '-print0'], { timeout: 10_000 });
  return stdout
    .toString()
    .split('\0')
    .filter((path) => path !== '')
    .map((path) => readFileSync(path));
};
