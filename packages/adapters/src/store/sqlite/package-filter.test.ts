// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { FilterTerm, Package } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import { packageFilter } from './package-filter.ts';

const found = (name: string, more: Partial<Package> = {}): Package => ({
  name,
  version: '1',
  ecosystem: 'npm',
  purl: `pkg:npm/${name}@1`,
  cataloger: 'npm',
  locations: [],
  ...more,
});
const ALL = [
  found('base', { layer: 'sha256:aa', licenses: ['MIT', 'GPL-3.0-only'] }),
  found('own', { layer: 'sha256:bb', licenses: ['Apache-2.0'] }),
  found('bare'),
];
const names = (field: string, values: string[], negated = false): string[] | string => {
  const term: FilterTerm = { field, operator: 'in', values, negated };
  const filter = packageFilter([term]);
  return typeof filter === 'string' ? filter : ALL.filter(filter).map(({ name }) => name);
};

describe('packages of one list', () => {
  it('are filtered by the layer that brought them', () => {
    expect(names('layer', ['sha256:bb'])).toEqual(['own']);
    expect(names('layer', ['sha256:aa'], true)).toEqual(['own', 'bare']);
  });

  it('are filtered by any of their licences, and by having none', () => {
    expect(names('licence', ['gpl-*'])).toEqual(['base']);
    expect(names('licence', ['MIT', 'Apache-*'])).toEqual(['base', 'own']);
    expect(names('licence', [''])).toEqual(['bare']);
  });

  it('are filtered by a value as it is, when asked exactly', () => {
    const names = (field: string, value: string): string[] => {
      const filter = packageFilter([{ field, operator: 'exactly', values: [value], negated: false }]);
      return typeof filter === 'string' ? [] : [...ALL, found('b*')].filter(filter).map(({ name }) => name);
    };
    expect(names('name', 'b*')).toEqual(['b*']);
    expect(names('', 'B*')).toEqual(['b*']);
  });

  it('are not filtered by what nobody knows', () => {
    expect(names('colour', ['red'])).toContain('layer, licence');
  });
});
