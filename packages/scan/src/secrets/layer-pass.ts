// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import type { LocalText } from '@bartizan/contracts';
import { type ScanProblem, scanProblem } from '../catalogers/problem.ts';
import { GAPS } from '../catalogers/problem-words.ts';
import { type FileSums, SUM_ALGORITHMS, sumsOf } from '../distribution/recorded-files.ts';
import type { FileSink, LayerNotes, LayerPass, PassingFile } from '../image/layer-consumer.ts';
import { asList, asNumber, asObject } from '../json/fields.ts';
import { CERTIFICATE_MARK, keysIn, MAX_CERTIFICATE_BYTES, MAX_CERTIFICATE_FILES } from './key-pairs.ts';
import type { SecretRuleSet } from './rule-set.ts';
import type { SecretMatch, SecretScan, SuppressedSecret } from './secret-match.ts';
import type { SecretScanner, SecretStream } from './secret-scanner.ts';
import { HOLDS_NO_TEXT } from './tree-secrets.ts';

/** Matches of one file. */
export interface FileMatches {
  readonly path: string;
  readonly matches: readonly SecretMatch[];
  readonly sums: FileSums;
}

/** What one layer holds. No value of a secret: previews and keyed hashes. */
export interface LayerSecretNotes {
  readonly files: readonly FileMatches[];
  readonly suppressed: readonly SuppressedSecret[];
  readonly suppressedCount: number;
  /** Hash of the public key -> path of its certificate. */
  readonly certificates: readonly (readonly [string, string])[];
  readonly problems: readonly ScanProblem[];
  readonly fileCount: number;
  readonly bytes: number;
  readonly skipped: number;
}

const MAX_LAYER_MATCHES = 20_000;
const MAX_SUPPRESSED = 1_000;
const MAX_PROBLEMS = 100;
/** Files up to this size are held while they go by, so that their checksums can be told when something matched. */
const HELD_BYTES = 4 * 1024 * 1024;

/** Searches the files of one layer as they go by. One file at a time is open, so they share one buffer. */
export class SecretPass implements LayerPass {
  readonly #scanner: SecretScanner;
  readonly #layer: string;
  readonly #files: FileMatches[] = [];
  readonly #suppressed: SuppressedSecret[] = [];
  readonly #certificates: [string, string][] = [];
  readonly #problems: ScanProblem[] = [];
  #held: Buffer = Buffer.alloc(0);
  #matchCount = 0;
  #suppressedCount = 0;
  #certificateFiles = 0;
  #fileCount = 0;
  #bytes = 0;
  #skipped = 0;

  constructor(scanner: SecretScanner, layer: string) {
    this.#scanner = scanner;
    this.#layer = layer;
  }

  open({ path, sizeBytes }: PassingFile): FileSink | undefined {
    if (HOLDS_NO_TEXT.test(path)) {
      this.#skipped += 1;
      return undefined;
    }
    const stream = this.#scanner.open({ kind: 'file', path, layer: this.#layer });
    this.#fileCount += 1;
    if (sizeBytes > HELD_BYTES) return this.#large(path, stream);
    const held = this.#hold(sizeBytes);
    let filled = 0;
    return (piece) => {
      if (piece === undefined) {
        const content = held.subarray(0, filled);
        this.#note(path, stream.end(), () => sumsOf(content));
        this.#noteCertificates(path, content);
        return;
      }
      this.#bytes += piece.length;
      const from = filled;
      filled += piece.copy(held, filled);
      stream.push(held.subarray(from, filled), filled === sizeBytes);
    };
  }

