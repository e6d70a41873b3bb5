// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { InvariantError } from '@bartizan/contracts';
import { type FileTree, joinPath, type TreeEntry, type TreeStat } from './file-tree.ts';

/** Where a walk goes. */
export interface WalkScope {
  /** Directories not entered, absolute inside the tree. */
  readonly exclude: readonly string[];
  /** Stay on the file system of the root. */
  readonly isOneFileSystem: boolean;
}

/** What bounds one walker. */
export interface WalkBounds {
  readonly maxEntries: number;
  readonly maxDepth: number;
  /** Milliseconds since the Unix epoch after which the walk stops. */
  readonly deadlineMs: number;
  readonly now: () => number;
}

/** What bounds a walk and what it leaves out. */
export interface WalkOptions extends WalkScope, WalkBounds {}

/** One of those who share a walk: it ends at its own bounds, and the others go on. */
export interface Walker extends WalkBounds {
  readonly visit: (file: WalkFile) => void;
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

/** How far one walker is. */
class Progress {
  readonly #walker: Walker;
  readonly #unreadable: string[] = [];
  readonly #otherFileSystems: string[] = [];
  #entries = 0;
  #directories = 0;
  #tooDeep = 0;
  #stoppedBy: WalkOutcome['stoppedBy'];

  constructor(walker: Walker) {
    this.#walker = walker;
  }

  /** Whether it still wants what lies at this depth. */
  wants({ depth }: Level): boolean {
    return this.#stoppedBy === undefined && depth <= this.#walker.maxDepth;
  }

  /** A directory it comes to. */
  enter(): void {
    this.#directories += 1;
  }

  cannotList(path: string): void {
    if (this.#unreadable.length < MAX_NOTED) this.#unreadable.push(path);
  }

  leaveOut(path: string): void {
    if (this.#otherFileSystems.length < MAX_NOTED) this.#otherFileSystems.push(path);
  }

  /** Takes a name that was met, a file with it; false when that was one too many. */
  meet(file: WalkFile | undefined): boolean {
    this.#entries += 1;
    if (this.#entries > this.#walker.maxEntries) this.#stoppedBy = 'entries';
    else if (this.#entries % ENTRIES_PER_CLOCK_LOOK === 0 && this.#walker.now() > this.#walker.deadlineMs)
      this.#stoppedBy = 'time';
    if (this.#stoppedBy !== undefined) return false;
    if (file !== undefined) this.#walker.visit(file);
    return true;
  }

  /** Whether a directory in one of this depth is entered; it is counted when it lies too deep. */
  goesBelow({ depth }: Level): boolean {
    if (depth < this.#walker.maxDepth) return true;
    this.#tooDeep += 1;
    return false;
  }

  outcome(): WalkOutcome {
    return {
      entries: this.#entries,
      directories: this.#directories,
      unreadable: this.#unreadable,
      tooDeep: this.#tooDeep,
      otherFileSystems: this.#otherFileSystems,
      ...(this.#stoppedBy === undefined ? {} : { stoppedBy: this.#stoppedBy }),
    };
  }
}

class Walk {
  readonly #tree: FileTree;
  readonly #scope: WalkScope;
  readonly #all: readonly Progress[];
  readonly #excluded: ReadonlySet<string>;
  readonly #rootDevice: number;
  readonly #pending: Level[] = [{ path: '/', depth: 0 }];

  constructor(tree: FileTree, scope: WalkScope, walkers: readonly Walker[]) {
    this.#tree = tree;
    this.#scope = scope;
    this.#all = walkers.map((walker) => new Progress(walker));
    this.#excluded = new Set(scope.exclude);
    const root = tree.stat('/');
    this.#rootDevice = root.ok ? root.value.device : 0;
  }

  run(): WalkOutcome[] {
    for (let level = this.#pending.pop(); level !== undefined; level = this.#pending.pop()) {
      const at = level;
      const walkers = this.#all.filter((one) => one.wants(at));
      if (walkers.length > 0 && !this.#isElsewhere(level, walkers)) this.#enter(level, walkers);
    }
    return this.#all.map((one) => one.outcome());
  }

  #isElsewhere(level: Level, walkers: readonly Progress[]): boolean {
    if (!this.#scope.isOneFileSystem || level.depth === 0) return false;
    const stat = this.#tree.lstat(level.path);
    if (!stat.ok || stat.value.device === this.#rootDevice) return false;
    for (const walker of walkers) walker.leaveOut(level.path);
    return true;
  }

  #enter(level: Level, walkers: readonly Progress[]): void {
    const listed = this.#tree.list(level.path);
    for (const walker of walkers) walker.enter();
    if (!listed.ok) {
      // A directory that went away while we walked is no problem: there is nothing in it any more.
      if (listed.error.code !== 'scan.tree-not-found')
        for (const walker of walkers) walker.cannotList(level.path);
      return;
    }
    const below: Level[] = [];
    let going = walkers;
    for (const entry of [...listed.value].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      going = this.#meet(entry, level, { below, going });
      if (going.length === 0) break;
    }
    // One by one: a hostile folder has more sub-folders than a call takes arguments.
    for (const one of below.reverse()) this.#pending.push(one);
  }

  /** Shows one name to those who still go on, in their order; returns who goes on after it. */
  #meet(
    entry: TreeEntry,
    level: Level,
    { below, going }: { readonly below: Level[]; readonly going: readonly Progress[] },
  ): readonly Progress[] {
    const path = joinPath(level.path, entry.name);
    const file = entry.kind === 'file' ? this.#file(path, entry.name) : undefined;
    let left: readonly Progress[] = going;
    for (const walker of going) if (!walker.meet(file)) left = left.filter((one) => one !== walker);
    if (entry.kind !== 'directory' || this.#excluded.has(path)) return left;
    let isWanted = false;
    for (const walker of left) if (walker.goesBelow(level)) isWanted = true;
    if (isWanted) below.push({ path, depth: level.depth + 1 });
    return left;
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
export const walk = (tree: FileTree, options: WalkOptions, visit: (file: WalkFile) => void): WalkOutcome => {
  const [outcome] = walkTogether(tree, options, [{ ...options, visit }]);
  if (outcome === undefined) throw new InvariantError('a walk of one has one outcome');
  return outcome;
};

/**
 * One walk for several: each directory is opened once, and each file is shown to all of them, in their order, before the
 * next one. Each ends by its own bounds, as if it walked alone; the outcomes come in the order of the walkers.
 */
export const walkTogether = (
  tree: FileTree,
  scope: WalkScope,
  walkers: readonly Walker[],
): readonly WalkOutcome[] => new Walk(tree, scope, walkers).run();
