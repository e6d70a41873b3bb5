// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Severity } from '@bartizan/contracts';

/** Forms a scan can take. */
export const SCAN_FORMATS = ['table', 'json', 'yaml', 'csv', 'sarif'] as const;

/** Options of `scan`. */
export interface ScanFlags {
  readonly output: (typeof SCAN_FORMATS)[number];
  readonly pack?: string;
  readonly failOn?: Severity;
}
