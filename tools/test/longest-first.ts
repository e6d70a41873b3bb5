// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take longer than all others of their step, the longest first. */
export const LONGEST: readonly string[] = [
  'tests/conformance/pss/library.slow.test.ts',
  'tests/conformance/catalog/catalog.test.ts',
  'tests/controller/supply-chain.slow.test.ts',
  'apps/controller/src/roles/cluster/build-admission.slow.test.ts',
  'packages/testkit/src/store/sqlite-store.slow.test.ts',
  'tests/architecture/layers.slow.test.ts',
];

/**
 * Begins with the longest files: begun last, one of them runs alone while the other cores have nothing left to do. In a
 * fresh checkout vitest knows no times and goes by the size of files.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const place = ({ moduleId }: TestSpecification): number => {
      const at = LONGEST.indexOf(relative(this.ctx.config.root, moduleId));
      return at === -1 ? LONGEST.length : at;
    };
    return sorted.toSorted((left, right) => place(left) - place(right));
  }
}
