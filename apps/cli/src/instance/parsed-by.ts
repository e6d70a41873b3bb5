// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Parser } from '@bartizan/contracts';

/** The type that a parser of contracts gives. */
export type ParsedBy<P> = P extends Parser<infer T> ? T : never;
