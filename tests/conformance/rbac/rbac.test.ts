// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AccessGraph, type Attributes, EscalationPaths, readAccess } from '@bartizan/engine/access';
import { describe, expect, it } from 'vitest';
import { hasShared, report, SHARED } from '../outside.ts';

const FILE = 'fixtures/rbac/examples.json';

interface Examples {
  readonly objects: readonly unknown[];
  readonly can: readonly {
    readonly user: string;
    readonly groups: readonly string[];
    readonly attributes: Attributes;
    readonly allowed: boolean;
  }[];
  readonly climb: readonly { readonly from: string; readonly reaches: boolean; readonly why: string }[];
}

describe.runIf(hasShared(FILE))('RBAC questions with known answers', () => {
  it('answers who can do what, and who can climb to cluster-admin', () => {
    const examples = JSON.parse(readFileSync(join(SHARED, FILE), 'utf8')) as Examples;
    const graph = new AccessGraph(readAccess(examples.objects));
    const paths = new EscalationPaths(graph);
    const said = (isYes: boolean): string => (isYes ? 'yes' : 'no');
    const wrong = [
      ...examples.can
        .filter((one) => graph.can(one, one.attributes) !== one.allowed)
        .map(
          ({ user, attributes, allowed }) =>
            `${user} ${JSON.stringify(attributes)}: ${said(!allowed)}, and ${said(allowed)} is right`,
        ),
      ...examples.climb
        .filter(({ from, reaches }) => (paths.from({ user: from, groups: [] }) !== undefined) !== reaches)
        .map(({ from, reaches, why }) => `${from} to cluster-admin: ${said(!reaches)}, since ${why}`),
    ];
    for (const miss of wrong) process.stdout.write(`  rbac missed ${miss}\n`);
    const of = examples.can.length + examples.climb.length;
    report('rbac', of - wrong.length, of);
    expect(wrong).toEqual([]);
  });
});
