// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Package } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import type { Match } from '../matchers/model.ts';
import { compareFindings, findBase, originOf, rebase } from './base-image.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const LABELS = {
  'org.opencontainers.image.base.digest': DIGEST,
  'org.opencontainers.image.base.name': 'docker.io/library/debian:12',
};
const layers = ['a', 'b', 'c', 'd'];
const small = { name: 'debian:12', digest: DIGEST, layers: ['a'] };
const large = { name: 'node:24', layers: ['a', 'b'] };

describe('findBase', () => {
  it('takes the longest known image all of whose layers the image begins with', () => {
    expect(findBase({ layers, labels: {} }, [small, large])).toEqual({
      how: 'layers',
      name: 'node:24',
      layers: 2,
    });
    expect(findBase({ layers, labels: {} }, [small])).toEqual({
      how: 'layers',
      name: 'debian:12',
      digest: DIGEST,
      layers: 1,
    });
  });

  it('believes the label before the layers, but not against them', () => {
    expect(findBase({ layers, labels: LABELS }, [small, large])).toMatchObject({
      how: 'label',
      name: 'debian:12',
      layers: 1,
    });
    const other = { ...small, layers: ['x'] };
    expect(findBase({ layers, labels: LABELS }, [other])).toBeUndefined();
    expect(findBase({ layers, labels: LABELS }, [other, large])).toMatchObject({
      how: 'layers',
      name: 'node:24',
    });
  });

  it('names what the label names also when that image is not known, without a number of layers', () => {
    const base = findBase({ layers, labels: LABELS }, []);
    expect(base).toEqual({ how: 'label', digest: DIGEST, name: 'docker.io/library/debian:12' });
    expect(originOf(base, layers)('a')).toBe('unknown');
  });

  it('falls back to a common beginning, and never takes an image for its own base', () => {
    const sibling = { name: 'sibling', layers: ['a', 'b', 'z'] };
    expect(findBase({ layers, labels: {} }, [sibling])).toEqual({
      how: 'common',
      name: 'sibling',
      layers: 2,
    });
    expect(findBase({ layers, labels: {} }, [{ name: 'itself', layers }])).toBeUndefined();
    const above = { name: 'built on it', layers: [...layers, 'e'] };
    expect(findBase({ layers, labels: {} }, [above])).toBeUndefined();
    expect(findBase({ layers, labels: {} }, [{ name: 'stranger', layers: ['q'] }])).toBeUndefined();
  });

  it.each(['latest', 'sha256:1', `${DIGEST}0`])(
    'does not believe a label that is no digest: %s',
    (digest) => {
      const labels = { 'org.opencontainers.image.base.digest': digest };
      expect(findBase({ layers, labels }, [])).toBeUndefined();
    },
  );
});

const pkg = (name: string, version: string, layer?: string): Package => ({
  name,
  version,
  ecosystem: 'Debian:12',
  purl: `pkg:deb/debian/${name}@${version}`,
  cataloger: 'dpkg',
  locations: [],
  ...(layer === undefined ? {} : { layer }),
});
const match = (id: string, found: Package): Match<Package> =>
  ({ package: found, vulnerability: { id } }) as Match<Package>;

describe('another base', () => {
  const origin = originOf({ how: 'layers', layers: 2 }, layers);

  it('splits by layer', () => {
    expect([origin('a'), origin('b'), origin('c'), origin('zz'), origin(undefined)]).toEqual([
      'base',
      'base',
      'own',
      'unknown',
      'unknown',
    ]);
  });

  it('keeps what the own layers brought, and takes the rest from the new base', () => {
    const packages = [pkg('libssl', '1', 'a'), pkg('curl', '7', 'c'), pkg('odd', '1')];
    const names = rebase(packages, origin, [pkg('libssl', '2', 'n'), pkg('curl', '7', 'n')]).map(
      ({ purl }) => purl,
    );
    expect(names).toEqual(['pkg:deb/debian/curl@7', 'pkg:deb/debian/odd@1', 'pkg:deb/debian/libssl@2']);
  });

  it('counts a flaw as kept when the newer package has it too', () => {
    const before = [match('CVE-1', pkg('libssl', '1')), match('CVE-2', pkg('libssl', '1'))];
    const after = [match('CVE-2', pkg('libssl', '2')), match('CVE-3', pkg('zlib', '2'))];
    const effect = compareFindings(before, after);
    expect(effect.removed.map(({ vulnerability }) => vulnerability.id)).toEqual(['CVE-1']);
    expect(effect.added.map(({ vulnerability }) => vulnerability.id)).toEqual(['CVE-3']);
    expect(effect.kept).toBe(1);
  });
});
