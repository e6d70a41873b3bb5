// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { LocalText } from '@bartizan/contracts';
import type { ScanLimits, ScanProblem } from '../catalogers/cataloger.ts';
import { scanProblem } from '../catalogers/problem.ts';
import { GAPS, onlyFirst, stoppedAfter, tooDeepWords } from '../catalogers/problem-words.ts';
import type { FileTree, TreeFile } from '../tree/file-tree.ts';
import { type Walker, type WalkFile, type WalkOutcome, walk } from '../tree/walk.ts';
import { DistributionFiles } from './distribution-files.ts';
import { KeyPairs } from './key-pairs.ts';
import type { SecretMatch, SecretScan, SuppressedSecret } from './secret-match.ts';
import type { SecretScanner } from './secret-scanner.ts';

/** What to search and how far to go. */
export interface TreeSecretsOptions {
  readonly tree: FileTree;
  readonly scanner: SecretScanner;
  readonly limits: Pick<ScanLimits, 'entries' | 'depth' | 'timeMs'>;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly exclude?: readonly string[];
  readonly isOneFileSystem?: boolean;
  /** Bytes read of one file; what a larger file holds after them is not searched, and the report says so. */
  readonly fileBytes?: number;
}

/** What a tree holds. Clean only when `matches` and `incomplete` are empty. */
export interface SecretReport {
  /** Worst first, then by path. */
  readonly matches: readonly SecretMatch[];
  readonly suppressed: readonly SuppressedSecret[];
  readonly suppressedCount: number;
  readonly incomplete: readonly ScanProblem[];
  readonly stats: {
    readonly files: number;
    readonly bytes: number;
    /** Files whose kind holds no text: pictures, fonts, archives. */
    readonly skipped: number;
    readonly elapsedMs: number;
  };
}

/** Bytes read of one file when nothing else is said. */
export const DEFAULT_SECRET_FILE_BYTES = 16 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;
const SMALL_CHUNK_BYTES = 64 * 1024;
const MAX_PROBLEMS = 200;
const MAX_MATCHES = 20_000;
const MAX_SUPPRESSED = 1_000;
/** Kinds of content that are packed or drawn: a secret in them is not readable by searching bytes. */
export const HOLDS_NO_TEXT =
  /\.(?:png|jpe?g|gif|webp|avif|ico|bmp|tiff?|woff2?|tt[fc]|otf|eot|mp[34]|m4a|ogg|webm|avi|mov|flac|wav|gz|tgz|bz2|xz|zst|lz4|br|zip|7z|rar|jar|war|whl|egg|rpm|deb|apk|mo|gmo|pyc|pyo|wasm|pdf)$/i;
const RANK = { critical: 0, high: 1, medium: 2, low: 3, info: 4, unknown: 5 } as const;

/** Worst first, then by place. */
export const byUrgency = (left: SecretMatch, right: SecretMatch): number =>
  RANK[left.severity] - RANK[right.severity] ||
  (left.path < right.path ? -1 : left.path > right.path ? 1 : 0) ||
  left.line - right.line ||
  left.column - right.column;

class TreeSearch {
  readonly matches: SecretMatch[] = [];
  readonly suppressed: SuppressedSecret[] = [];
  readonly problems: ScanProblem[] = [];
  readonly pairs: KeyPairs;
  readonly #options: TreeSecretsOptions;
  readonly #distribution: DistributionFiles;
  readonly #fileBytes: number;
  /** Where chunks are read to: the same for all files, or the collector would run for each. */
  readonly #scratch = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  suppressedCount = 0;
  files = 0;
  bytes = 0;
  skipped = 0;

  constructor(options: TreeSecretsOptions) {
    this.#options = options;
    this.#distribution = new DistributionFiles(options.tree);
    this.#fileBytes = options.fileBytes ?? DEFAULT_SECRET_FILE_BYTES;
    this.pairs = new KeyPairs(options.tree);
  }

  problem(code: ScanProblem['code'], path: string, told: LocalText): void {
    if (this.problems.length < MAX_PROBLEMS) this.problems.push(scanProblem(code, path, told));
  }

