// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Distribution } from '../distribution/os-release.ts';
import type { FileTree } from '../tree/file-tree.ts';
import type { FoundPackage, PackageType } from './package.ts';

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

/** Something that could not be read or believed. It never stops the scan, and always shows in the report. */
export interface ScanProblem {
  readonly code: ScanProblemCode;
  /** Where, inside the tree. */
  readonly path: string;
  readonly detail: string;
}

export const SCAN_PROBLEM_CODES = [
  'scan.unreadable',
  'scan.malformed',
  'scan.truncated',
  'scan.limit',
  'scan.unsupported',
  'scan.timeout',
  'scan.worker-died',
] as const;
export type ScanProblemCode = (typeof SCAN_PROBLEM_CODES)[number];

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

/** Reads one kind of package facts. Pure but for the tree it is given. */
export interface Cataloger {
  readonly id: string;
  readonly type: PackageType;
  readonly capabilities: CatalogerCapabilities;
  /** Databases at fixed places. Called once a scan. */
  readonly fixed?: (context: CatalogContext) => readonly FoundPackage[];
  /** Files the walk should hand over, by name alone: called for every file, so it must be quick. */
  readonly wants?: (file: WalkedFile) => boolean;
  /** Reads a file that `wants` chose. */
  readonly inspect?: (file: WalkedFile, context: CatalogContext) => readonly FoundPackage[];
  /** Which paths its packages own. Called once a scan, after `fixed`. */
  readonly owns?: (context: CatalogContext, ownership: Ownership) => void;
}
