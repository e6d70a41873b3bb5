// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { entryOf, isObject, listOf, memberOf, textOf, textsOf } from './foreign-json.ts';
/** A label selector of the API (meta/v1): every part must hold; an empty one selects everything. */
export interface LabelSelector {
  readonly labels: Readonly<Record<string, string>>;
  readonly expressions: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values: readonly string[];
  }[];
}

/** Reads `matchLabels` and `matchExpressions`; anything badly typed reads as absent. */
export function readLabelSelector(value: unknown): LabelSelector {
  const labels = memberOf(value, 'matchLabels');
  return {
    labels: isObject(labels)
      ? Object.fromEntries(Object.entries(labels).map(([key, one]) => [key, textOf(one)]))
      : {},
    expressions: listOf(memberOf(value, 'matchExpressions')).map((one) => ({
      key: textOf(memberOf(one, 'key')),
      operator: textOf(memberOf(one, 'operator')),
      values: textsOf(memberOf(one, 'values')),
    })),
  };
}

/** Whether labels are selected (k8s.io/apimachinery, labels.Selector). An unknown operator selects nothing. */
export function selectsLabels(
  { labels: wanted, expressions }: LabelSelector,
  labels: Readonly<Record<string, string>>,
): boolean {
  if (Object.entries(wanted).some(([key, value]) => entryOf(labels, key) !== value)) return false;
  return expressions.every(({ key, operator, values }) => {
    const value = entryOf(labels, key);
    if (operator === 'In') return value !== undefined && values.includes(value);
    if (operator === 'NotIn') return value === undefined || !values.includes(value);
    if (operator === 'Exists') return value !== undefined;
    return operator === 'DoesNotExist' && value === undefined;
  });
}
