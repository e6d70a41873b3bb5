// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ERRORS, type ErrorCode, type LocalText } from '@bartizan/contracts';
import { SINCE_START } from '../../system-scope-journal.ts';

const LENGTH_UNITS: Readonly<Record<string, string>> = { h: '時間', min: '分', s: '秒' };
/** Why a grant of access is over. */
const END_WORDS: Readonly<Record<string, LocalText>> = {
  time: { en: 'its time was over', ja: '期限の終了' },
  person: { en: 'somebody ended it', ja: '利用者による終了' },
  'in-cluster': { en: 'its binding was removed in the cluster', ja: 'クラスター上でのバインディングの削除' },
  'not-decided': { en: 'nobody decided within a day', ja: '1 日以内に判断なし' },
  'not-applied': { en: 'it never was in the cluster', ja: 'クラスターに反映されないまま終了' },
};

function refusalWords(code: string, more: string | undefined): LocalText | undefined {
  const entry = Object.hasOwn(ERRORS, code) ? ERRORS[code as ErrorCode] : undefined;
  if (entry === undefined) return undefined;
  return {
    en: `${entry.title.en} (${code}${more === undefined ? '' : `: ${more}`})`,
    ja: `${entry.title.ja}（${code}）`,
  };
}

const FORMS: readonly (readonly [RegExp, (match: readonly string[]) => LocalText | undefined])[] = [
  [
    /^(E_[A-Z_]+)(?:: (.*))?; (\d+) more since ([0-9TZ:.-]+)$/s,
    ([, code = '', more, count, since]) => {
      const refused = refusalWords(code, more);
      return refused === undefined
        ? undefined
        : {
            en: `${refused.en}, ${count} more since ${since}`,
            ja: `${refused.ja}、${since} 以降さらに ${count} 件`,
          };
    },
  ],
  [/^(E_[A-Z_]+)(?:: (.*))?$/s, ([, code = '', more]) => refusalWords(code, more)],
  [
    /^(\d+) others refused since ([0-9TZ:.-]+)$/,
    ([detail = '', count, since]) => ({ en: detail, ja: `${since} 以降、ほかに ${count} 件を拒否` }),
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
  [
    /^(.{1,640}?) gets (.+?) in (\S+) for (\d+) (h|min|s): (.+)$/s,
    ([detail = '', subject, what, where, count, unit = '', reason]) => ({
      en: detail,
      ja: `${subject}、${what}、${where === '*' ? 'クラスター全体' : where}、${count} ${LENGTH_UNITS[unit]}: ${reason}`,
    }),
  ],
  [
    /^in the cluster until ([0-9TZ:.-]+)$/,
    ([detail = '', until]) => ({ en: detail, ja: `クラスターに反映、期限 ${until}` }),
  ],
  [
    /^over: (time|person|in-cluster|not-decided|not-applied)$/,
    ([, end = '']) => {
      const words = END_WORDS[end];
      return words === undefined ? undefined : { en: `over: ${words.en}`, ja: `終了: ${words.ja}` };
    },
  ],
  [
    /^changed in the cluster(?: by (.{1,253}))?; left as it is$/,
    ([detail = '', by]) => ({
      en: detail,
      ja: `${by === undefined ? '' : `${by} により`}クラスター上で変更（元に戻さない）`,
    }),
  ],
  [
    /^the controller may not write it: to be applied by hand$/,
    ([detail = '']) => ({ en: detail, ja: 'コントローラーに書き込み権限がないため手動で適用' }),
  ],
  [
    /^(\S+) removed: over, and no request knows of it$/,
    ([detail = '', named]) => ({ en: detail, ja: `${named} を削除: 期限切れで、対応する申請がない` }),
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
