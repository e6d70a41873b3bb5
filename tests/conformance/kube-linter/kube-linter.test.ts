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
  readonly objects: readonly unknown[];
  readonly expect:
    | readonly {
        readonly check: string;
        readonly count: number | null;
        readonly findings: readonly string[];
      }[]
    | null;
}
type Mapped = Readonly<Record<string, { readonly rules?: readonly string[]; readonly why?: string }>>;

/** Their name for objects on which the check must stay silent. */
const QUIET = /\/dont-fire/;

const cases = (): Case[] =>
  gunzipSync(readFileSync(join(SHARED, 'fixtures/kube-linter/cases.jsonl.gz')))
    .toString()
    .trimEnd()
    .split('\n')
    .map((line): Case => JSON.parse(line));

describe.skipIf(!hasShared('fixtures/kube-linter'))('kube-linter', () => {
  it('and our rules see the same in its own objects', () => {
    const rules = builtInRules([
      { id: 'three-replicas', rules: ['admission.replicas'], mode: 'audit', parameters: { minimum: 3 } },
    ]);
    const missed: Record<string, string> = {};
    let total = 0;
    for (const { id, objects, expect: expected } of cases()) {
      for (const { check, findings, count } of expected ?? []) {
        total += 1;
        const { rules: ours = [], why = '' } = (mapping as Mapped)[check] ?? {};
        if (ours.length === 0) {
          missed[`${id} ${check}`] = why;
          continue;
        }
        const found = violatedRules(rules, objects).filter(({ rule }) => ours.includes(rule));
        const seen = new Set(found.map(({ on }) => on));
        const isQuiet = ![...seen].some((on) => QUIET.test(on));
        // They count containers, settings or objects, by the check.
        const wanted = count ?? findings.length;
        const isSame = wanted === found.length || wanted === seen.size;
        if (!isQuiet || !isSame)
          missed[`${id} ${check}`] =
            (reasons as Readonly<Record<string, string>>)[`${id} ${check}`] ??
            `NOT EXPLAINED: ${wanted} expected, ${found.length} found on ${[...seen].join(' ')}`;
      }
    }
    report('kube-linter', total - Object.keys(missed).length, total);
    for (const [name, why] of Object.entries(missed)) process.stdout.write(`  ${name}: ${why}\n`);
    expect(Object.values(missed).filter((why) => why === '' || why.startsWith('NOT EXPLAINED'))).toEqual([]);
    expect(Object.keys(reasons).filter((name) => missed[name] === undefined)).toEqual([]);
  });
});
