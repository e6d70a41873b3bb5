// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type {
  AdmissionCollection,
  AdmissionCondition,
  AdmissionFieldCondition,
  AdmissionOperation,
  AdmissionRule,
  FactValue,
  Operator,
} from '@bartizan/contracts';
import { bracketed, comparisonSentence, joined, negate, type Sentence } from '../../explain/condition.ts';
import { COLLECTIONS } from '../fields/collections.ts';
import { fieldNamed } from '../fields/named.ts';

const NOT_SET: Readonly<Partial<Record<AdmissionFieldCondition['operator'], Sentence>>> = {
  present: { en: 'is set', ja: 'が設定されている' },
  absent: { en: 'is not set', ja: 'が設定されていない' },
};

const OPPOSITES: Readonly<Partial<Record<Operator, Operator>>> = { equals: 'not-equals', in: 'not-in' };

/** Empty text would be seen as a gap in the sentence. */
const visible = (value: FactValue): FactValue => {
  if (value === '') return '""';
  return Array.isArray(value) ? value.map((item) => (item === '' ? '""' : item)) : value;
};

/** A yes-or-no field that is, or is not, set to a value; "not set to" holds also when it is left out. */
const flag = (phrase: Sentence, value: boolean, isNegated: boolean): Sentence => ({
  en: `"${phrase.en}" is ${isNegated ? 'not ' : ''}set to ${value}`,
  ja: `「${phrase.ja}」が ${value} に設定されて${isNegated ? 'いない' : 'いる'}`,
});

function comparison(condition: AdmissionFieldCondition, isNegated = false): Sentence {
  const { field, operator, parameter } = condition;
  const phrase = fieldNamed(field)?.phrase ?? { en: field, ja: field };
  const presence = NOT_SET[isNegated ? opposite(operator) : operator];
  if (presence !== undefined) return { en: `${phrase.en} ${presence.en}`, ja: `${phrase.ja}${presence.ja}` };
  const value = parameter === undefined ? condition.value : `<${parameter}>`;
  if (typeof value === 'boolean' && (operator === 'equals' || operator === 'not-equals'))
    return operator === 'equals' && value && !isNegated
      ? phrase
      : flag(phrase, value, isNegated !== (operator === 'not-equals'));
  const shown = value === undefined ? {} : { value: visible(value) };
  const plain = comparisonSentence(phrase, { operator, ...shown });
  if (!isNegated) return plain;
  const turned = OPPOSITES[operator];
  if (turned === undefined) return negate(plain);
  const { en, ja } = comparisonSentence(phrase, { operator: turned, ...shown });
  return { en: `${en} (or it is not set)`, ja: `${ja}（未設定を含む）` };
}

/** The opposite of whether something is set; other operators stay as they are. */
const opposite = (operator: Operator): Operator =>
  operator === 'present' ? 'absent' : operator === 'absent' ? 'present' : operator;

/** Says that items of a list are so. */
function quantified(
  collection: AdmissionCollection,
  where: AdmissionCondition,
  kind: 'some' | 'every' | number,
): Sentence {
  const { en, ja } = COLLECTIONS[collection];
  const inner = explainAdmissionCondition(where, true);
  // The verb stays last in Japanese, as what follows from it is appended: in between there is room for brackets only.
  const such = `条件（${explainAdmissionCondition(where).ja}）を満たす${ja}`;
  if (kind === 'some')
    return {
      en: `there is ${en.one} for which ${inner.en}`,
      ja: `${such}がある`,
    };
  if (kind === 'every') return { en: `for ${en.all} ${inner.en}`, ja: `すべての${ja}について、${inner.ja}` };
  return {
    en: `of ${en.all} at least ${kind} are such that ${inner.en}`,
    ja: `${such}が ${kind} 件以上ある`,
  };
}

