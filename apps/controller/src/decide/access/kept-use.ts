// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { choice, flag, inline, instant, integer, list, optional, parser, text } from '@bartizan/contracts';
import type { Attributes } from '@bartizan/engine/access';

/** A permission somebody made use of. */
export interface UseRow {
  readonly attributes: Attributes;
  readonly names: readonly string[];
  readonly isCut: boolean;
  readonly lastAtMs: number;
}
/** What is kept over a restart. */
export interface KeptUse {
  readonly window: {
    readonly sinceMs?: number;
    readonly untilMs?: number;
    readonly gapMs: number;
    readonly isCut: boolean;
  };
  readonly rows: readonly (readonly [user: string, row: UseRow])[];
}

const words = (description: string) => text(description, 2048);
const Row = inline('A permission in use', {
  user: words('User'),
  kind: choice(['path', 'resource'], 'What it is about'),
  verb: words('Verb'),
  group: words('API group'),
  resource: words('Resource, or path'),
  subresource: words('Subresource'),
  namespace: words('Namespace'),
  names: list(words('Name'), 'Names of objects', 64),
  isCut: flag('There were more names'),
  lastAtMs: instant('Last use'),
});
const parseKept = parser(
  inline('Use of permissions', {
    version: integer('Version of this form', '1', { minimum: 1, maximum: 1 }),
    sinceMs: optional(instant('Begin of the window')),
    untilMs: optional(instant('Last batch')),
    gapMs: integer('Time in which nothing was heard', 'ms'),
    isCut: flag('Not everything fitted'),
    rows: list(Row, 'Permissions', 50_000),
  }),
);

const attributesOf = (
  row: { kind: 'path' | 'resource' } & Record<
    'verb' | 'group' | 'resource' | 'subresource' | 'namespace',
    string
  >,
): Attributes =>
  row.kind === 'path'
    ? { verb: row.verb, nonResourceURL: row.resource }
    : {
        ...{ verb: row.verb, group: row.group, resource: row.resource, namespace: row.namespace },
        ...(row.subresource === '' ? {} : { subresource: row.subresource }),
      };

/** Reads what was kept; undefined: it cannot be read. */
export function readKeptUse(kept: string): KeptUse | undefined {
  let value: unknown;
  try {
    value = JSON.parse(kept);
  } catch {
    return undefined;
  }
  const read = parseKept(value);
  if (!read.ok) return undefined;
  const { rows, version: _, ...window } = read.value;
  return {
    window,
    rows: rows.map((row) => {
      const { names, isCut, lastAtMs } = row;
      return [row.user, { attributes: attributesOf(row), names, isCut, lastAtMs }];
    }),
  };
}

/** The form that is kept. */
export const writeKeptUse = ({ window, rows }: KeptUse): string =>
  JSON.stringify({
    version: 1,
    ...window,
    rows: rows.map(([user, { attributes, names, isCut, lastAtMs }]) => ({
      user,
      ...('nonResourceURL' in attributes
        ? {
            ...{ kind: 'path', verb: attributes.verb, group: '', resource: attributes.nonResourceURL },
            ...{ subresource: '', namespace: '' },
          }
        : {
            ...{ kind: 'resource', verb: attributes.verb, group: attributes.group },
            ...{ resource: attributes.resource, subresource: attributes.subresource ?? '' },
            namespace: attributes.namespace ?? '',
          }),
      ...{ names, isCut, lastAtMs },
    })),
  });
