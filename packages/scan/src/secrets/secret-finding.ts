// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Finding } from '@bartizan/contracts';
import { cut, cutBoth, type FindingPlace, findingId } from '../findings/finding-place.ts';
import type { SecretMatch } from './secret-match.ts';

/** The place of a match for people: path, line and column. */
export const placeOf = (match: Pick<SecretMatch, 'path' | 'line' | 'column'>): string =>
  `${match.path}:${match.line}:${match.column}`;

/** The parts by which the same secret at the same place is known again, in every scan with the same key. */
const partsOf = (match: SecretMatch): string[] => [
  'secret',
  match.rule.id,
  match.kind,
  match.path,
  match.layer ?? '',
  match.fingerprint,
];

/** What a match is in the words of the contracts. Findings of one value share their group: one rotation removes all. */
export const secretFinding = (match: SecretMatch, place: FindingPlace): Finding => {
  const { rule } = match;
  return {
    id: findingId(place, partsOf(match)),
    cluster: place.cluster,
    tenant: place.tenant,
    kind: 'secret',
    title: {
      en: cut(`${rule.title.en} in ${match.path}`, 512),
      ja: cut(`${match.path} に「${rule.title.ja}」があります`, 512),
    },
    severity: match.severity,
    subject: place.subject,
    ...(place.node === undefined ? {} : { node: place.node }),
    check: rule.id,
    location: {
      kind: match.kind,
      path: cut(match.path, 4096),
      line: match.line,
      column: match.column,
      ...(match.layer === undefined ? {} : { layer: cut(match.layer, 128) }),
    },
    secret: {
      preview: match.preview,
      fingerprint: match.fingerprint,
      verification: match.verification,
    },
    evidence: [cut(`${placeOf(match)} ${match.preview}`, 2000)],
    why: match.reasons.slice(0, 32).map(({ step, detail }) => ({ step, detail: cutBoth(detail, 1000) })),
    fix: { state: 'configuration', action: rule.fix },
    owasp: rule.owasp,
    attack: rule.attack,
    state: 'open',
    groupKey: `secret:${match.fingerprint}`,
    firstSeenAtMs: place.nowMs,
    lastSeenAtMs: place.nowMs,
  };
};
