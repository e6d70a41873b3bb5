// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { TextPart } from './entry.ts';

/** Texts of events that are followed as they come. */
export const EVENT_TEXT = {
  'event.following': {
    en: 'Waiting for security events (Ctrl-C ends)',
    ja: 'セキュリティイベントを待っています（Ctrl-C で終了）',
  },
  'event.not-followed': {
    en: '{flag} and --follow exclude each other',
    ja: '{flag} と --follow は同時に指定できません',
  },
  'event.dropped': {
    en: 'The server ended the stream: it was read too slowly, and events were left out',
    ja: '読み取りが追いつかないため、サーバーがストリームを終了しました。一部のイベントは届いていません',
  },
  'event.ended': {
    en: 'The server ended the stream: the login has ended or may not read events any more',
    ja: 'ログインが無効になったか、イベントを閲覧できなくなったため、サーバーがストリームを終了しました',
  },
} as const satisfies TextPart;
