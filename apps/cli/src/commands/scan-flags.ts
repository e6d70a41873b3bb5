// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Severity } from '@bartizan/contracts';

/** Forms a scan can take. */
export const SCAN_FORMATS = ['table', 'json', 'yaml', 'csv', 'sarif'] as const;

/** What a scan of a host or folder can look for. */
export const SCANNERS = ['vuln', 'secret'] as const;
export type ScannerName = (typeof SCANNERS)[number];

/** Options of `scan`. */
export interface ScanFlags {
  readonly output: (typeof SCAN_FORMATS)[number];
  readonly pack?: string;
  readonly failOn?: Severity;
}

/** Options of a scan of a host or folder. */
export interface TreeScanFlags extends ScanFlags {
  readonly scanners: readonly ScannerName[];
}
