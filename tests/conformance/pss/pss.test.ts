// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PssLevel } from '@bartizan/engine/admission';
import { describe, expect, it } from 'vitest';
import { hasShared, report, SHARED } from '../outside.ts';
import { fixturePods, setOf, verdictOf } from './pods.ts';

type Verdicts = Record<PssLevel, Record<string, Record<'pass' | 'fail', Record<string, string>>>>;

const LEVELS = ['baseline', 'restricted'] as const;

describe.skipIf(!hasShared('fixtures/pss'))('the fixtures of the Pod Security Standards', () => {
  it('get the verdict they are named after', { timeout: 120_000 }, () => {
    const pods = fixturePods();
    const verdicts = JSON.parse(
      readFileSync(join(SHARED, 'fixtures', 'pss', 'verdicts.json'), 'utf8'),
    ) as Verdicts;
    const wrong: string[] = [];
    let of = 0;
    for (const level of LEVELS)
      for (const [version, outcomes] of Object.entries(verdicts[level])) {
        const set = setOf(level, Number(version.slice(2)));
        for (const outcome of ['pass', 'fail'] as const)
          for (const [name, id] of Object.entries(outcomes[outcome])) {
            of += 1;
            const { allowed } = verdictOf(set, pods.get(id) ?? {});
            if (allowed !== (outcome === 'pass')) wrong.push(`${level} ${version} ${outcome} ${name}`);
          }
      }
    expect(wrong).toEqual([]);
    report('pss', of - wrong.length, of);
  });
});
