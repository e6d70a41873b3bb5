// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { hasFeed } from '@bartizan/adapters/advisory-feed';
import { ok, type Result, type Severity, severityRank } from '@bartizan/contracts';
import type { AdvisoryPack } from '@bartizan/scan';
import type { ApiFailure } from '../api/client.ts';
import { type CliContext, failureLines, perform } from '../context.ts';
import { EXIT, exitCodeOf } from '../exit-codes.ts';
import type { StoodItem } from '../gate/standing.ts';
import { writeBaseline } from '../gate/write-baseline.ts';
import { plain } from '../output/width.ts';
import type { FailedTarget, RunReport, TargetReport } from '../report/run-report.ts';
import type { UnjudgedPackages } from '../report/unjudged.ts';
import type { Attempt, Attempts, Gathered } from './attempt.ts';
import type { ContainerScanFlags } from './container-flags.ts';
import type { ImageScanFlags, RegistryScanFlags } from './registry-flags.ts';
import { attemptsOf, type Target } from './scan-attempts.ts';
import type { ScanFlags } from './scan-flags.ts';
import { judgeLicences } from './scan-licences.ts';
import { noteProgress, noteStandings, noteTarget } from './scan-notes.ts';
import { judgeTarget, type TargetOutcome, withoutPackages } from './scan-outcome.ts';
import { isBomFormat, parseReports, type RunOutcome, writeReports } from './scan-output.ts';
import { withPack } from './scan-pack.ts';
import { readRules, type ScanRules } from './scan-rules.ts';

/** Version of this program, for documents. */
const toolVersion = (): string =>
  (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string })
    .version;

type Flags = ImageScanFlags & RegistryScanFlags & ContainerScanFlags;

/** What a call is about, read and checked before anything is scanned. */
interface Call {
  readonly context: CliContext;
  readonly target: Target;
  readonly flags: Flags;
  readonly rules: ScanRules;
  readonly startedAtMs: number;
}

/** A target that gave an outcome, or none. */
type Ended = { readonly outcome: TargetOutcome } | { readonly failed: FailedTarget };

const asksPackages = ({ scanners }: Flags): boolean => scanners === undefined || scanners.includes('vuln');

/** Holds everything that was found in one target against the rules of the call. */
function judgeFound(
  { context, target, flags, rules }: Call,
  pack: AdvisoryPack | undefined,
  { scanned, others, base }: Gathered,
): TargetOutcome {
  const licences =
    scanned === undefined || rules.licences === undefined
      ? undefined
      : judgeLicences(scanned, rules.licences);
  return judgeTarget(
    {
      subject: scanned?.subject ?? { kind: target.kind === 'host' ? 'host' : 'directory', name: target.path },
      others: { ...others, ...(licences === undefined ? {} : { licences }) },
      ...(scanned === undefined ? {} : asksPackages(flags) ? { scanned } : { problems: scanned.incomplete }),
      ...(base === undefined ? {} : { base }),
      ...(scanned?.policy === undefined ? {} : { policy: scanned.policy }),
    },
    pack,
    { rules, language: context.language },
  );
}

/** Scans the one target of a call: what fails there ends the call. */
async function scanOne(
  call: Call,
  attempt: Attempt,
  pack: AdvisoryPack | undefined,
): Promise<Result<readonly Ended[], ApiFailure>> {
  const gathered = await attempt.scan();
  if (!gathered.ok) return gathered;
  const outcome = judgeFound(call, pack, gathered.value);
  noteTarget(call.context, outcome, call.flags);
  return ok([{ outcome }]);
}

/** Whether a form that was asked for names the packages. */
const showsPackages = ({ output, report = [] }: Flags): boolean =>
  [output, ...report].some((form) => /^(json|yaml)\b/.test(form));

/** Scans several targets one after the other: one that fails is told, and the others go on. */
async function scanList(
  call: Call,
  attempts: Attempts,
  pack: AdvisoryPack | undefined,
): Promise<readonly Ended[]> {
  const { context, flags } = call;
  const ended: Ended[] = [];
  for (const { name, scan } of attempts.list) {
    if (context.interrupted?.aborted) {
      ended.push({ failed: { name, code: 'E_INTERRUPTED', detail: '' } });
      continue;
    }
    const scanned = await scan();
    if (scanned.ok) {
      const outcome = judgeFound(call, pack, scanned.value);
      noteProgress(context, { at: ended.length + 1, of: attempts.list.length }, outcome);
      ended.push({ outcome: showsPackages(flags) ? outcome : withoutPackages(outcome) });
    } else {
      const { code, detail } = scanned.error;
      const lines = await failureLines(context, scanned.error);
      context.process.stderr.write(`${plain(`${name}: ${lines.join(' ')}`)}\n`);
      ended.push({ failed: { name, code, detail } });
    }
  }
  return ended;
}

