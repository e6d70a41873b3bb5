// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { expect, it } from 'vitest';
import { visibleText } from './words.ts';

it('shows what is unseen and changes what is read, and leaves all that is written', () => {
  expect(visibleText('\u202ehs.live | lruc\u2066')).toBe('\\x202ehs.live | lruc\\x2066');
  expect(visibleText('a\u001b[2J\u200bb\u{e0041}')).toBe('a\\x1b[2J\\x200bb\\xe0041');
  for (const written of [
    'two\n\tlines\r\n',
    '日本語 한국어 ไทย',
    'שלום مرحبا',
    'می\u200cخواهم',
    '👩\u200d💻',
    '',
  ])
    expect(visibleText(written)).toBe(written);
});
