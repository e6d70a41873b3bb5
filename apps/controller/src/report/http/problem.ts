// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  ERRORS,
  type ErrorCode,
  type ErrorEntry,
  type Fault,
  type Problem,
  toldOf,
} from '@bartizan/contracts';
import type { ApiFailure } from '../../ports.ts';

/** Media type of every error answer (RFC 9457). */
export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

export type Language = 'en' | 'ja';

/** The language a caller prefers, of those we have; English when they name neither (RFC 9110, 12.5.4). */
export function preferredLanguage(header: string | undefined): Language {
  if (header === undefined) return 'en';
  let best: { language: Language; weight: number } = { language: 'en', weight: 0 };
  for (const part of header.slice(0, 512).split(',').slice(0, 16)) {
    const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
    const quality = parameters.find((parameter) => parameter.trim().startsWith('q='));
    const weight = quality === undefined ? 1 : Number(quality.trim().slice(2));
    const language = tag.startsWith('ja') ? 'ja' : tag.startsWith('en') ? 'en' : undefined;
    if (language !== undefined && weight > best.weight) best = { language, weight };
  }
  return best.language;
}

/** Status of a code as the API answers it; codes that never leave on purpose are 500. */
export function statusOf(code: ErrorCode): number {
  const entry: ErrorEntry = ERRORS[code];
  return entry.status ?? 500;
}

/** Makes the body of an error answer. Details of internal errors stay in the log. */
export function problemOf(failure: ApiFailure, language: Language, traceId: string): Problem {
  const entry: ErrorEntry = ERRORS[failure.code];
  return {
    type: `urn:bartizan:error:${failure.code}`,
    title: entry.title[language],
    status: statusOf(failure.code),
    code: failure.code,
    ...(failure.code === 'E_INTERNAL' ? {} : detailOf(failure, language)),
    remedy: entry.remedy[language],
    traceId,
    ...(failure.faults === undefined ? {} : { errors: failure.faults.slice(0, 32).map(cut) }),
  };
}

/** What happened, in the language of the caller where it was told in both, and which language that is. */
const detailOf = (failure: ApiFailure, language: Language) => ({
  detail: toldOf(failure)[language].slice(0, 2000),
  detailLanguage: failure.told === undefined ? 'en' : language,
});

const cut = (fault: Fault) => ({
  pointer: fault.pointer.slice(0, 512),
  detail: fault.detail.slice(0, 512),
});
