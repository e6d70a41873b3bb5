// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** The same text in both languages of the product. */
export interface LocalText {
  readonly en: string;
  readonly ja: string;
}

/** Text in both languages, or in English only: so it is in records of before. */
export type ToldText = LocalText | string;

/** A name or an answer of a machine: it has no language. */
export const sameText = (verbatim: string): LocalText => ({ en: verbatim, ja: verbatim });

/** Both languages, each cut to what a record may hold. */
export const cutText = ({ en, ja }: LocalText, most: number): LocalText => ({
  en: en.slice(0, most),
  ja: ja.slice(0, most),
});

/** The same for a text that may be in English only. */
export const cutTold = (told: ToldText, most: number): ToldText =>
  typeof told === 'string' ? told.slice(0, most) : cutText(told, most);

/** A text in the language of the reader, where it is there. */
export const inLanguage = (told: ToldText, language: keyof LocalText): string =>
  typeof told === 'string' ? told : told[language];

/** Each text once, in the order they came. */
export const distinctTexts = <T extends ToldText>(texts: readonly T[]): T[] => [
  ...new Map(texts.map((told) => [inLanguage(told, 'en'), told])).values(),
];

/**
 * Characters that nobody sees and that change what is read: control characters but those that end lines, direction
 * marks, and those without a width. Joiners stay: scripts and emoji are written with them.
 */
const UNSEEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udc7f]/g;

/** A text with unseen characters shown as what they are: names come from hostile containers. */
export const visibleText = (text: string): string =>
  text.replace(UNSEEN, (one) => `\\x${(one.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`);

/** What each step of an explanation is called. A test holds every producer of steps to this list. */
const STEP_WORDS: Readonly<Record<string, LocalText>> = {
  package: { en: 'Package', ja: 'パッケージ' },
  advisory: { en: 'Advisory', ja: '勧告' },
  range: { en: 'Affected versions', ja: '影響を受けるバージョン' },
  comparator: { en: 'Version order', ja: 'バージョンの比較順' },
  severity: { en: 'Severity', ja: '深刻度' },
  fix: { en: 'Fix', ja: '修正' },
  facts: { en: 'Facts', ja: '事実' },
  standing: { en: 'Statements and decisions', ja: '声明と判断' },
  rule: { en: 'Rule', ja: 'ルール' },
  check: { en: 'Check', ja: '検査' },
  fact: { en: 'Fact used', ja: '使った事実' },
  signature: { en: 'Signature', ja: 'シグネチャ' },
  licence: { en: 'Licence', ja: 'ライセンス' },
  role: { en: 'Kind of file', ja: 'ファイルの種類' },
  state: { en: 'State', ja: '状態' },
  'key-pair': { en: 'Key pair', ja: '鍵の組' },
  limit: { en: 'Limit of the list', ja: '一覧の上限' },
  'in-use': { en: 'In use', ja: '使用状況' },
  pass: { en: 'Passed', ja: '合格' },
  fail: { en: 'Failed', ja: '不合格' },
  unknown: { en: 'Unknown', ja: '不明' },
  'not-applicable': { en: 'Not applicable', ja: '対象外' },
};

/** A step in words; one of a newer release stays as it calls itself. */
export const stepWords = (step: string): LocalText =>
  (Object.hasOwn(STEP_WORDS, step) ? STEP_WORDS[step] : undefined) ?? { en: step, ja: step };
