// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { LocalText } from '@bartizan/contracts';
import type { BenchmarkAsk, SettingItem } from '@bartizan/contracts/compliance';
import { holdsFor, wantedText } from './compare.ts';
import { CONTROL_PLANE, type NodeFacts } from './node-facts.ts';
import { type KnownSetting, type Setting, settingOf } from './setting.ts';
import { unknownReason, type Verdict, verdict, worstOf } from './verdict.ts';

type SettingAsk = Extract<BenchmarkAsk, { kind: 'setting' }>;

const nameOf = ({ flag, key, env }: SettingItem): string => flag ?? key ?? env ?? '';

const ORIGINS: Readonly<Record<KnownSetting['origin'], LocalText>> = {
  flag: { en: 'by its flag', ja: 'フラグで指定' },
  file: { en: 'by its file', ja: 'ファイルで指定' },
  'drop-in': { en: 'by a drop-in', ja: 'ドロップインで指定' },
  default: { en: 'by default', ja: '既定値' },
  api: { en: 'by the API', ja: 'API の値' },
  process: { en: 'by its environment', ja: '環境変数で指定' },
};

function shown({ value, origin, path, isExplicit }: KnownSetting): LocalText {
  if (value === undefined || (!isExplicit && value === '')) return { en: 'not set', ja: '未設定' };
  const cut = value.length > 200 ? `${value.slice(0, 200)}…` : value === '' ? '""' : value;
  const place = path === undefined ? '' : ` ${path}`;
  return { en: `${cut} (${ORIGINS[origin].en}${place})`, ja: `${cut}（${ORIGINS[origin].ja}${place}）` };
}

function itemVerdict(setting: KnownSetting, ask: SettingAsk, item: SettingItem): Verdict {
  const name = `${ask.component} ${nameOf(item)}`;
  const is = shown(setting);
  const over: LocalText =
    setting.overridden === undefined
      ? { en: '', ja: '' }
      : {
          en: `; the file says ${setting.overridden.slice(0, 120)}, the flag wins`,
          ja: `。ファイルの値 ${setting.overridden.slice(0, 120)} よりフラグが優先されます`,
        };
  if (holdsFor(setting, item))
    return verdict(
      'pass',
      { en: `${name}: ${is.en}${over.en}`, ja: `${name}：${is.ja}${over.ja}` },
      setting.evidence,
    );
  const wanted = wantedText(item);
  return verdict(
    'fail',
    {
      en: `${name} is ${is.en}, should be ${wanted.en}${over.en}`,
      ja: `${name} は ${is.ja}。求める値：${wanted.ja}${over.ja}`,
    },
    setting.evidence,
  );
}

function unresolved(facts: NodeFacts, ask: SettingAsk, item: SettingItem, setting: Setting): Verdict {
  if (setting.state === 'unknown')
    return verdict(
      'unknown',
      unknownReason(`${ask.component} ${nameOf(item)}`, setting.fault, setting.path),
      setting.evidence,
    );
  if (facts.isManaged && CONTROL_PLANE.has(ask.component))
    return verdict('unknown', unknownReason(ask.component, 'managed'), setting.evidence);
  return verdict(
    'not-applicable',
    {
      en: `${ask.component} does not run on this node`,
      ja: `このノードでは ${ask.component} は動いていません`,
    },
    setting.evidence,
  );
}

/** Judges settings. `any`: one alternative is enough; an unknown one keeps the answer open unless another holds. */
export function judgeSetting(ask: SettingAsk, facts: NodeFacts): Verdict {
  const verdicts = ask.items.map((item) => {
    const setting = settingOf(facts, ask.component, item);
    return setting.state === 'known'
      ? itemVerdict(setting, ask, item)
      : unresolved(facts, ask, item, setting);
  });
  const missing = verdicts.find(({ status }) => status === 'not-applicable');
  if (missing !== undefined) return missing;
  const decided =
    ask.join === 'any'
      ? (verdicts.find(({ status }) => status === 'pass') ??
        verdicts.find(({ status }) => status === 'unknown') ??
        verdicts[0])
      : worstOf(verdicts);
  return decided ?? verdict('unknown', unknownReason(ask.component, 'not-asked'));
}
