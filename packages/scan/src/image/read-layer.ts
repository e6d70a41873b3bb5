// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { err, ok, type Result } from '@bartizan/contracts';
import { freeChunk, ownChunk } from '../archive/chunk-memory.ts';
import type { Cataloger, WalkedFile } from '../catalogers/cataloger.ts';
import { type ScanProblem, scanProblem } from '../catalogers/problem.ts';
import { CATALOGERS } from '../catalogers/registry.ts';
import { baseName, foldedParts, parentPath } from '../tree/file-tree.ts';
import { MemoryTree } from '../tree/memory-tree.ts';
import { FollowedFile, isFollowable } from './followed-file.ts';
import type { LayerSource } from './image-source.ts';
import { inflated, type Stored } from './inflate.ts';
import { inspect } from './inspect-file.ts';
import { type FileSink, joinSinks, type PassingFile } from './layer-consumer.ts';
import type { LayerContext } from './layer-context.ts';
import type { LayerEntry, LayerFacts } from './layer-facts.ts';
import { type TarEntry, TarParser, type TarVisitor } from './tar-parser.ts';

/** Why there are no facts about a layer. */
export interface LayerError {
  readonly code: 'missing' | 'malformed' | 'digest-mismatch' | 'too-large' | 'timeout';
  readonly detail: string;
}

const SCRATCH_BYTES = 1024 * 1024;
const MAX_PATH = 4096;
const MAX_PROBLEMS = 200;
/** How often a layer is read for the sake of executables whose tables lie behind what they point at. */
const MAX_READS = 6;
const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';
/** Whiteouts of nothing, the directory itself and the one above: runtimes refuse them. */
const NAMELESS: ReadonlySet<string> = new Set([WHITEOUT, `${WHITEOUT}.`, `${WHITEOUT}..`]);

/** Statements that are read from the merged tree, beside those that catalogers ask for. */
const STATED = /^\/(?:etc\/os-release|usr\/lib\/os-release|var\/lib\/apt\/lists\/[^/]+)$/;

const READERS = CATALOGERS.flatMap((cataloger) => cataloger.reads ?? []);
const INSPECTORS = CATALOGERS.filter((cataloger) => cataloger.wants !== undefined);

const isKept = (path: string): boolean => STATED.test(path) || READERS.some((reads) => reads(path));

/** A component that is empty, `.` or `..`. */
const ODD_PART = /(?:^|\/)\.{0,2}(?:\/|$)/;

/** An absolute path without odd components, as a runtime cleans it. Nearly all have none but at their ends, and are not taken apart. */
const normalize = (path: string): string => {
  const start = path.startsWith('./') ? 2 : path.startsWith('/') ? 1 : 0;
  const inner = path.slice(start, path.endsWith('/') && path.length > start ? -1 : undefined);
  if (inner !== '' && !ODD_PART.test(inner)) return `/${inner}`;
  return `/${foldedParts(path).join('/')}`;
};

class LayerFault extends Error {
  override readonly name = 'LayerFault';
  readonly code: LayerError['code'];
  constructor(code: LayerError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

interface Waiting {
  /** Its place among the entries. */
  readonly at: number;
  readonly followed: FollowedFile;
}

class LayerReader {
  readonly entries: LayerEntry[] = [];
  readonly whiteouts: string[] = [];
  readonly opaque: string[] = [];
  readonly problems: ScanProblem[] = [];
  readonly #context: LayerContext;
  /** Files that have to go by again, by where they lie in the archive. */
  readonly #waiting = new Map<number, Waiting>();
  #scratch: Buffer | undefined;

  constructor(context: LayerContext) {
    this.#context = context;
  }

  entry(entry: TarEntry): ((piece: Buffer | undefined) => void) | undefined {
    this.#context.budget.entries -= 1;
    if (this.#context.budget.entries < 0) throw new LayerFault('too-large', 'more names than the limit');
    const path = normalize(entry.path);
    if (path.length > MAX_PATH) {
      this.#problem(
        scanProblem('scan.limit', path, {
          en: `a path of ${path.length} characters`,
          ja: `パスの長さが ${path.length} 文字です`,
        }),
      );
      return undefined;
    }
    const name = baseName(path);
    if (name === OPAQUE) this.opaque.push(parentPath(path));
    else if (NAMELESS.has(name))
      this.#problem(
        scanProblem('scan.malformed', path, {
          en: 'a whiteout that names nothing',
          ja: '削除対象の名前がない whiteout です',
        }),
      );
    else if (name.startsWith(WHITEOUT))
      this.whiteouts.push(`${parentPath(path)}/${name.slice(WHITEOUT.length)}`);
    else return this.#sinkOf(path, entry);
    return undefined;
  }

  #sinkOf(path: string, entry: TarEntry): FileSink | undefined {
    const own = this.#object(path, entry);
    if (entry.kind !== 'file' || entry.sizeBytes === 0) return own;
    const { sizeBytes, mode, uid, gid } = entry;
    const file: PassingFile = { path, sizeBytes, mode, uid, gid };
    let sinks: FileSink[] | undefined;
    for (const pass of this.#context.passes ?? []) {
      const sink = pass.open(file);
      if (sink === undefined) continue;
      if (sinks === undefined) sinks = own === undefined ? [sink] : [own, sink];
      else sinks.push(sink);
    }
    return sinks === undefined ? own : joinSinks(sinks);
  }

