// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isDistributionType, schemeOf } from '../distribution/namespace.ts';
import { PACKAGE_TYPES } from './package.ts';
import { CATALOGERS } from './registry.ts';

const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

describe('the list of catalogers', () => {
  it('names every folder beside it, each of which has a test and its capabilities', () => {
    expect(folders.sort()).toEqual(CATALOGERS.map((cataloger) => cataloger.id).sort());
    for (const folder of folders) {
      const files = readdirSync(`${import.meta.dirname}/${folder}`);
      expect(files).toContain('capabilities.ts');
      expect(files).toContain(`${folder}.test.ts`);
    }
  });

  it('has a cataloger for each type of package, and no type without one', () => {
    const found = new Set(CATALOGERS.flatMap((cataloger) => cataloger.types));
    expect([...found].sort()).toEqual([...PACKAGE_TYPES].sort());
  });

  it.each(CATALOGERS.map((cataloger) => [cataloger.id, cataloger] as const))(
    'says what %s can and cannot know',
    (_id, cataloger) => {
      expect(cataloger.capabilities.finds.length).toBeGreaterThan(0);
      expect(cataloger.capabilities.doesNotFind.length).toBeGreaterThan(0);
      expect(cataloger.fixed !== undefined || cataloger.inspect !== undefined).toBe(true);
      expect(cataloger.wants === undefined).toBe(cataloger.inspect === undefined);
    },
  );

  it('gives paths to the owner from every package manager of a distribution', () => {
    for (const cataloger of CATALOGERS.filter((one) => one.fixed !== undefined && one.types.length === 1))
      expect(cataloger.owns !== undefined).toBe(cataloger.types.every(isDistributionType));
  });

  it.each([
    ['Debian:12', 'dpkg'],
    ['Alpine:v3.20', 'apk'],
    ['AlmaLinux:9', 'rpm'],
    ['npm', 'npm'],
    ['PyPI', 'pep440'],
    ['Go', 'go'],
    ['Maven', 'maven'],
  ])('compares versions of %s in %s order', (ecosystem, scheme) => {
    expect(schemeOf(ecosystem)).toBe(scheme);
  });
});
