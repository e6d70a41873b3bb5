// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { forExcel } from './download.ts';
import { asSecurityEvent } from './live.ts';
import { parseSearch, printSearch, readSearch, scopeFilter } from './view.ts';

describe('the address bar', () => {
  it('reads back what it writes', () => {
    const search = { range: '24h', filter: 'severity:high,critical -name:"a b"', scope: 'local/shop' };
    expect(readSearch(parseSearch(printSearch(search)))).toEqual(search);
    expect(printSearch(search)).toContain('filter=severity:high,critical');
  });
  it('drops what it does not know, what is empty and what is no text', () => {
    expect(readSearch({ evil: 'x', filter: '', range: 7, sort: 'name' })).toEqual({ sort: 'name' });
    expect(printSearch({})).toBe('');
  });
});

describe('the scope', () => {
  it('stands for a filter', () => {
    expect(scopeFilter(undefined)).toBe('');
    expect(scopeFilter('local')).toBe('cluster:local');
    expect(scopeFilter('local/shop')).toBe('cluster:local namespace:shop');
  });
});

describe('CSV for Excel', () => {
  it('starts with a byte-order mark and ends lines as Windows does', () => {
    expect(forExcel('a,b\n1,"x\ny"\r\n')).toBe('\u{feff}a,b\r\n1,"x\r\ny"\r\n');
  });
});

describe('messages of the live stream', () => {
  it('are events only when they look like one', () => {
    expect(asSecurityEvent({ id: 'x', kind: 'security', decision: {} })).toBeDefined();
    for (const data of [undefined, null, 'x', { id: 'x' }, { id: 7, kind: 'security', decision: {} }]) {
      expect(asSecurityEvent(data)).toBeUndefined();
    }
  });
});
