// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { locate, locateAll } from './locate.ts';
import { DocumentPlaces, type YamlPath } from './places.ts';
import { type ReadDocument, readYaml, YamlReader } from './read.ts';

const second = (text: string, index = 0): ReadDocument => {
  const document = [...readYaml(text)][index];
  if (document?.ok !== true) throw new Error('the document should be read');
  return document;
};

/** All places of a value, and with each one that leads nowhere. */
const everyPath = (value: unknown, here: YamlPath): YamlPath[] => [
  here,
  [...here, 'nowhere'],
  ...(typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([name, inner]) =>
        everyPath(inner, [...here, Array.isArray(value) ? Number(name) : name]),
      )
    : []),
];

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

  it('are the same when they are noted while the document is read', () => {
    const piece = fc.constantFrom(
      ...['a: 1', '- b', 'c:', '  d: {e: [1, {f: g}], h: }', '- - x', '  y: |', '    text', 'k: &n [1, 2]'],
      ...['l: *n', '<<: {m: 1}', '? r', ': s', '[t, u: v]', '- !!str w', '"1": one', '{"z": {}} {"z": 2}'],
      ...['---', '...', '# note', '', '  - i: j', '    o: p'],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (lines) => {
        const bytes = Buffer.from(lines.join('\n'));
        const reader = new YamlReader({}, { places: true });
        const plain = [...readYaml(bytes)];
        let at = 0;
        const compare = (document: (typeof plain)[number]): void => {
          const other = plain[at++];
          expect(document.ok).toBe(other?.ok);
          if (!document.ok || other?.ok !== true) return;
          expect(document.value).toEqual(other.value);
          const paths = everyPath(document.value, []);
          expect(locateAll(document, paths)).toEqual(locateAll(other, paths));
        };
        for (const document of reader.push(bytes)) compare(document);
        for (const document of reader.end()) compare(document);
        expect(at).toBe(plain.length);
      }),
      { seed: 65, numRuns: 2000 },
    );
  });

  it('are found in long lists and mappings', () => {
    const numbers = Array.from({ length: 2000 }, (_, at) => at);
    const text = `few: [${numbers.slice(0, 100).join(', ')}]\nmany:\n${numbers.map((at) => `  k${at}: v\n`).join('')}`;
    const [document] = new YamlReader({}, { places: true }).push(Buffer.from(`${text}---\n`));
    if (document?.ok !== true) throw new Error('the document should be read');
    expect(document.places?.areOf(document.source)).toBe(true);
    const paths: YamlPath[] = [
      ['few', 99],
      ['few', 100],
      ['many', 'k1500'],
      ['many', 'k1999', 'x'],
    ];
    expect(locateAll(document, paths)).toEqual([
      { line: 1, column: text.indexOf('99') + 1 },
      { line: 1, column: 1 },
      { line: 1503, column: 3 },
      { line: 2002, column: 3 },
    ]);
  });

  it('are not noted of more nodes than there is room for', () => {
    const source = {};
    for (const [nodes, isWhole] of [
      [2048, true],
      [2049, false],
    ] as const) {
      const places = new DocumentPlaces(2048);
      places.begin();
      for (let at = 0; at < nodes; at += 1) places.add(at, undefined);
      places.source = source;
      expect(places.areOf(source)).toBe(isWhole);
      places.begin();
      expect(places.areOf(source)).toBe(false);
    }
  });

  it('of a document before are found by reading it again', () => {
    const reader = new YamlReader({}, { places: true });
    const bytes = Buffer.from('a: 1\nb: 2\n---\nx: {b: 3}\n');
    const documents = [...reader.push(bytes), ...reader.end()];
    const [first, last] = documents;
    if (first?.ok !== true || last?.ok !== true) throw new Error('both should be read');
    expect(locate(first, ['b'])).toEqual({ line: 2, column: 1 });
    expect(locate(last, ['x', 'b'])).toEqual({ line: 4, column: 5 });
  });
});
