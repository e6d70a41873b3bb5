// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AccessRequest, AccessRequestWish } from '@bartizan/contracts';
import type { Tone } from '../../widgets/badges.tsx';
import { SEVERITY_ORDER } from '../../widgets/severity-order.ts';

export const STATE_TONES: Readonly<Record<AccessRequest['state'], Tone>> = {
  asked: 'medium',
  approved: 'accent',
  refused: 'quiet',
  active: 'high',
  ended: 'quiet',
  failed: 'critical',
};
export type RiskLevel = NonNullable<AccessRequest['risk']>['level'];
export const RISK_TONES: Readonly<Record<RiskLevel, Tone>> = {
  path: 'critical',
  risky: 'high',
  minor: 'low',
  none: 'ok',
  unknown: 'unknown',
};

type Pattern = NonNullable<AccessRequest['risk']>['patterns'][number];
/** What gives most comes first. */
export const worstFirst = (patterns: readonly Pattern[]): Pattern[] =>
  patterns.toSorted((a, b) => SEVERITY_ORDER.indexOf(a.severity) - SEVERITY_ORDER.indexOf(b.severity));

/** A subject as answers about access name it. */
export const subjectName = ({ subject: { kind, namespace, name } }: AccessRequestWish): string =>
  [kind, ...(namespace === undefined ? [] : [namespace]), name].join('/');

/** What is asked for in a line. */
export const grantName = ({ role, rules = [] }: AccessRequestWish): string =>
  role === undefined
    ? rules.map(({ verbs, resources }) => `${verbs.join(',')} ${resources.join(',')}`).join('; ')
    : `${role.kind}/${role.name}`;

/** `User/x`, `Group/x`, `ServiceAccount/namespace/name`, or a bare user name; undefined: none of them. */
export function subjectOf(text: string): AccessRequestWish['subject'] | undefined {
  const [kind, ...rest] = text.trim().split('/');
  if (kind === 'ServiceAccount') {
    const [namespace = '', name = '', ...more] = rest;
    return namespace === '' || name === '' || more.length > 0 ? undefined : { kind, namespace, name };
  }
  const name = kind === 'User' || kind === 'Group' ? rest.join('/') : text.trim();
  if (name === '') return undefined;
  return { kind: kind === 'Group' ? 'Group' : 'User', name };
}

/** `view`, `ClusterRole/view` or `Role/deployer`. */
export function roleOf(text: string): AccessRequestWish['role'] {
  const [kind, ...rest] = text.trim().split('/');
  const name = kind === 'Role' || kind === 'ClusterRole' ? rest.join('/') : text.trim();
  if (name === '') return undefined;
  return { kind: kind === 'Role' ? 'Role' : 'ClusterRole', name };
}

const listOf = (text: string): string[] =>
  text
    .split(/[\s,]+/)
    .map((one) => one.trim())
    .filter((one) => one !== '');

/** Verbs and resources (`pods`, `pods/log`, `deployments.apps`) as rules, one for each API group; undefined: one is missing. */
export function rulesOf(verbs: string, resources: string): AccessRequestWish['rules'] {
  const [named, about] = [listOf(verbs), listOf(resources)];
  if (named.length === 0 || about.length === 0) return undefined;
  const groups = Map.groupBy(about, (one) => (one.includes('.') ? one.slice(one.indexOf('.') + 1) : ''));
  return [...groups].map(([group, some]) => ({
    verbs: named,
    apiGroups: [group],
    resources: some.map((one) => one.split('.')[0] ?? one),
  }));
}
