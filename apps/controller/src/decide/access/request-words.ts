// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AccessGrantRisk, AccessRequestWish } from '@bartizan/contracts';

const STEPS_SHOWN = 8;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** A subject as answers about access name it. */
export const requestSubject = ({ subject: { kind, namespace, name } }: AccessRequestWish): string =>
  kind === 'ServiceAccount' ? `${kind}/${namespace ?? ''}/${name}` : `${kind}/${name}`;

/** What is asked for in a line. */
export const requestGrant = ({ role, rules = [] }: AccessRequestWish): string =>
  role === undefined
    ? rules.map(({ verbs, resources }) => `${verbs.join(',')} ${resources.join(',')}`).join('; ')
    : `${role.kind}/${role.name}`;

function lengthOf(ms: number): string {
  if (ms % HOUR_MS === 0) return `${ms / HOUR_MS} h`;
  return ms % MINUTE_MS === 0 ? `${ms / MINUTE_MS} min` : `${Math.round(ms / 1000)} s`;
}

/** What the audit log keeps of a request; read again in both languages by its form. */
export const requestLine = (wish: AccessRequestWish): string =>
  `${requestSubject(wish)} gets ${requestGrant(wish)} in ${wish.namespace ?? '*'} for ${lengthOf(wish.durationMs)}: ${wish.reason}`.slice(
    0,
    1000,
  );

/** Why a request is no plain yes, in a line. */
export function riskLine({ level, path, patterns, unreadable }: AccessGrantRisk): string {
  if (level === 'path') {
    const steps = (path?.steps ?? []).slice(0, STEPS_SHOWN).map(({ to }) => to);
    return [path?.subject ?? '', ...steps].join(' → ');
  }
  if (level === 'risky') return patterns.map(({ pattern }) => pattern).join(', ');
  return unreadable.length > 0 ? `not known: ${unreadable.join(', ')}` : 'the role is not known';
}
