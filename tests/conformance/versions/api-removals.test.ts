// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { REMOVED_APIS, removalOf } from '@bartizan/engine/cluster-posture';
import { describe, expect, it } from 'vitest';
import { goModule, hasGo, report } from '../outside.ts';

/** The types of Kubernetes, each version with the release that removes it; an older one has types that are gone today. */
const MODULES = [
  { module: 'k8s.io/api@v0.37.2', minor: 37 },
  { module: 'k8s.io/api@v0.32.3', minor: 32 },
] as const;
/** Nobody writes these as objects: they are bodies of one request. */
const BODIES = new Set(['AdmissionReview', 'APIGroupDiscovery', 'DeploymentRollback', 'Scale']);

interface Stated {
  readonly apiVersion: string;
  readonly kind: string;
  readonly deprecatedIn: number;
  readonly removedIn: number;
  readonly replacement: string;
}

const numberOf = (text: string, kind: string, name: string): number =>
  Number(
    new RegExp(`\\(in \\*${kind}\\) APILifecycle${name}\\(\\)[^{]*\\{\\s*return 1, (\\d+)`).exec(text)?.[1] ??
      0,
  );

/** What the generated files of a module state. */
function* statedIn(folder: string): Generator<Stated> {
  for (const file of globSync('*/*/zz_generated.prerelease-lifecycle.go', { cwd: folder })) {
    const text = readFileSync(join(folder, file), 'utf8');
    const [, group = ''] =
      /GroupName = "([^"]*)"/.exec(readFileSync(join(folder, dirname(file), 'register.go'), 'utf8')) ?? [];
    const version = dirname(file).split('/')[1] ?? '';
    for (const [, kind = ''] of text.matchAll(/\(in \*(\w+)\) APILifecycleRemoved/g)) {
      if (kind.endsWith('List') || BODIES.has(kind)) continue;
      const [, to, next] =
        new RegExp(
          `\\(in \\*${kind}\\) APILifecycleReplacement[^{]*\\{\\s*return \\S*\\{Group: "([^"]*)", Version: "([^"]*)"`,
        ).exec(text) ?? [];
      yield {
        ...{
          apiVersion: `${group}/${version}`,
          kind,
          replacement: next === undefined ? '' : `${to}/${next}`,
        },
        deprecatedIn: numberOf(text, kind, 'Deprecated'),
        removedIn: numberOf(text, kind, 'Removed'),
      };
    }
  }
}

describe.skipIf(!hasGo)('the removals that the types of Kubernetes state', () => {
  it('are those of our table, with a version to write instead that serves', { timeout: 600_000 }, () => {
    const wrong: string[] = [];
    const seen = new Set<string>();
    for (const { module, minor } of MODULES)
      for (const { apiVersion, kind, deprecatedIn, removedIn, replacement } of statedIn(goModule(module))) {
        const name = `${apiVersion} ${kind}`;
        // What is deprecated in a release to come is a plan; what a newer module says counts.
        if (deprecatedIn > minor || seen.has(name)) continue;
        seen.add(name);
        const ours = removalOf(apiVersion, kind);
        const next = replacement === '' ? undefined : removalOf(replacement, kind);
        const isRight =
          ours?.removedIn === removedIn &&
          (replacement === '' || next !== undefined || ours.replacement === replacement) &&
          (ours.replacement === undefined || removalOf(ours.replacement, kind) === undefined);
        if (!isRight) wrong.push(`${name}: 1.${removedIn} ${replacement}, ours ${JSON.stringify(ours)}`);
      }
    expect(wrong).toEqual([]);
    report('versions-api', seen.size - wrong.length, seen.size);
    // The rest has no types any more, or is of other modules: held to the deprecation guide by hand.
    expect(REMOVED_APIS.filter((name) => !seen.has(name)).sort()).toEqual([
      'apiextensions.k8s.io/v1beta1 CustomResourceDefinition',
      'apiregistration.k8s.io/v1beta1 APIService',
      'extensions/v1beta1 PodSecurityPolicy',
      'policy/v1beta1 PodSecurityPolicy',
    ]);
  });
});
