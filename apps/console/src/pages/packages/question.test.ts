// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { LIST_FIELDS } from '@bartizan/contracts';
import { parseFilter } from '@bartizan/engine';
import { describe, expect, it } from 'vitest';
import { askingOf, follow, PACKAGE_FIELDS, questionOf } from './question.ts';

describe('the search for packages', () => {
  it('keeps what is typed on while the address follows', () => {
    const typing = { ...askingOf(''), typed: 'ngi', sent: 'n' };
    // The address has not changed yet, then it does.
    expect(follow(typing, '')).toBe(typing);
    expect(follow(typing, 'n')).toEqual({ typed: 'ngi', sent: 'n', seen: 'n' });
    const emptied = { typed: '', sent: '', seen: 'n' };
    expect(follow(emptied, '')).toEqual(askingOf(''));
  });
  it('looks for coordinates and package URLs as they are', () => {
    const read = (text: string) => {
      const terms = parseFilter(questionOf(text), PACKAGE_FIELDS);
      return terms.ok ? terms.value.map(({ field, values }) => [field, ...values]) : terms.error.detail;
    };
    const coordinate = 'org.apache.logging.log4j:log4j-core';
    expect(read(coordinate)).toEqual([['', coordinate]]);
    expect(read('org.apache.logging.log4j:')).toEqual([['', 'org.apache.logging.log4j:']]);
    expect(read('pkg:npm/%40babel/core@7.0.0')).toEqual([['', 'pkg:npm/%40babel/core@7.0.0']]);
    expect(read('ecosystem:npm,pypi version:1.0 left')).toEqual([
      ['ecosystem', 'npm', 'pypi'],
      ['version', '1.0'],
      ['', 'left'],
    ]);
    // What the address says is asked as it stands there.
    expect(questionOf(questionOf(coordinate))).toBe(questionOf(coordinate));
  });
  it('knows the fields of the list', () => {
    expect(PACKAGE_FIELDS).toEqual(LIST_FIELDS['package.list']);
  });
  it('says what a link or "back" put into the address', () => {
    expect(follow(askingOf('nginx'), 'log4j-core')).toEqual(askingOf('log4j-core'));
    expect(follow(askingOf('nginx'), '')).toEqual(askingOf(''));
  });
});
