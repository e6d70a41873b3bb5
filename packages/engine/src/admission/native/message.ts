// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionRule, FactValue } from '@bartizan/contracts';
import { literal } from './cel-text.ts';
import { conditionText } from './condition.ts';

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

/** What the API server says when a rule is violated: which rule, what it claims, and how to repair it. */
export const messageOf = ({ id, title, fix }: AdmissionRule): string =>
  oneLine(`${id}: ${title.en}${fix === undefined ? '' : `. ${fix.action.en}`}`).slice(0, 1024);

/** The same with the names of the containers that violate it, when the condition says which. */
export function messageExpression(
  rule: AdmissionRule,
  parameters: Readonly<Record<string, FactValue>>,
  rename: (text: string) => string,
): string | undefined {
  const { condition } = rule;
  if (!('some' in condition) || condition.some !== 'containers') return undefined;
  const where = conditionText(condition.where, parameters);
  if (!where.ok) return undefined;
  const named = `allContainers.filter(container, ${where.value.text}).map(container, string(container.name)).join(", ")`;
  return `${literal(`${messageOf(rule)} Containers: `)} + ${rename(named)}`;
}
