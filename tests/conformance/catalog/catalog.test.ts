// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { DEFAULT_LIMITS, runScan } from '@bartizan/scan';
import { buildImage, EXAM_IMAGES } from '@bartizan/testkit/images';
import { agreementOf, packageKey } from '@bartizan/testkit/peers';
import { describe, expect, it } from 'vitest';
import { hasImageTools, report } from '../outside.ts';
import differences from './differences.json' with { type: 'json' };
import recorded from './recorded.json' with { type: 'json' };

/** The first build of all images downloads and compiles; later ones take them from the cache. */
const BUILD_TIMEOUT_MS = 15 * 60_000;
const ANSWERS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = recorded;

/** The standard library is as new as the toolchain of the machine that built the program. */
const isPinned = (key: string): boolean => !key.startsWith('golang/stdlib ');

const packagesOf = async (path: string): Promise<readonly string[]> => {
  const result = await runScan({ target: { kind: 'image', path }, exclude: [], limits: DEFAULT_LIMITS });
  if (!result.ok) throw new Error(result.error.detail);
  expect(result.value.incomplete).toEqual([]);
  const keys = result.value.packages.flatMap((one) =>
    one.purl === undefined ? [] : (packageKey(one.purl) ?? []),
  );
  return [...new Set(keys)].filter(isPinned).sort();
};

describe.skipIf(!hasImageTools)('images built from package registries', () => {
  it(
    'hold what others found in them, but for differences that are explained',
    async () => {
      const found = new Map<string, readonly string[]>();
      for (const recipe of EXAM_IMAGES)
        found.set(recipe.name, await packagesOf((await buildImage(recipe)).path));
      expect([...found.keys()]).toEqual(Object.keys(ANSWERS));
      const unexplained: string[] = [];
      const passed = new Map<string, { both: number; of: number }>();
      for (const [image, answers] of Object.entries(ANSWERS))
        for (const [peer, listed] of Object.entries(answers)) {
          const [name = ''] = peer.split(' ');
          const packages = listed.filter(isPinned);
          const agreement = agreementOf(found.get(image) ?? [], { name, packages }, differences);
          unexplained.push(...agreement.unexplained.map((one) => `${image}: ${one}`));
          expect(agreement.otherVersion, `${image}: other versions than ${peer}`).toEqual([]);
          const sum = passed.get(name) ?? { both: 0, of: 0 };
          passed.set(name, { both: sum.both + agreement.both, of: sum.of + packages.length });
        }
      expect(unexplained).toEqual([]);
      for (const [name, { both, of }] of passed) report(`catalog-${name}`, both, of);
    },
    BUILD_TIMEOUT_MS,
  );
});