  /** A file that is not held: its checksums are taken as it goes by. */
  #large(path: string, stream: SecretStream): FileSink {
    const hashes = SUM_ALGORITHMS.map((algorithm) => createHash(algorithm));
    return (piece) => {
      if (piece === undefined) {
        const [md5 = '', sha1 = '', sha256 = ''] = hashes.map((hash) => hash.digest('hex'));
        this.#note(path, stream.end(), () => ({ md5, sha1, sha256 }));
        return;
      }
      this.#bytes += piece.length;
      for (const hash of hashes) hash.update(piece);
      stream.push(piece);
    };
  }

  #hold(sizeBytes: number): Buffer {
    if (this.#held.length < sizeBytes) this.#held = Buffer.allocUnsafeSlow(Math.max(sizeBytes, 256 * 1024));
    return this.#held.subarray(0, sizeBytes);
  }

  #note(path: string, scan: SecretScan, sums: () => FileSums): void {
    this.#suppressedCount += scan.suppressedCount;
    this.#suppressed.push(...scan.suppressed.slice(0, MAX_SUPPRESSED - this.#suppressed.length));
    const matches = scan.matches.slice(0, MAX_LAYER_MATCHES - this.#matchCount);
    if (scan.isCut || matches.length < scan.matches.length) this.#problem(path, GAPS.moreMatches);
    if (matches.length === 0) return;
    this.#matchCount += matches.length;
    this.#files.push({ path, matches, sums: sums() });
  }

  #noteCertificates(path: string, content: Buffer): void {
    if (content.length > MAX_CERTIFICATE_BYTES || this.#certificateFiles >= MAX_CERTIFICATE_FILES) return;
    if (!content.includes(CERTIFICATE_MARK)) return;
    this.#certificateFiles += 1;
    for (const key of keysIn(content)) this.#certificates.push([key, path]);
  }

  #problem(path: string, told: LocalText): void {
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push(scanProblem('scan.limit', path, told));
  }

  finish(): LayerNotes {
    const notes = {
      // Rules by id: they are ours, and would be most of the bytes.
      files: this.#files.map(({ matches, ...file }) => ({
        ...file,
        matches: matches.map(({ rule, layer: _layer, ...match }) => ({ ...match, rule: rule.id })),
      })),
      suppressed: this.#suppressed,
      suppressedCount: this.#suppressedCount,
      certificates: this.#certificates,
      problems: this.#problems,
      fileCount: this.#fileCount,
      bytes: this.#bytes,
      skipped: this.#skipped,
    };
    return { notes, isComplete: this.#problems.length === 0 };
  }
}

/** Notes with their rules again; undefined when a rule is not there any more, or the notes have another form. */
export const readNotes = (
  value: unknown,
  more: { readonly layer: string; readonly set: SecretRuleSet },
): LayerSecretNotes | undefined => {
  const notes = asObject(value);
  const fileCount = asNumber(notes?.['fileCount']);
  if (notes === undefined || fileCount === undefined || !Array.isArray(notes['files'])) return undefined;
  const rules = new Map(more.set.rules.map(({ rule }) => [rule.id, rule]));
  const files: FileMatches[] = [];
  for (const item of asList(notes['files'])) {
    // Written by us, checksummed, and under a key that holds the version of the rules: the shape is known.
    const file = item as Omit<FileMatches, 'matches'> & {
      matches: (Omit<SecretMatch, 'rule' | 'layer'> & { rule: string })[];
    };
    const matches = file.matches.flatMap((match): SecretMatch[] => {
      const rule = rules.get(match.rule);
      return rule === undefined ? [] : [{ ...match, rule, layer: more.layer }];
    });
    if (matches.length !== file.matches.length) return undefined;
    files.push({ ...file, matches });
  }
  return {
    files,
    suppressed: asList(notes['suppressed']) as readonly SuppressedSecret[],
    suppressedCount: asNumber(notes['suppressedCount']) ?? 0,
    certificates: asList(notes['certificates']) as readonly (readonly [string, string])[],
    problems: asList(notes['problems']) as readonly ScanProblem[],
    fileCount,
    bytes: asNumber(notes['bytes']) ?? 0,
    skipped: asNumber(notes['skipped']) ?? 0,
  };
};
