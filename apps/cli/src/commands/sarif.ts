// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Finding, Severity } from '@bartizan/contracts';
import type { Judged } from './judged.ts';

const LEVEL: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  info: 'note',
  unknown: 'warning',
};

/** A finding with a rule: a secret, a failed check, a harmful file. */
const ruleResult = (finding: Finding): object => ({
  ruleId: finding.check,
  level: LEVEL[finding.severity],
  message: {
    text: `${finding.title.en}${finding.secret === undefined ? '' : ` (${finding.secret.verification})`}. ${finding.fix.action.en}`,
  },
  ...(finding.location === undefined
    ? {}
    : {
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: finding.location.path.replace(/^\/+/, '') },
              region: { startLine: finding.location.line, startColumn: finding.location.column },
            },
          },
        ],
      }),
});

/** Findings as a SARIF 2.1.0 log (OASIS), one rule per advisory, kind of secret, check and signature. */
export function toSarif(findings: readonly Judged[], others: readonly Finding[] = []): object {
  const rules = new Map<string, object>();
  for (const { check, title, location } of others)
    if (check !== undefined)
      rules.set(check, {
        id: check,
        shortDescription: { text: title.en.replace(` in ${location?.path}`, '') },
      });
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
        results: [
          ...findings.map((match) => ({
            ruleId: match.vulnerability.id,
            level: LEVEL[match.vulnerability.severity],
            message: {
              text: `${match.package.name} ${match.package.version}: ${match.vulnerability.id}${match.fixedVersion === undefined ? '' : `, fixed in ${match.fixedVersion}`}`,
            },
            // SARIF 2.1.0, 3.27.23: a result that somebody answers for is kept, and marked.
            ...(match.vex === undefined || !['not_affected', 'fixed'].includes(match.vex.status)
              ? {}
              : {
                  suppressions: [
                    {
                      kind: 'external',
                      justification: [
                        match.vex.status,
                        match.vex.statement.justification,
                        match.vex.statement.source.document,
                      ]
                        .filter((part) => part !== undefined && part !== '')
                        .join(', '),
                    },
                  ],
                }),
            locations: match.package.locations.slice(0, 10).map((uri) => ({
              physicalLocation: { artifactLocation: { uri: uri.replace(/^\/+/, '') } },
            })),
          })),
          ...others.map(ruleResult),
        ],
      },
    ],
  };
}
