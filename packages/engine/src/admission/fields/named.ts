// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { FactValue } from '@bartizan/contracts';
import type { Evaluation } from '../pod/evaluation.ts';
import { isObject, member } from '../pod/json.ts';
import { MALFORMED, type Reading } from '../request.ts';
import { ADMISSION_FIELDS_BY_NAME } from './catalogue.ts';
import type { AdmissionField } from './field.ts';

const POD_PREFIX = 'pod.path/';
const OBJECT_PREFIX = 'object.path/';
const OLD_PREFIX = 'oldObject.path/';
const STEPS_MAX = 16;
const VALUES_MAX = 512;
const DYNAMIC = new WeakSet<AdmissionField>();

/** Whether the type of a field depends on what stands at its path. */
export const isDynamic = (field: AdmissionField): boolean => DYNAMIC.has(field);

/** Walks down; `*` stands for every item of a list or map, and then all that is found comes back. */
function collect(value: unknown, path: readonly string[], out: unknown[]): void {
  if (out.length >= VALUES_MAX || value === undefined || value === null) return;
  const [key, ...rest] = path;
  if (key === undefined) {
    out.push(value);
    return;
  }
  if (key === '*') {
    const members: readonly unknown[] = Array.isArray(value)
      ? value
      : isObject(value)
        ? Object.values(value)
        : [];
    for (const one of members.slice(0, VALUES_MAX)) collect(one, rest, out);
    return;
  }
  if (Array.isArray(value)) {
    if (/^\d{1,4}$/.test(key)) collect(value[Number(key)], rest, out);
    return;
  }
  if (isObject(value)) collect(member(value, key), rest, out);
}

const scalar = (value: unknown): FactValue | undefined =>
  typeof value === 'string' || typeof value === 'boolean'
    ? value
    : typeof value === 'number' && Number.isFinite(value)
      ? value
      : undefined;

/** What stands at a path as a fact: a list of text when several do; the names of the members of an object. */
function factOf(found: readonly unknown[], hasStar: boolean): Reading {
  if (!hasStar) {
    const [only] = found;
    if (only === undefined) return undefined;
    if (Array.isArray(only)) return factOf(only, true);
    return isObject(only) ? Object.keys(only).slice(0, VALUES_MAX) : (scalar(only) ?? MALFORMED);
  }
  if (found.length === 0) return undefined;
  return found.slice(0, VALUES_MAX).map((value) => String(scalar(value) ?? 'object').slice(0, 4096));
}

const unescaped = (key: string): string => key.replaceAll('~1', '/').replaceAll('~0', '~');

const PREFIXES: Readonly<Record<string, (root: Evaluation) => unknown>> = {
  [POD_PREFIX]: (root) => root.pod?.spec,
  [OBJECT_PREFIX]: (root) => root.value,
  [OLD_PREFIX]: (root) => root.request.oldObject,
};

/**
 * A field for any path of the pod (`pod.path/securityContext/runAsUser`), the object or the object before; a star
 * stands for every item.
 */
export function fieldAtPath(name: string): AdmissionField | undefined {
  const [prefix, of] = Object.entries(PREFIXES).find(([one]) => name.startsWith(one)) ?? [];
  if (prefix === undefined || of === undefined) return undefined;
  const path = name.slice(prefix.length).split('/').map(unescaped);
  if (path.length > STEPS_MAX || path.some((key) => key === '')) return undefined;
  const hasStar = path.includes('*');
  const field: AdmissionField = {
    name,
    subject: prefix === POD_PREFIX ? 'pod' : 'object',
    type: 'text',
    phrase:
      prefix === OLD_PREFIX
        ? { en: `${path.join('.')} before the change`, ja: `変更前の ${path.join('.')} ` }
        : { en: path.join('.'), ja: path.join('.') },
    path,
    read: ({ root }) => {
      const found: unknown[] = [];
      collect(of(root), path, found);
      return factOf(found, hasStar);
    },
  };
  DYNAMIC.add(field);
  return field;
}

const made = new Map<string, AdmissionField>();
const MADE_MAX = 10_000;

/** The field with this name, from the catalogue or for a path. */
export function fieldNamed(name: string): AdmissionField | undefined {
  const known = ADMISSION_FIELDS_BY_NAME.get(name) ?? made.get(name);
  if (known !== undefined) return known;
  const field = fieldAtPath(name);
  if (field !== undefined && made.size < MADE_MAX) made.set(name, field);
  return field;
}
