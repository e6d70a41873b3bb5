// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareApk } from './apk.ts';
import { compareBitnami } from './bitnami.ts';
import { COMPARATORS } from './compare.ts';
import { compareComposer } from './composer.ts';
import { compareConan } from './conan.ts';
import { compareDpkg } from './dpkg.ts';
import { compareGem } from './gem.ts';
import { compareGeneric } from './generic.ts';
import { compareGo } from './go.ts';
import { compareMaven } from './maven.ts';
import { compareNuget } from './nuget.ts';
import { compareCran, compareHackage } from './number-list.ts';
import { compareOpenssl } from './openssl.ts';
import { comparePep440 } from './pep440.ts';
import { comparePub } from './pub.ts';
import { compareRpm } from './rpm.ts';
import { type Comparator, MAX_VERSION_LENGTH, type VersionScheme } from './scheme.ts';
import { compareSemver } from './semver.ts';

/** Rising chains: each version is older than the next. */
const CHAINS: Readonly<Record<VersionScheme, readonly (readonly string[])[]>> = {
  dpkg: [
    ['1.0~rc1', '1.0', '1.0-1', '1.0-1+b1', '1.0-1.1', '1.0-2', '1.0.1', '1.1', '1:0.1'],
    ['590-2.1~deb12u2', '590-2.1'],
    ['1.1.1n-0+deb11u5', '1.1.1n-0+deb11u10', '1.1.1w-0+deb11u1'],
    ['2.36-9+deb12u9', '2.36-9+deb12u10'],
  ],
  rpm: [
    ['1.0~rc1-1', '1.0-1', '1.0^git1-1', '1.0.1-1', '1:0.5-1', '2:0.1-1'],
    ['3.2.0-8.el10_2', '3.2.0-10.el10_2', '3.2.1-1.el10'],
    ['1.0a-1', '1.0b-1', '1.0.1-1'],
  ],
  apk: [
    [
      '1.0_alpha',
      '1.0_beta',
      '1.0_pre',
      '1.0_rc1',
      '1.0_rc2',
      '1.0',
      '1.0-r1',
      '1.0_p1',
      '1.0a',
      '1.0.1',
      '1.1',
      '1.10',
    ],
    ['1.1.1a-r0', '1.1.1c-r0', '1.1.1k-r0'],
    ['1.05', '1.1'],
  ],
  semver: [
    [
      '1.0.0-alpha',
      '1.0.0-alpha.1',
      '1.0.0-alpha.beta',
      '1.0.0-beta',
      '1.0.0-beta.2',
      '1.0.0-beta.11',
      '1.0.0-rc.1',
      '1.0.0',
      '1.0.1',
      '1.10.0',
      '2.0.0',
    ],
  ],
  npm: [['0.9.9', '1.0.0-0', '1.0.0', '1.0.10', '1.2.0']],
  pep440: [
    [
      '1.0.dev1',
      '1.0a1.dev1',
      '1.0a1',
      '1.0b1',
      '1.0rc1',
      '1.0',
      '1.0+local',
      '1.0.post1.dev1',
      '1.0.post1',
      '1.1',
      '1!0.1',
    ],
    ['garbage of old', '0.0.1'],
  ],
  maven: [
    [
      '1.0-alpha-1',
      '1.0-beta-1',
      '1.0-M1',
      '1.0-rc1',
      '1.0-SNAPSHOT',
      '1.0',
      '1.0-sp1',
      '1.0-xyz',
      '1.0-1',
      '1.0.1',
    ],
    ['2.12.1', '2.14.1', '2.15.0', '2.17.1'],
  ],
  go: [
    [
      '0.0.0-20190101000000-abcdefabcdef',
      '0.0.0-20200101000000-0123456789ab',
      '0.1.0',
      '1.0.0-rc.1',
      '1.0.0',
      '2.0.0+incompatible',
    ],
    ['go1.22rc1', 'go1.22rc2', 'go1.22', 'go1.22.1', 'go1.23'],
  ],
  gem: [
    ['1.0.a', '1.0.a.1', '1.0.b', '1.0', '1.0.1', '1.0.10', '1.1', '3.10'],
    ['2.0.0-rc1', '2.0.0', '2.0.0.1'],
    ['1.0.a.9', '1.0.a.10'],
  ],
  nuget: [
    ['1.0.0-alpha', '1.0.0-ALPHA.1', '1.0.0-beta', '1.0.0', '1.0.0.1', '1.0.1', '2.0.0-Preview.2', '2.0.0'],
  ],
  composer: [
    ['1.0-foo', '1.0-dev', '1.0a1', '1.0-b1', '1.0RC1', '1.0', '1.0.0', '1.0.1', '1.0pl1', 'v1.2', '1.10'],
    ['3.1.0', '3.1.0.post1'],
  ],
  cran: [['0.1', '0.1-0', '0.1.1', '0.2', '0.75', '1.0-1', '1.10']],
  hackage: [['0.1.26.0', '1', '1.0', '1.0.0', '1.0.1', '1.1', '2', '10']],
  conan: [
    ['1.0-alpha', '1.0-rc.1', '1.0', '1.0+1', '1.0+2', '1.0.1', '1.1', '1.1a', '1.20', '1.a'],
    ['cci.20200101', 'cci.20210101'],
  ],
  openssl: [
    ['0.9.8zh', '1.0.0-beta1', '1.0.0', '1.0.1f', '1.0.2', '1.0.2a', '1.0.2z', '1.0.2za', '1.1.0'],
    ['1.1.1n', '1.1.1w', '3.0.0-alpha1', '3.0.0', '3.0.9', '3.0.10'],
  ],
  pub: [['1.0.0-pre', '1.0.0-pre+build', '1.0.0', '1.0.0+1', '1.0.0+2', '1.0.0+a', '1.0.1']],
  bitnami: [['1.26.1', '1.26.2-alpha', '1.26.2', '1.26.2-1', '1.26.2-10', '1.26.3']],
  generic: [['1.0.beta', '1.0', '1.0.1', '1.2', '1.10']],
};

