// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { YAML_PROBLEM_CODES } from './problem.ts';
import { readYaml, type YamlDocument, YamlReader } from './read.ts';
import type { DocumentBytes } from './splitter.ts';

const problemOf = (text: string, limits = {}): string => {
  const problem = [...readYaml(text, limits)].find((one) => !one.ok)?.problem;
  return problem === undefined ? 'none' : `${problem.code} ${problem.line}:${problem.column}`;
};

const LAUGHS = `a0: &a0 [x, x, x, x, x, x, x, x, x]\n${Array.from({ length: 12 }, (_, at) => {
  const each = `*a${at}`;
  return `a${at + 1}: &a${at + 1} [${Array(9).fill(each).join(', ')}]`;
}).join('\n')}\n`;
const CHAIN = `${Array.from({ length: 300 }, (_, at) => `- &c${at} [${at === 0 ? '' : `*c${at - 1}`}]`).join('\n')}\n`;

/** Each with the place a person has to look at. */
const REFUSED: readonly (readonly [string, string])[] = [
  ['a: *b', 'E_YAML_ALIAS 1:4'],
  ['a: &b [1, *b]', 'E_YAML_ALIAS 1:11'],
  ['a: &\n', 'E_YAML_ALIAS 1:4'],
  ['a: 1\nb: x\u0001\n', 'E_YAML_CHARACTER 2:5'],
  ['%YAML 2\n---\na: 1', 'E_YAML_DIRECTIVE 1:1'],
  ['%TAG x\n---\na: 1', 'E_YAML_DIRECTIVE 1:1'],
  ['a: 1\nb: 2\na: 3', 'E_YAML_DUPLICATE_KEY 3:1'],
  ['a: {b: 1, "b": 2}', 'E_YAML_DUPLICATE_KEY 1:11'],
  ['a: "x\\q"', 'E_YAML_ESCAPE 1:6'],
  ['a: "\\ud83d"', 'E_YAML_ESCAPE 1:7'],
  [LAUGHS, 'E_YAML_EXPANSION 6:10'],
  [CHAIN, 'E_YAML_EXPANSION 200:10'],
  ['a:\n  b: 1\n c: 2', 'E_YAML_INDENTATION 3:2'],
  ['- a\n - b: 1\n  - c', 'E_YAML_KEY 2:2'],
  ['a:\n - b: 1\n   c: 2\n    d: 3', 'E_YAML_KEY 4:5'],
  ['null: 1', 'E_YAML_KEY 1:1'],
  ['[a]: 1', 'E_YAML_KEY 1:1'],
  ['a: 1\nb', 'E_YAML_KEY 2:1'],
  ['a: 1\n<<: 2', 'E_YAML_MERGE 2:5'],
  ['a: b: c', 'E_YAML_NESTED 1:4'],
  ['a: - b', 'E_YAML_NESTED 1:4'],
  ['a: &x &y 1', 'E_YAML_PROPERTIES 1:7'],
  ['a: b\n---\na: @x', 'E_YAML_SYNTAX 3:4'],
  ["a: 'x' y", 'E_YAML_SYNTAX 1:8'],
  ['a: [1,,2]', 'E_YAML_SYNTAX 1:7'],
  ['a:\n\tb: 1', 'E_YAML_TAB 2:2'],
  ['a: !!int x', 'E_YAML_TAG 1:10'],
  ['a: !x!y z', 'E_YAML_TAG 1:4'],
  ['a: 1\nb: "x\n', 'E_YAML_UNCLOSED 2:4'],
  ['a: [1,\n', 'E_YAML_UNCLOSED 1:4'],
  ['a: .inf', 'E_YAML_VALUE 1:4'],
];

describe('what cannot be read', () => {
  it.each(REFUSED)('%j', (text, problem) => {
    expect(problemOf(text)).toBe(problem);
  });

  it('is bounded in size, depth, count and time', () => {
    expect(problemOf(`a: ${'x'.repeat(100)}`, { documentChars: 50 })).toBe('E_YAML_LIMIT 1:1');
    expect(problemOf('['.repeat(201))).toBe('E_YAML_LIMIT 1:201');
    expect(problemOf(`${'- '.repeat(201)}a`)).toBe('E_YAML_LIMIT 1:401');
    expect(problemOf('- 1\n'.repeat(20), { nodes: 10 })).toBe('E_YAML_LIMIT 11:1');
    expect(problemOf('--- 1\n'.repeat(4), { documents: 3 })).toBe('E_YAML_LIMIT 4:1');
    expect(problemOf('- 1\n'.repeat(2000), { isTimeUp: () => true })).toBe('E_YAML_TIME 1024:1');
    expect(problemOf('- 1\n'.repeat(2000), { isTimeUp: () => false })).toBe('none');
  });

  it('covers every code', () => {
    const shown = new Set(REFUSED.map(([, problem]) => problem.split(' ')[0]));
    const bounds = ['E_YAML_LIMIT', 'E_YAML_TIME'];
    expect(YAML_PROBLEM_CODES.filter((code) => !shown.has(code) && !bounds.includes(code))).toEqual([]);
  });

  it('says nothing of the value it stumbled over', () => {
    const [document] = readYaml('password: "hunter2\n');
    expect(JSON.stringify(document)).not.toContain('hunter2');
  });

  it('refuses bytes that are no UTF-8, in that document alone', () => {
    const bytes = Buffer.concat([
      Buffer.from('a: 1\n---\nb: '),
      Buffer.from([0xff]),
      Buffer.from('\n---\nc: 3\n'),
    ]);
    const read = [...readYaml(bytes)].map((one) => (one.ok ? one.value : one.problem.code));
    expect(read).toEqual([{ a: 1 }, 'E_YAML_CHARACTER', { c: 3 }]);
  });
});

