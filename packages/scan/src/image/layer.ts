// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { err, ok, type Result } from '@bartizan/contracts';
import type { ScanProblem } from '../catalogers/cataloger.ts';
import { CATALOGERS } from '../catalogers/registry.ts';
import { baseName, parentPath } from '../tree/file-tree.ts';
import type { MemoryTree } from '../tree/memory-tree.ts';
import { type TarEntry, TarFault, TarParser } from './tar-parser.ts';

/** How a layer is packed, by its media type. */
export type LayerCompression = 'none' | 'gzip' | 'zstd';

/** What bounds the layers of one image together. */
export interface LayerBudget {
  /** Inflated bytes that may still be read: a bomb ends here. */
  inflatedBytes: number;
  /** Bytes of content that may still be kept in memory. */
  keptBytes: number;
  /** Largest single file kept. */
  readonly fileBytes: number;
}

/** One layer to read. */
export interface LayerSource {
  /** Digest of the bytes as they are stored, `sha256:...`, where it is stated. */
  readonly digest?: string;
  /** Digest of the bytes inflated. */
  readonly diffId?: string;
  readonly compression: LayerCompression;
  open(): Readable;
}

/** Why a layer was not applied. */
export interface LayerError {
  readonly code: 'malformed' | 'digest-mismatch' | 'too-large';
  readonly detail: string;
}

interface LayerContent {
  readonly entries: { readonly entry: TarEntry; readonly content: Buffer | undefined }[];
  readonly whiteouts: string[];
  readonly opaque: string[];
}

const CHUNK_BYTES = 1024 * 1024;
const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';

/** Databases and statements at fixed places, which no cataloger finds by walking. */
const FIXED =
  /^\/(?:etc\/os-release|usr\/lib\/os-release|var\/lib\/dpkg\/(?:status|status\.d\/[^/]+|info\/[^/]+\.list)|(?:usr\/)?lib\/apk\/db\/installed|(?:var\/lib|usr\/lib\/sysimage|usr\/share)\/rpm\/(?:rpmdb\.sqlite|Packages|Packages\.db)|var\/lib\/apt\/lists\/[^/]+)$/;

const isWanted = (path: string, entry: TarEntry): boolean => {
  if (FIXED.test(path)) return true;
  const file = { path, name: baseName(path), stat: () => ({ sizeBytes: entry.sizeBytes, mode: entry.mode }) };
  return CATALOGERS.some((cataloger) => cataloger.wants?.(file) === true);
};

const normalize = (path: string): string =>
  `/${path
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .join('/')}`;

class LayerReader {
  readonly content: LayerContent = { entries: [], whiteouts: [], opaque: [] };
  readonly #budget: LayerBudget;
  readonly #problem: (problem: ScanProblem) => void;

  constructor(budget: LayerBudget, problem: (problem: ScanProblem) => void) {
    this.#budget = budget;
    this.#problem = problem;
  }

  entry(entry: TarEntry): ((piece: Buffer | undefined) => void) | undefined {
    const path = normalize(entry.path);
    const name = baseName(path);
    if (name === OPAQUE) this.content.opaque.push(parentPath(path));
    else if (name.startsWith(WHITEOUT))
      this.content.whiteouts.push(`${parentPath(path)}/${name.slice(WHITEOUT.length)}`);
    else if (entry.kind === 'file' && entry.sizeBytes > 0 && isWanted(path, entry))
      return this.#keep(path, entry);
    else
      this.content.entries.push({
        entry,
        content: entry.kind === 'file' && entry.sizeBytes === 0 ? Buffer.alloc(0) : undefined,
      });
    return undefined;
  }

