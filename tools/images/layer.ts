// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

/** One entry of a layer. Owner is root and the time is the build's, always: the same content gives the same bytes. */
export type LayerEntry =
  | { readonly kind: 'file'; readonly path: string; readonly bytes: Buffer; readonly mode: number }
  | { readonly kind: 'folder'; readonly path: string; readonly mode: number }
  | { readonly kind: 'link'; readonly path: string; readonly target: string };

/** A layer as it lies in an image. */
export interface Layer {
  readonly digest: string;
  /** Digest of the archive before compression: what the configuration names. */
  readonly diffId: string;
  readonly bytes: Buffer;
}

const BLOCK = 512;
const NAME_MAX = 100;
const TYPE = { file: '0', link: '2', folder: '5', extended: 'x' } as const;

const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`;
const padding = (size: number): Buffer => Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);

/** Digest in the form of the OCI specification. */
export const sha256Of = (bytes: Buffer | string): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

interface Header {
  readonly name: string;
  readonly type: string;
  readonly mode: number;
  readonly size: number;
  readonly target: string;
  readonly seconds: number;
}

function headerOf({ name, type, mode, size, target, seconds }: Header): Buffer {
  const header = Buffer.alloc(BLOCK);
  header.write(name.slice(0, NAME_MAX), 0, NAME_MAX);
  header.write(octal(mode, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(size, 12), 124);
  header.write(octal(seconds, 12), 136);
  header.write('        ', 148);
  header.write(type, 156);
  header.write(target.slice(0, NAME_MAX), 157, NAME_MAX);
  header.write('ustar\u000000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

/** One record of a pax header (POSIX.1-2001): its length counts itself. */
function paxRecord(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + String(rest).length;
  if (rest + String(length).length !== length) length = rest + String(length).length;
  return `${length} ${key}=${value}\n`;
}

function entryBytes(entry: LayerEntry, seconds: number): Buffer[] {
  const name = entry.kind === 'folder' ? `${entry.path}/` : entry.path;
  const target = entry.kind === 'link' ? entry.target : '';
  const bytes = entry.kind === 'file' ? entry.bytes : Buffer.alloc(0);
  const mode = entry.kind === 'link' ? 0o777 : entry.mode;
  const long =
    (Buffer.byteLength(name) > NAME_MAX ? paxRecord('path', name) : '') +
    (Buffer.byteLength(target) > NAME_MAX ? paxRecord('linkpath', target) : '');
  const extended = Buffer.from(long);
  return [
    ...(long === ''
      ? []
      : [
          headerOf({
            name: 'pax',
            type: TYPE.extended,
            mode: 0o644,
            size: extended.length,
            target: '',
            seconds,
          }),
          extended,
          padding(extended.length),
        ]),
    headerOf({ name, type: TYPE[entry.kind], mode, size: bytes.length, target, seconds }),
    bytes,
    padding(bytes.length),
  ];
}

/** Folders that entries lie in and that nobody named. */
function withFolders(entries: readonly LayerEntry[]): LayerEntry[] {
  const known = new Map(entries.map((entry) => [entry.path, entry]));
  for (const { path } of entries) {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const folder = path.slice(0, end);
      if (!known.has(folder)) known.set(folder, { kind: 'folder', path: folder, mode: 0o755 });
    }
  }
  return [...known.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The tar archive of entries, sorted by path. */
export const archiveOf = (entries: readonly LayerEntry[], seconds: number): Buffer =>
  Buffer.concat([
    ...withFolders(entries).flatMap((entry) => entryBytes(entry, seconds)),
    Buffer.alloc(2 * BLOCK),
  ]);

/** A compressed layer. */
export function layerOf(entries: readonly LayerEntry[], seconds: number): Layer {
  const archive = archiveOf(entries, seconds);
  const bytes = gzipSync(archive, { level: 6 });
  return { digest: sha256Of(bytes), diffId: sha256Of(archive), bytes };
}
