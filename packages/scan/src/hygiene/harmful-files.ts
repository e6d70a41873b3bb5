// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import type { LocalText } from '@bartizan/contracts';
import type { ScanLimits, ScanProblem } from '../catalogers/cataloger.ts';
import { scanProblem } from '../catalogers/problem.ts';
import { GAPS, moreNotKept, onlyFirst, stoppedAfter, tooDeepWords } from '../catalogers/problem-words.ts';
import type { FileTree, TreeFile } from '../tree/file-tree.ts';
import type { Walker, WalkFile, WalkOutcome } from '../tree/walk.ts';
import { EntropyMeter } from './entropy.ts';
import type { HygieneRules } from './layer-pass.ts';
import { executableRanges, HEAD_BYTES, kindOf } from './program-head.ts';
import { SignatureStream } from './signature-stream.ts';

/** What to look for and how far to go. */
export interface HarmSearchOptions {
  readonly tree: FileTree;
  readonly rules: HygieneRules;
  readonly limits: Pick<ScanLimits, 'entries' | 'depth' | 'timeMs'>;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Bytes read of one file; what a larger file holds after them is not looked at, and the report says so. */
  readonly fileBytes: number;
}

/** A file that a signature or the list of checksums names. Nothing of the file is quoted. */
export interface HarmfulFile {
  readonly path: string;
  /** Id of the signature; absent = the checksum is in the list. */
  readonly signature?: string;
  /** Its name in the list of checksums. */
  readonly knownAs?: string;
  readonly evidence: readonly string[];
}

/** What a tree holds. Clean only when both lists are empty. */
export interface HarmReport {
  readonly files: readonly HarmfulFile[];
  readonly incomplete: readonly ScanProblem[];
}

/** A search in the making: a walk brings it the files. */
export interface HarmWalk extends Walker {
  /** What was found, once the walk ended. */
  readonly finish: (outcome: WalkOutcome) => HarmReport;
}

const CHUNK_BYTES = 1024 * 1024;
const MAX_FOUND = 2_000;
const MAX_PROBLEMS = 200;

class HarmSearch {
  readonly found: HarmfulFile[] = [];
  readonly problems: ScanProblem[] = [];
  readonly #options: HarmSearchOptions;
  readonly #scratch = Buffer.allocUnsafeSlow(CHUNK_BYTES);

  constructor(options: HarmSearchOptions) {
    this.#options = options;
  }

  problem(code: ScanProblem['code'], path: string, told: LocalText): void {
    if (this.problems.length < MAX_PROBLEMS) this.problems.push(scanProblem(code, path, told));
  }

  visit({ path }: WalkFile): void {
    const opened = this.#options.tree.open(path);
    if (!opened.ok) {
      // A file that went away while we walked is no problem.
      if (opened.error.code !== 'scan.tree-not-found') this.problem('scan.unreadable', path, GAPS.cannotOpen);
      return;
    }
    try {
      this.#look(path, opened.value);
    } catch {
      this.problem('scan.unreadable', path, GAPS.cannotRead);
    } finally {
      opened.value.close();
    }
  }

  #look(path: string, file: TreeFile): void {
    const { rules, fileBytes } = this.#options;
    const head = Buffer.from(file.readAt(0, HEAD_BYTES));
    const kind = kindOf(path, head);
    const stream = kind === undefined ? undefined : new SignatureStream(rules.signatures, kind);
    const meter = kind === 'program' ? new EntropyMeter(executableRanges(head)) : undefined;
    const hash = createHash('sha256');
    let at = 0;
    while (at < fileBytes) {
      const wantedBytes = Math.min(CHUNK_BYTES, fileBytes - at);
      const chunk = file.readAt(at, wantedBytes, this.#scratch);
      at += chunk.length;
      stream?.push(chunk);
      meter?.push(chunk);
      hash.update(chunk);
      if (chunk.length < wantedBytes) break;
    }
    if (file.sizeBytes > at) this.problem('scan.limit', path, onlyFirst(at, file.sizeBytes));
    const sha256 = hash.digest('hex');
    const knownAs = rules.known.nameOf(sha256);
    if (knownAs !== undefined) this.#add({ path, knownAs, evidence: [`SHA-256 ${sha256}`] });
    const result = stream?.end(meter?.value());
    if (result?.isCut === true) this.problem('scan.limit', path, GAPS.moreStrings);
    for (const hit of result?.hits ?? []) this.#add({ path, ...hit });
  }

  #add(file: HarmfulFile): void {
    if (this.found.length < MAX_FOUND) this.found.push(file);
    else this.problem('scan.limit', file.path, moreNotKept(MAX_FOUND));
  }

  noteWalk({ stoppedBy, entries, tooDeep, unreadable }: WalkOutcome): void {
    if (stoppedBy !== undefined)
      this.problem(stoppedBy === 'time' ? 'scan.timeout' : 'scan.limit', '/', stoppedAfter(entries));
    if (tooDeep > 0) this.problem('scan.limit', '/', tooDeepWords(tooDeep));
    for (const path of unreadable) this.problem('scan.unreadable', path, GAPS.cannotList);
  }
}

/** Prepares a search for harmful files, whose time begins to run. Never throws on what the tree holds. */
export const startHarmSearch = (options: HarmSearchOptions): HarmWalk => {
  const { limits, now } = options;
  const search = new HarmSearch(options);
  return {
    maxEntries: limits.entries,
    maxDepth: limits.depth,
    deadlineMs: now() + limits.timeMs,
    now,
    visit: (file) => search.visit(file),
    finish: (outcome) => {
      search.noteWalk(outcome);
      return { files: search.found, incomplete: search.problems };
    },
  };
};