  visit(file: WalkFile): void {
    if (HOLDS_NO_TEXT.test(file.name)) {
      this.skipped += 1;
      return;
    }
    const opened = this.#options.tree.open(file.path);
    if (!opened.ok) {
      // A file that went away while we walked is no problem.
      if (opened.error.code !== 'scan.tree-not-found')
        this.problem('scan.unreadable', file.path, GAPS.cannotOpen);
      return;
    }
    try {
      this.#read(file.path, opened.value);
    } catch {
      this.problem('scan.unreadable', file.path, GAPS.cannotRead);
    } finally {
      opened.value.close();
    }
  }

  #read(path: string, file: TreeFile): void {
    const { tree, scanner } = this.#options;
    const layer = tree.layerOf?.(path);
    const stream = scanner.open({
      kind: 'file',
      path,
      ...(layer === undefined ? {} : { layer }),
      unchangedOf: () => this.#distribution.unchangedOf(path, () => this.#whole(file)),
    });
    let at = 0;
    while (at < this.#fileBytes) {
      // One byte more than the file says it has: files of procfs say none, and a file may have grown.
      const saidBytes = file.sizeBytes > at ? file.sizeBytes - at + 1 : SMALL_CHUNK_BYTES;
      const wantedBytes = Math.min(CHUNK_BYTES, saidBytes, this.#fileBytes - at);
      const chunk = file.readAt(at, wantedBytes, this.#scratch);
      if (chunk.length === 0) break;
      if (at === 0) this.pairs.look(path, chunk);
      at += chunk.length;
      const isLast = chunk.length < wantedBytes;
      stream.push(chunk, isLast);
      if (isLast) break;
    }
    this.files += 1;
    this.bytes += at;
    if (file.sizeBytes > this.#fileBytes)
      this.problem('scan.limit', path, onlyFirst(this.#fileBytes, file.sizeBytes));
    this.#take(path, stream.end());
  }

  /** All of a file, for its checksum. */
  #whole(file: TreeFile): Buffer | undefined {
    return file.sizeBytes > this.#fileBytes ? undefined : file.readAt(0, file.sizeBytes);
  }

  #take(path: string, scan: SecretScan): void {
    const room = MAX_MATCHES - this.matches.length;
    this.matches.push(...scan.matches.slice(0, room));
    this.suppressed.push(...scan.suppressed.slice(0, MAX_SUPPRESSED - this.suppressed.length));
    this.suppressedCount += scan.suppressedCount;
    if (scan.isCut || scan.matches.length > room) this.problem('scan.limit', path, GAPS.moreMatches);
  }

  noteWalk(outcome: WalkOutcome): void {
    if (outcome.stoppedBy === 'entries') this.problem('scan.limit', '/', stoppedAfter(outcome.entries));
    if (outcome.stoppedBy === 'time') this.problem('scan.timeout', '/', stoppedAfter(outcome.entries));
    if (outcome.tooDeep > 0) this.problem('scan.limit', '/', tooDeepWords(outcome.tooDeep));
    for (const path of outcome.unreadable) this.problem('scan.unreadable', path, GAPS.cannotList);
  }
}

/** A search in the making: a walk brings it the files. */
export interface SecretWalk extends Walker {
  /** What was found, once the walk ended. */
  readonly finish: (outcome: WalkOutcome) => SecretReport;
}

/** Prepares a search, whose time begins to run. */
export const startSecretSearch = (
  options: Omit<TreeSecretsOptions, 'exclude' | 'isOneFileSystem'>,
): SecretWalk => {
  const { limits, now } = options;
  const startedAtMs = now();
  const search = new TreeSearch(options);
  return {
    maxEntries: limits.entries,
    maxDepth: limits.depth,
    deadlineMs: startedAtMs + limits.timeMs,
    now,
    visit: (file) => search.visit(file),
    finish: (outcome) => {
      search.noteWalk(outcome);
      return {
        matches: search.pairs.join(search.matches).sort(byUrgency),
        suppressed: search.suppressed,
        suppressedCount: search.suppressedCount,
        incomplete: search.problems,
        stats: {
          files: search.files,
          bytes: search.bytes,
          skipped: search.skipped,
          elapsedMs: now() - startedAtMs,
        },
      };
    },
  };
};

/**
 * Searches every regular file of a tree for secrets. Never throws on what the tree holds: what cannot be read is named
 * in `incomplete`.
 */
export const searchTree = (options: TreeSecretsOptions): SecretReport => {
  const search = startSecretSearch(options);
  const { exclude = [], isOneFileSystem = false } = options;
  return search.finish(walk(options.tree, { ...search, exclude, isOneFileSystem }, search.visit));
};
