// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash, type Hash } from 'node:crypto';
import type { LocalText, SignedFileKind } from '@bartizan/contracts';
import { type ScanProblem, scanProblem } from '../catalogers/problem.ts';
import { GAPS, moreNotKept, onlyFirst } from '../catalogers/problem-words.ts';
import { SUM_ALGORITHMS } from '../distribution/recorded-files.ts';
import {
  type FileSink,
  joinSinks,
  type LayerNotes,
  type LayerPass,
  type PassingFile,
} from '../image/layer-consumer.ts';
import { EntropyMeter } from './entropy.ts';
import { fetchingHooks, MAX_MANIFEST_BYTES } from './install-hooks.ts';
import type { KnownFileSet } from './known-files.ts';
import { executableRanges, HEAD_BYTES, kindOf } from './program-head.ts';
import type { FileSignatureSet } from './signature-set.ts';
import { SignatureStream } from './signature-stream.ts';

/** Something a file of a layer fits. */
export interface FileHit {
  readonly path: string;
  readonly signature: string;
  readonly evidence: readonly string[];
}

/** What hygiene keeps of one layer. */
export interface HygieneNotes {
  /** Path -> MD5, SHA-1 and SHA-256 in base64, one behind the other: of files that packages bring. */
  readonly sums: readonly (readonly [string, string])[];
  readonly hits: readonly FileHit[];
  /** Files by the list of checksums: path, name in the list, SHA-256. */
  readonly known: readonly (readonly [string, string, string])[];
  /** Programs and scripts in places that are for passing files: path and kind. */
  readonly temporary: readonly (readonly [string, string])[];
  /** Installation scripts that fetch: path and what they do. */
  readonly hooks: readonly (readonly [string, string])[];
  /** Small files that are read whole. */
  readonly texts: readonly (readonly [string, string])[];
  readonly files: number;
  readonly problems: readonly ScanProblem[];
}

/** What is looked for. */
export interface HygieneRules {
  readonly signatures: FileSignatureSet;
  readonly known: KnownFileSet;
}

/** Places for files that come and go: a program in an image has no business there. */
export const TEMPORARY = /^\/(?:tmp|var\/tmp|dev\/shm|run|var\/run|dev\/mqueue)\//;
/** Where packages put what must not change; documentation and translations are left out. */
const PACKAGED =
  /^\/(?:usr\/(?!local\/|share\/(?:doc|man|locale|info|icons|fonts|zoneinfo|i18n)\/)|bin\/|sbin\/|lib\w*\/)/;
/** The linker's list, and the environment of every login. */
const TEXTS: ReadonlySet<string> = new Set([
  '/etc/ld.so.preload',
  '/etc/environment',
  '/etc/passwd',
  '/var/lib/dpkg/diversions',
]);
const MAX_TEXT_BYTES = 256 * 1024;
const MAX_ITEMS = 5_000;
const MAX_SUMS = 400_000;
const MAX_PROBLEMS = 100;

/** One file being looked at, once it is known what it is. */
interface Look {
  readonly kind: SignedFileKind | undefined;
  readonly stream: SignatureStream | undefined;
  readonly meter: EntropyMeter | undefined;
  readonly hashes: readonly Hash[];
}

/** Looks at the files of one layer as they go by; holds at most the head of one of them, and counters. */
export class HygienePass implements LayerPass {
  readonly #rules: HygieneRules;
  readonly #sums: [string, string][] = [];
  readonly #hits: FileHit[] = [];
  readonly #known: [string, string, string][] = [];
  readonly #temporary: [string, string][] = [];
  readonly #hooks: [string, string][] = [];
  readonly #texts: [string, string][] = [];
  readonly #problems: ScanProblem[] = [];
  #files = 0;

  constructor(rules: HygieneRules) {
    this.#rules = rules;
  }

  open(file: PassingFile): FileSink | undefined {
    this.#files += 1;
    return joinSinks([this.#read(file), this.#streamed(file)]);
  }

  /** Files that are small and read whole, beside what is done with every file. */
  #read({ path, sizeBytes }: PassingFile): FileSink | undefined {
    if (TEXTS.has(path))
      return this.#whole(path, MAX_TEXT_BYTES, (text) => this.#add(this.#texts, path, text));
    return path.endsWith('/package.json') && sizeBytes <= MAX_MANIFEST_BYTES
      ? this.#whole(path, MAX_MANIFEST_BYTES, (text) => this.#manifest(path, text))
      : undefined;
  }

  #add(list: [string, string][], path: string, text: string): void {
    if (list.length < MAX_ITEMS) list.push([path, text]);
    else this.#problem(path, moreNotKept(MAX_ITEMS));
  }

