// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { renamed } from './cel-text.ts';

/** Names that texts use, as variables of the policy, for the object now and the one before. */
export function namesFor(operations: readonly string[]): {
  readonly now: Record<string, string>;
  readonly before: Record<string, string>;
} {
  const object = operations.includes('DELETE') ? 'variables.object' : 'object';
  const now = { pod: 'pod', podMeta: 'podMeta', allContainers: 'containers' };
  const of = (prefix: string): Record<string, string> =>
    Object.fromEntries(Object.entries(now).map(([name, to]) => [name, `variables.${prefix}${to}`]));
  return {
    now: { ...of(''), object, before: 'oldObject' },
    before: { ...of('before_'), object: 'oldObject', before: 'oldObject' },
  };
}

/** A variable of a policy. */
export interface Declared {
  readonly name: string;
  readonly expression: string;
}

/** The variables that an expression needs, each after those it needs itself. */
export function variablesFor(
  texts: readonly string[],
  holder: string | undefined,
  names: ReturnType<typeof namesFor>,
): Declared[] {
  const all: Declared[] = [
    { name: 'object', expression: 'request.operation == "DELETE" ? oldObject : object' },
    ...(
      [
        ['', names.now],
        ['before_', names.before],
      ] as const
    ).flatMap(([prefix, known]) => {
      const held = renamed(holder ?? 'optional.none()', known);
      const list = (key: string): string => `variables.${prefix}pod.?${key}.orValue([])`;
      return [
        { name: `${prefix}template`, expression: `${held}.orValue({})` },
        { name: `${prefix}pod`, expression: `variables.${prefix}template.?spec.orValue({})` },
        { name: `${prefix}podMeta`, expression: `variables.${prefix}template.?metadata.orValue({})` },
        {
          name: `${prefix}containers`,
          expression: `${list('initContainers')} + ${list('containers')} + ${list('ephemeralContainers')}`,
        },
      ];
    }),
  ];
  const uses = (text: string, name: string): boolean => new RegExp(`\\bvariables\\.${name}\\b`).test(text);
  const needed = new Set<string>();
  for (const { name } of all.toReversed()) {
    const users = [...texts, ...all.filter((one) => needed.has(one.name)).map((one) => one.expression)];
    if (users.some((text) => uses(text, name))) needed.add(name);
  }
  return all.filter(({ name }) => needed.has(name));
}
