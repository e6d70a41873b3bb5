// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { afterEach, describe, expect, it, vi } from 'vitest';
import { fieldDate } from '../../format/time.ts';
import {
  EMPTY_MATCH,
  endOfDay,
  matchOf,
  matchOfFinding,
  partsOfMatch,
  SOON_MS,
  stateOf,
} from './exception-facts.ts';

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

describe('dates of fields', () => {
  afterEach(() => vi.unstubAllEnvs());

  it.each([
    ['Asia/Tokyo', '2026-12-02T00:30:00+09:00', '2026-12-03'],
    ['Asia/Tokyo', '2026-12-02T12:00:00+09:00', '2026-12-03'],
    ['America/Los_Angeles', '2026-12-02T20:00:00-08:00', '2026-12-03'],
    // The next day has 25 hours: clocks are put back.
    ['America/Los_Angeles', '2026-10-31T23:30:00-07:00', '2026-11-01'],
    ['UTC', '2026-12-02T23:59:00Z', '2026-12-03'],
  ])('follow the calendar of %s at %s', (zone, at, tomorrow) => {
    vi.stubEnv('TZ', zone);
    const nowMs = Date.parse(at);
    expect(fieldDate(nowMs, 1)).toBe(tomorrow);
    // The controller takes ends up to 366 days ahead: the last day that is offered has to end within them.
    const lastMs = endOfDay(fieldDate(nowMs, 365));
    expect(lastMs).toBeGreaterThan(nowMs + 364 * 86_400_000);
    expect(lastMs).toBeLessThanOrEqual(nowMs + 366 * 86_400_000);
  });
});
