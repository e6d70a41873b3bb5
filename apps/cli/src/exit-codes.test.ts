// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ERRORS } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { TEXT } from './text/catalogue.ts';

describe('exit codes', () => {
  it('are what the documentation promises', () => {
    expect(EXIT).toEqual({
      fine: 0,
      failed: 1,
      usage: 2,
      findings: 3,
      login: 4,
      notFound: 5,
      conflict: 6,
      unreachable: 7,
      interrupted: 130,
    });
  });

  it('are all listed by `help exit-codes` in both languages', () => {
    for (const language of ['en', 'ja'] as const) {
      const listed = TEXT['help.exit-codes'][language].split('\n').map((line) => Number.parseInt(line, 10));
      expect(listed).toEqual(Object.values(EXIT));
    }
  });

  it('tell a login problem, an absence, a conflict and an outage apart', () => {
    expect(
      ['E_FORBIDDEN', 'E_NOT_FOUND', 'E_CONFLICT', 'E_CONTROLLER_UNREACHABLE', 'E_INTERNAL'].map(exitCodeOf),
    ).toEqual([4, 5, 6, 7, 1]);
  });

  it('name only codes of the catalogue', () => {
    const codes = [
      'E_USAGE',
      'E_FILTER',
      'E_SCAN_TARGET',
      'E_NOT_UP',
      'E_NOT_RUNNING',
      'E_SERVER_IDENTITY',
      'E_PACK_SHRUNK',
      'E_PACK_OLDER',
    ];
    expect(codes.filter((code) => !(code in ERRORS))).toEqual([]);
  });
});
