// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ListQuery } from '@bartizan/contracts';

export interface MockCall {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Partial<ListQuery> & {
    readonly expand?: string;
    readonly purl?: string;
    readonly format?: string;
  };
  /** What is asked in the address, word by word, for questions that are no lists. */
  readonly asked: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}
/** What a handler answers: a status and a body, or an error code. */
export type MockAnswer =
  | { readonly status?: number; readonly body?: unknown; readonly list?: readonly unknown[] }
  | { readonly error: string; readonly status: number };
export type MockHandler = (call: MockCall) => MockAnswer;
