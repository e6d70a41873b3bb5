// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** A label selector of the API (meta/v1): every part must hold; an empty one selects everything. */
export interface LabelSelector {
  readonly labels: Readonly<Record<string, string>>;
  readonly expressions: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values: readonly string[];
  }[];
}

type Json = Readonly<Record<string, unknown>>;
const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const at = (value: unknown, key: string): unknown => (isRecord(value) ? value[key] : undefined);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const items = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Reads `matchLabels` and `matchExpressions`; anything badly typed reads as absent. */
export function readLabelSelector(value: unknown): LabelSelector {
  const labels = at(value, 'matchLabels');
  return {
    labels: isRecord(labels)
      ? Object.fromEntries(Object.entries(labels).map(([key, one]) => [key, text(one)]))
      : {},
    expressions: items(at(value, 'matchExpressions')).map((one) => ({
      key: text(at(one, 'key')),
      operator: text(at(one, 'operator')),
      values: items(at(one, 'values')).filter((item): item is string => typeof item === 'string'),
    })),
  };
}

/** Whether labels are selected (k8s.io/apimachinery, labels.Selector). An unknown operator selects nothing. */
export function selectsLabels(
  { labels: wanted, expressions }: LabelSelector,
  labels: Readonly<Record<string, string>>,
): boolean {
  if (Object.entries(wanted).some(([key, value]) => labels[key] !== value)) return false;
  return expressions.every(({ key, operator, values }) => {
    const value = labels[key];
    if (operator === 'In') return value !== undefined && values.includes(value);
    if (operator === 'NotIn') return value === undefined || !values.includes(value);
    if (operator === 'Exists') return value !== undefined;
    return operator === 'DoesNotExist' && value === undefined;
  });
}
