// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Comparison, Condition, FactValue, FieldCondition, Operator } from '@bartizan/contracts';
import { showValue } from '../runtime/message.ts';
import { FACTS_BY_NAME } from '../runtime/vocabulary.ts';

/** A sentence in both languages. */
export interface Sentence {
  readonly en: string;
  readonly ja: string;
}
type Form = (name: Sentence, value: string) => Sentence;

const VALUES_SHOWN = 8;

function listed(value: FactValue | undefined): string {
  if (!Array.isArray(value)) return value === undefined ? '' : showValue(value);
  const rest = value.length - VALUES_SHOWN;
  return value.slice(0, VALUES_SHOWN).join(', ') + (rest > 0 ? ` (+${rest})` : '');
}

const FORMS: Readonly<Record<Operator, Form>> = {
  equals: ({ en, ja }, value) => ({ en: `${en} is ${value}`, ja: `${ja}が ${value} である` }),
  'not-equals': ({ en, ja }, value) => ({ en: `${en} is not ${value}`, ja: `${ja}が ${value} ではない` }),
  in: ({ en, ja }, value) => ({ en: `${en} is one of ${value}`, ja: `${ja}が ${value} のいずれかである` }),
  'not-in': ({ en, ja }, value) => ({
    en: `${en} is none of ${value}`,
    ja: `${ja}が ${value} のいずれでもない`,
  }),
  contains: ({ en, ja }, value) => ({ en: `${en} contains ${value}`, ja: `${ja}に ${value} が含まれる` }),
  'contains-any': ({ en, ja }, value) => ({
    en: `${en} contains one of ${value}`,
    ja: `${ja}に ${value} のいずれかが含まれる`,
  }),
  'starts-with': ({ en, ja }, value) => ({
    en: `${en} starts with ${value}`,
    ja: `${ja}が ${value} で始まる`,
  }),
  'ends-with': ({ en, ja }, value) => ({ en: `${en} ends with ${value}`, ja: `${ja}が ${value} で終わる` }),
  glob: ({ en, ja }, value) => ({ en: `${en} has the form ${value}`, ja: `${ja}が ${value} の形である` }),
  'any-glob': ({ en, ja }, value) => ({
    en: `${en} has one of the forms ${value}`,
    ja: `${ja}が ${value} のいずれかの形である`,
  }),
  'greater-than': ({ en, ja }, value) => ({
    en: `${en} is greater than ${value}`,
    ja: `${ja}が ${value} より大きい`,
  }),
  'less-than': ({ en, ja }, value) => ({
    en: `${en} is less than ${value}`,
    ja: `${ja}が ${value} より小さい`,
  }),
  present: ({ en, ja }) => ({ en: `${en} is known`, ja: `${ja}が分かっている` }),
  absent: ({ en, ja }) => ({ en: `${en} is not known`, ja: `${ja}が分かっていない` }),
};

const nameOf = (field: string): Sentence => FACTS_BY_NAME.get(field)?.phrase ?? { en: field, ja: field };

/** The opposite of a sentence. */
export const negate = ({ en, ja }: Sentence): Sentence => ({
  en: `it is not so that ${en}`,
  ja: `「${ja}」ではない`,
});

/** Says one comparison of what the phrase names; a yes-or-no fact is a sentence of its own. */
export function comparisonSentence(
  phrase: Sentence,
  { operator, value }: Pick<FieldCondition, 'operator' | 'value'>,
): Sentence {
  if (typeof value === 'boolean' && (operator === 'equals' || operator === 'not-equals'))
    return value === (operator === 'equals') ? phrase : negate(phrase);
  return FORMS[operator](phrase, listed(value));
}

const sentenceOf = (condition: FieldCondition): Sentence =>
  comparisonSentence(nameOf(condition.field), condition);

/** Several sentences with a word between them. */
export const joined = (parts: readonly Sentence[], en: string, ja: string): Sentence => ({
  en: parts.map((part) => part.en).join(en),
  ja: parts.map((part) => part.ja).join(ja),
});
/** A sentence in brackets, where it stands inside another. */
export const bracketed = ({ en, ja }: Sentence, needed: boolean): Sentence =>
  needed ? { en: `(${en})`, ja: `（${ja}）` } : { en, ja };

/** Says a condition in plain words, both languages. */
export function explainCondition(condition: Condition, inner = false): Sentence {
  if ('all' in condition) {
    const parts = condition.all.map((part) => explainCondition(part, true));
    return bracketed(joined(parts, ' and ', '、かつ'), inner && parts.length > 1);
  }
  if ('any' in condition) {
    const parts = condition.any.map((part) => explainCondition(part, true));
    return bracketed(joined(parts, ' or ', '、または'), inner && parts.length > 1);
  }
  if ('not' in condition) return negate(explainCondition(condition.not, true));
  return sentenceOf(condition);
}

const isOperator = (text: string): text is Operator => Object.hasOwn(FORMS, text);

/** Says one comparison that was made, with what it met. */
export function explainComparison({ field, operator, expected, actual }: Comparison): Sentence {
  const negated = operator.startsWith('not ');
  const plain = negated ? operator.slice(4) : operator;
  if (!isOperator(plain)) return { en: `${field} ${operator}`, ja: `${field} ${operator}` };
  const asked = sentenceOf({ field, operator: plain, value: expected });
  const { en, ja } = negated ? negate(asked) : asked;
  if (typeof expected === 'boolean') return { en, ja };
  if (actual === undefined) return { en: `${en} (it is not known)`, ja: `${ja}（不明）` };
  return { en: `${en} (it is ${listed(actual)})`, ja: `${ja}（実際：${listed(actual)}）` };
}
