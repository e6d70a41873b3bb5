// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Finding, Severity } from '@bartizan/contracts';

/** One vulnerability with everything it was found in. */
export interface CveGroup {
  readonly id: string;
  readonly summary: string;
  readonly severity: Severity;
  readonly score: number | undefined;
  readonly isExploited: boolean;
  readonly findings: number;
  readonly workloads: number;
  readonly packages: readonly string[];
}

const RANK: Readonly<Record<Severity, number>> = {
  critical: 0,
  high: 1,
  medium: 2,
  low: 3,
  info: 4,
  unknown: 5,
};

const groupOf = (id: string, findings: readonly Finding[]): CveGroup => {
  const worst = [...findings].sort((a, b) => RANK[a.severity] - RANK[b.severity])[0];
  const vulnerability = worst?.vulnerability;
  return {
    id,
    summary: vulnerability?.summary ?? '',
    severity: worst?.severity ?? 'unknown',
    score: vulnerability?.score,
    isExploited: findings.some((finding) => finding.vulnerability?.knownExploited === true),
    findings: findings.length,
    workloads: new Set(findings.map((finding) => finding.subject.workload)).size,
    packages: [
      ...new Set(
        findings.flatMap((finding) => (finding.package === undefined ? [] : [finding.package.name])),
      ),
    ],
  };
};

/** Groups findings by vulnerability: exploited first, then worst, then most widespread. Others are left out. */
export const groupByCve = (findings: readonly Finding[]): CveGroup[] => {
  const byId = new Map<string, Finding[]>();
  for (const finding of findings) {
    if (finding.vulnerability === undefined) continue;
    const same = byId.get(finding.vulnerability.id);
    if (same === undefined) byId.set(finding.vulnerability.id, [finding]);
    else same.push(finding);
  }
  return [...byId]
    .map(([id, same]) => groupOf(id, same))
    .sort(
      (a, b) =>
        Number(b.isExploited) - Number(a.isExploited) ||
        RANK[a.severity] - RANK[b.severity] ||
        b.findings - a.findings ||
        a.id.localeCompare(b.id),
    );
};
