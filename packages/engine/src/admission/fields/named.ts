// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { FactValue } from '@bartizan/contracts';
import type { Evaluation } from '../pod/evaluation.ts';
import { isObject, member } from '../pod/json.ts';
import { MALFORMED, type Reading, unknown } from '../request.ts';
import { ADMISSION_FIELDS_BY_NAME } from './catalogue.ts';
import type { AdmissionField } from './field.ts';

const POD_PREFIX = 'pod.path/';
const OBJECT_PREFIX = 'object.path/';
const OLD_PREFIX = 'oldObject.path/';
const STEPS_MAX = 16;
/** Most members of lists and maps that one path looks at: more than most objects have. */
const VALUES_MAX = 65_536;
const DYNAMIC = new WeakSet<AdmissionField>();

/** Whether the type of a field depends on what stands at its path. */
export const isDynamic = (field: AdmissionField): boolean => DYNAMIC.has(field);

/** What stands at a path. Nobody knows what else does where there is more than is looked at. */
class Walk {
  readonly found: unknown[] = [];
  /** Members of lists and maps that were looked at for a star. */
  looked = 0;

  get isWhole(): boolean {
    return this.looked <= VALUES_MAX;
  }

  /** Walks down; `*` stands for every item of a list or map, and then all that is found comes back. */
  down(value: unknown, path: readonly string[], at = 0): void {
    if (value === undefined || value === null) return;
    const key = path[at];
    if (key === undefined) this.found.push(value);
    else if (key === '*') this.#each(value, path, at + 1);
    else if (Array.isArray(value)) {
      if (isNumber(key)) this.down(value[Number(key)], path, at + 1);
    } else if (isObject(value)) this.down(member(value, key), path, at + 1);
  }

  #each(value: unknown, path: readonly string[], at: number): void {
    const members: readonly unknown[] = Array.isArray(value)
      ? value
      : isObject(value)
        ? Object.values(value)
        : [];
    for (const one of members) {
      this.looked += 1;
      if (!this.isWhole) return;
      this.down(one, path, at);
    }
  }
}

const isNumber = (key: string): boolean => /^\d{1,4}$/.test(key);

const scalar = (value: unknown): FactValue | undefined =>
  typeof value === 'string' || typeof value === 'boolean'
    ? value
    : typeof value === 'number' && Number.isFinite(value)
      ? value
      : undefined;

const MORE = unknown('more values stand there than are looked at');
const textOf = (value: unknown): string => String(scalar(value) ?? 'object');
const listOf = (values: string[]): Reading => (values.length > VALUES_MAX ? MORE : values);

/** What stands at a path as a fact: a list of text when several do; the names of the members of an object. */
function factOf({ found, isWhole }: Walk, hasStar: boolean): Reading {
  if (!isWhole) return MORE;
  if (hasStar) return found.length === 0 ? undefined : found.map(textOf);
  const [only] = found;
  if (only === undefined) return undefined;
  if (Array.isArray(only)) return only.length === 0 ? undefined : listOf(only.map(textOf));
  return isObject(only) ? listOf(Object.keys(only)) : (scalar(only) ?? MALFORMED);
}

/**
 * Whether a path may lead to values of environment variables, which are never shown: `env/NUMBER/value`, with stars for
 * any of them, or `env/NAME` of kinds that keep them as a map.
 */
function isOfEnvironment(path: readonly string[]): boolean {
  const [list, at = '', key = ''] = path.slice(-3);
  if (path.at(-2) === 'env') return true;
  if (key !== 'value' && key !== '*') return false;
  return list === 'env' || (list === '*' && (at === '*' || isNumber(at)));
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
      const walk = new Walk();
      walk.down(of(root), path);
      root.stepsLeft -= walk.looked;
      return factOf(walk, hasStar);
    },
    ...(isOfEnvironment(path) ? { secret: true } : {}),
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
