// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs';
import { Readable } from 'node:stream';
import { ownChunk } from '../archive/chunk-memory.ts';
import { DirectoryTree } from '../tree/directory-tree.ts';
import { TarParser } from './tar-parser.ts';

/** Named pieces of an image: files of a folder, or entries of an archive. */
export interface Blobs {
  /** The whole piece; undefined when absent or larger than `maxBytes`. */
  read(name: string, maxBytes: number): Buffer | undefined;
  /** The first four bytes; fewer, or none, when there are no more. */
  head(name: string): Buffer;
  /** A stream of the piece; undefined when absent. */
  open(name: string): Readable | undefined;
  close(): void;
}

const CHUNK_BYTES = 1024 * 1024;
const MAX_INDEXED = 100_000;

/** Reads a piece of an open file, one chunk at a time. */
const streamOf = (
  readAt: (offset: number, lengthBytes: number) => Buffer,
  start: number,
  sizeBytes: number,
): Readable =>
  Readable.from(
    (function* (): Generator<Buffer> {
      for (let at = 0; at < sizeBytes; ) {
        const chunk = readAt(start + at, Math.min(CHUNK_BYTES, sizeBytes - at));
        if (chunk.length === 0) return;
        at += chunk.length;
        yield ownChunk(chunk);
      }
    })(),
    // As objects, so that chunks arrive as they were read and are not joined into new ones.
    { objectMode: true, highWaterMark: 1 },
  );

/** The files of a folder; names cannot lead out of it. */
export const openFolderBlobs = (path: string): Blobs => {
  const tree = new DirectoryTree(path);
  return {
    read: (name, maxBytes) => {
      const content = tree.read(`/${name}`, { maxBytes });
      return content.ok ? content.value : undefined;
    },
    head: (name) => {
      const file = tree.open(`/${name}`);
      if (!file.ok) return Buffer.alloc(0);
      const first = file.value.readAt(0, 4);
      file.value.close();
      return first;
    },
    open: (name) => {
      const file = tree.open(`/${name}`);
      if (!file.ok) return undefined;
      const stream = streamOf(file.value.readAt, 0, file.value.sizeBytes);
      stream.on('close', () => file.value.close());
      return stream;
    },
    close: () => tree.close(),
  };
};

/** The entries of a tar archive: one pass notes where they lie, later reads go there. Throws when it is no tar archive. */
export const openArchiveBlobs = async (path: string): Promise<Blobs> => {
  const places = new Map<string, { offset: number; sizeBytes: number }>();
  const aliases = new Map<string, string>();
  const parser = new TarParser({
    entry: (entry) => {
      const name = entry.path.replace(/^\.?\/+/, '');
      if (places.size + aliases.size >= MAX_INDEXED) throw new RangeError(`more than ${MAX_INDEXED} entries`);
      if (entry.kind === 'file') places.set(name, { offset: entry.offset, sizeBytes: entry.sizeBytes });
      // Old `docker save` stores a layer once and links to it: ../ID/layer.tar
      if (entry.kind === 'link' || entry.kind === 'hard-link')
        aliases.set(name, entry.target.replace(/^(?:\.\.?\/)+/, ''));
      return undefined;
    },
  });
  const input: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  for await (const chunk of input) parser.push(chunk);
  const fd = openSync(path, 'r');
  const sizeBytes = fstatSync(fd).size;
  const place = (name: string): { offset: number; sizeBytes: number } | undefined => {
    const found = places.get(name) ?? places.get(aliases.get(name) ?? '');
    return found === undefined || found.offset + found.sizeBytes > sizeBytes ? undefined : found;
  };
  const readAt = (offset: number, lengthBytes: number): Buffer => {
    const buffer = Buffer.allocUnsafe(lengthBytes);
    return buffer.subarray(0, readSync(fd, buffer, 0, lengthBytes, offset));
  };
  return {
    read: (name, maxBytes) => {
      const found = place(name);
      return found === undefined || found.sizeBytes > maxBytes
        ? undefined
        : readAt(found.offset, found.sizeBytes);
    },
    head: (name) => {
      const found = place(name);
      return found === undefined ? Buffer.alloc(0) : readAt(found.offset, Math.min(4, found.sizeBytes));
    },
    open: (name) => {
      const found = place(name);
      return found === undefined ? undefined : streamOf(readAt, found.offset, found.sizeBytes);
    },
    close: () => closeSync(fd),
  };
};
