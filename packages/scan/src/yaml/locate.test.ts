// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { locate, locateAll, type YamlPath } from './locate.ts';
import { type ReadDocument, readYaml } from './read.ts';

const second = (text: string, index = 0): ReadDocument => {
  const document = [...readYaml(text)][index];
  if (document?.ok !== true) throw new Error('the document should be read');
  return document;
};

const TEXT = `kind: A
---
# a comment
apiVersion: v1
metadata: &m
  labels: {a: 1, "b": [x, y]}
spec:
- name: one
  image: i
-
  name: two
? odd
: value
again: *m
`;

describe('places', () => {
  it.each<[YamlPath, number, number]>([
    [[], 4, 1],
    [['apiVersion'], 4, 1],
    [['metadata', 'labels', 'a'], 6, 12],
    [['metadata', 'labels', 'b', 1], 6, 27],
    [['spec', 0], 8, 3],
    [['spec', 0, 'image'], 9, 3],
    [['spec', 1, 'name'], 11, 3],
    [['odd'], 12, 3],
    // Nothing stands there: the nearest place that does.
    [['spec', 0, 'securityContext', 'privileged'], 8, 3],
    [['again', 'labels'], 14, 1],
    [['nowhere'], 4, 1],
  ])('%j', (path, line, column) => {
    expect(locate(second(TEXT, 1), path)).toEqual({ line, column });
  });

  it('of many paths come of one reading', () => {
    const found = locateAll(second(TEXT, 1), [['spec'], ['spec', 1], ['again']]);
    expect(found.map(({ line }) => line)).toEqual([7, 11, 14]);
    const turned = locateAll(second(TEXT, 1), [['again'], ['spec', 1, 'name'], ['again'], ['spec']]);
    expect(turned.map(({ line, column }) => [line, column])).toEqual([
      [14, 1],
      [11, 3],
      [14, 1],
      [7, 1],
    ]);
  });

  it('lead to the key that was asked for', () => {
    const key = fc.stringMatching(/^[c-m]{1,6}$/);
    const tree = fc.letrec((tie) => ({
      node: fc.oneof({ maxDepth: 4 }, fc.nat(9), fc.dictionary(key, tie('node'), { maxKeys: 4 })),
    })).node;
    const write = (value: unknown, indent: string): string =>
      typeof value !== 'object' || value === null
        ? ` ${String(value)}\n`
        : Object.keys(value).length === 0
          ? ' {}\n'
          : `\n${Object.entries(value)
              .map(([name, field]) => `${indent}${name}:${write(field, `${indent}  `)}`)
              .join('')}`;
    const paths = (value: unknown, here: string[]): string[][] =>
      typeof value === 'object' && value !== null
        ? Object.entries(value).flatMap(([name, field]) => [
            [...here, name],
            ...paths(field, [...here, name]),
          ])
        : [];
    fc.assert(
      fc.property(tree, (value) => {
        const text = `root:${write(value, '  ')}`;
        const lines = text.split('\n');
        for (const path of paths(value, ['root'])) {
          const { line, column } = locate(second(text), path);
          expect(lines[line - 1]?.slice(column - 1).startsWith(`${path.at(-1)}:`)).toBe(true);
          expect(column).toBe(path.length * 2 - 1);
        }
      }),
      { seed: 64, numRuns: 300 },
    );
  });
});