const EQUAL: Readonly<Partial<Record<VersionScheme, readonly (readonly [string, string])[]>>> = {
  dpkg: [
    ['1.0', '0:1.0'],
    ['1.0-0', '1.0'],
    ['1.001', '1.1'],
  ],
  rpm: [
    ['1.0-1', '0:1.0-1'],
    ['1.0_1-1', '1.0.1-1'],
  ],
  apk: [
    ['1.0-r0', '1.0-r00'],
    ['1.0~abc', '1.0~def'],
  ],
  semver: [
    ['1.0.0+a', '1.0.0+b'],
    ['v1.0', '1.0.0'],
  ],
  pep440: [
    ['1.0', '1.0.0'],
    ['1.0-1', '1.0.post1'],
    ['1.0alpha1', '1.0a1'],
    ['V1.0', '1.0'],
  ],
  maven: [
    ['1', '1.0.0'],
    ['1-ga', '1'],
    ['1-cr1', '1-rc1'],
    ['1a1', '1-alpha-1'],
  ],
  gem: [
    ['1.0.0', '1'],
    ['1.0.0.a', '1.a'],
    ['1.0-1', '1.0.pre.1'],
  ],
  nuget: [
    ['1.0', '1.0.0.0'],
    ['1.0.01', '1.0.1.0'],
    ['1.0.0-RC+1', '1.0.0-rc'],
  ],
  composer: [
    ['v1.0.0', '1.0.0'],
    ['1.0-RC1', '1.0.rc.1'],
  ],
  cran: [['0.01.0', '0.1-0']],
  hackage: [['1.01', '1.1']],
  conan: [['1.0.0', '1']],
  openssl: [
    ['1.0.2k-fips', '1.0.2k'],
    ['v3.0.0', '3.0.0'],
  ],
  pub: [['1.0', '1.0.0']],
  bitnami: [['1.26.2-0', '1.26.2']],
  go: [
    ['v1.2.3', '1.2.3'],
    ['go1.22.1', '1.22.1'],
    ['go1.22.1 X:boringcrypto', '1.22.1'],
  ],
};

