// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionCondition, AdmissionRule, LocalText } from '@bartizan/contracts';
import { COLLECTIONS, explainAdmissionCondition } from '@bartizan/engine/admission';

const INDENT = '  ';

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
  if ('field' in condition) return [explainAdmissionCondition(condition)];
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
