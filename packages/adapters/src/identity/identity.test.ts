// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import {
  afterFailure,
  checkNotReused,
  checkPassword,
  FAILURES_BEFORE_LOCK,
  hashPassword,
  hashToken,
  isApiKey,
  LOCK_MS,
  lockEndMs,
  needsRehash,
  newApiKey,
  newOneTimePassword,
  sameSecret,
  UNLOCKED,
  verifyPassword,
} from './index.ts';

describe('password hashes', () => {
  it('are Argon2id with the OWASP parameters and verify only their own password', async () => {
    const hash = await hashPassword('a long enough phrase');
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await verifyPassword('a long enough phrase', hash)).toBe(true);
    expect(await verifyPassword('a long enough phrasE', hash)).toBe(false);
    expect(needsRehash(hash)).toBe(false);
  });

  it('differ for the same password', async () => {
    expect(await hashPassword('same words here')).not.toBe(await hashPassword('same words here'));
  });

  it('treat composed and decomposed characters as the same password', async () => {
    expect(await verifyPassword('cafe\u0301 au lait', await hashPassword('café au lait'))).toBe(true);
  });

  it.each([
    '',
    'plain',
    '$argon2id$v=19$m=9999999,t=2,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2g',
    '$argon2id$v=19$m=19456,t=99,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2g',
    '$argon2i$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2g',
  ])('that cannot be read or ask for too much verify nothing: %s', async (hash) => {
    expect(await verifyPassword('anything at all', hash)).toBe(false);
  });
});

describe('the password policy', () => {
  it.each(['correct-Hippo-battery-9', '青い空と白い雲と緑の山を見た', 'xkcd likes four words'])(
    'accepts %s',
    (password) => {
      expect(checkPassword(password, 'admin').ok).toBe(true);
    },
  );

  it.each([
    ['short', 'fewer than 12'],
    ['x'.repeat(257), 'more than 256'],
    ['kenji-has-a-long-one', 'contains the name'],
    ['abababababababab', 'same few characters'],
    ['abcdefghijklmnop', 'neighbouring'],
    ['Password123456!', 'common words'],
    ['p@ssw0rdP@ssw0rd', 'common words'],
    ['kubernetes-2026-admin', 'common words'],
    ['93857203857201', 'common words'],
  ])('refuses %s', (password, reason) => {
    const verdict = checkPassword(password, 'kenji');
    expect(verdict.ok).toBe(false);
    if (!verdict.ok) expect(verdict.error.detail).toContain(reason);
  });

  it('refuses a password of before', async () => {
    const hashes = [await hashPassword('first of them all'), await hashPassword('second of them all')];
    expect((await checkNotReused('second of them all', hashes)).ok).toBe(false);
    expect((await checkNotReused('third of them all', hashes)).ok).toBe(true);
  });
});

describe('secrets', () => {
  it('make API keys that their checksum recognises', () => {
    const key = newApiKey();
    expect(key.secret).toMatch(/^bzk_[0-9A-Za-z]{44}$/);
    expect(isApiKey(key.secret)).toBe(true);
    expect(key.hash).toBe(hashToken(key.secret));
    const last = key.secret.endsWith('0') ? '1' : '0';
    expect(isApiKey(key.secret.slice(0, -1) + last)).toBe(false);
    expect(isApiKey('bzk_short')).toBe(false);
  });

  it('make one-time passwords that pass the policy and do not repeat', () => {
    const made = new Set(Array.from({ length: 200 }, newOneTimePassword));
    expect(made.size).toBe(200);
    for (const password of made) expect(checkPassword(password, 'admin').ok).toBe(true);
  });

  it('compare by value', () => {
    expect(sameSecret('abc', 'abc')).toBe(true);
    expect(sameSecret('abc', 'abcd')).toBe(false);
  });
});

describe('the lock of a name', () => {
  const failTimes = (times: number, nowMs: number, from = UNLOCKED) =>
    Array.from({ length: times }).reduce<typeof UNLOCKED>((state) => afterFailure(state, nowMs), from);

  it('comes with the fifth failure', () => {
    expect(lockEndMs(failTimes(FAILURES_BEFORE_LOCK - 1, 1000), 1000)).toBeUndefined();
    expect(lockEndMs(failTimes(FAILURES_BEFORE_LOCK, 1000), 1000)).toBe(1000 + LOCK_MS);
  });

  it('ends by itself, and the count starts again', () => {
    const state = failTimes(FAILURES_BEFORE_LOCK, 0);
    expect(lockEndMs(state, LOCK_MS - 1)).toBe(LOCK_MS);
    expect(lockEndMs(state, LOCK_MS)).toBeUndefined();
    expect(afterFailure(state, LOCK_MS)).toEqual({ failures: 1 });
    expect(lockEndMs(failTimes(FAILURES_BEFORE_LOCK, LOCK_MS, state), LOCK_MS)).toBe(2 * LOCK_MS);
  });

  it('does not hold for years after the clock jumped back', () => {
    const year = 365 * 24 * 3_600_000;
    expect(lockEndMs(failTimes(FAILURES_BEFORE_LOCK, year), 0)).toBeUndefined();
  });
});
