// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ERRORS, type ErrorCode, type LocalText } from '@bartizan/contracts';
import { SINCE_START } from '../../system-scope-journal.ts';

const FORMS: readonly (readonly [RegExp, (match: readonly string[]) => LocalText | undefined])[] = [
  [
    /^(E_[A-Z_]+)(?:: (.*))?$/s,
    ([, code = '', more]) => {
      const entry = Object.hasOwn(ERRORS, code) ? ERRORS[code as ErrorCode] : undefined;
      if (entry === undefined) return undefined;
      return {
        en: `${entry.title.en} (${code}${more === undefined ? '' : `: ${more}`})`,
        ja: `${entry.title.ja}（${code}）`,
      };
    },
  ],
  [/^serial ([0-9a-fA-F]+)$/, ([, serial]) => ({ en: `serial ${serial}`, ja: `シリアル番号 ${serial}` })],
  [
    /^(\S.*?) until ([0-9TZ:.-]+), (.+?): (.+)$/s,
    ([detail = '', match, until, owner, reason]) => ({
      en: detail,
      ja: `${match}、期限 ${until}、${owner}: ${reason}`,
    }),
  ],
  [
    /^(deleted|changed)(?: by (.{1,128}))?; restored$/,
    ([, act = '', by]) => {
      const who = by === undefined ? { en: '', ja: '' } : { en: ` by ${by}`, ja: `${by} により` };
      return {
        en: `${act}${who.en}; restored`,
        ja: `${who.ja}${act === 'deleted' ? '削除' : '変更'}されたため復元`,
      };
    },
  ],
  [
    /^(applied|only compared): (.+)$/s,
    ([detail = '', act, changes = '']) => {
      const what = changes === 'nothing to change' ? '変更なし' : changes;
      return { en: detail, ja: `${act === 'applied' ? '適用' : '比較のみ'}: ${what}` };
    },
  ],
  [
    /^revision (\S+), mode (\S+), (\S+)$/,
    ([detail = '', revision, mode, state]) => ({
      en: detail,
      ja: `リビジョン ${revision}、モード ${mode}、${state === 'disabled' ? '無効' : '有効'}`,
    }),
  ],
  [
    /^(\d+) probes, (\d+) answered$/,
    ([detail = '', asked, open]) => ({ en: detail, ja: `プローブ ${asked} 件、応答 ${open} 件` }),
  ],
  [/^trust ([0-9a-f]+)$/, ([, key]) => ({ en: `trust ${key}`, ja: `信頼する鍵 ${key}` })],
  [/^(\d+) bytes$/, ([, bytes]) => ({ en: `${bytes} bytes`, ja: `${bytes} バイト` })],
];

/**
 * What a record of the audit log says in more detail, in both languages. The stored text is part of the hash chain and
 * never changes, so that it is read by its form; names, roles and what people wrote are in no language and stay.
 */
export function auditWords(detail: string): LocalText | undefined {
  if (detail === SINCE_START) return { en: SINCE_START, ja: '起動後の最初の使用' };
  for (const [form, told] of FORMS) {
    const match = form.exec(detail);
    if (match !== null) return told(match);
  }
  return undefined;
}
