// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Problem } from '@bartizan/contracts';

/** A failed call: what the controller said, or what kept us from reaching it. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly remedy: string;
  readonly detail: string | undefined;
  /** Language of the detail; what comes from no controller of ours says none, and is taken for English. */
  readonly detailLanguage: 'en' | 'ja';
  readonly traceId: string | undefined;
  readonly fields: readonly { readonly pointer: string; readonly detail: string }[];

  constructor(problem: Pick<Problem, 'status' | 'code' | 'title' | 'remedy'> & Partial<Problem>) {
    super(problem.title);
    this.name = 'ApiError';
    this.status = problem.status;
    this.code = problem.code;
    this.title = problem.title;
    this.remedy = problem.remedy;
    this.detail = problem.detail;
    this.detailLanguage = problem.detailLanguage ?? 'en';
    this.traceId = problem.traceId;
    this.fields = problem.errors ?? [];
  }
}

/** Code of our own for "no answer at all"; its words come from the catalogue of the console. */
export const UNREACHABLE = 'E_UNREACHABLE';

/** Whether asking again later can help without anybody doing anything. */
export const isTransient = (error: unknown): boolean =>
  error instanceof ApiError && (error.code === UNREACHABLE || error.status >= 502 || error.status === 429);

/** Whether the answer is only that no cluster is watched: a state of this installation, and no failure. */
export const isUnwatched = (error: unknown): boolean =>
  error instanceof ApiError && error.code === 'E_POLICY_NO_CLUSTER';

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Reads an error answer; an answer that is not application/problem+json still becomes an error with a status. */
export const parseProblem = (status: number, body: unknown): ApiError => {
  if (typeof body !== 'object' || body === null) {
    return new ApiError({ status, code: `HTTP_${status}`, title: '', remedy: '' });
  }
  const record: Record<string, unknown> = { ...body };
  const errors = Array.isArray(record['errors']) ? record['errors'] : [];
  const detail = textOf(record['detail']);
  const traceId = textOf(record['traceId']);
  return new ApiError({
    status,
    code: textOf(record['code']) ?? `HTTP_${status}`,
    title: textOf(record['title']) ?? '',
    remedy: textOf(record['remedy']) ?? '',
    ...(detail === undefined ? {} : { detail }),
    ...(record['detailLanguage'] === 'ja' ? { detailLanguage: 'ja' } : {}),
    ...(traceId === undefined ? {} : { traceId }),
    errors: errors.flatMap((entry: unknown) => {
      if (typeof entry !== 'object' || entry === null) return [];
      const field: Record<string, unknown> = { ...entry };
      return [{ pointer: textOf(field['pointer']) ?? '', detail: textOf(field['detail']) ?? '' }];
    }),
  });
};
