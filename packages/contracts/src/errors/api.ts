// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ErrorEntry } from './entry.ts';

/** Errors of the HTTP API. */
export const API_ERRORS = {
  E_BODY_TOO_LARGE: {
    status: 413,
    title: { en: 'The request body is too large', ja: 'リクエスト本文が大きすぎます' },
    remedy: {
      en: 'Send less at once; limits are in the API reference.',
      ja: '一度に送る量を減らしてください。上限は API リファレンスにあります。',
    },
  },
  E_BODY_INVALID: {
    status: 400,
    title: { en: 'The request does not have the expected form', ja: 'リクエストの形式が正しくありません' },
    remedy: {
      en: 'Compare the fields named under errors with the API reference.',
      ja: 'errors に示された項目を API リファレンスと照合してください。',
    },
  },
  E_BODY_TYPE: {
    status: 415,
    title: { en: 'The content type is not accepted', ja: 'この Content-Type は受け付けられません' },
    remedy: {
      en: 'Send application/json unless the reference says otherwise.',
      ja: 'リファレンスに別の指定がない限り application/json で送信してください。',
    },
  },
  E_NOT_FOUND: {
    status: 404,
    title: { en: 'There is nothing with this id', ja: '指定された ID のものはありません' },
    remedy: {
      en: 'Check the id; it may have ended or belong to another tenant.',
      ja: 'ID を確認してください。終了したか、別のテナントのものである可能性があります。',
    },
  },
  E_METHOD: {
    status: 405,
    title: { en: 'This method is not supported here', ja: 'このメソッドは使えません' },
    remedy: {
      en: 'See the API reference for the methods of this path.',
      ja: 'このパスで使えるメソッドは API リファレンスを参照してください。',
    },
  },
  E_FILTER: {
    status: 400,
    title: { en: 'The filter cannot be read', ja: 'フィルターを解釈できません' },
    remedy: {
      en: 'Use field:value tokens with the fields listed in the error.',
      ja: 'エラーに示された項目名を使い、field:value の形で指定してください。',
    },
  },
  E_CURSOR: {
    status: 400,
    title: { en: 'The page cursor is not valid any more', ja: 'ページカーソルが無効になりました' },
    remedy: { en: 'Start again from the first page.', ja: '最初のページからやり直してください。' },
  },
  E_CONFLICT: {
    status: 409,
    title: { en: 'Somebody else changed it in between', ja: '他の利用者が先に変更しました' },
    remedy: {
      en: 'Read it again and repeat the change.',
      ja: '再度読み込んでから変更をやり直してください。',
    },
  },
  E_PRECONDITION: {
    status: 412,
    title: {
      en: 'It was changed since it was read (If-Match)',
      ja: '読み込んだ後に変更されています（If-Match）',
    },
    remedy: {
      en: 'Read it again and repeat the change.',
      ja: '再度読み込んでから変更をやり直してください。',
    },
  },
  E_RATE_LIMIT: {
    status: 429,
    title: { en: 'Too many requests', ja: 'リクエストが多すぎます' },
    remedy: {
      en: 'Wait for the time in Retry-After, then try again.',
      ja: 'Retry-After に示された時間だけ待ってから再試行してください。',
    },
  },
  E_INTERNAL: {
    status: 500,
    title: { en: 'Something went wrong on our side', ja: '内部エラーが発生しました' },
    remedy: {
      en: 'Try again; if it stays, search the controller log for the trace id.',
      ja: '再試行してください。続く場合はトレース ID でコントローラーのログを検索してください。',
    },
  },
  E_UNAVAILABLE: {
    status: 503,
    title: { en: 'The controller cannot do this at the moment', ja: '現在コントローラーで実行できません' },
    remedy: {
      en: 'Run `bartizan status`: it names what is missing.',
      ja: '`bartizan status` で不足しているものを確認してください。',
    },
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;
