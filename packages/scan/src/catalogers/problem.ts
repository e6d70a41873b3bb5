// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { cutText, type LocalText } from '@bartizan/contracts';
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
  /** What is wrong, for programs and logs: English. */
  readonly detail: string;
  /** The same for people, in their language. */
  readonly told: LocalText;
}

const MAX_PATH = 512;
const MAX_DETAIL = 512;

/** A problem of a scan: what it says, it says in both languages. */
export const scanProblem = (code: ScanProblemCode, path: string, words: LocalText): ScanProblem => {
  const told = cutText(words, MAX_DETAIL);
  return { code, path: path.slice(0, MAX_PATH), detail: told.en, told };
};

/** A problem in one line, as lists of reasons hold it. */
export const problemLine = ({ code, path, told }: ScanProblem): LocalText =>
  cutText({ en: `${code} ${path}: ${told.en}`, ja: `${code} ${path}：${told.ja}` }, MAX_DETAIL);

/** What one cataloger read from one file. It depends on that file alone, so it holds wherever the file goes. */
export interface Inspection {
  /** Id of the cataloger. */
  readonly cataloger: string;
  /** Path the file had when it was read; locations of the packages start with it. */
  readonly path: string;
  readonly packages: readonly FoundPackage[];
  readonly problems: readonly ScanProblem[];
}
