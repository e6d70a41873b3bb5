// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Failure, LocalText } from '@bartizan/contracts';
import { toldFailure } from '@bartizan/contracts/result';

/** A runtime that takes a call and does not answer it. */
export const NO_ANSWER: LocalText = { en: 'no answer in time', ja: '時間内に応答がありません' };

/** Why a runtime at a place could not be asked, in both languages. */
export const unreachable = (
  place: string,
  why: LocalText,
  cause?: unknown,
): Failure<'E_RUNTIME_UNREACHABLE'> =>
  toldFailure('E_RUNTIME_UNREACHABLE', { en: `${place}: ${why.en}`, ja: `${place}：${why.ja}` }, cause);