  #keep(path: string, entry: TarEntry): ((piece: Buffer | undefined) => void) | undefined {
    if (entry.sizeBytes > this.#budget.fileBytes || entry.sizeBytes > this.#budget.keptBytes) {
      this.#problem({
        code: 'scan.limit',
        path,
        detail: `${entry.sizeBytes} bytes are more than is kept in memory`,
      });
      this.content.entries.push({ entry, content: undefined });
      return undefined;
    }
    this.#budget.keptBytes -= entry.sizeBytes;
    const pieces: Buffer[] = [];
    return (piece) => {
      if (piece === undefined) this.content.entries.push({ entry, content: Buffer.concat(pieces) });
      else pieces.push(Buffer.from(piece));
    };
  }
}

/** Applies what a layer says, in the order the specification gives: first what it hides below, then what it brings. */
const apply = (
  tree: MemoryTree,
  layer: LayerContent,
  name: string,
  problem: (problem: ScanProblem) => void,
): void => {
  for (const path of layer.opaque) tree.empty(path);
  for (const path of layer.whiteouts) tree.remove(path);
  const links: TarEntry[] = [];
  for (const { entry, content } of layer.entries) {
    const path = normalize(entry.path);
    if (entry.kind === 'hard-link') {
      links.push(entry);
      continue;
    }
    tree.add(path, entry.kind, {
      mode: entry.mode,
      uid: entry.uid,
      gid: entry.gid,
      sizeBytes: entry.sizeBytes,
      modifiedAtMs: entry.modifiedAtMs,
      layer: name,
      ...(content === undefined ? {} : { content }),
      ...(entry.kind === 'link' ? { target: entry.target } : {}),
    });
  }
  for (const link of links) {
    if (!tree.link(normalize(link.path), normalize(link.target), name)) {
      problem({ code: 'scan.malformed', path: normalize(link.path), detail: 'a hard link to nothing' });
    }
  }
};

const inflater = (compression: LayerCompression) => {
  if (compression === 'gzip') return createGunzip({ chunkSize: CHUNK_BYTES });
  return compression === 'zstd' ? createZstdDecompress({ chunkSize: CHUNK_BYTES }) : undefined;
};

/** Reads one layer in one streaming pass, checks its digests, and applies it to the tree. Nothing is applied unless all of it holds. */
export const applyLayer = async (
  tree: MemoryTree,
  source: LayerSource,
  context: { readonly name: string; readonly budget: LayerBudget; problem(problem: ScanProblem): void },
): Promise<Result<undefined, LayerError>> => {
  const packed = createHash('sha256');
  const plain = createHash('sha256');
  const reader = new LayerReader(context.budget, context.problem);
  const parser = new TarParser(reader);
  const input = source.open();
  input.on('data', (chunk: Buffer) => packed.update(chunk));
  const inflate = inflater(source.compression);
  if (inflate !== undefined) input.on('error', (cause) => inflate.destroy(cause));
  const output: AsyncIterable<Buffer> = inflate === undefined ? input : input.pipe(inflate);
  try {
    for await (const chunk of output) {
      context.budget.inflatedBytes -= chunk.length;
      if (context.budget.inflatedBytes < 0)
        return err({ code: 'too-large', detail: 'the layers inflate to more than the limit' });
      plain.update(chunk);
      parser.push(chunk);
    }
  } catch (cause) {
    return err({
      code: 'malformed',
      detail: cause instanceof TarFault || cause instanceof Error ? cause.message : 'cannot be read',
    });
  } finally {
    input.destroy();
    inflate?.destroy();
  }
  if (!parser.isComplete) return err({ code: 'malformed', detail: 'the archive ends early' });
  const packedDigest = `sha256:${packed.digest('hex')}`;
  const plainDigest = `sha256:${plain.digest('hex')}`;
  if (source.digest !== undefined && source.digest !== packedDigest)
    return err({ code: 'digest-mismatch', detail: `stated ${source.digest}, is ${packedDigest}` });
  if (source.diffId !== undefined && source.diffId !== plainDigest)
    return err({ code: 'digest-mismatch', detail: `stated ${source.diffId}, is ${plainDigest}` });
  apply(tree, reader.content, context.name, context.problem);
  return ok(undefined);
};
