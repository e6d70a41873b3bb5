// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionCondition, AdmissionRule, FactValue, LocalText, Operator } from '@bartizan/contracts';
import { showValue } from '@bartizan/engine';
import { COLLECTIONS, fieldNamed } from '@bartizan/engine/admission';

const INDENT = '  ';
const VALUES_SHOWN = 12;

function valueText(value: FactValue | undefined, parameter: string | undefined): string {
  if (parameter !== undefined) return `{${parameter}}`;
  if (!Array.isArray(value)) return value === undefined ? '' : showValue(value);
  const rest = value.length - VALUES_SHOWN;
  return `${value.slice(0, VALUES_SHOWN).join(', ')}${rest > 0 ? ` (+${rest})` : ''}`;
}

type Form = (name: LocalText, value: string) => LocalText;
const form =
  (en: string, ja: string): Form =>
  (name, value) => ({
    en: en.replace('{name}', name.en).replace('{value}', value),
    ja: ja.replace('{name}', name.ja).replace('{value}', value),
  });

/** A comparison as a sentence. */
const FORMS: Readonly<Record<Operator, Form>> = {
  equals: form('{name} is {value}', '{name}が {value} である'),
  'not-equals': form('{name} is not {value}', '{name}が {value} でない'),
  in: form('{name} is one of {value}', '{name}が次のいずれかである：{value}'),
  'not-in': form('{name} is none of {value}', '{name}が次のいずれでもない：{value}'),
  contains: form('{name} contains {value}', '{name}に {value} が含まれる'),
  'contains-any': form('{name} contains one of {value}', '{name}に次のいずれかが含まれる：{value}'),
  'starts-with': form('{name} starts with {value}', '{name}が {value} で始まる'),
  'ends-with': form('{name} ends with {value}', '{name}が {value} で終わる'),
  glob: form('{name} has the form {value}', '{name}が {value} の形である'),
  'any-glob': form('{name} has one of the forms {value}', '{name}が次のいずれかの形である：{value}'),
  'greater-than': form('{name} is greater than {value}', '{name}が {value} より大きい'),
  'less-than': form('{name} is less than {value}', '{name}が {value} より小さい'),
  present: form('{name} is set', '{name}が設定されている'),
  absent: form('{name} is not set', '{name}が設定されていない'),
};

/** A field whose phrase is a sentence of its own needs no "is true" behind it. */
function comparison(condition: Extract<AdmissionCondition, { field: string }>): LocalText {
  const { field, operator, value, parameter } = condition;
  const known = fieldNamed(field);
  const name = known?.phrase ?? { en: field, ja: field };
  if (known?.type === 'boolean' && parameter === undefined && typeof value === 'boolean') {
    if (operator === 'equals' && value) return { en: name.en, ja: name.ja };
    if ((operator === 'equals' && !value) || (operator === 'not-equals' && value))
      return { en: `it is not so that ${name.en}`, ja: `「${name.ja}」が成り立たない` };
  }
  return FORMS[operator](name, valueText(value, parameter));
}

type Words = readonly LocalText[];
const deeper = (words: Words): Words =>
  words.map(({ en, ja }) => ({ en: `${INDENT}${en}`, ja: `${INDENT}${ja}` }));
const under = (en: string, ja: string, words: Words): Words => [{ en, ja }, ...deeper(words)];

function quantified(condition: AdmissionCondition): Words {
  if ('some' in condition) {
    const { en, ja } = COLLECTIONS[condition.some];
    return under(`for ${en.one}:`, `いずれかの${ja}について：`, conditionWords(condition.where));
  }
  if ('every' in condition) {
    const { en, ja } = COLLECTIONS[condition.every];
    return under(`for ${en.all}:`, `すべての${ja}について：`, conditionWords(condition.where));
  }
  if ('count' in condition) {
    const { en, ja } = COLLECTIONS[condition.count];
    const { atLeast } = condition;
    return under(
      `at least ${atLeast} times, for ${en.one}:`,
      `${atLeast} 個以上の${ja}について：`,
      conditionWords(condition.where),
    );
  }
  return 'cel' in condition ? [{ en: `CEL: ${condition.cel}`, ja: `CEL：${condition.cel}` }] : [];
}

/** A condition in words, one line each, deeper parts indented. */
export function conditionWords(condition: AdmissionCondition): Words {
  if ('field' in condition) return [comparison(condition)];
  if ('all' in condition) return under('all of:', '次のすべて：', condition.all.flatMap(conditionWords));
  if ('any' in condition) return under('one of:', '次のいずれか：', condition.any.flatMap(conditionWords));
  if ('not' in condition) return under('not:', '次が成り立たない：', conditionWords(condition.not));
  return quantified(condition);
}

const list = (values: readonly string[] | undefined): string => (values ?? []).join(', ');

/** Which requests a rule is asked about, in words. */
export function matchWords({ match }: AdmissionRule): Words {
  const words: LocalText[] = [
    { en: `resources: ${list(match.resources)}`, ja: `リソース：${list(match.resources)}` },
    { en: `operations: ${list(match.operations)}`, ja: `操作：${list(match.operations)}` },
  ];
  const more = (values: readonly string[] | undefined, en: string, ja: string): void => {
    if (values !== undefined && values.length > 0)
      words.push({ en: `${en}: ${list(values)}`, ja: `${ja}：${list(values)}` });
  };
  const pairs = (labels: Readonly<Record<string, string>> | undefined): string[] =>
    Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  more(match.namespaces, 'only in the namespaces', '対象の名前空間');
  more(match.excludeNamespaces, 'never in the namespaces', '除外する名前空間');
  more(pairs(match.labels), 'labels of the object', 'オブジェクトのラベル');
  more(pairs(match.namespaceLabels), 'labels of the namespace', '名前空間のラベル');
  more(match.users, 'only for the users', '対象のユーザー');
  more(match.excludeUsers, 'never for the users', '除外するユーザー');
  more(match.groups, 'only for members of', '対象のグループ');
  return words;
}
