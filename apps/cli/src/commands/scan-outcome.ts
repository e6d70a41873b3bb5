// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type AdvisoryPack,
  applyVex,
  type BomSubject,
  matchPackages,
  type ScanProblem,
} from '@bartizan/scan';
import type { PolicyVerdict } from '@bartizan/scan/signatures';
import { type StoodItem, standItems } from '../gate/standing.ts';
import { itemsOf } from '../report/item.ts';
import type { TargetReport } from '../report/run-report.ts';
import type { Language } from '../text/catalogue.ts';
import type { JudgedReport } from './judged.ts';
import { type OtherFindings, otherList, otherProblems } from './other-findings.ts';
import { policyReasons } from './policy-output.ts';
import { type BaseFound, judgeBase } from './scan-base.ts';
import type { ScanRules } from './scan-rules.ts';
import type { Scanned } from './scan-target.ts';
import { unjudgedOf } from './scan-unjudged.ts';

/** One target, scanned and held against everything there is. */
export interface TargetOutcome {
  readonly target: TargetReport;
  /** Absent when packages were not asked for. */
  readonly scanned?: Scanned;
  /** Absent without advisories. */
  readonly report?: JudgedReport;
  readonly others: OtherFindings;
  /** Of an image of a registry, where a signature policy was named; whatever it was searched for. */
  readonly policy?: PolicyVerdict;
}

/** What a scan of one target gave, before it is judged. */
export interface Found {
  readonly subject: BomSubject;
  readonly scanned?: Scanned;
  readonly others: OtherFindings;
  readonly base?: BaseFound;
  /** Why not all of a target was read whose packages were not asked for. */
  readonly problems?: readonly ScanProblem[];
  readonly policy?: PolicyVerdict;
}

/** Holds what was found against a pack, and says what statements say of it. */
function judge(
  { scanned, base }: { readonly scanned: Scanned; readonly base: BaseFound | undefined },
  pack: AdvisoryPack,
  { statements }: ScanRules,
): JudgedReport {
  const matched = matchPackages(scanned.packages, pack);
  const { digest } = scanned.subject;
  return {
    ...matched,
    // The reasoning about every package is many times what is shown, and a call may hold a thousand images.
    verdicts: [],
    unjudged: unjudgedOf(matched.verdicts),
    findings: applyVex(matched.findings, statements, digest === undefined ? {} : { imageDigest: digest }),
    distribution: scanned.distribution,
    packages: scanned.packages,
    incomplete: scanned.incomplete,
    pack: { sha256: pack.sha256, builtAt: pack.header.builtAt, kind: pack.header.kind },
    stats: scanned.stats,
    ...(base === undefined
      ? {}
      : {
          originOfLayer: base.originOfLayer,
          base: judgeBase(base, scanned, {
            findings: matched.findings,
            match: (packages) => matchPackages(packages, pack).findings,
          }),
        }),
  };
}

/** What is kept of a target whose packages nobody will be shown: its findings, and how many packages there are. */
export function withoutPackages(outcome: TargetOutcome): TargetOutcome {
  const { scanned, report } = outcome;
  // Without advisories the packages are all there is to show.
  if (scanned === undefined || report === undefined) return outcome;
  return { ...outcome, scanned: { ...scanned, packages: [] }, report: { ...report, packages: [] } };
}

/** Judges what was found in one target: findings first in the order of the report, then everything else. */
export function judgeTarget(
  found: Found,
  pack: AdvisoryPack | undefined,
  { rules, language }: { readonly rules: ScanRules; readonly language: Language },
): TargetOutcome {
  const { scanned, others, base, subject, policy, problems = [] } = found;
  const report =
    scanned === undefined || pack === undefined ? undefined : judge({ scanned, base }, pack, rules);
  const items: readonly StoodItem[] = standItems(
    itemsOf(report?.findings ?? [], otherList(others), language),
    subject.name,
    rules.gate,
  );
  return {
    target: {
      kind: subject.kind,
      name: subject.name,
      ...(subject.digest === undefined ? {} : { digest: subject.digest }),
      ...(scanned?.platform === undefined ? {} : { platform: scanned.platform }),
      operatingSystem: scanned?.distribution.prettyName ?? '',
      items,
      incomplete: [...(scanned?.incomplete ?? problems), ...otherProblems(others)],
      isJudged: scanned === undefined || report !== undefined,
      unjudged: report?.unjudged ?? [],
      ...(policy === undefined
        ? {}
        : { signature: { outcome: policy.outcome, reasons: policyReasons(policy) } }),
    },
    ...(policy === undefined ? {} : { policy }),
    ...(scanned === undefined ? {} : { scanned }),
    ...(report === undefined ? {} : { report }),
    others,
  };
}