  #object(path: string, entry: TarEntry): ((piece: Buffer | undefined) => void) | undefined {
    const fact = factOf(path, entry);
    const wanted = entry.kind === 'file' ? wantedBy(path, entry) : undefined;
    if (wanted === undefined) {
      this.entries.push(
        entry.kind === 'file' && entry.sizeBytes === 0 ? { ...fact, content: Buffer.alloc(0) } : fact,
      );
      return undefined;
    }
    if (wanted.isFollowed) return this.#follow(fact, wanted, entry.offset);
    if (!this.#hasRoom(path, wanted.readBytes, wanted.isKept)) {
      this.entries.push({ ...fact, inspections: [] });
      return undefined;
    }
    const content = wanted.isKept ? Buffer.allocUnsafeSlow(wanted.readBytes) : this.#borrow(wanted.readBytes);
    let filled = 0;
    return (piece) => {
      if (piece !== undefined) filled += piece.copy(content, Math.min(filled, content.length));
      else this.entries.push(this.#finish(fact, content, wanted));
    };
  }

  /**
   * Room for a file that is looked at and let go: the same for all small ones, or the collector would run for each.
   * Not zeroed and touched only as it fills, so that a header that lies about its size costs nothing.
   */
  #borrow(sizeBytes: number): Buffer {
    if (sizeBytes > SCRATCH_BYTES) return ownChunk(Buffer.allocUnsafeSlow(sizeBytes));
    this.#scratch ??= Buffer.allocUnsafeSlow(SCRATCH_BYTES);
    return this.#scratch.subarray(0, sizeBytes);
  }

  #hasRoom(path: string, sizeBytes: number, isKeptWhole: boolean): boolean {
    const { budget } = this.#context;
    const most = isKeptWhole ? Math.min(budget.fileBytes, budget.keptBytes) : budget.fileBytes;
    if (sizeBytes > most) {
      this.#problem(
        scanProblem('scan.limit', path, {
          en: `${sizeBytes} bytes are more than is kept in memory`,
          ja: `${sizeBytes} バイトはメモリーに置ける上限を超えています`,
        }),
      );
      return false;
    }
    if (isKeptWhole) budget.keptBytes -= sizeBytes;
    return true;
  }

  /** A large file is not held: catalogers see it go by, and again when one asks for what has gone by already. */
  #follow(fact: LayerEntry, wanted: Wanted, offset: number): (piece: Buffer | undefined) => void {
    const at = this.entries.push(fact) - 1;
    const followed = new FollowedFile(fact, wanted.inspectors, this.#context);
    return (piece) => {
      if (piece !== undefined) followed.push(piece);
      else if (followed.isWaiting) this.#waiting.set(offset, { at, followed });
      else this.#settle({ at, followed });
    };
  }

  /** Whether files of this layer have to go by again. */
  get isWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  /** Those files alone, the layer going by again. */
  again(): TarVisitor {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    const byOffset = new Map(waiting);
    for (const { followed } of byOffset.values()) followed.rewind();
    return {
      entry: ({ offset }) => {
        const one = byOffset.get(offset);
        if (one === undefined) return undefined;
        return (piece) => {
          if (piece !== undefined) one.followed.push(piece);
          else if (one.followed.isWaiting) this.#waiting.set(offset, one);
          else this.#settle(one);
        };
      },
    };
  }

  /** What still waits is given up, and said so. */
  giveUp(): void {
    for (const one of this.#waiting.values()) this.#settle(one);
    this.#waiting.clear();
  }

  #settle({ at, followed }: Waiting): void {
    this.entries[at] = { ...followed.fact, inspections: followed.inspections() };
  }

  #finish(fact: LayerEntry, content: Buffer, wanted: Wanted): LayerEntry {
    const inspections = wanted.inspectors.map((cataloger) => {
      const tree = new MemoryTree(fact.path);
      tree.add(fact.path, 'file', { content, mode: fact.mode });
      return inspect(cataloger, { fact, tree }, this.#context);
    });
    if (!wanted.isKept) freeChunk(content);
    return {
      ...fact,
      ...(wanted.isKept ? { content } : {}),
      ...(inspections.length === 0 ? {} : { inspections }),
    };
  }

  #problem(problem: ScanProblem): void {
    if (this.problems.length < MAX_PROBLEMS) this.problems.push(problem);
  }
}

interface Wanted {
  readonly isKept: boolean;
  /** How much of the file is looked at, from its start. */
  readonly readBytes: number;
  /** Whether the file is looked at as it goes by, and never held. */
  readonly isFollowed: boolean;
  readonly inspectors: readonly Cataloger[];
}

const NOBODY: readonly Cataloger[] = [];

