// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type AdmissionRuleSet, compileAdmissionPolicy, judgeAdmission } from '@bartizan/engine/admission';
import { importKyverno } from '@bartizan/engine/admission-import';
import { describe, expect, it } from 'vitest';
import { requestFor } from '../../content/admission-request.ts';
import { hasShared, report, SHARED } from '../outside.ts';
import reasons from './differences.json' with { type: 'json' };

const NOW_MS = 1_790_000_000_000;

interface Case {
  readonly id: string;
  readonly kind: 'chainsaw' | 'cli';
  readonly policies: readonly string[];
  readonly objects: readonly Readonly<Record<string, unknown>>[];
  readonly expect:
    | 'admitted'
    | 'rejected'
    | readonly {
        readonly policy: string;
        readonly rule: string;
        readonly kind: string;
        readonly resources: readonly string[];
        readonly result: string;
      }[];
}

// The body of a skipped suite runs all the same: without the fixtures there are no lines.
const isAtHand = hasShared('fixtures/kyverno');

const lines = (name: string): unknown[] => (isAtHand ? read(name) : []);

const read = (name: string): unknown[] =>
  gunzipSync(readFileSync(join(SHARED, 'fixtures/kyverno', name)))
    .toString()
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));

interface Imported {
  readonly set: AdmissionRuleSet | undefined;
  readonly why: string;
}

/** A policy whose rules were all taken over, else the first reason why not. */
function imported(policy: unknown): Imported {
  const result = importKyverno(policy);
  if (!result.ok) return { set: undefined, why: result.error.detail };
  const [note] = result.value.notes;
  if (note !== undefined) return { set: undefined, why: note.detail.en };
  const rules = result.value.rules.map((rule) => ({ ...rule, mode: 'enforce' as const }));
  const set = compileAdmissionPolicy({ rules });
  return set.ok ? { set: set.value, why: '' } : { set: undefined, why: set.error.detail };
}

const refuses = (set: AdmissionRuleSet, object: unknown): boolean =>
  !judgeAdmission(set, requestFor(object), {}, NOW_MS).allowed;

describe.skipIf(!isAtHand)("kyverno's policies", () => {
  const policies = new Map(
    lines('policies.jsonl.gz').map((line) => {
      const { id, policy } = line as { readonly id: string; readonly policy: unknown };
      return [id, imported(policy)] as const;
    }),
  );

  it('that are imported admit and reject what they did', () => {
    const skipped = new Map<string, number>();
    const missed: string[] = [];
    let total = 0;
    for (const { id, kind, policies: names, objects, expect: expected } of lines(
      'cases.jsonl.gz',
    ) as Case[]) {
      if (kind !== 'chainsaw') continue;
      total += 1;
      const all = names.map(
        (name) => policies.get(name) ?? { set: undefined, why: 'the policy is not there' },
      );
      const lacking = all.find(({ set }) => set === undefined);
      if (lacking !== undefined) {
        const why = lacking.why.replace(/:.*/s, '');
        skipped.set(why, (skipped.get(why) ?? 0) + 1);
        missed.push(id);
        continue;
      }
      const refused = objects.map((object) =>
        all.some(({ set }) => set !== undefined && refuses(set, object)),
      );
      const isRight = expected === 'rejected' ? refused.every(Boolean) : !refused.some(Boolean);
      if (isRight) continue;
      missed.push(id);
      const why = (reasons as Readonly<Record<string, string>>)[id] ?? `NOT EXPLAINED: ${refused.join(' ')}`;
      process.stdout.write(`  ${id} ${String(expected)}: ${why}\n`);
      expect(why, id).not.toMatch(/^NOT EXPLAINED/);
    }
    report('kyverno', total - missed.length, total);
    for (const [why, count] of skipped) process.stdout.write(`  ${count} cases: ${why}\n`);
    expect(Object.keys(reasons).filter((id) => !missed.includes(id))).toEqual([]);
  });
});
