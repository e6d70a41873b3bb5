// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Result } from '@bartizan/contracts';
import { ok } from '@bartizan/contracts/result';
import type { AdmissionRuleSet } from '@bartizan/engine/admission';
import type { ApiFailure } from '../api/client.ts';
import { type CliContext, perform, usage } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { renderList } from '../output/render.ts';
import { plain } from '../output/width.ts';
import type { TestFlags } from './flags.ts';
import { type JunitCase, toCasesXml } from './junit-cases.ts';
import { type PolicyFiles, readPolicyFiles } from './policy-files.ts';
import { compileRules, rulesOf } from './rule-sources.ts';
import { type Detector, runExamples, runSuites, type SuiteOutcome } from './suite.ts';

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

/** The search for credentials, loaded where something that is tested asks it. */
async function detectorFor(
  checkout: string,
  { rules, others }: PolicyFiles,
  set: AdmissionRuleSet,
): Promise<Result<Detector | undefined, ApiFailure>> {
  const asking = set.rules.filter(({ rule }) => JSON.stringify(rule.condition).includes('"env.credentials"'));
  const suites = JSON.stringify(others.map(({ spec }) => spec));
  const isAsked = asking.some(
    ({ rule: { id } }) => suites.includes(JSON.stringify(id)) || rules.some((own) => own.id === id),
  );
  if (!isAsked) return ok(undefined);
  const { writtenSecrets } = await import('./written-secrets.ts');
  const search = writtenSecrets(checkout);
  return search.ok ? ok(search.value.credentialsIn) : search;
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
    const detector = await detectorFor(context.checkout, tested.value, set.value);
    if (!detector.ok) return detector;
    const basis = { set: set.value, nowMs: Date.now(), detector: detector.value };
    const suites = runSuites(tested.value, basis);
    if (!suites.ok) return suites;
    const outcomes = [...suites.value, ...runExamples(tested.value, basis)];
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
