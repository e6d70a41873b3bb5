// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { GAP } from '../../data/live.ts';
import { nothingFresh, offerOf, withMessage } from './new-events.ts';

const came = (id: string) => ({
  topic: 'security',
  data: { id, kind: 'security', decision: { verdict: 'alert' }, severity: 'high' },
});
const gap = { topic: GAP, data: undefined };
const list = { filter: '', items: [{ id: 'a' }], asOfMs: 10 };
const after = (...messages: Parameters<typeof withMessage>[1][]) =>
  messages.reduce((fresh, message) => withMessage(fresh, message, list), nothingFresh(''));

describe('what the page of events offers to show', () => {
  it('are the events that came and fit the filter, each once', () => {
    expect(offerOf(after(came('b'), came('c'), came('b')), list)).toEqual({ count: 2, mayMiss: false });
    const critical = { ...list, filter: 'severity:critical' };
    expect(offerOf(withMessage(nothingFresh(critical.filter), came('b'), critical), critical).count).toBe(0);
  });
  it('are none that the list shows, however it was read again', () => {
    const again = { ...list, items: [{ id: 'b' }, { id: 'a' }], asOfMs: 20 };
    expect(offerOf(after(came('b'), came('c')), again).count).toBe(1);
  });
  it('is to read again after a gap in the stream, until the list is read again', () => {
    expect(offerOf(after(gap), list)).toEqual({ count: 0, mayMiss: true });
    expect(offerOf(after(came('b'), gap, came('c')), list)).toEqual({ count: 2, mayMiss: true });
    expect(offerOf(after(gap), { ...list, asOfMs: 20 }).mayMiss).toBe(false);
  });
  it('starts anew with another filter, and before a list is there', () => {
    const other = { ...list, filter: 'severity:high' };
    expect(offerOf(after(came('b'), gap), other)).toEqual({ count: 0, mayMiss: false });
    const unread = { ...list, items: [], asOfMs: undefined };
    expect(offerOf(withMessage(nothingFresh(''), gap, unread), unread).mayMiss).toBe(false);
  });
});