/** Who wants to look at a file. Nobody does at most of them: those cost no list. */
const inspectorsOf = (file: WalkedFile): readonly Cataloger[] => {
  let found: Cataloger[] | undefined;
  for (const cataloger of INSPECTORS) {
    if (cataloger.wants?.(file) !== true) continue;
    if (found === undefined) found = [cataloger];
    else found.push(cataloger);
  }
  return found ?? NOBODY;
};

const wantedBy = (path: string, entry: TarEntry): Wanted | undefined => {
  const file = { path, name: baseName(path), stat: () => ({ sizeBytes: entry.sizeBytes, mode: entry.mode }) };
  const inspectors = inspectorsOf(file);
  const kept = isKept(path);
  if (!kept && inspectors.length === 0) return undefined;
  const heads = inspectors.map((cataloger) => cataloger.headBytes ?? entry.sizeBytes);
  const readBytes = kept ? entry.sizeBytes : Math.min(entry.sizeBytes, Math.max(...heads));
  return { isKept: kept, readBytes, isFollowed: !kept && isFollowable(readBytes, inspectors), inspectors };
};

const factOf = (path: string, entry: TarEntry): LayerEntry => {
  const { kind, mode, uid, gid, sizeBytes, modifiedAtMs } = entry;
  const fact = { path, kind, mode, uid, gid, sizeBytes, modifiedAtMs };
  if (kind === 'link') return { ...fact, target: entry.target };
  return kind === 'hard-link' ? { ...fact, target: normalize(entry.target) } : fact;
};

interface Sums {
  readonly packed: string;
  readonly plain: string;
}

/** Reads the layer to its end; throws LayerFault, TarFault or what the stream throws. */
const pump = async (
  layer: LayerSource,
  input: Readable,
  parser: TarParser,
  context: LayerContext,
): Promise<Sums> => {
  const packed = createHash('sha256');
  const plain = createHash('sha256');
  const stored: Stored = {
    compression: layer.compression,
    onPacked: (bytes) => packed.update(bytes),
    isHeld: layer.digest !== undefined,
  };
  for await (const chunk of inflated(input, stored)) {
    context.budget.inflatedBytes -= chunk.length;
    if (context.budget.inflatedBytes < 0)
      throw new LayerFault('too-large', 'the layers inflate to more than the limit');
    if (context.now() > context.budget.deadlineMs)
      throw new LayerFault('timeout', 'the time for this image is over');
    plain.update(chunk);
    parser.push(chunk);
  }
  const plainSum = `sha256:${plain.digest('hex')}`;
  return {
    plain: plainSum,
    packed: layer.compression === 'none' ? plainSum : `sha256:${packed.digest('hex')}`,
  };
};

const openLayer = async (layer: LayerSource): Promise<Readable> => {
  try {
    return await layer.open();
  } catch (cause) {
    throw new LayerFault('missing', cause instanceof Error ? cause.message : 'it is not there');
  }
};

const faultOf = (cause: unknown): LayerError => {
  if (cause instanceof LayerFault) return { code: cause.code, detail: cause.message };
  return { code: 'malformed', detail: cause instanceof Error ? cause.message : 'cannot be read' };
};

/** Lets the layer go by once; says what is wrong with it. */
const readOnce = async (
  layer: LayerSource,
  visitor: TarVisitor,
  context: LayerContext,
): Promise<LayerError | undefined> => {
  const parser = new TarParser(visitor);
  const input = await openLayer(layer);
  try {
    const sums = await pump(layer, input, parser, context);
    if (layer.digest !== undefined && layer.digest !== sums.packed)
      return { code: 'digest-mismatch', detail: `stated ${layer.digest}, is ${sums.packed}` };
    if (layer.diffId !== sums.plain)
      return { code: 'digest-mismatch', detail: `stated ${layer.diffId}, is ${sums.plain}` };
    return parser.isComplete ? undefined : { code: 'malformed', detail: 'the archive ends early' };
  } finally {
    input.destroy();
  }
};

/**
 * Reads one layer in one streaming pass: inflates it, checks both digests, and lets the catalogers look at each file
 * that they want as it goes by. Nothing is written to disk, and a large executable is not held: the rare one that
 * points back at what has gone by makes the layer go by again. There are facts only when the layer was read to its
 * end and both digests hold, each time.
 */
export const readLayer = async (
  layer: LayerSource,
  context: LayerContext,
): Promise<Result<LayerFacts, LayerError>> => {
  const reader = new LayerReader(context);
  try {
    const fault = await readOnce(layer, reader, context);
    if (fault !== undefined) return err(fault);
    for (let reads = 1; reader.isWaiting && reads < MAX_READS; reads += 1) {
      const again = await readOnce(layer, reader.again(), context);
      if (again !== undefined) return err(again);
    }
    reader.giveUp();
    const { entries, whiteouts, opaque, problems } = reader;
    return ok({ diffId: layer.diffId, entries, whiteouts, opaque, problems });
  } catch (cause) {
    return err(faultOf(cause));
  }
};
