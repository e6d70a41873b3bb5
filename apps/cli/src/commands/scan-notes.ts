// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type CoverageEntry, inLanguage } from '@bartizan/contracts';
import { problemLine } from '@bartizan/scan';
import type { CliContext } from '../context.ts';
import { isHeldWithoutParts } from '../gate/baseline.ts';
import { type GateRules, type StoodItem, unusedExceptions } from '../gate/standing.ts';
import { plain } from '../output/width.ts';
import { type RunReport, targetTitle } from '../report/run-report.ts';
import { showOtherSummaries } from './other-findings.ts';
import { notePolicyVerdict } from './policy-output.ts';
import { showBase } from './scan-base.ts';
import type { LookFlags } from './scan-flags.ts';
import type { TargetOutcome } from './scan-outcome.ts';

/** Shortcomings shown one by one. */
const SHOWN = 10;

type Write = (text: string) => void;
const writer =
  ({ process }: CliContext): Write =>
  (text) =>
    process.stderr.write(`${plain(text)}\n`);

/** Says on stderr what was left out: never silent, whatever the form. */
function noteIncomplete({ t, language }: CliContext, { scanned }: TargetOutcome, write: Write): void {
  const problems = scanned?.incomplete ?? [];
  for (const problem of problems.slice(0, SHOWN))
    write(t('scan.incomplete', { reason: problemLine(problem)[language] }));
  const rest = problems.length - SHOWN;
  if (rest > 0) write(t('scan.incomplete-more', { count: rest }));
}

/** Says on stderr what a running container changed of its image: the programs among it by name. */
function noteDrift({ t }: CliContext, { scanned }: TargetOutcome, write: Write): void {
  const drift = scanned?.drift;
  if (drift === undefined) return;
  const { changed, executable, removed, packages } = drift;
  write(
    t('scan.drift', {
      changed: changed.length,
      executable: executable.length,
      removed: removed.length,
      packages: packages.length,
    }),
  );
  for (const path of executable.slice(0, SHOWN)) write(t('scan.drift-program', { path }));
  for (const purl of packages.slice(0, SHOWN)) write(t('scan.drift-package', { purl }));
}

/** Says on stderr why an ecosystem is not judged, or not whole. */
function noteCoverage({ t, language }: CliContext, entry: CoverageEntry, write: Write): void {
  const { state, ecosystem, packages, withoutData, reason } = entry;
  const told = inLanguage(reason ?? state, language);
  write(t('scan.not-covered', { ecosystem, packages: withoutData || packages, reason: told }));
}

/** Says on stderr how many there are, and what could not be judged. */
function noteJudged(context: CliContext, { report }: TargetOutcome, write: Write): void {
  if (report === undefined) return;
  write(
    context.t('scan.summary', {
      packages: report.packages.length,
      findings: report.findings.length,
      distribution: report.distribution.prettyName,
    }),
  );
  for (const entry of report.coverage) if (entry.state !== 'covered') noteCoverage(context, entry, write);
}

/** Everything there is to say about one target beside its findings. */
export function noteTarget(context: CliContext, outcome: TargetOutcome, flags: LookFlags): void {
  const write = writer(context);
  noteIncomplete(context, outcome, write);
  noteJudged(context, outcome, write);
  noteDrift(context, outcome, write);
  if (outcome.policy !== undefined) notePolicyVerdict(context, outcome.policy);
  if (outcome.report?.base !== undefined) showBase(context, outcome.report.base, flags.newBase !== undefined);
  showOtherSummaries(context, outcome.others);
}

/** One line of progress where there are several targets. */
export function noteProgress(
  context: CliContext,
  { at, of }: { readonly at: number; readonly of: number },
  outcome: TargetOutcome,
): void {
  const { target, scanned, report, policy } = outcome;
  const write = writer(context);
  write(
    context.t('scan.progress', {
      at,
      of,
      name: targetTitle(target),
      packages: scanned?.packages.length ?? 0,
      findings: target.items.length,
    }),
  );
  noteIncomplete(context, outcome, write);
  for (const entry of report?.coverage ?? []) if (entry.withoutData > 0) noteCoverage(context, entry, write);
  if (policy !== undefined) notePolicyVerdict(context, policy);
}

const count = (items: readonly StoodItem[], state: StoodItem['standing']['state']): number =>
  items.filter((item) => item.standing.state === state).length;

/** Says who answers for what: nothing that does not count is left unsaid. */
export function noteStandings(context: CliContext, { targets }: RunReport, rules: GateRules): void {
  const { t } = context;
  const write = writer(context);
  const items = targets.flatMap((target) => target.items);
  const explained = count(items, 'explained');
  if (explained > 0) write(t('scan.explained', { count: explained }));
  const accepted = count(items, 'accepted');
  if (accepted > 0) write(t('scan.accepted', { count: accepted }));
  if (rules.baseline !== undefined)
    write(
      t('scan.known', {
        count: count(items, 'known'),
        open: count(items, 'open'),
        date: rules.baseline.writtenAt,
      }),
    );
  const { baseline } = rules;
  const undone = items.filter(
    (item) => item.standing.state === 'open' && baseline !== undefined && isHeldWithoutParts(baseline, item),
  ).length;
  if (undone > 0) write(t('scan.baseline-older', { count: undone }));
  const expired = new Set(
    items.flatMap(({ standing }) =>
      standing.state === 'open' && standing.expired !== undefined ? [standing.expired] : [],
    ),
  );
  for (const { expires, owner, reason, id, package: name, path } of expired)
    write(t('scan.expired', { what: [id, name, path].filter(Boolean).join(' '), expires, owner, reason }));
  for (const { owner, id, package: name, path } of unusedExceptions(rules, targets))
    write(t('scan.unused', { what: [id, name, path].filter(Boolean).join(' '), owner }));
}