  #manifest(path: string, text: string): void {
    for (const { hook, calls } of fetchingHooks(text))
      this.#add(this.#hooks, path, `${hook} calls ${calls.join(', ')}`);
  }

  /** A small file as text. */
  #whole(path: string, mostBytes: number, use: (text: string) => void): FileSink {
    const pieces: Buffer[] = [];
    let bytes = 0;
    return (piece) => {
      if (piece === undefined) use(Buffer.concat(pieces).toString('utf8'));
      else if (bytes + piece.length <= mostBytes) {
        bytes += piece.length;
        pieces.push(Buffer.from(piece));
      } else this.#problem(path, onlyFirst(bytes));
    };
  }

  /** Any other file: its head says what it is, then everything goes by. */
  #streamed({ path, mode, sizeBytes }: PassingFile): FileSink {
    let head: Buffer | undefined = Buffer.alloc(0);
    let look: Look | undefined;
    const begin = (): void => {
      look = this.#lookAt(path, { head: head ?? Buffer.alloc(0), mode });
      if (head !== undefined) feed(look, head);
      head = undefined;
    };
    return (piece) => {
      if (piece === undefined) {
        if (look === undefined) begin();
        if (look !== undefined) this.#end(path, look);
        return;
      }
      if (head !== undefined) {
        head = Buffer.concat([head, piece]);
        if (head.length >= Math.min(HEAD_BYTES, sizeBytes)) begin();
      } else if (look !== undefined) feed(look, piece);
    };
  }

  #lookAt(path: string, { head, mode }: { head: Buffer; mode: number }): Look {
    const kind = kindOf(path, head);
    const isPackaged = PACKAGED.test(path);
    if (TEMPORARY.test(path) && (kind === 'program' || (mode & 0o111) !== 0))
      this.#add(this.#temporary, path, kind ?? 'executable');
    const algorithms = isPackaged ? SUM_ALGORITHMS : (['sha256'] as const);
    return {
      kind,
      stream: kind === undefined ? undefined : new SignatureStream(this.#rules.signatures, kind),
      meter: kind === 'program' ? new EntropyMeter(executableRanges(head)) : undefined,
      hashes: algorithms.map((algorithm) => createHash(algorithm)),
    };
  }

  #end(path: string, { stream, meter, hashes }: Look): void {
    const digests = hashes.map((hash) => hash.digest());
    const sha256 = digests.at(-1)?.toString('hex') ?? '';
    const name = this.#rules.known.nameOf(sha256);
    if (name !== undefined) {
      if (this.#known.length < MAX_ITEMS) this.#known.push([path, name, sha256]);
      else this.#problem(path, moreNotKept(MAX_ITEMS));
    }
    if (digests.length === SUM_ALGORITHMS.length) {
      if (this.#sums.length < MAX_SUMS) this.#sums.push([path, Buffer.concat(digests).toString('base64')]);
      else this.#problem(path, moreNotKept(MAX_SUMS));
    }
    const result = stream?.end(meter?.value());
    if (result === undefined) return;
    if (result.isCut) this.#problem(path, GAPS.moreStrings);
    for (const hit of result.hits) {
      if (this.#hits.length < MAX_ITEMS) this.#hits.push({ path, ...hit });
      else this.#problem(path, moreNotKept(MAX_ITEMS));
    }
  }

  #problem(path: string, told: LocalText): void {
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push(scanProblem('scan.limit', path, told));
  }

  finish(): LayerNotes {
    const notes: HygieneNotes = {
      sums: this.#sums,
      hits: this.#hits,
      known: this.#known,
      temporary: this.#temporary,
      hooks: this.#hooks,
      texts: this.#texts,
      files: this.#files,
      problems: this.#problems,
    };
    return { notes, isComplete: this.#problems.length === 0 };
  }
}

const feed = ({ stream, meter, hashes }: Look, bytes: Buffer): void => {
  stream?.push(bytes);
  meter?.push(bytes);
  for (const hash of hashes) hash.update(bytes);
};
