// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CheckResult, Finding, PostureCheck } from '@bartizan/contracts';
import { contentHash, sha256 } from '../revision/index.ts';

/** What identifies a finding: the same wrong thing on the same workload keeps its id over re-matching. */
export interface FindingKey {
  readonly workload: string;
  readonly kind: Finding['kind'];
  /** Advisory id or check id. */
  readonly cause: string;
  readonly package?: string;
  readonly version?: string;
}

/** Stable id of a finding: `f-` and 24 hexadecimal digits. */
export function findingId(key: FindingKey): string {
  const parts = [key.workload, key.kind, key.cause, key.package ?? '', key.version ?? ''];
  return `f-${sha256(parts.join('\n')).slice(0, 24)}`;
}

/** Kinds of posture findings by the facts their check needs: support windows are findings of their own kind. */
const kindOf = (check: PostureCheck): Finding['kind'] =>
  check.needs.some((name) => name.endsWith('.support-days-left')) ? 'end-of-life' : 'posture';

/** The finding of a failed check; `undefined` for every other outcome. `firstSeenAtMs` is kept when it was seen before. */
export function checkToFinding(
  check: PostureCheck,
  result: CheckResult,
  firstSeenAtMs = result.checkedAtMs,
): Finding | undefined {
  if (result.outcome !== 'fail') return undefined;
  const kind = kindOf(check);
  return {
    id: findingId({ workload: result.subject.workload, kind, cause: check.id }),
    cluster: result.cluster,
    tenant: result.tenant,
    kind,
    title: result.title,
    severity: result.severity,
    subject: result.subject,
    check: check.id,
    evidence: result.evidence,
    why: [
      {
        step: 'check',
        detail: {
          en: `${check.id}, revision ${contentHash(check).slice(0, 12)}`,
          ja: `${check.id}（版 ${contentHash(check).slice(0, 12)}）`,
        },
      },
      // The name of a fact is the same in every language.
      ...check.needs.map((name) => ({ step: 'fact', detail: { en: name, ja: name } })),
    ],
    fix: result.fix ?? { state: 'configuration', action: check.fix.action },
    owasp: check.owasp,
    attack: check.attack,
    state: 'open',
    groupKey: `check:${check.id}`,
    firstSeenAtMs,
    lastSeenAtMs: result.checkedAtMs,
  };
}
