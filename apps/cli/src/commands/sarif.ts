// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Package, Severity } from '@bartizan/contracts';
import type { Match } from '@bartizan/scan';

const LEVEL: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  info: 'note',
  unknown: 'warning',
};

/** Findings as a SARIF 2.1.0 log (OASIS), one rule per advisory. */
export function toSarif(findings: readonly Match<Package>[]): object {
  const rules = new Map<string, object>();
  for (const { vulnerability } of findings) {
    rules.set(vulnerability.id, {
      id: vulnerability.id,
      shortDescription: { text: vulnerability.summary ?? vulnerability.id },
      properties: {
        ...(vulnerability.score === undefined ? {} : { 'security-severity': String(vulnerability.score) }),
      },
    });
  }
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'Bartizan', rules: [...rules.values()] } },
        results: findings.map((match) => ({
          ruleId: match.vulnerability.id,
          level: LEVEL[match.vulnerability.severity],
          message: {
            text: `${match.package.name} ${match.package.version}: ${match.vulnerability.id}${match.fixedVersion === undefined ? '' : `, fixed in ${match.fixedVersion}`}`,
          },
          locations: match.package.locations.slice(0, 10).map((uri) => ({
            physicalLocation: { artifactLocation: { uri: uri.replace(/^\/+/, '') } },
          })),
        })),
      },
    ],
  };
}
