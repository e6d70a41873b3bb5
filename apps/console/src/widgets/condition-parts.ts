// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { NodeCondition } from '@bartizan/contracts';

interface Parts {
  /** What it is, to be read at once. */
  readonly head: string;
  /** Where exactly, for who looks for it. */
  readonly rest?: string;
}

/** A message whose long part, in brackets at its end, is apart. It may be cut, and then ends without a bracket. */
const APART = /^(.*?) ?[(（](.+?)[)）]?$/su;

const ENDS = /[.。!！?？:：;；]$/u;

/** A title as a sentence, where a sentence follows it: titles of the catalogue end without a stop. */
export const asSentence = (title: string, language: 'en' | 'ja'): string =>
  ENDS.test(title) ? title : `${title}${language === 'ja' ? '。' : '.'}`;

/** The message of a condition as it is shown: of incomplete scans how many, and apart which with their long paths. */
export const conditionParts = (code: NodeCondition['code'], message: string): Parts => {
  const [, head, rest] = (code === 'E_SCAN_INCOMPLETE' && APART.exec(message)) || [];
  return head === undefined || rest === undefined ? { head: message } : { head, rest };
};
