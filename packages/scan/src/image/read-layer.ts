// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { err, ok, type Result } from '@bartizan/contracts';
import type { ScanLimits } from '../catalogers/cataloger.ts';
import type { Inspection, ScanProblem } from '../catalogers/problem.ts';
import { CATALOGERS } from '../catalogers/registry.ts';
import { UNKNOWN_DISTRIBUTION } from '../distribution/os-release.ts';
import { baseName, parentPath } from '../tree/file-tree.ts';
import { MemoryTree } from '../tree/memory-tree.ts';
import type { LayerSource } from './image-source.ts';
import { inflated } from './inflate.ts';
import { type FileSink, joinSinks, type LayerPass } from './layer-consumer.ts';
import type { LayerEntry, LayerFacts } from './layer-facts.ts';
import { type TarEntry, TarParser } from './tar-parser.ts';

/** What bounds the layers of one image together; spent as they are read. */
export interface LayerBudget {
  /** Inflated bytes that may still be read: a bomb ends here. */
  inflatedBytes: number;
  /** Bytes of content that may still be kept in memory. */
  keptBytes: number;
  /** Names that may still be met. */
  entries: number;
  /** Largest single file looked into. */
  readonly fileBytes: number;
  /** Milliseconds since the Unix epoch after which nothing more is read. */
  readonly deadlineMs: number;
}

/** What reading one layer needs beside the layer. */
export interface LayerContext {
  readonly budget: LayerBudget;
  readonly limits: ScanLimits;
  readonly now: () => number;
  /** Others that look at each file as it goes by. */
  readonly passes?: readonly LayerPass[];
}

/** Why there are no facts about a layer. */
export interface LayerError {
  readonly code: 'missing' | 'malformed' | 'digest-mismatch' | 'too-large' | 'timeout';
  readonly detail: string;
}

const MIN_SCRATCH_BYTES = 1024 * 1024;
const MAX_PATH = 4096;
const MAX_PROBLEMS = 200;
const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';

/** Statements that are read from the merged tree, beside those that catalogers ask for. */
const STATED = /^\/(?:etc\/os-release|usr\/lib\/os-release|var\/lib\/apt\/lists\/[^/]+)$/;

const isKept = (path: string): boolean =>
  STATED.test(path) || CATALOGERS.some((cataloger) => cataloger.reads?.(path) === true);

const normalize = (path: string): string =>
  `/${path
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .join('/')}`;

