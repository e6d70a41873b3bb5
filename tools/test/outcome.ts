// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';

/** What a step amounts to. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** Full names of skipped tests. */
  readonly skipped: readonly string[];
  readonly failures: readonly string[];
}

interface JsonReport {
  readonly success?: boolean;
  readonly testResults?: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** Reads a vitest JSON report; a missing report, or a file that could not even load, is a failure. */
export function vitestOutcome(path: string, exitCode: number): Outcome {
  let report: JsonReport;
  try {
    report = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return { passed: 0, failed: 1, skipped: [], failures: [`${path}: no report was written`] };
  }
  const failures: string[] = [];
  const skipped: string[] = [];
  let passed = 0;
  for (const file of report.testResults ?? []) {
    for (const test of file.assertionResults) {
      if (test.status === 'passed') passed += 1;
      else if (test.status === 'failed') failures.push(`${file.name}: ${test.fullName}`);
      else skipped.push(test.fullName);
    }
    if (file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'))
      failures.push(`${file.name}: ${(file.message ?? 'could not be loaded').split('\n')[0]}`);
  }
  if (exitCode !== 0 && failures.length === 0) failures.push(`${path}: vitest ended with ${exitCode}`);
  if (passed + failures.length + skipped.length === 0) failures.push(`${path}: no test was found`);
  return { passed, failed: failures.length, skipped, failures };
}

/** Adds up the result lines of `cargo test`. */
export function cargoOutcome(output: string, exitCode: number): Outcome {
  let passed = 0;
  let failed = 0;
  let ignored = 0;
  for (const line of output.matchAll(/test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/g)) {
    passed += Number(line[1]);
    failed += Number(line[2]);
    ignored += Number(line[3]);
  }
  const failures = failed > 0 ? ['cargo test: see above'] : [];
  if (exitCode !== 0 && failed === 0) failures.push(`cargo test ended with ${exitCode}`);
  if (passed + failed === 0 && exitCode === 0) failures.push('cargo test found no test');
  return {
    passed,
    failed: Math.max(failed, failures.length),
    skipped: Array.from({ length: ignored }, (_, at) => `cargo ignored ${at + 1}`),
    failures,
  };
}

/** A command that is one test. */
export function exitOutcome(name: string, exitCode: number): Outcome {
  return exitCode === 0
    ? { passed: 1, failed: 0, skipped: [], failures: [] }
    : { passed: 0, failed: 1, skipped: [], failures: [`${name} ended with ${exitCode}`] };
}
