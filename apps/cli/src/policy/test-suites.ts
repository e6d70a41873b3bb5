// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Result } from '@bartizan/contracts';
import { ok } from '@bartizan/contracts/result';
import type { ApiFailure } from '../api/client.ts';
import { type CliContext, perform, usage } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { renderList } from '../output/render.ts';
import { plain } from '../output/width.ts';
import type { TestFlags } from './flags.ts';
import { type JunitCase, toCasesXml } from './junit-cases.ts';
import { readPolicyFiles } from './policy-files.ts';
import { compileRules, rulesOf } from './rule-sources.ts';
import { runExamples, runSuites, type SuiteOutcome } from './suite.ts';

const junitCase = (outcome: SuiteOutcome): JunitCase => {
  const { suite, rule, expected, found, detail, isMet } = outcome;
  const name = `${outcome.case}: ${rule} ${expected}`;
  if (isMet) return { suite, name };
  return { suite, name, failure: { type: 'verdict', message: `${rule}: ${found}`, text: detail } };
};

function show(context: CliContext, format: TestFlags['output'], outcomes: readonly SuiteOutcome[]): void {
  const { t } = context;
  if (format === 'junit') {
    context.process.stdout.write(toCasesXml('bartizan policy test', outcomes.map(junitCase)));
    return;
  }
  renderList<SuiteOutcome>(context.process, format, {
    items: outcomes,
    columns: [
      { field: 'result', heading: t('column.outcome'), value: ({ isMet }) => (isMet ? 'ok' : 'FAILED') },
      { field: 'suite', heading: t('column.suite'), value: ({ suite }) => suite },
      { field: 'case', heading: t('column.case'), value: (outcome) => outcome.case },
      { field: 'rule', heading: t('column.rule'), value: ({ rule }) => rule },
      { field: 'expected', heading: t('column.expected'), value: ({ expected }) => expected },
      { field: 'found', heading: t('column.found'), value: ({ found }) => found },
      { field: 'detail', heading: t('column.detail'), value: ({ detail }) => plain(detail) },
    ],
  });
}

/** `policy test PATH...`: suites, and the examples that the rules of the same files carry. */
export function runTest(context: CliContext, paths: readonly string[], flags: TestFlags): Promise<void> {
  return perform(context, async (): Promise<Result<number, ApiFailure>> => {
    const tested = readPolicyFiles(paths);
    if (!tested.ok) return tested;
    const files = rulesOf(context.checkout, { policies: [...paths, ...(flags.policies ?? [])] });
    if (!files.ok) return files;
    const set = await compileRules(files.value);
    if (!set.ok) return set;
    const nowMs = Date.now();
    const suites = runSuites(tested.value, set.value, nowMs);
    if (!suites.ok) return suites;
    const outcomes = [...suites.value, ...runExamples(tested.value, set.value, nowMs)];
    // A folder without a single case must not look like one whose cases all hold.
    if (outcomes.length === 0) return usage(`${paths.join(' ')}: no PolicySuite, and no rule with tests`);
    show(context, flags.output, outcomes);
    const failed = outcomes.filter(({ isMet }) => !isMet).length;
    const { t } = context;
    context.process.stderr.write(
      `${plain(t('policy.tested', { passed: outcomes.length - failed, failed }))}\n`,
    );
    return ok(failed === 0 ? EXIT.fine : EXIT.failed);
  });
}
