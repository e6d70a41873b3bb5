// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type LocalText, sameText } from '@bartizan/contracts';
import type { SettingItem, SettingOperator } from '@bartizan/contracts/compliance';
import { isNoTime, type KnownSetting } from './setting.ts';

const TRUE = new Set(['true', 'True', 'TRUE', 't', 'T', '1']);
const FALSE = new Set(['false', 'False', 'FALSE', 'f', 'F', '0']);

/** Text with the spellings of truth values and of no time at all made one. */
function plain(value: string, like: string): string {
  if (like === 'true' || like === 'false') {
    if (TRUE.has(value)) return 'true';
    if (FALSE.has(value)) return 'false';
  }
  if (like === '0' && isNoTime(value)) return '0';
  return value;
}

const itemsOf = (value: string): string[] =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** An address holds its host, whatever the port. */
const holds = (value: string, wanted: string): boolean =>
  itemsOf(value).some((item) => item === wanted || item.startsWith(`${wanted}:`));

const comparisons: Readonly<Record<SettingOperator, (value: string, wanted: string) => boolean>> = {
  set: (value) => value !== '',
  unset: () => false,
  eq: (value, wanted) => plain(value, wanted) === wanted,
  noteq: (value, wanted) => plain(value, wanted) !== wanted,
  gte: (value, wanted) => /^-?\d+$/.test(value) && Number(value) >= Number(wanted),
  has: holds,
  nothave: (value, wanted) => !holds(value, wanted),
  elements: (value, wanted) => {
    const allowed = new Set(itemsOf(wanted));
    const items = itemsOf(value);
    return items.length > 0 && items.every((item) => allowed.has(item));
  },
};

/** Whether a setting is as an item asks. */
export function holdsFor(setting: KnownSetting, item: SettingItem): boolean {
  if (item.op === 'unset') return !setting.isExplicit || setting.value === '';
  if (item.op === 'set') return setting.isExplicit && (setting.value ?? '') !== '';
  if (setting.value === undefined) return item.op === 'noteq' || item.op === 'nothave';
  return comparisons[item.op](setting.value, item.value ?? '');
}

/** What an item asks, for people. */
export function wantedText({ op, value = '' }: SettingItem): LocalText {
  const shown = value.length > 120 ? `${value.slice(0, 120)}…` : value;
  switch (op) {
    case 'set':
      return { en: 'set', ja: '設定されていること' };
    case 'unset':
      return { en: 'not set', ja: '設定されていないこと' };
    case 'eq':
      return sameText(shown);
    case 'noteq':
      return { en: `anything but ${shown}`, ja: `${shown} 以外` };
    case 'gte':
      return { en: `at least ${shown}`, ja: `${shown} 以上` };
    case 'has':
      return { en: `to contain ${shown}`, ja: `${shown} を含むこと` };
    case 'nothave':
      return { en: `not to contain ${shown}`, ja: `${shown} を含まないこと` };
    case 'elements':
      return { en: `only of ${shown}`, ja: `次の値だけであること：${shown}` };
  }
}
