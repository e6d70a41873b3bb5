// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** One result, as OpenReports and PolicyReport both have it. */
export interface ReportResult {
  readonly source: string;
  readonly policy: string;
  readonly rule: string;
  readonly category: string;
  readonly severity: 'critical' | 'high' | 'medium' | 'low' | 'info';
  readonly result: 'fail' | 'warn' | 'error' | 'skip';
  readonly scored: boolean;
  readonly message: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly resources: readonly {
    readonly apiVersion: string;
    readonly kind: string;
    readonly namespace?: string;
    readonly name: string;
  }[];
}
/** A report as it shall be in the cluster; the empty namespace stands for objects in none. */
export interface PlannedReport {
  readonly namespace: string;
  /** Over all results, also those left out. What passes is not counted: then nothing is said of it. */
  readonly summary: Readonly<Record<ReportResult['result'], number>>;
  readonly results: readonly ReportResult[];
  readonly leftOut: number;
}
