// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** A number, or what stands for one, before the word it is counted with. */
const BEFORE_COUNTER = /(?<=[}\d]) (?=(?:件|個|回|台|本|人|名|行|か所|か月|種類|日|週間|時間|分|秒))/gu;

/** Texts in which no line ends between a number and its counter: 「件」 alone on a line counts nothing. */
export const withBoundCounters = (texts: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [key, text.replace(BEFORE_COUNTER, '\u00a0')]),
  );
