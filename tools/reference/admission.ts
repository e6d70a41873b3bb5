// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  ADMISSION_FIELDS,
  ADMISSION_SUBJECTS,
  type AdmissionField,
  COLLECTIONS,
  explainAdmissionCondition,
  PSS_CONTROLS,
} from '@bartizan/engine/admission';
import { cell, type Language, pageOf } from './language.ts';

const WORDS = {
  en: {
    title: 'Fields of admission rules',
    intro: [
      'What the conditions of admission rules can ask, by what it is asked of. A field of an item is asked inside `some`, `every` or `count` over its list; those of the request, the object, the pod and its service account can be asked anywhere.',
      'Origin *request*: it is part of what the API server sends. Every other origin may be unknown, and then the rule says what becomes of the request. *CEL*: it can be written as an expression that the API server evaluates by itself.',
      'Any other path can be asked as `pod.path/securityContext/runAsUser` or `object.path/spec/replicas`; `*` stands for every item of a list.',
    ],
    lists: ['Lists', '| List | Of | Items |'],
    head: '| Field | Type | What it says | Origin | CEL |',
    standards: [
      'Pod Security Standards',
      '| Rule | Level | Since | What violates it, as of the newest version |',
    ],
    request: 'request',
    yes: 'yes',
    no: '',
  },
  ja: {
    title: 'アドミッションルールの項目',
    intro: [
      'アドミッションルールの条件に使える項目を、対象ごとに示します。リストの要素の項目は、そのリストに対する `some`・`every`・`count` の中で使います。要求・オブジェクト・Pod・サービスアカウントの項目はどこでも使えます。',
      '出所が *request* の項目は、API サーバーから送られる内容に含まれます。それ以外は不明になり得ます。その場合の扱いはルールが定めます。*CEL* は、API サーバー自身が評価できる式で表せることを示します。',
      'それ以外のパスは `pod.path/securityContext/runAsUser` や `object.path/spec/replicas` のように指定できます。`*` はリストのすべての要素を表します。',
    ],
    lists: ['リスト', '| リスト | 所属 | 要素 |'],
    head: '| 項目 | 型 | 内容 | 出所 | CEL |',
    standards: ['Pod Security Standards', '| ルール | レベル | 導入 | 違反となる条件（最新版） |'],
    request: 'request',
    yes: '可',
    no: '',
  },
} as const;

const row = ({ name, type, phrase, outside, cel }: AdmissionField, language: Language): string => {
  const words = WORDS[language];
  return `| \`${name}\` | ${type} | ${cell(phrase[language])} | ${outside ?? words.request} | ${cel === undefined ? words.no : words.yes} |`;
};

function fieldSections(language: Language): string[] {
  return ADMISSION_SUBJECTS.flatMap((subject) => {
    const fields = ADMISSION_FIELDS.filter((field) => field.subject === subject);
    if (fields.length === 0) return [];
    const rows = fields.map((field) => row(field, language));
    return ['', `## ${subject}`, '', WORDS[language].head, '| --- | --- | --- | --- | --- |', ...rows];
  });
}

function listSection(language: Language): string[] {
  const [title, head] = WORDS[language].lists;
  const rows = Object.entries(COLLECTIONS).map(
    ([name, { parent, subject, en, ja }]) =>
      `| \`${name}\` | ${parent} | ${subject}: ${language === 'en' ? en.one : ja} |`,
  );
  return ['', `## ${title}`, '', head, '| --- | --- | --- |', ...rows];
}

function standardsSection(language: Language): string[] {
  const [title, head] = WORDS[language].standards;
  const rows = PSS_CONTROLS.map(({ id, level, versions }) => {
    const newest = versions.at(-1);
    const sentence = newest === undefined ? '' : explainAdmissionCondition(newest.violatedBy)[language];
    const since = versions.map(({ from }) => `1.${from}`).join(', ');
    return `| \`pss.${level}.${id}\` | ${level} | ${since} | ${cell(sentence)} |`;
  });
  return ['', `## ${title}`, '', head, '| --- | --- | --- | --- |', ...rows];
}

/** The page of what admission rules can ask. */
export function admissionPage(language: Language): string {
  const { title, intro } = WORDS[language];
  return pageOf(language, title, [
    ...intro.flatMap((paragraph, at) => (at === 0 ? [paragraph] : ['', paragraph])),
    ...fieldSections(language),
    ...listSection(language),
    ...standardsSection(language),
  ]);
}
