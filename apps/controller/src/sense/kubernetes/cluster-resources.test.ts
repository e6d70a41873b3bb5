// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CLUSTER_RESOURCES } from './cluster-resources.ts';

/** Kinds in the table of the guide, each with its API group. */
function kindsIn(language: string, heading: string): string[] {
  const page = new URL(`../../../../../docs/guide/${language}/watching-kubernetes.md`, import.meta.url);
  const [, table = ''] = readFileSync(page, 'utf8').split(`| ${heading} |`);
  const [, , ...rows] = (table.split('\n\n')[0] ?? '').split('\n');
  return rows.flatMap((row) => {
    const [, group = '', kinds = ''] = row.split('|').map((cell) => cell.trim());
    return kinds.split(', ').map((kind) => `${/^[a-z]/.test(group) ? group : ''}/${kind}`);
  });
}

describe('what is watched of a cluster', () => {
  it.each([
    ['en', 'API group'],
    ['ja', 'API グループ'],
  ])('is what the guide says that the account has to read: %s', (language, heading) => {
    const watched = CLUSTER_RESOURCES.map(({ group, plural }) => `${group}/${plural}`);
    expect(kindsIn(language, heading).sort()).toEqual(watched.toSorted());
  });
});
