// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { IdempotencyLedger } from './idempotency.ts';

const DAY_MS = 24 * 3600_000;

function ledgerAt(start: number) {
  const clock = { atMs: start, nowMs: () => clock.atMs };
  return { clock, ledger: new IdempotencyLedger(clock) };
}

describe('the idempotency ledger', () => {
  it('gives a repeat the first answer, for a day', () => {
    const { clock, ledger } = ledgerAt(0);
    expect(ledger.begin('k', { a: 1 })).toEqual({ ok: true, value: undefined });
    ledger.finish('k', { status: 201, payload: '{}' });
    expect(ledger.begin('k', { a: 1 })).toEqual({ ok: true, value: { status: 201, payload: '{}' } });
    clock.atMs = DAY_MS;
    expect(ledger.begin('k', { a: 1 })).toEqual({ ok: true, value: undefined });
  });

  it('refuses the key with another body, and while the first request is under way', () => {
    const { ledger } = ledgerAt(0);
    ledger.begin('k', 1);
    expect(ledger.begin('k', 1)).toMatchObject({ ok: false, error: { code: 'E_CONFLICT' } });
    expect(ledger.begin('k', 2)).toMatchObject({ ok: false, error: { code: 'E_CONFLICT' } });
  });

  it('lets a failed request be tried again', () => {
    const { ledger } = ledgerAt(0);
    ledger.begin('k', 1);
    ledger.abandon('k');
    expect(ledger.begin('k', 1)).toEqual({ ok: true, value: undefined });
    ledger.finish('k', { status: 503, payload: '{}' });
    expect(ledger.begin('k', 1)).toEqual({ ok: true, value: undefined });
  });

  it('holds a bounded number of answers and forgets the oldest', () => {
    const { ledger } = ledgerAt(0);
    for (let at = 0; at <= 2000; at += 1) {
      ledger.begin(`k${at}`, at);
      ledger.finish(`k${at}`, { status: 200, payload: '' });
    }
    expect(ledger.begin('k0', 'other')).toEqual({ ok: true, value: undefined });
    expect(ledger.begin('k2000', 2000)).toMatchObject({ value: { status: 200 } });
  });
});
