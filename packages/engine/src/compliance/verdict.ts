// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { LocalText } from '@bartizan/contracts';
import type { BenchmarkStatus, Evidence } from '@bartizan/contracts/compliance';

/** What a check says of a node. */
export interface Verdict {
  readonly status: BenchmarkStatus;
  readonly reason: LocalText;
  readonly evidence: readonly string[];
}

export const verdict = (
  status: BenchmarkStatus,
  reason: LocalText,
  evidence: readonly (Evidence | string)[] = [],
): Verdict => ({
  status,
  reason: { en: reason.en.slice(0, 1000), ja: reason.ja.slice(0, 1000) },
  evidence: evidence.map((one) => (typeof one === 'string' ? one : one.id)).slice(0, 128),
});

const FAULTS: Readonly<Record<string, LocalText>> = {
  permission: { en: 'permission was refused', ja: '読み取りの権限がありません' },
  symlink: {
    en: 'a link leads in a circle or out of the tree',
    ja: 'リンクが循環しているか、ツリーの外を指しています',
  },
  'too-large': { en: 'it is larger than what is read', ja: '読み取りの上限を超える大きさです' },
  truncated: { en: 'it ends in the middle', ja: '途中で途切れています' },
  malformed: { en: 'it cannot be parsed', ja: '形式が正しくありません' },
  'not-regular': { en: 'it is no regular file', ja: '通常のファイルではありません' },
  vanished: { en: 'a setting names it, and it is not there', ja: '設定で指定されていますが、存在しません' },
  'no-access': { en: 'the Kubernetes API did not allow it', ja: 'Kubernetes API で許可されませんでした' },
  hidden: {
    en: 'the program hides its arguments, and no unit or file tells them',
    ja: 'プログラムが引数を隠しており、ユニットやファイルからも分かりません',
  },
  managed: {
    en: 'the provider of the cluster runs this part and does not show it',
    ja: 'クラスターの提供事業者が管理する部分のため、見えません',
  },
  'not-asked': { en: 'it was not asked in this run', ja: 'この実行では調べていません' },
  'not-collected': { en: 'no evidence of it was collected', ja: '証拠が収集されていません' },
  conflict: { en: 'two places say different things', ja: '二つの場所で内容が食い違っています' },
  default: {
    en: 'nobody sets it, and its default depends on a version or distribution that is not known well enough',
    ja: '設定されておらず、既定値を決めるバージョンやディストリビューションが十分に分かりません',
  },
  io: { en: 'it could not be read', ja: '読み取れませんでした' },
};

/** Why something is not known, in words. */
export function unknownReason(about: string, fault: string, path?: string): LocalText {
  const said = (Object.hasOwn(FAULTS, fault) ? FAULTS[fault] : undefined) ??
    FAULTS['io'] ?? { en: '', ja: '' };
  const where = path === undefined ? about : `${about} (${path})`;
  return { en: `${where}: ${said.en}`, ja: `${where}：${said.ja}` };
}

/** The worst of several: a failure is told first, then what is not known. */
export function worstOf(verdicts: readonly Verdict[]): Verdict | undefined {
  for (const status of ['fail', 'unknown', 'pass'] as const) {
    const found = verdicts.filter((one) => one.status === status);
    const [first] = found;
    if (first !== undefined)
      return { ...first, evidence: [...new Set(found.flatMap(({ evidence }) => evidence))].slice(0, 128) };
  }
  return verdicts[0];
}
