// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ok, type Result } from '@bartizan/contracts';
import { invalid, isObject, type PolicyInvalid, readEach, textOr, textsOf } from './read.ts';

export type Labels = Readonly<Record<string, unknown>>;
/** Whether labels fit; without labels at all only what asks for nothing fits. */
export interface LabelSelector {
  readonly isEmpty: boolean;
  readonly matches: (labels: Labels) => boolean;
}

type Requirement = (labels: Labels) => boolean;
const REQUIREMENTS_MAX = 256;

const has = (labels: Labels, key: string): boolean => Object.hasOwn(labels, key);

function requirement(key: string, operator: string, values: ReadonlySet<string>): Requirement | undefined {
  const isOne = (labels: Labels): boolean => has(labels, key) && values.has(String(labels[key]));
  switch (operator) {
    case 'In':
      return isOne;
    case 'NotIn':
      return (labels) => !isOne(labels);
    case 'Exists':
      return (labels) => has(labels, key);
    case 'DoesNotExist':
      return (labels) => !has(labels, key);
    default:
      return undefined;
  }
}

/** Reads a label selector; one that is absent or empty fits everything. */
export function readSelector(value: unknown, where: string): Result<LabelSelector, PolicyInvalid> {
  if (value === undefined || value === null) return ok({ isEmpty: true, matches: () => true });
  if (!isObject(value)) return invalid(`${where} is not an object`);
  const expressions = readEach(
    value['matchExpressions'],
    `${where}.matchExpressions`,
    REQUIREMENTS_MAX,
    (one, at) => {
      const operator = textOr(one['operator']);
      const values = textsOf(one['values']);
      if ((operator === 'In' || operator === 'NotIn') && values.length === 0)
        return invalid(`${at} has no values`);
      const found = requirement(textOr(one['key']), operator, new Set(values));
      return found === undefined
        ? invalid(`${at}: there is no operator ${operator.slice(0, 64)}`)
        : ok(found);
    },
  );
  if (!expressions.ok) return expressions;
  const pairs = Object.entries(isObject(value['matchLabels']) ? value['matchLabels'] : {});
  if (pairs.length > REQUIREMENTS_MAX)
    return invalid(`${where}.matchLabels has more than ${REQUIREMENTS_MAX} entries`);
  const all: Requirement[] = [
    ...pairs.map(
      ([key, wanted]): Requirement =>
        (labels) =>
          has(labels, key) && labels[key] === wanted,
    ),
    ...expressions.value,
  ];
  return ok({ isEmpty: all.length === 0, matches: (labels) => all.every((test) => test(labels)) });
}
