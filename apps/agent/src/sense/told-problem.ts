// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ErrorCode, LocalText } from '@bartizan/contracts';
import { ERRORS } from '@bartizan/contracts/errors';

const isCode = (text: string): text is ErrorCode => Object.hasOwn(ERRORS, text);

/**
 * A problem of a scan, `CODE PATH: DETAIL`, in both languages. What a cataloger says in detail is English and stays in
 * the scan itself; in Japanese the title of its code stands for it.
 */
export function toldProblem(subject: string, problem: string): LocalText {
  const [code = '', ...rest] = problem.split(' ');
  const en = `${subject}: ${problem}`;
  if (!isCode(code)) return { en, ja: `${subject}：${problem}` };
  const path = rest.join(' ').split(': ', 1)[0] ?? '';
  return { en, ja: `${subject}：${path === '' ? code : `${code} ${path}`}（${ERRORS[code].title.ja}）` };
}
