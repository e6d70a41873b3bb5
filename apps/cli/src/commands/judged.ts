// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Package } from '@bartizan/contracts';
import type { AppliedVex, Match, Origin, ScanReport } from '@bartizan/scan';
import type { UnjudgedPackages } from '../report/unjudged.ts';
import type { BaseReport } from './scan-base.ts';

/** A finding with what is said of it. */
export type Judged = Match<Package> & { readonly vex?: AppliedVex };

/** A report whose findings know what is said of them. */
export type JudgedReport = Omit<ScanReport, 'findings'> & {
  readonly findings: readonly Judged[];
  /** Packages that the advisories say nothing about. */
  readonly unjudged: readonly UnjudgedPackages[];
  /** Of an image whose base was looked for. */
  readonly base?: BaseReport;
  readonly originOfLayer?: (layer: string | undefined) => Origin;
};
