// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { POD_PATHS } from '@bartizan/engine/admission';

interface PublishedObject {
  readonly kind: string;
}

const KINDS = new Set(POD_PATHS.map(({ kind }) => kind));

/** Objects that eleven projects publish, of the material shared by exams. */
export const publishedObjects = (shared: string): readonly PublishedObject[] =>
  gunzipSync(readFileSync(join(shared, 'fixtures/corpus/objects.jsonl.gz')))
    .toString()
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { object: PublishedObject }).object);

/** Those of them that hold pods. */
export const publishedWorkloads = (shared: string): readonly PublishedObject[] =>
  publishedObjects(shared).filter(({ kind }) => KINDS.has(kind));

const isWronglyTyped = (key: string, value: unknown): boolean => {
  if (key === 'lun') return typeof value === 'string';
  if (key !== 'env' || !Array.isArray(value)) return false;
  return value.some((one: { readonly value?: unknown } | null) => {
    const given = one?.value ?? '';
    return typeof given !== 'string';
  });
};

/**
 * Whether an object has the types that Kubernetes declares, as far as published workloads get them wrong: a number
 * written as text (`lun`), a truth value where an environment variable wants text. Programs built on those types read
 * nothing of a file that holds one such object.
 */
export const isDecodable = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, inner]) => !isWronglyTyped(key, inner) && isDecodable(inner));
};
