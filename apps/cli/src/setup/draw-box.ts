// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { columnsOf, painter, type Terminal } from '../output/terminal.ts';
import { padWidth, plain, textWidth } from '../output/width.ts';

const RULE_MAX = 78;

/** Breaks a text at spaces so that no line is wider than `columns`. */
export function wrap(text: string, columns: number): string[] {
  if (textWidth(text) <= columns) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && textWidth(line) + 1 + textWidth(word) > columns) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** Draws a titled box of labelled lines on stdout. */
export function drawBox(
  terminal: Terminal,
  title: string,
  lines: readonly (readonly [string, string])[],
): void {
  const paint = painter(terminal.stdout, terminal.env);
  const labels = Math.max(...lines.map(([label]) => textWidth(label)));
  const columns = Math.max(60, Math.min(columnsOf(terminal.stdout), 160));
  const rule = '─'.repeat(Math.min(RULE_MAX, columns - 1));
  const out = [`┌${rule}`, `│ ${paint('bold', title)}`];
  for (const [label, text] of lines) {
    wrap(plain(text), columns - labels - 5).forEach((part, at) => {
      out.push(`│ ${paint('cyan', padWidth(at === 0 ? label : '', labels))}  ${part}`);
    });
  }
  terminal.stdout.write(`${[...out, `└${rule}`].join('\n')}\n`);
}
