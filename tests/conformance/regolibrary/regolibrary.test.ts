// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { builtInRules, violatedRules } from '../admission-pack.ts';
import { hasShared, report, SHARED } from '../outside.ts';
import reasons from './differences.json' with { type: 'json' };
import mapping from './mapping.json' with { type: 'json' };

interface Case {
  readonly id: string;
  readonly rule: string;
  readonly objects: readonly unknown[];
  readonly expect: readonly { readonly objects: readonly string[] }[];
}
type Mapped = Readonly<Record<string, { readonly rules?: readonly string[]; readonly why?: string }>>;

const cases = (): Case[] =>
  gunzipSync(readFileSync(join(SHARED, 'fixtures/regolibrary/cases.jsonl.gz')))
    .toString()
    .trimEnd()
    .split('\n')
    .map((line): Case => JSON.parse(line));

/** Kind and name: they leave namespaces out now and then. */
const sorted = (names: readonly string[]): string =>
  [...new Set(names.map((name) => name.replace(/\/.*\//, '/')))].sort().join(' ');

/** A reason for a case, else for all cases of its rule. */
const reasonOf = ({ id, rule }: Case): string | undefined => {
  const all = reasons as Readonly<Record<string, string>>;
  return all[id] ?? all[rule];
};

describe.skipIf(!hasShared('fixtures/regolibrary'))('the rules of kubescape', () => {
  it('and ours find the same objects', () => {
    const rules = builtInRules();
    const missed: Record<string, string> = {};
    const outOfScope = new Map<string, number>();
    let total = 0;
    for (const one of cases()) {
      total += 1;
      const { rules: ours = [], why = '' } = (mapping as Mapped)[one.rule] ?? {};
      if (ours.length === 0) {
        missed[one.id] = why;
        outOfScope.set(why, (outOfScope.get(why) ?? 0) + 1);
        continue;
      }
      const found = violatedRules(rules, one.objects).filter(({ rule }) => ours.includes(rule));
      const expected = sorted(one.expect.flatMap(({ objects }) => objects));
      const seen = sorted(found.map(({ on }) => on));
      if (seen !== expected)
        missed[one.id] = reasonOf(one) ?? `NOT EXPLAINED: expected ${expected}, found ${seen}`;
    }
    report('regolibrary', total - Object.keys(missed).length, total);
    for (const [why, count] of outOfScope) process.stdout.write(`  ${count} cases: ${why}\n`);
    for (const [id, why] of Object.entries(missed))
      if (!outOfScope.has(why)) process.stdout.write(`  ${id}: ${why}\n`);
    expect(Object.values(missed).filter((why) => why === '' || why.startsWith('NOT EXPLAINED'))).toEqual([]);
    expect(
      Object.keys(reasons).filter(
        (name) => !Object.keys(missed).some((id) => id === name || id.startsWith(`${name}/`)),
      ),
    ).toEqual([]);
  });
});
