// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Package } from '@bartizan/contracts';
import type { AppliedVex, Match, ScanReport } from '@bartizan/scan';

/** A finding with what is said of it. */
export type Judged = Match<Package> & { readonly vex?: AppliedVex };

/** A report whose findings know what is said of them. */
export type JudgedReport = Omit<ScanReport, 'findings'> & { readonly findings: readonly Judged[] };