class LayerFault extends Error {
  override readonly name = 'LayerFault';
  readonly code: LayerError['code'];
  constructor(code: LayerError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

class LayerReader {
  readonly entries: LayerEntry[] = [];
  readonly whiteouts: string[] = [];
  readonly opaque: string[] = [];
  readonly problems: ScanProblem[] = [];
  readonly #context: LayerContext;
  #scratch = Buffer.alloc(0);

  constructor(context: LayerContext) {
    this.#context = context;
  }

  entry(entry: TarEntry): ((piece: Buffer | undefined) => void) | undefined {
    this.#context.budget.entries -= 1;
    if (this.#context.budget.entries < 0) throw new LayerFault('too-large', 'more names than the limit');
    const path = normalize(entry.path);
    if (path.length > MAX_PATH) {
      this.#problem({
        code: 'scan.limit',
        path: path.slice(0, 512),
        detail: `a path of ${path.length} characters`,
      });
      return undefined;
    }
    const name = baseName(path);
    if (name === OPAQUE) this.opaque.push(parentPath(path));
    else if (name.startsWith(WHITEOUT))
      this.whiteouts.push(`${parentPath(path)}/${name.slice(WHITEOUT.length)}`);
    else return joinSinks([this.#object(path, entry), ...this.#passes(path, entry)]);
    return undefined;
  }

  #passes(path: string, entry: TarEntry): (FileSink | undefined)[] {
    if (entry.kind !== 'file' || entry.sizeBytes === 0) return [];
    const { sizeBytes, mode, uid, gid } = entry;
    return (this.#context.passes ?? []).map((pass) => pass.open({ path, sizeBytes, mode, uid, gid }));
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
   * Room for a file that is looked at and let go: the same for all of them, or the collector would run for each. Not
   * zeroed and touched only as it fills, so that a header that lies about its size costs nothing.
   */
  #borrow(sizeBytes: number): Buffer {
    if (this.#scratch.length < sizeBytes)
      this.#scratch = Buffer.allocUnsafeSlow(Math.max(sizeBytes, MIN_SCRATCH_BYTES));
    return this.#scratch.subarray(0, sizeBytes);
  }

  #hasRoom(path: string, sizeBytes: number, isKeptWhole: boolean): boolean {
    const { budget } = this.#context;
    const most = isKeptWhole ? Math.min(budget.fileBytes, budget.keptBytes) : budget.fileBytes;
    if (sizeBytes > most) {
      this.#problem({
        code: 'scan.limit',
        path,
        detail: `${sizeBytes} bytes are more than is kept in memory`,
      });
      return false;
    }
    if (isKeptWhole) budget.keptBytes -= sizeBytes;
    return true;
  }

  #finish(fact: LayerEntry, content: Buffer, wanted: Wanted): LayerEntry {
    const inspections = wanted.inspectors.map((cataloger) =>
      inspect(cataloger, fact, content, this.#context),
    );
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

type Inspector = (typeof CATALOGERS)[number];
interface Wanted {
  readonly isKept: boolean;
  /** How much of the file is looked at, from its start. */
  readonly readBytes: number;
  readonly inspectors: readonly Inspector[];
}

const wantedBy = (path: string, entry: TarEntry): Wanted | undefined => {
  const file = { path, name: baseName(path), stat: () => ({ sizeBytes: entry.sizeBytes, mode: entry.mode }) };
  const inspectors = CATALOGERS.filter((cataloger) => cataloger.wants?.(file) === true);
  const kept = isKept(path);
  if (!kept && inspectors.length === 0) return undefined;
  const heads = inspectors.map((cataloger) => cataloger.headBytes ?? entry.sizeBytes);
  const readBytes = kept ? entry.sizeBytes : Math.min(entry.sizeBytes, Math.max(...heads));
  return { isKept: kept, readBytes, inspectors };
};

const factOf = (path: string, entry: TarEntry): LayerEntry => ({
  path,
  kind: entry.kind,
  mode: entry.mode,
  uid: entry.uid,
  gid: entry.gid,
  sizeBytes: entry.sizeBytes,
  modifiedAtMs: entry.modifiedAtMs,
  ...(entry.kind === 'link' ? { target: entry.target } : {}),
  ...(entry.kind === 'hard-link' ? { target: normalize(entry.target) } : {}),
});

/** Lets one cataloger read one file, in a tree that holds nothing else. */
const inspect = (
  cataloger: Inspector,
  fact: LayerEntry,
  content: Buffer,
  context: LayerContext,
): Inspection => {
  const { path, mode } = fact;
  const tree = new MemoryTree(path);
  tree.add(path, 'file', { content, mode });
  const problems: ScanProblem[] = [];
  const problem = (one: ScanProblem): void => {
    if (problems.length < MAX_PROBLEMS) problems.push(one);
  };
  const file = { path, name: baseName(path), stat: () => ({ sizeBytes: fact.sizeBytes, mode }) };
  const { limits, now, budget } = context;
  try {
    const packages =
      cataloger.inspect?.(file, {
        tree,
        limits,
        now,
        problem,
        distribution: UNKNOWN_DISTRIBUTION,
        deadlineMs: budget.deadlineMs,
      }) ?? [];
    return { cataloger: cataloger.id, path, packages: packages.slice(0, limits.packages), problems };
  } catch (cause) {
    const detail = cause instanceof Error ? `${cause.name}: ${cause.message}` : 'unreadable';
    problem({ code: 'scan.malformed', path, detail });
    return { cataloger: cataloger.id, path, packages: [], problems };
  }
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
  for await (const chunk of inflated(input, layer.compression, (bytes) => packed.update(bytes))) {
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

/**
 * Reads one layer in one streaming pass: inflates it, checks both digests, and lets the catalogers look at each file
 * that they want as it goes by. Nothing is written to disk. There are facts only when the layer was read to its end
 * and both digests hold.
 */
export const readLayer = async (
  layer: LayerSource,
  context: LayerContext,
): Promise<Result<LayerFacts, LayerError>> => {
  const reader = new LayerReader(context);
  const parser = new TarParser(reader);
  let input: Readable | undefined;
  try {
    input = await openLayer(layer);
    const sums = await pump(layer, input, parser, context);
    if (layer.digest !== undefined && layer.digest !== sums.packed)
      return err({ code: 'digest-mismatch', detail: `stated ${layer.digest}, is ${sums.packed}` });
    if (layer.diffId !== sums.plain)
      return err({ code: 'digest-mismatch', detail: `stated ${layer.diffId}, is ${sums.plain}` });
    if (!parser.isComplete) return err({ code: 'malformed', detail: 'the archive ends early' });
    const { entries, whiteouts, opaque, problems } = reader;
    return ok({ diffId: layer.diffId, entries, whiteouts, opaque, problems });
  } catch (cause) {
    return err(faultOf(cause));
  } finally {
    input?.destroy();
  }
};
