// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { join } from 'node:path';
import { loadSecretRules } from '@bartizan/adapters/content';
import { DEFAULT_TENANT, type Finding, LOCAL_CLUSTER, ok, type Result } from '@bartizan/contracts';
import {
  compileSecretRules,
  makeHashKey,
  problemLine,
  type SecretReport,
  SecretScanner,
  secretFinding,
} from '@bartizan/scan';
import type { ApiFailure } from '../api/client.ts';
import type { CliContext } from '../context.ts';
import type { StoodItem } from '../gate/standing.ts';
import type { Column } from '../output/render.ts';
import { plain } from '../output/width.ts';
import { withStandings } from './finding-list.ts';

/** What a search for secrets gave: the report, and its findings in the words of the contracts. */
export interface SecretsFound {
  readonly report: SecretReport;
  readonly findings: readonly Finding[];
}

/** Problems and refused rules shown one by one. */
const SHOWN = 10;

/** Names files of content that were refused: their rules are not asked. */
export function showRefused(
  { t, process }: CliContext,
  refused: readonly { readonly file: string; readonly detail: string }[],
): void {
  for (const { file, detail } of refused.slice(0, SHOWN))
    process.stderr.write(`${plain(t('scan.incomplete', { reason: `${file}: ${detail}` }))}\n`);
}

/**
 * Prepares a search with the rules of `content/secrets`. The key of the fingerprints is made for this run: they tell
 * which findings hold the same value, and nothing that could be looked up later.
 */
export function prepareSecretSearch(context: CliContext): Result<SecretScanner, ApiFailure> {
  const loaded = loadSecretRules(join(context.checkout, 'content'));
  if (!loaded.ok) return loaded;
  showRefused(context, loaded.value.refused);
  const set = compileSecretRules(loaded.value.rules);
  return set.ok ? ok(new SecretScanner(set.value, { hashKey: makeHashKey(), now: Date.now })) : set;
}

/** What a search found in a tree of this name, in the words of the contracts. */
export function secretsFound(report: SecretReport, name: string): SecretsFound {
  const place = {
    cluster: LOCAL_CLUSTER,
    tenant: DEFAULT_TENANT,
    subject: { workload: 'scan', kind: 'Host', namespace: '', name: name.slice(0, 253) },
    nowMs: Date.now(),
  } as const;
  return { report, findings: report.matches.map((match) => secretFinding(match, place)) };
}

/** Path, line and column of a finding. */
export const placeText = ({ location }: Finding): string =>
  location === undefined ? '' : `${location.path}:${location.line}:${location.column}`;

/** Columns of a list of secrets. */
export const secretColumns = ({ t, language }: CliContext): Column<Finding>[] => [
  { field: 'severity', heading: t('column.severity'), value: (item) => item.severity },
  { field: 'rule', heading: t('column.rule'), value: (item) => item.check ?? '' },
  { field: 'place', heading: t('column.place'), value: placeText },
  {
    field: 'verification',
    heading: t('column.state'),
    value: (item) => t(`verification.${item.secret?.verification ?? 'plausible'}`),
  },
  {
    field: 'title',
    heading: t('column.title'),
    value: (item) => `${item.title[language]} ${item.secret?.preview ?? ''}`,
  },
];

/** One line about what was searched, and one for each gap. */
export function showSecretsSummary({ t, process, language }: CliContext, { report }: SecretsFound): void {
  const write = (text: string): unknown => process.stderr.write(`${plain(text)}\n`);
  write(
    t('scan.secrets-summary', {
      findings: report.matches.length,
      files: report.stats.files,
      suppressed: report.suppressedCount,
      skipped: report.stats.skipped,
    }),
  );
  for (const problem of report.incomplete.slice(0, SHOWN))
    write(t('scan.incomplete', { reason: problemLine(problem)[language] }));
}

/** What json and yaml show of secrets: the findings with who answers for them, and what bounds them. Never a value. */
export const secretsWhole = ({ report, findings }: SecretsFound, items: readonly StoodItem[]) => ({
  findings: withStandings(findings, items),
  incomplete: report.incomplete,
  suppressed: report.suppressed,
  suppressedCount: report.suppressedCount,
  stats: report.stats,
});
