// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareVersions, type VersionScheme } from '@bartizan/scan';
import { describe, expect, it } from 'vitest';
import { goModule, hasGo, hasShared, report, SHARED } from '../outside.ts';

/** Every list of osv-scalibr, with the order it is about. */
const LISTS: readonly (readonly [string, VersionScheme])[] = [
  ['debian-versions', 'dpkg'],
  ['debian-versions-generated', 'dpkg'],
  ['redhat-versions', 'rpm'],
  ['alpine-versions', 'apk'],
  ['alpine-versions-generated', 'apk'],
  ['maven-versions', 'maven'],
  ['maven-versions-generated', 'maven'],
  ['pypi-versions', 'pep440'],
  ['pypi-versions-generated', 'pep440'],
  ['semver-versions', 'semver'],
  ['rubygems-versions', 'gem'],
  ['rubygems-versions-generated', 'gem'],
  ['packagist-versions', 'composer'],
  ['packagist-versions-generated', 'composer'],
  ['nuget-versions', 'nuget'],
  ['cran-versions', 'cran'],
  ['cran-versions-generated', 'cran'],
  ['hackage-versions', 'hackage'],
  ['pub-versions', 'pub'],
];
/**
 * `#` stands for any number in PHP: the list holds `1.2.3.#` equal to `1.2.3.1` and to `1.2.3`, which are not equal to
 * each other. No total order can hold all three lines; this one is counted as missed.
 */
const IN_NO_TOTAL_ORDER = ['composer: 1.2.3.# 1.2.3'];
const SIGNS: Readonly<Record<string, number>> = { '<': -1, '=': 0, '>': 1 };

const readList = (text: string): { left: string; sign: number; right: string }[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('//'))
    .map((line) => {
      const [, left, sign, right] = /^(.*?) ([<=>]) (.*)$/.exec(line) ?? [];
      if (left === undefined || sign === undefined || right === undefined)
        throw new Error(`not a comparison: ${line}`);
      return { left, sign: SIGNS[sign] ?? 0, right };
    });

describe.skipIf(!hasGo)('the outside lists of versions', () => {
  it('hold in the order of each ecosystem, asked both ways', { timeout: 600_000 }, () => {
    const folder = join(goModule('github.com/google/osv-scalibr@v0.5.3'), 'semantic', 'testdata');
    const wrong: string[] = [];
    let of = 0;
    for (const [list, scheme] of LISTS) {
      for (const { left, sign, right } of readList(readFileSync(join(folder, `${list}.txt`), 'utf8'))) {
        of += 1;
        const isRight =
          Math.sign(compareVersions(scheme, left, right)) === sign &&
          Math.sign(compareVersions(scheme, right, left)) === (sign === 0 ? 0 : -sign);
        if (!isRight) wrong.push(`${scheme}: ${left} ${right}`);
      }
    }
    expect(wrong.slice(0, 20)).toEqual(IN_NO_TOTAL_ORDER);
    report('versions', of - wrong.length, of);
  });
});

/** The suite gives NuGet versions back in lower case. */
const asText = (versions: unknown): string => JSON.stringify(versions).toLowerCase();

interface VersCase {
  readonly test_type: string;
  readonly input: { readonly versions: readonly [string, string] };
  readonly expected_output: unknown;
}

describe.skipIf(!hasShared('fixtures/versions/vers'))('the cases of vers-spec', () => {
  it('hold for Alpine, Maven, NuGet, OpenSSL and Conan', () => {
    let of = 0;
    let passed = 0;
    for (const [file, scheme] of [
      ['alpine', 'apk'],
      ['maven', 'maven'],
      ['nuget', 'nuget'],
      ['openssl', 'openssl'],
      ['conan', 'conan'],
    ] as const) {
      const { tests: cases } = JSON.parse(
        readFileSync(join(SHARED, 'fixtures/versions/vers', `${file}_version_cmp_test.json`), 'utf8'),
      ) as { tests: VersCase[] };
      for (const { test_type, input, expected_output } of cases) {
        const [left, right] = input.versions;
        const order = compareVersions(scheme, left, right);
        const sorted = [left, right].sort((a, b) => compareVersions(scheme, a, b));
        of += 1;
        if (
          test_type === 'equality'
            ? (order === 0) === expected_output
            : asText(sorted) === asText(expected_output)
        )
          passed += 1;
      }
    }
    report('vers', passed, of);
  });
});
