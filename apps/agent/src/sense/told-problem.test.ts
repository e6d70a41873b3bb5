// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ERRORS } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import { toldProblem } from './told-problem.ts';

describe('a problem of a scan', () => {
  it('is told with its code and path, and in Japanese by the title of the code', () => {
    const told = toldProblem(
      'web',
      'E_SCAN_INCOMPLETE /var/lib/dpkg/status: it ends in the middle: of a line',
    );
    expect(told.en).toBe('web: E_SCAN_INCOMPLETE /var/lib/dpkg/status: it ends in the middle: of a line');
    expect(told.ja).toBe(
      `web：E_SCAN_INCOMPLETE /var/lib/dpkg/status（${ERRORS.E_SCAN_INCOMPLETE.title.ja}）`,
    );
  });

  it.each(['E_NOT_OURS /x: y', 'the worker ended', '', 'toString /x: y'])(
    'without a known code stays as it is: %j',
    (text) => {
      expect(toldProblem('web', text)).toEqual({ en: `web: ${text}`, ja: `web：${text}` });
    },
  );
});
