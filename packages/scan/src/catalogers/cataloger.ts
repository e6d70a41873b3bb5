// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Distribution } from '../distribution/os-release.ts';
import type { FileTree } from '../tree/file-tree.ts';
import type { FoundPackage, PackageType } from './package.ts';
import type { ScanProblem } from './problem.ts';

export { SCAN_PROBLEM_CODES, type ScanProblem, type ScanProblemCode } from './problem.ts';

/** Bounds of one scan. Every limit that is hit makes the report incomplete and is named in it. */
export interface ScanLimits {
  /** Largest package database read whole. */
  readonly databaseBytes: number;
  /** Largest manifest (package.json, METADATA ...) read whole. */
  readonly manifestBytes: number;
  /** Largest archive opened, and largest nested archive inflated. */
  readonly archiveBytes: number;
  /** Nested archives: how deep. */
  readonly archiveDepth: number;
  /** Nested archives: how many in one outer archive. */
  readonly archiveCount: number;
  /** Largest executable looked into. */
  readonly executableBytes: number;
  readonly packages: number;
  /** Names visited by the walk. */
  readonly entries: number;
  readonly depth: number;
  readonly timeMs: number;
}

/** Limits for a whole host. */
export const DEFAULT_LIMITS: ScanLimits = {
  databaseBytes: 256 * 1024 * 1024,
  manifestBytes: 4 * 1024 * 1024,
  archiveBytes: 512 * 1024 * 1024,
  archiveDepth: 4,
  archiveCount: 2_000,
  executableBytes: 4 * 1024 * 1024 * 1024,
  packages: 500_000,
  entries: 5_000_000,
  depth: 64,
  timeMs: 15 * 60_000,
};

/** A file the walk met. */
export interface WalkedFile {
  readonly path: string;
  readonly name: string;
  /** Facts of the file; read only when asked for. */
  stat(): { readonly sizeBytes: number; readonly mode: number } | undefined;
}

/** What a cataloger works on. */
export interface CatalogContext {
  readonly tree: FileTree;
  readonly distribution: Distribution;
  readonly limits: ScanLimits;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly deadlineMs: number;
  problem(problem: ScanProblem): void;
}

/** What a cataloger can know and cannot know: shown to the user, checked by a test. */
export interface CatalogerCapabilities {
  readonly finds: readonly string[];
  readonly doesNotFind: readonly string[];
}

/** Paths owned by distribution packages: path -> package name. */
export type Ownership = Map<string, string>;

/** Reads a file as it goes by. */
export interface FileFollower {
  push(piece: Buffer): void;
  end(): readonly FoundPackage[];
}

/** Reads one kind of package facts. Pure but for the tree it is given. */
export interface Cataloger {
  readonly id: string;
  /** Types of the packages it gives; at least one. */
  readonly types: readonly PackageType[];
  readonly capabilities: CatalogerCapabilities;
  /** Files that `fixed` and `owns` read: kept whole while the layers of an image are merged. */
  readonly reads?: (path: string) => boolean;
  /** Databases at fixed places. Called once a scan. */
  readonly fixed?: (context: CatalogContext) => readonly FoundPackage[];
  /** Files the walk should hand over, by name alone: called for every file, so it must be quick. */
  readonly wants?: (file: WalkedFile) => boolean;
  /** Whether what a file says does not count, because of what stands beside it in the tree. */
  readonly isShadowed?: (file: WalkedFile, tree: FileTree) => boolean;
  /** How much of a file `inspect` reads from its start; all of it when absent. Keeps large files out of memory. */
  readonly headBytes?: number;
  /** Whether `inspect` reads a large file by small ranges, so that it need not be held whole. */
  readonly readsRanges?: true;
  /** Reads a file too large to be held, front to back as it goes by; gives what `inspect` would give of it. */
  readonly follow?: (file: WalkedFile, context: CatalogContext) => FileFollower;
  /** Reads a file that `wants` chose, and no other: in an image this runs once a layer, before the layers are merged. */
  readonly inspect?: (file: WalkedFile, context: CatalogContext) => readonly FoundPackage[];
  /** Which paths its packages own. Called once a scan, after `fixed`. */
  readonly owns?: (context: CatalogContext, ownership: Ownership) => void;
}
