// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { YamlPath } from '@bartizan/scan/yaml';
import { isKubernetesObject, isMapping, type KubernetesObject } from './kubernetes-object.ts';

/** An object of a document with the way to it: the items of a list are objects of their own. */
export interface Placed {
  readonly object: KubernetesObject;
  readonly steps: YamlPath;
}

const isNamed = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** What an item of a typed list is that does not say it itself. */
function typed(item: unknown, apiVersion: unknown, kind: string): unknown {
  if (!isMapping(item) || kind === 'List') return item;
  return {
    ...item,
    ...(isNamed(item['apiVersion']) ? {} : { apiVersion }),
    ...(isNamed(item['kind']) ? {} : { kind: kind.replace(/List$/, '') }),
  };
}

/**
 * The objects of a document. kubectl opens whatever has `items`, of any kind and however deep, and makes what is in it;
 * so is it here. What has `items` and is no list by its kind is an object besides: a custom kind may have such a field.
 * Documents nest to a bound of their own, and so do lists.
 */
export function* listedObjects(value: unknown, steps: YamlPath = []): Generator<Placed> {
  if (!isMapping(value)) return;
  const { apiVersion, kind, items } = value;
  const isList = isNamed(kind) && Array.isArray(items);
  if (isKubernetesObject(value) && !(isList && kind.endsWith('List'))) yield { object: value, steps };
  if (!isList) return;
  for (const [at, item] of items.entries())
    yield* listedObjects(typed(item, apiVersion, kind), [...steps, 'items', at]);
}
