// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type FileTree, joinPath, type TreeEntry, type TreeStat } from './file-tree.ts';

/** What bounds a walk and what it leaves out. */
export interface WalkOptions {
  /** Directories not entered, absolute inside the tree. */
  readonly exclude: readonly string[];
  readonly maxEntries: number;
  readonly maxDepth: number;
  /** Stay on the file system of the root. */
  readonly isOneFileSystem: boolean;
  /** Milliseconds since the Unix epoch after which the walk stops. */
  readonly deadlineMs: number;
  readonly now: () => number;
}

/** How a walk ended. */
export interface WalkOutcome {
  readonly entries: number;
  readonly directories: number;
  /** Directories that could not be listed. */
  readonly unreadable: readonly string[];
  /** Set when a bound ended the walk early: what it was. */
  readonly stoppedBy?: 'entries' | 'time';
  /** Directories deeper than the bound. */
  readonly tooDeep: number;
  /** Other file systems that were left out. */
  readonly otherFileSystems: readonly string[];
}

/** A regular file that the walk met. */
export interface WalkFile {
  readonly path: string;
  readonly name: string;
  stat(): TreeStat | undefined;
}

/** Names kept of what could not be read; the rest is only counted. */
const MAX_NOTED = 100;
const ENTRIES_PER_CLOCK_LOOK = 512;

interface Level {
  readonly path: string;
  readonly depth: number;
}

class Walk {
  readonly #tree: FileTree;
  readonly #options: WalkOptions;
  readonly #visit: (file: WalkFile) => void;
  readonly #excluded: ReadonlySet<string>;
  readonly #rootDevice: number;
  readonly #pending: Level[] = [{ path: '/', depth: 0 }];
  readonly #unreadable: string[] = [];
  readonly #otherFileSystems: string[] = [];
  #entries = 0;
  #directories = 0;
  #tooDeep = 0;
  #stoppedBy: WalkOutcome['stoppedBy'];

  constructor(tree: FileTree, options: WalkOptions, visit: (file: WalkFile) => void) {
    this.#tree = tree;
    this.#options = options;
    this.#visit = visit;
    this.#excluded = new Set(options.exclude);
    const root = tree.stat('/');
    this.#rootDevice = root.ok ? root.value.device : 0;
  }

  run(): WalkOutcome {
    for (let level = this.#pending.pop(); level !== undefined; level = this.#pending.pop()) {
      if (!this.#isElsewhere(level)) this.#enter(level);
      if (this.#stoppedBy !== undefined) break;
    }
    return {
      entries: this.#entries,
      directories: this.#directories,
      unreadable: this.#unreadable,
      tooDeep: this.#tooDeep,
      otherFileSystems: this.#otherFileSystems,
      ...(this.#stoppedBy === undefined ? {} : { stoppedBy: this.#stoppedBy }),
    };
  }

  #isElsewhere(level: Level): boolean {
    if (!this.#options.isOneFileSystem || level.depth === 0) return false;
    const stat = this.#tree.lstat(level.path);
    if (!stat.ok || stat.value.device === this.#rootDevice) return false;
    if (this.#otherFileSystems.length < MAX_NOTED) this.#otherFileSystems.push(level.path);
    return true;
  }

  #enter(level: Level): void {
    const listed = this.#tree.list(level.path);
    this.#directories += 1;
    if (!listed.ok) {
      // A directory that went away while we walked is no problem: there is nothing in it any more.
      const isGone = listed.error.code === 'scan.tree-not-found';
      if (!isGone && this.#unreadable.length < MAX_NOTED) this.#unreadable.push(level.path);
      return;
    }
    const below: Level[] = [];
    for (const entry of [...listed.value].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      this.#count();
      if (this.#stoppedBy !== undefined) return;
      this.#meet(entry, level, below);
    }
    this.#pending.push(...below.reverse());
  }

  #count(): void {
    this.#entries += 1;
    if (this.#entries > this.#options.maxEntries) this.#stoppedBy = 'entries';
    else if (this.#entries % ENTRIES_PER_CLOCK_LOOK === 0 && this.#options.now() > this.#options.deadlineMs) {
      this.#stoppedBy = 'time';
    }
  }

  #meet(entry: TreeEntry, level: Level, below: Level[]): void {
    const path = joinPath(level.path, entry.name);
    if (entry.kind === 'file') this.#visit(this.#file(path, entry.name));
    if (entry.kind !== 'directory' || this.#excluded.has(path)) return;
    if (level.depth >= this.#options.maxDepth) this.#tooDeep += 1;
    else below.push({ path, depth: level.depth + 1 });
  }

  #file(path: string, name: string): WalkFile {
    return {
      path,
      name,
      stat: () => {
        const stat = this.#tree.lstat(path);
        return stat.ok ? stat.value : undefined;
      },
    };
  }
}

/**
 * Visits every regular file below the root of a tree, depth first, names sorted. Links are never followed (what they
 * lead to is met where it lies), so no loop is possible.
 */
export const walk = (tree: FileTree, options: WalkOptions, visit: (file: WalkFile) => void): WalkOutcome =>
  new Walk(tree, options, visit).run();
