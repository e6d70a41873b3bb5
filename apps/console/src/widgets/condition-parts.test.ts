// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { asSentence, conditionParts } from './condition-parts.ts';

const CODE = 'E_SCAN_INCOMPLETE';

describe('the message of a condition', () => {
  it.each([
    [
      'n-1: A scan could not read everything: 2 scans (web: E_X /a/b (c): d; shop: e)',
      'n-1: A scan could not read everything: 2 scans',
      'web: E_X /a/b (c): d; shop: e',
    ],
    [
      'n-1: 読み取れない部分がありました：2 件（web：E_X /a（題）、shop：E_Y /b（題））',
      'n-1: 読み取れない部分がありました：2 件',
      'web：E_X /a（題）、shop：E_Y /b（題）',
    ],
    [
      'n-1: not everything: 9 scans (web: /cut/in/the/mid',
      'n-1: not everything: 9 scans',
      'web: /cut/in/the/mid',
    ],
  ])('about incomplete scans has its long part apart: %s', (message, head, rest) => {
    expect(conditionParts(CODE, message)).toEqual({ head, rest });
  });
  it.each([
    ['E_SENSOR_REFUSED', 'This kernel refuses programs (on_file_open)'],
    [CODE, 'n-1: A scan could not read everything: web: /a'],
    [CODE, ''],
  ])('is whole otherwise: %s %s', (code, message) => {
    expect(conditionParts(code, message)).toEqual({ head: message });
  });
});

describe('a title before its remedy', () => {
  it.each([
    ['There are no advisories', 'en', 'There are no advisories.'],
    ['脆弱性情報がありません', 'ja', '脆弱性情報がありません。'],
    ['It is refused.', 'en', 'It is refused.'],
    ['拒否されました。', 'ja', '拒否されました。'],
  ] as const)('ends with one stop: %s', (title, language, sentence) => {
    expect(asSentence(title, language)).toBe(sentence);
  });
});