const outcome = (one: YamlDocument): unknown => [one.line, one.ok ? one.value : one.problem];

describe('a stream', () => {
  const text =
    'a: 1\n---\nb: [\n--- # bad: before\nc: |\n  ---\n  x\n...\n%YAML 1.2\n---\nd: "4"\n---\n\n# end\n';

  it('goes on after a document that cannot be read', () => {
    expect([...readYaml(text)].map(outcome)).toEqual([
      [1, { a: 1 }],
      [2, expect.objectContaining({ code: 'E_YAML_UNCLOSED', line: 3, column: 4 })],
      [4, { c: '---\nx\n' }],
      [9, { d: '4' }],
      [12, null],
    ]);
  });

  it('is the same in whatever pieces it comes', () => {
    const whole = [...readYaml(text)].map(outcome);
    const bytes = Buffer.from(text);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 12 }), (cuts) => {
        const reader = new YamlReader();
        const found: YamlDocument[] = [];
        const sorted = [0, ...cuts.toSorted((left, right) => left - right), bytes.length];
        for (let at = 1; at < sorted.length; at++)
          found.push(...reader.push(bytes.subarray(sorted[at - 1], sorted[at])));
        found.push(...reader.end());
        expect(found.map(outcome)).toEqual(whole);
      }),
      { seed: 61, numRuns: 300 },
    );
  });

  it('counts documents that nobody wants, gives none of them, and reads nothing of what is in them', () => {
    const asked: string[] = [];
    const isWanted = ({ bytes, firstLine }: DocumentBytes): boolean => {
      asked.push(`${firstLine} ${Buffer.from(bytes).toString().trim()}`);
      return !Buffer.from(bytes).includes('no');
    };
    const reader = new YamlReader({ documents: 3 }, { isWanted });
    const written = 'one: 1\n---\nno: [\n---\ntwo: 2\n---\nthree: 3\n';
    const found = [...reader.push(Buffer.from(written)), ...reader.end()];
    expect(found.map((one) => (one.ok ? one.value : one.problem.code))).toEqual([
      { one: 1 },
      { two: 2 },
      'E_YAML_LIMIT',
    ]);
    expect(asked).toHaveLength(4);
    expect(asked[1]).toMatch(/^\d no: \[$|^\d ---\nno: \[$/);
  });

  it('is the same when each piece comes in the place of the one before', () => {
    const bytes = Buffer.from(text);
    const room = Buffer.alloc(7);
    const reader = new YamlReader();
    const found: YamlDocument[] = [];
    for (let at = 0; at < bytes.length; at += room.length) {
      const length = bytes.copy(room, 0, at);
      found.push(...reader.push(room.subarray(0, length)));
    }
    found.push(...reader.end());
    expect(found.map(outcome)).toEqual([...readYaml(text)].map(outcome));
  });
});

const FRAGMENTS = [
  'a',
  ': ',
  ':',
  '- ',
  '-',
  '? ',
  '\n',
  '\n  ',
  '\n ',
  '\t',
  '[',
  ']',
  '{',
  '}',
  ',',
  '"',
  "'",
  '|\n',
  '>-\n',
  '&x ',
  '*x',
  '!!str ',
  '!',
  '#',
  ' # ',
  '<<: ',
  '---\n',
  '...\n',
  '%YAML 1.2\n',
  '\\n',
  'é',
  '\r\n',
  '0x1',
  '1',
];

describe('hostile documents', () => {
  it('end in a value or a refusal, never in anything else', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 40 }), (parts) => {
        const problems = [...readYaml(parts.join(''))].flatMap((one) => (one.ok ? [] : [one.problem]));
        expect(problems.filter(({ code }) => !YAML_PROBLEM_CODES.includes(code))).toEqual([]);
      }),
      { seed: 62, numRuns: 10_000 },
    );
  });

  it('end so for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect([...readYaml(bytes)].length).toBeLessThan(200);
      }),
      { seed: 63, numRuns: 3000 },
    );
  });
});
