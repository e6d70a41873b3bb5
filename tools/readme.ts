// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { BenchResult } from '../bench/results.ts';

const WORDS = {
  en: {
    head: '| What | Goal | Measured | Spread | n | Date | |',
    met: 'met',
    missed: '**missed**',
    none: 'Not measured yet.',
  },
  ja: {
    head: '| 項目 | 目標 | 実測値 | ばらつき | n | 日付 | |',
    met: '達成',
    missed: '**未達**',
    none: 'まだ計測していません。',
  },
} as const;

const BEGIN = '<!-- bench:begin (written by tools/readme.ts from bench/results.json) -->';
const END = '<!-- bench:end -->';

/** Units and conditions of goals as benches write them, and as the tables show them. */
const SHOWN: readonly (readonly [RegExp, { readonly en: string; readonly ja: string }])[] = [
  [/^1$/, { en: '', ja: '' }],
  [/^us$/, { en: 'µs', ja: 'µs' }],
  [/^ratio$/, { en: 'ratio', ja: '' }],
  [/^x$/, { en: 'x', ja: '倍' }],
  [/^objects per CPU second$/, { en: 'objects per CPU second', ja: 'オブジェクト/CPU 秒' }],
  [/^events\/s$/, { en: 'events/s', ja: 'イベント/秒' }],
  [/, below (.+), no loss$/, { en: ', below $1, no loss', ja: '、$1 未満、損失なし' }],
  [/, in <= (.+)$/, { en: ', in <= $1', ja: '、$1 以内' }],
];
const shown = (text: string, language: 'en' | 'ja'): string => {
  const known = SHOWN.find(([pattern]) => pattern.test(text));
  return known === undefined ? text : text.replace(known[0], known[1][language]);
};

/** The table of numbers; a missed goal is shown as missed. */
export function benchTable(results: readonly BenchResult[], language: 'en' | 'ja'): string {
  const words = WORDS[language];
  if (results.length === 0) return words.none;
  const rows = [...results]
    .sort((left, right) => left.id.localeCompare(right.id))
    .map(
      (entry) =>
        `| ${entry.title[language]} | ${shown(entry.goal, language)} | ${`${entry.value} ${shown(entry.unit, language)}`.trim()} | ${entry.spread.join(' – ')} | ${entry.n} | ${entry.date} | ${entry.met ? words.met : words.missed} |`,
    );
  return [words.head, '| --- | --- | --- | --- | --- | --- | --- |', ...rows].join('\n');
}

/** The text with the part between the marks replaced. Without marks it is returned as it was. */
export function withBenchTable(text: string, table: string): string {
  const from = text.indexOf(BEGIN);
  const to = text.indexOf(END);
  return from === -1 || to === -1
    ? text
    : `${text.slice(0, from + BEGIN.length)}\n${table}\n${text.slice(to)}`;
}

const root = resolve(import.meta.dirname, '..');
if (import.meta.main) {
  const file = join(root, 'bench/results.json');
  const kept: Record<string, BenchResult> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const results = Object.values(kept);
  for (const [name, language] of [
    ['README.md', 'en'],
    ['README.ja.md', 'ja'],
  ] as const) {
    const path = join(root, name);
    const text = readFileSync(path, 'utf8');
    const next = withBenchTable(text, benchTable(results, language));
    if (next === text) continue;
    if (process.argv.includes('--check')) {
      process.stderr.write(`${name}: numbers differ from bench/results.json; run: npm run generate\n`);
      process.exitCode = 1;
    } else writeFileSync(path, next);
  }
}
