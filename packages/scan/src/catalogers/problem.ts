// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { FoundPackage } from './package.ts';

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

/** Something that could not be read or believed. It never stops the scan, and always shows in the report. */
export interface ScanProblem {
  readonly code: ScanProblemCode;
  /** Where, inside the tree. */
  readonly path: string;
  readonly detail: string;
}

/** What one cataloger read from one file. It depends on that file alone, so it holds wherever the file goes. */
export interface Inspection {
  /** Id of the cataloger. */
  readonly cataloger: string;
  /** Path the file had when it was read; locations of the packages start with it. */
  readonly path: string;
  readonly packages: readonly FoundPackage[];
  readonly problems: readonly ScanProblem[];
}