/** Says a condition of an admission rule in plain words, both languages. */
export function explainAdmissionCondition(condition: AdmissionCondition, inner = false): Sentence {
  if ('all' in condition) {
    const parts = condition.all.map((part) => explainAdmissionCondition(part, true));
    return bracketed(joined(parts, ' and ', '、かつ'), inner && parts.length > 1);
  }
  if ('any' in condition) {
    const parts = condition.any.map((part) => explainAdmissionCondition(part, true));
    return bracketed(joined(parts, ' or ', '、または'), inner && parts.length > 1);
  }
  if ('not' in condition)
    return 'field' in condition.not
      ? comparison(condition.not, true)
      : negate(explainAdmissionCondition(condition.not, true));
  if ('some' in condition) return bracketed(quantified(condition.some, condition.where, 'some'), inner);
  if ('every' in condition) return bracketed(quantified(condition.every, condition.where, 'every'), inner);
  if ('count' in condition)
    return bracketed(quantified(condition.count, condition.where, condition.atLeast), inner);
  if ('cel' in condition)
    return { en: `the expression ${condition.cel} is true`, ja: `式 ${condition.cel} が真である` };
  return comparison(condition);
}

const OPERATION_WORDS: Readonly<Record<AdmissionOperation, Sentence>> = {
  CREATE: { en: 'created', ja: '作成' },
  UPDATE: { en: 'changed', ja: '変更' },
  DELETE: { en: 'deleted', ja: '削除' },
  CONNECT: { en: 'connected to', ja: '接続' },
};
const MODE_WORDS: Readonly<Record<AdmissionRule['mode'], Sentence>> = {
  enforce: { en: 'it is refused', ja: '拒否します' },
  warn: { en: 'the user is warned', ja: '利用者に警告します' },
  audit: { en: 'it is recorded', ja: '記録します' },
};
const UNKNOWN_WORDS: Readonly<Record<AdmissionRule['whenUnknown'], Sentence>> = {
  deny: { en: 'treated like a violation', ja: '違反と同じく扱います' },
  alert: { en: 'let through with an alert', ja: '警告を出して通します' },
  allow: { en: 'let through', ja: '通します' },
};

function resourcesOf({ match }: AdmissionRule): Sentence {
  const words = match.resources.map((resource) =>
    resource === 'workloads'
      ? { en: 'a pod or anything that makes pods', ja: 'Pod または Pod を作るもの' }
      : { en: resource.replace(/^\//, ''), ja: resource.replace(/^\//, '') },
  );
  const { en, ja } = joined(words, ', ', '、');
  return { en, ja: ja.replace(/[!-~]$/, '$& ') };
}

/** Says a whole admission rule in plain words: when it is asked, what it asks, and what follows. */
export function explainAdmissionRule(rule: AdmissionRule): Sentence {
  const what = resourcesOf(rule);
  const when = joined(
    rule.match.operations.map((operation) => OPERATION_WORDS[operation]),
    ' or ',
    '・',
  );
  const { namespaces = [], excludeNamespaces = [] } = rule.match;
  const where = {
    en:
      (namespaces.length > 0 ? ` in ${namespaces.join(', ')}` : '') +
      (excludeNamespaces.length > 0 ? ` outside of ${excludeNamespaces.join(', ')}` : ''),
    ja:
      (namespaces.length > 0 ? `（名前空間 ${namespaces.join('、')}）` : '') +
      (excludeNamespaces.length > 0 ? `（名前空間 ${excludeNamespaces.join('、')} を除く）` : ''),
  };
  const asked = explainAdmissionCondition(rule.condition);
  const then =
    rule.effect === 'allow'
      ? { en: 'it is allowed and no later rule is asked', ja: '許可し、以降のルールは適用しません' }
      : MODE_WORDS[rule.mode];
  const unknown = UNKNOWN_WORDS[rule.whenUnknown];
  return {
    en: `When ${what.en} is ${when.en}${where.en} and ${asked.en}, ${then.en}. What is not known is ${unknown.en}.`,
    ja: `${what.ja}が${when.ja}されるとき${where.ja}、${asked.ja}なら、${then.ja}。不明な場合は${unknown.ja}。`,
  };
}