/** Shows and writes all that was asked for, and gives the exit code. */
function conclude(call: Call, ended: readonly Ended[], isList: boolean): Result<number, ApiFailure> {
  const { context, flags, rules, startedAtMs } = call;
  const outcomes = ended.flatMap((one) => ('outcome' in one ? [one.outcome] : []));
  const report: RunReport = {
    toolVersion: toolVersion(),
    startedAtMs,
    endedAtMs: Date.now(),
    ...(flags.failOn === undefined ? {} : { failOn: flags.failOn }),
    targets: outcomes.map(({ target }) => target),
    failures: ended.flatMap((one) => ('failed' in one ? [one.failed] : [])),
  };
  const files = parseReports(flags.report ?? []);
  if (!files.ok) return files;
  const run: RunOutcome = { report, outcomes, isList };
  const written = writeReports(context, run, { output: flags.output, files: files.value });
  if (!written.ok) return written;
  noteStandings(context, report, rules.gate);
  if (flags.writeBaseline !== undefined) {
    const kept = writeBaseline(
      flags.writeBaseline,
      report.targets.map(({ items }) => items),
      Date.now(),
    );
    if (!kept.ok) return kept;
    context.process.stderr.write(
      `${plain(context.t('scan.baseline-written', { path: flags.writeBaseline, count: kept.value }))}\n`,
    );
  }
  return ok(exitOfRun(context, run, flags));
}

/** Whether a call has to know of vulnerabilities: a bill of materials alone does not. */
const needsAdvisories = ({ output, report, failOn, writeBaseline: kept, scanners }: Flags): boolean =>
  scanners?.includes('vuln') !== false &&
  !(isBomFormat(output) && (report ?? []).length === 0 && failOn === undefined && kept === undefined);

/** Whether there are packages that the advisories should speak about and do not; a gate says so, for it does not pass. */
function noteGaps(
  { t, process }: CliContext,
  targets: readonly TargetReport[],
  { failOn, allowIncomplete }: Flags,
): boolean {
  const gaps = targets.flatMap(({ unjudged }) => unjudged.filter(({ isGap }) => isGap));
  const textOf = ({ ecosystem }: UnjudgedPackages) =>
    allowIncomplete ? 'scan.gap-allowed' : hasFeed(ecosystem) ? 'scan.gap' : 'scan.gap-no-feed';
  for (const text of ['scan.gap', 'scan.gap-no-feed', 'scan.gap-allowed'] as const) {
    const told = gaps.filter((gap) => textOf(gap) === text);
    if (told.length === 0 || failOn === undefined) continue;
    const packages = told.reduce((sum, gap) => sum + gap.packages, 0);
    const ecosystems = [...new Set(told.map(({ ecosystem }) => ecosystem))].sort().join(', ');
    process.stderr.write(`${plain(t(text, { packages, ecosystems }))}\n`);
  }
  return gaps.length > 0;
}

/** The exit code of a run: findings first, then what was not scanned at all, then what is not complete. */
function exitOfRun(context: CliContext, { report, outcomes }: RunOutcome, flags: Flags): number {
  const isUnjudged = needsAdvisories(flags) && report.targets.some((target) => !target.isJudged);
  if (isUnjudged) context.process.stderr.write(`${context.t('scan.no-pack')}\n`);
  const hasGap = noteGaps(context, report.targets, flags);
  const code = exitOf(
    outcomes.flatMap(({ target }) => target.items),
    { ...flags, isIncomplete: hasGap || report.targets.some((target) => target.incomplete.length > 0) },
  );
  const policies = outcomes.flatMap(({ policy }) => policy?.outcome ?? []);
  // A signature that is missing or wrong is something found; one that nobody can judge is something not done.
  if (code === EXIT.findings || policies.includes('refused')) return EXIT.findings;
  if (report.failures.some((one) => one.code === 'E_INTERRUPTED')) return EXIT.interrupted;
  const codes = new Set(report.failures.map((one) => exitCodeOf(one.code)));
  if (codes.size > 0) return codes.size === 1 ? ([...codes][0] ?? EXIT.failed) : EXIT.failed;
  // Without advisories nothing is known to be fine: a gate fails, whatever was allowed to be incomplete.
  return policies.includes('unknown') || (isUnjudged && flags.failOn !== undefined) ? EXIT.failed : code;
}

/** `scan ...`: exit 3 when something counts that is at least as bad as --fail-on, 1 when the scan is not complete. */
export function runScan(context: CliContext, target: Target, flags: Flags): Promise<void> {
  return perform(context, async () => {
    const startedAtMs = Date.now();
    const rules = await readRules(flags, startedAtMs);
    if (!rules.ok) return rules;
    const files = parseReports(flags.report ?? []);
    if (!files.ok) return files;
    const attempts = await attemptsOf(context, target, flags);
    if (!attempts.ok) return attempts;
    const call: Call = { context, target, flags, rules: rules.value, startedAtMs };
    try {
      return await withPack(context, needsAdvisories(flags) ? flags : undefined, async (pack) => {
        const [first] = attempts.value.list;
        if (attempts.value.isList || first === undefined)
          return conclude(call, await scanList(call, attempts.value, pack), true);
        const ended = await scanOne(call, first, pack);
        return ended.ok ? conclude(call, ended.value, false) : ended;
      });
    } finally {
      attempts.value.close();
    }
  });
}

/** What decides the exit code besides the findings. */
type Gate = Pick<ScanFlags, 'failOn' | 'allowIncomplete'> & { readonly isIncomplete: boolean };

/** The exit code of a scan with a threshold. A scan that is not complete is never fine, unless that was allowed. */
export function exitOf(
  items: readonly (Pick<StoodItem, 'standing'> & { readonly severity: Severity })[],
  gate: Gate,
): number {
  const threshold = gate.failOn;
  if (threshold === undefined) return EXIT.fine;
  const counting = items.filter(
    ({ standing, severity }) =>
      standing.state === 'open' && severityRank(severity) <= severityRank(threshold),
  );
  if (counting.length > 0) return EXIT.findings;
  return gate.isIncomplete && !gate.allowIncomplete ? EXIT.failed : EXIT.fine;
}
