// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { isObject, listOf, memberOf, textMapOf, textOf } from '../foreign-json.ts';

/** When a secret was made and its values changed last, and what sort it is: from its metadata alone. */
export interface SecretNote {
  readonly createdAtMs?: number;
  readonly changedAtMs?: number;
  /** `token`: a token of a service account that never ends; `release`: kept by Helm for itself. */
  readonly sort: 'token' | 'release' | 'other';
}
export interface NotedSecret extends SecretNote {
  readonly namespace: string;
  readonly name: string;
}

const MANAGERS_MAX = 64;

const instantOf = (value: unknown): number | undefined => {
  const ms = typeof value === 'string' ? Date.parse(value.slice(0, 64)) : Number.NaN;
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined;
};

/** When somebody last wrote the values: the newest of those who manage them, whoever changed labels since. */
function changedOf(metadata: unknown): number | undefined {
  const times = listOf(memberOf(metadata, 'managedFields'))
    .slice(0, MANAGERS_MAX)
    .filter((one) => {
      const fields = memberOf(one, 'fieldsV1');
      return isObject(fields) && (Object.hasOwn(fields, 'f:data') || Object.hasOwn(fields, 'f:stringData'));
    })
    .flatMap((one) => instantOf(memberOf(one, 'time')) ?? []);
  return times.length === 0 ? undefined : Math.max(...times);
}

/** Reads the metadata of a Secret. Annotations may hold what was applied, values included: only whether one is there is looked at. */
export function noteOfSecret(object: unknown): SecretNote {
  const metadata = memberOf(object, 'metadata');
  const annotations = memberOf(metadata, 'annotations');
  const labels = textMapOf(memberOf(metadata, 'labels'));
  const createdAtMs = instantOf(memberOf(metadata, 'creationTimestamp'));
  const changedAtMs = changedOf(metadata) ?? createdAtMs;
  const isToken = isObject(annotations) && Object.hasOwn(annotations, 'kubernetes.io/service-account.name');
  const isRelease =
    labels['owner'] === 'helm' && textOf(memberOf(metadata, 'name')).startsWith('sh.helm.release.');
  return {
    ...(createdAtMs === undefined ? {} : { createdAtMs }),
    ...(changedAtMs === undefined ? {} : { changedAtMs }),
    sort: isToken ? 'token' : isRelease ? 'release' : 'other',
  };
}

/** A secret as it was noted. */
export function readNotedSecret(object: unknown): NotedSecret {
  const noted = memberOf(object, 'noted');
  const createdAtMs = memberOf(noted, 'createdAtMs');
  const changedAtMs = memberOf(noted, 'changedAtMs');
  const sort = memberOf(noted, 'sort');
  return {
    namespace: textOf(memberOf(object, 'metadata', 'namespace')),
    name: textOf(memberOf(object, 'metadata', 'name')),
    ...(typeof createdAtMs === 'number' ? { createdAtMs } : {}),
    ...(typeof changedAtMs === 'number' ? { changedAtMs } : {}),
    sort: sort === 'token' || sort === 'release' ? sort : 'other',
  };
}
