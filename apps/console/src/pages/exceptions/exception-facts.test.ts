// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { EMPTY_MATCH, matchOf, matchOfFinding, partsOfMatch, SOON_MS, stateOf } from './exception-facts.ts';

const NOW = Date.UTC(2026, 10, 28);

describe('an exception', () => {
  it('is marked before it ends and told as over afterwards', () => {
    expect(stateOf({ expiresAtMs: NOW + SOON_MS + 1 }, NOW)).toBe('active');
    expect(stateOf({ expiresAtMs: NOW + SOON_MS }, NOW)).toBe('soon');
    expect(stateOf({ expiresAtMs: NOW }, NOW)).toBe('expired');
  });
  it('is for something: narrowing fields alone are refused', () => {
    expect(matchOf(EMPTY_MATCH)).toBeUndefined();
    expect(matchOf({ ...EMPTY_MATCH, image: 'a', workload: 'b' })).toBeUndefined();
    expect(matchOf({ ...EMPTY_MATCH, path: ' /x/* ', image: 'a' })).toEqual({ path: '/x/*', image: 'a' });
  });
  it('names its parts in a fixed order', () => {
    expect(partsOfMatch({ workload: 'w', vulnerability: 'CVE-1' })).toEqual([
      ['vulnerability', 'CVE-1'],
      ['workload', 'w'],
    ]);
  });
});

describe('what a finding is, wherever it is found', () => {
  const vulnerability = { id: 'CVE-1' } as never;
  it('the flaw in its package', () => {
    expect(matchOfFinding({ vulnerability, package: { name: 'zlib1g' } as never })).toEqual({
      vulnerability: 'CVE-1',
      package: 'zlib1g',
    });
    expect(matchOfFinding({ vulnerability })).toEqual({ vulnerability: 'CVE-1' });
  });
  it('the check, with the path of a secret', () => {
    expect(matchOfFinding({ check: 'container.root' })).toEqual({ check: 'container.root' });
    expect(
      matchOfFinding({ check: 'secret.key', location: { kind: 'file', path: '/a', line: 1, column: 1 } }),
    ).toEqual({ check: 'secret.key', path: '/a' });
  });
  it('the package of a pending update; nothing where nothing says what it is', () => {
    expect(matchOfFinding({ package: { name: 'bash' } as never })).toEqual({ package: 'bash' });
    expect(matchOfFinding({})).toBeUndefined();
  });
});