/** The orders without the short cuts in front of them. */
const SLOW: Readonly<Record<VersionScheme, Comparator>> = {
  dpkg: compareDpkg,
  rpm: compareRpm,
  apk: compareApk,
  semver: compareSemver,
  npm: compareSemver,
  pep440: comparePep440,
  maven: compareMaven,
  gem: compareGem,
  nuget: compareNuget,
  composer: compareComposer,
  go: compareGo,
  cran: compareCran,
  hackage: compareHackage,
  conan: compareConan,
  openssl: compareOpenssl,
  pub: comparePub,
  bitnami: compareBitnami,
  generic: compareGeneric,
};

const SCHEMES = Object.keys(COMPARATORS) as VersionScheme[];

const version = fc.oneof(
  fc
    .array(
      fc.oneof(
        fc.constantFrom(
          '.',
          '-',
          '~',
          '^',
          '+',
          ':',
          '_',
          '-r',
          'rc',
          'alpha',
          'a',
          'p',
          'dev',
          'post',
          'sp',
          'SNAPSHOT',
          '!',
          'v',
          'go',
          '0',
          '00',
          '_p',
          '.0',
        ),
        fc.nat({ max: 30 }).map(String),
      ),
      { maxLength: 8 },
    )
    .map((parts) => parts.join('')),
  fc.string({ maxLength: 12 }),
);

describe.each(SCHEMES)('the order of %s', (scheme) => {
  const compare = COMPARATORS[scheme];

  it.each(CHAINS[scheme].map((chain) => [chain.join(' < '), chain] as const))('holds %s', (_name, chain) => {
    for (const [at, left] of chain.entries()) {
      for (const [other, right] of chain.entries()) {
        expect(`${left} ${right} ${Math.sign(compare(left, right))}`).toBe(
          `${left} ${right} ${Math.sign(at - other)}`,
        );
      }
    }
  });

  it.each((EQUAL[scheme] ?? []).map((pair) => [...pair] as const))('holds %s and %s equal', (left, right) => {
    expect(compare(left, right)).toBe(0);
    expect(compare(right, left)).toBe(0);
  });

  it('is the same whichever way it is asked', () => {
    fc.assert(
      fc.property(version, version, (left, right) => {
        expect(Math.sign(compare(left, right)) + Math.sign(compare(right, left))).toBe(0);
        expect(compare(left, left)).toBe(0);
      }),
      { seed: 21, numRuns: 1500 },
    );
  });

  it('is that of the ecosystem also where the numbers in front decide', () => {
    const dotted = fc
      .array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 4 })
      .map((numbers) => numbers.join('.'));
    const either = fc.oneof(
      dotted,
      version,
      fc.tuple(dotted, version).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(either, either, (left, right) => {
        expect(`${left} ${right} ${Math.sign(compare(left, right))}`).toBe(
          `${left} ${right} ${Math.sign(SLOW[scheme](left, right))}`,
        );
      }),
      { seed: 23, numRuns: 3000 },
    );
  });

  it('is transitive', () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        const [x, y, z] = [a, b, c].sort(compare);
        if (x === undefined || y === undefined || z === undefined)
          throw new Error('three versions stay three');
        expect(compare(x, y)).toBeLessThanOrEqual(0);
        expect(compare(y, z)).toBeLessThanOrEqual(0);
        expect(compare(x, z)).toBeLessThanOrEqual(0);
      }),
      { seed: 22, numRuns: 1500 },
    );
  });

  it('takes bounded time on hostile text', () => {
    const hostile = [
      '1.'.repeat(50_000),
      '9'.repeat(100_000),
      '-'.repeat(100_000),
      '_alpha1'.repeat(20_000),
      '~'.repeat(MAX_VERSION_LENGTH * 4),
    ];
    const started = performance.now();
    for (const left of hostile) for (const right of hostile) compare(left, right);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
