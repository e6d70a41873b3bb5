// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { MATCH_RULES, RULE_TEXTS } from '@bartizan/scan';
import { cell, type Language, pageOf } from './language.ts';

const WORDS = {
  en: {
    title: 'Matching rules',
    intro:
      'How a package list is held against the advisories. Each step of a finding names the rule that spoke; the rules run in this order.',
    head: '| Rule | What it holds |',
  },
  ja: {
    title: '照合の規則',
    intro:
      'パッケージの一覧を脆弱性情報と照合する方法です。検出事項の根拠の各段階には、判断した規則の名前が付きます。規則は次の順に適用されます。',
    head: '| 規則 | 内容 |',
  },
} as const;

/** The page of all matching rules. */
export function matchingPage(language: Language): string {
  const words = WORDS[language];
  const rows = MATCH_RULES.map(({ id }) => `| \`${id}\` | ${cell(RULE_TEXTS[id][language])} |`);
  return pageOf(language, words.title, [words.intro, '', words.head, '| --- | --- |', ...rows]);
}
