// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { PolicyFinding, PolicyRun } from './judge-manifests.ts';
import type { PolicyReport } from './sarif.ts';

const RESULTS_MAX = 10_000;

/** By namespace; the empty name stands for objects in none. */
function byNamespace({ findings }: PolicyRun): ReadonlyMap<string, PolicyFinding[]> {
  const found = new Map<string, PolicyFinding[]>();
  for (const finding of findings) {
    const { namespace } = finding.object;
    const list = found.get(namespace);
    if (list === undefined) found.set(namespace, [finding]);
    else list.push(finding);
  }
  return new Map([...found].toSorted(([one], [two]) => (one < two ? -1 : 1)));
}

const isWarning = ({ mode }: PolicyFinding): boolean => mode !== 'enforce';

function resultOf(finding: PolicyFinding, { language, endedAtMs }: PolicyReport): object {
  const { rule, severity, message, object, path, file, line } = finding;
  return {
    source: 'bartizan',
    policy: rule,
    rule,
    category: 'Kubernetes',
    severity: severity === 'unknown' ? 'info' : severity,
    result: isWarning(finding) ? 'warn' : 'fail',
    scored: true,
    message: message[language],
    resources: [object.namespace === '' ? { ...object, namespace: undefined } : object],
    properties: { path, file, line: String(line) },
    timestamp: { seconds: Math.floor(endedAtMs / 1000), nanos: 0 },
  };
}

/** One report a namespace, as the OpenReports API (openreports.io/v1alpha1) has it. */
export function toOpenReports(report: PolicyReport): object[] {
  return [...byNamespace(report.run)].map(([namespace, findings]) => {
    const warn = findings.filter(isWarning).length;
    return {
      apiVersion: 'openreports.io/v1alpha1',
      kind: namespace === '' ? 'ClusterReport' : 'Report',
      metadata: {
        name: 'bartizan-policy',
        ...(namespace === '' ? {} : { namespace }),
        labels: { 'app.kubernetes.io/managed-by': 'bartizan' },
      },
      source: 'bartizan',
      summary: { pass: 0, fail: findings.length - warn, warn, error: 0, skip: 0 },
      results: findings.slice(0, RESULTS_MAX).map((finding) => resultOf(finding, report)),
    };
  });
}
