// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CheckResult, ControlId, Finding, Severity, WorkloadRef } from '@bartizan/contracts';

/** What is known of the packages of one workload. */
export interface ScannedSubject {
  readonly subject: WorkloadRef;
  /** Why its packages could not be judged completely; absent = scanned, complete and covered by the advisories. */
  readonly unknownBecause?: string;
}
/** Everything the checks on packages look at. */
export interface ScanCheckInput {
  readonly cluster: string;
  readonly tenant: string;
  readonly subjects: readonly ScannedSubject[];
  /** Findings that are not fixed; an accepted risk is still a risk. */
  readonly findings: readonly Finding[];
  readonly nowMs: number;
}

/** A check on the packages of a workload: it fails with the findings that `counts` picks. */
export interface ScanCheck {
  readonly id: string;
  readonly severity: Severity;
  readonly title: { readonly en: string; readonly ja: string };
  readonly failure: { readonly en: string; readonly ja: string };
  readonly control: readonly ControlId[];
  readonly owasp: CheckResult['owasp'];
  readonly counts: (finding: Finding) => boolean;
}

const isVulnerability = (finding: Finding): boolean => finding.kind === 'vulnerability';
const CONTROLS: readonly ControlId[] = ['k02-supply-chain', 'k10-vulnerable-components'];
const OWASP: CheckResult['owasp'] = { 2022: ['K02', 'K10'], 2025: ['K07'] };

/** The checks that turn vulnerabilities into rows of the scorecard; controls claim them by these ids. */
export const SCAN_CHECKS: readonly ScanCheck[] = [
  {
    id: 'scan.no-known-exploited',
    severity: 'critical',
    title: {
      en: 'No installed package has a vulnerability that is known to be exploited',
      ja: '悪用が確認された脆弱性を持つパッケージがない',
    },
    failure: {
      en: 'Installed packages have vulnerabilities that are known to be exploited',
      ja: '悪用が確認された脆弱性を持つパッケージがあります',
    },
    control: CONTROLS,
    owasp: OWASP,
    counts: (finding) => isVulnerability(finding) && finding.vulnerability?.knownExploited === true,
  },
  {
    id: 'scan.no-fixable-critical',
    severity: 'high',
    title: {
      en: 'No installed package has a critical vulnerability for which a fix exists',
      ja: '修正版のある緊急の脆弱性を持つパッケージがない',
    },
    failure: {
      en: 'Installed packages have critical vulnerabilities for which a fix exists',
      ja: '修正版のある緊急の脆弱性を持つパッケージがあります',
    },
    control: CONTROLS,
    owasp: OWASP,
    counts: (finding) =>
      isVulnerability(finding) && finding.severity === 'critical' && finding.fix.state === 'fixed',
  },
  {
    id: 'scan.no-fixable-high',
    severity: 'medium',
    title: {
      en: 'No installed package has a high vulnerability for which a fix exists',
      ja: '修正版のある重要な脆弱性を持つパッケージがない',
    },
    failure: {
      en: 'Installed packages have high vulnerabilities for which a fix exists',
      ja: '修正版のある重要な脆弱性を持つパッケージがあります',
    },
    control: CONTROLS,
    owasp: OWASP,
    counts: (finding) =>
      isVulnerability(finding) && finding.severity === 'high' && finding.fix.state === 'fixed',
  },
];

const EVIDENCE_MAX = 16;

function describe(finding: Finding): string {
  const named = finding.package;
  const name = finding.vulnerability?.id ?? finding.id;
  if (named === undefined) return name;
  const fixed = finding.fix.version === undefined ? '' : ` -> ${finding.fix.version}`;
  return `${name} ${named.name} ${named.version}${fixed}`.slice(0, 2000);
}

/** A subject whose packages are not known in full fails on what was found, and is unknown when nothing was. */
function resultOf(
  check: ScanCheck,
  scanned: ScannedSubject,
  found: readonly Finding[],
): CheckResult['outcome'] {
  if (found.some(check.counts)) return 'fail';
  return scanned.unknownBecause === undefined ? 'pass' : 'unknown';
}

/** Judges the packages of each workload. A workload without a complete scan is unknown, never passed. */
export function evaluateScanChecks(input: ScanCheckInput): CheckResult[] {
  const byWorkload = Map.groupBy(
    input.findings.filter((finding) => finding.state !== 'fixed'),
    (finding) => finding.subject.workload,
  );
  return input.subjects.flatMap((scanned) => {
    const found = byWorkload.get(scanned.subject.workload) ?? [];
    return SCAN_CHECKS.map((check): CheckResult => {
      const outcome = resultOf(check, scanned, found);
      const evidence = outcome === 'fail' ? found.filter(check.counts).map(describe).sort() : [];
      return {
        check: check.id,
        cluster: input.cluster,
        tenant: input.tenant,
        subject: scanned.subject,
        outcome,
        severity: check.severity,
        title: outcome === 'fail' ? check.failure : check.title,
        evidence: outcome === 'unknown' ? [scanned.unknownBecause ?? ''] : evidence.slice(0, EVIDENCE_MAX),
        owasp: check.owasp,
        checkedAtMs: input.nowMs,
      };
    });
  });
}
