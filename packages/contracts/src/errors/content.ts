// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ErrorEntry } from './entry.ts';

/** Errors of rules, checks and the other knowledge that is data. */
export const CONTENT_ERRORS = {
  E_CONDITION: {
    status: 400,
    title: { en: 'A condition cannot be compiled', ja: '条件式をコンパイルできません' },
    remedy: {
      en: 'Correct the part named in the message: fact, operator, value, or size.',
      ja: 'メッセージに示された部分（項目、演算子、値、大きさ）を修正してください。',
    },
  },
  E_CONDITION_CEL: {
    status: 400,
    title: { en: 'A CEL expression cannot be used here', ja: 'CEL 式をここでは使用できません' },
    remedy: {
      en: 'Use fields and operators instead, or a release that evaluates CEL.',
      ja: '項目と演算子で記述するか、CEL を評価できるリリースを使用してください。',
    },
  },
  E_ADMISSION_RULE: {
    status: 400,
    title: { en: 'An admission rule is not valid', ja: 'アドミッションルールが正しくありません' },
    remedy: {
      en: 'Correct the rule, binding or exception named in the message; the others stay in force.',
      ja: 'メッセージに示されたルール、バインディング、または例外を修正してください。他のルールは有効なままです。',
    },
  },
  E_RULE: {
    status: 400,
    title: { en: 'A detection rule is not valid', ja: '検知ルールが正しくありません' },
    remedy: {
      en: 'Correct the rule named in the message; the other rules stay in force.',
      ja: 'メッセージに示されたルールを修正してください。他のルールは有効なままです。',
    },
  },
  E_CONTENT: {
    title: {
      en: 'The knowledge that comes with the product is damaged',
      ja: '同梱の知識データが壊れています',
    },
    remedy: {
      en: 'Install again, or correct the file and place named in the message.',
      ja: '再インストールするか、メッセージに示されたファイルと箇所を修正してください。',
    },
  },
  E_LICENSE_POLICY: {
    title: {
      en: 'A word of the licence policy is not known',
      ja: 'ライセンスポリシーに不明な語があります',
    },
    remedy: {
      en: 'Use SPDX ids such as GPL-3.0-only, or public-domain, permissive, weak-copyleft, strong-copyleft, network-copyleft, restricted, unknown.',
      ja: 'GPL-3.0-only などの SPDX ID、または public-domain、permissive、weak-copyleft、strong-copyleft、network-copyleft、restricted、unknown を指定してください。',
    },
  },
  E_MALWARE_LIST: {
    title: {
      en: 'A list of checksums of harmful files cannot be used',
      ja: '有害ファイルのチェックサム一覧を使用できません',
    },
    remedy: {
      en: 'Give one SHA-256 a line, with the name behind it; lines that begin with # are comments.',
      ja: '1 行に SHA-256 を 1 件、続けて名前を記載してください。# で始まる行はコメントです。',
    },
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;
