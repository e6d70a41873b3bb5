// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { askingOf, follow } from './question.ts';

describe('the search for packages', () => {
  it('keeps what is typed on while the address follows', () => {
    const typing = { ...askingOf(''), typed: 'ngi', sent: 'n' };
    // The address has not changed yet, then it does.
    expect(follow(typing, '')).toBe(typing);
    expect(follow(typing, 'n')).toEqual({ typed: 'ngi', sent: 'n', seen: 'n' });
    const emptied = { typed: '', sent: '', seen: 'n' };
    expect(follow(emptied, '')).toEqual(askingOf(''));
  });
  it('says what a link or "back" put into the address', () => {
    expect(follow(askingOf('nginx'), 'log4j-core')).toEqual(askingOf('log4j-core'));
    expect(follow(askingOf('nginx'), '')).toEqual(askingOf(''));
  });
});
