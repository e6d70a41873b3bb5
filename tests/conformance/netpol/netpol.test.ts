// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Reachability, readNetworkPolicies } from '@bartizan/engine/reachability';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { hasShared, report, SHARED } from '../outside.ts';
import { runProbes } from './probes.ts';
import { askRecipe, type RecipeRow } from './recipes.ts';

const FOLDER = 'fixtures/policies-to-import';
const lines = <T>(file: string): T[] =>
  readFileSync(join(SHARED, FOLDER, file), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
const documents = (file: string): unknown[] =>
  parseAllDocuments(readFileSync(join(SHARED, FOLDER, file), 'utf8')).map(
    (document) => document.toJS() as unknown,
  );

describe.runIf(hasShared(FOLDER))('network policies with known answers', () => {
  it('answers the questions about the recipes', () => {
    let of = 0;
    const wrong: string[] = [];
    for (const row of lines<RecipeRow>('recipes-checks.jsonl')) {
      const reachability = new Reachability(readNetworkPolicies(documents(row.file)));
      for (const check of row.checks) {
        of += 1;
        const reach = askRecipe(reachability, row, check);
        if (reach !== (check.allowed ? 'allowed' : 'denied'))
          wrong.push(`${row.file}: ${JSON.stringify(check)} was ${reach}`);
      }
    }
    for (const miss of wrong) process.stdout.write(`  netpol-recipes missed ${miss}\n`);
    report('netpol-recipes', of - wrong.length, of);
    expect(wrong).toEqual([]);
  });

  it('answers the probes of the network policy API', () => {
    const base = documents('network-policy-api/manifests.yaml');
    const outcomes = lines<Parameters<typeof runProbes>[0]>('network-policy-api/probes.jsonl').flatMap(
      (test) =>
        runProbes(
          test,
          base,
          test.manifests.flatMap((file) => documents(`network-policy-api/${file}`)),
        ),
    );
    const wrong = outcomes.filter(({ right }) => !right).map(({ about }) => about);
    for (const miss of wrong) process.stdout.write(`  netpol-probes missed ${miss}\n`);
    report('netpol-probes', outcomes.length - wrong.length, outcomes.length);
    expect(wrong).toEqual([]);
  });
});
