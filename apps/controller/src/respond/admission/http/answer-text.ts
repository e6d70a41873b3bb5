// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { STATUS_CODES } from 'node:http';

/** A whole answer, and how its characters become bytes. */
export interface AnswerText {
  readonly text: string;
  readonly encoding: 'latin1' | 'utf8';
}

let dateOf = Number.NaN;
let date = '';

/** The date of an answer; the text is made once a second. */
function dateText(nowMs: number): string {
  const second = Math.floor(nowMs / 1000);
  if (second !== dateOf) [dateOf, date] = [second, new Date(second * 1000).toUTCString()];
  return date;
}

/** Head and body as one text: one write, one TLS record, one packet. The body is JSON, empty for none. */
export function answerText(
  status: number,
  body: string,
  { closes, nowMs, isHead }: { readonly closes: boolean; readonly nowMs: number; readonly isHead: boolean },
): AnswerText {
  const bytes = Buffer.byteLength(body);
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\ndate: ${dateText(nowMs)}\r\n${
    closes ? 'connection: close\r\n' : ''
  }content-type: application/json\r\ncontent-length: ${bytes}\r\n\r\n`;
  // As many bytes as characters: all of them are ASCII, which are copied without a look at each.
  return { text: isHead ? head : head + body, encoding: bytes === body.length ? 'latin1' : 'utf8' };
}
