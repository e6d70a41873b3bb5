// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type AdmissionCollection,
  type AdmissionCondition,
  type FactValue,
  type LocalText,
  ok,
  type Result,
} from '@bartizan/contracts';
import { type About, aboutAll, aboutField, aboutItems } from '../fields/about.ts';
import { COLLECTIONS } from '../fields/collections.ts';
import { CEL_VARIABLES } from '../fields/field.ts';
import { fieldNamed } from '../fields/named.ts';
import { comparisonText, fieldText } from './comparison.ts';
import { noForm, outsideFact, ownCel } from './reason.ts';

/** A condition in CEL, and what it reads of the object, so that two versions of it can be compared. */
export interface ConditionText {
  readonly text: string;
  readonly reads: readonly string[];
  readonly about: About;
}

type Parameters = Readonly<Record<string, FactValue>>;

/** The maps that have entries as items; CEL gives their keys in no order. */
const MAP_ENTRY = /\.map\(k, \{.*\}\)$/;

/** The list of a collection; all containers are a variable, since most rules need them. */
function collectionText(name: AdmissionCollection): Result<string, LocalText> {
  const { cel, outside } = COLLECTIONS[name];
  if (outside !== undefined) return outsideFact(name, outside);
  if (cel === undefined) return noForm(name);
  return ok(name === 'containers' ? 'allContainers' : cel);
}

function logic(
  word: '&&' | '||',
  parts: readonly AdmissionCondition[],
  parameters: Parameters,
): Result<ConditionText, LocalText> {
  const texts: ConditionText[] = [];
  for (const part of parts) {
    const text = conditionText(part, parameters);
    if (!text.ok) return text;
    texts.push(text.value);
  }
  return ok({
    text:
      texts.length === 1 ? (texts[0]?.text ?? '') : `(${texts.map(({ text }) => text).join(` ${word} `)})`,
    reads: texts.flatMap(({ reads }) => reads),
    about: aboutAll(texts.map(({ about }) => about)),
  });
}

/** What a quantifier reads: each item's image and fields, in order. */
function readsOf(name: AdmissionCollection, list: string, inner: ConditionText): string {
  const { subject } = COLLECTIONS[name];
  const variable = CEL_VARIABLES[subject];
  if (MAP_ENTRY.test(list)) return list.replace(MAP_ENTRY, '');
  const reads = subject === 'container' ? [`${variable}.?image`, ...inner.reads] : inner.reads;
  if (reads.length === 0) return `${list}.size()`;
  return `${list}.map(${variable}, [${reads.map((read) => `dyn(${read})`).join(', ')}])`;
}

function quantified(
  kind: 'some' | 'every' | 'count',
  part: { readonly name: AdmissionCollection; readonly where: AdmissionCondition; readonly atLeast: number },
  parameters: Parameters,
): Result<ConditionText, LocalText> {
  const { name, where, atLeast } = part;
  const list = collectionText(name);
  if (!list.ok) return list;
  const inner = conditionText(where, parameters);
  if (!inner.ok) return inner;
  const variable = CEL_VARIABLES[COLLECTIONS[name].subject];
  const { text } = inner.value;
  const asked = {
    some: `${list.value}.exists(${variable}, ${text})`,
    every: `${list.value}.all(${variable}, ${text})`,
    count: `${list.value}.filter(${variable}, ${text}).size() >= ${atLeast}`,
  }[kind];
  return ok({
    text: asked,
    reads: [readsOf(name, list.value, inner.value)],
    about: aboutItems(COLLECTIONS[name], inner.value.about),
  });
}

/** A condition as CEL over the names object, before, pod, podMeta and allContainers. */
export function conditionText(
  condition: AdmissionCondition,
  parameters: Parameters,
): Result<ConditionText, LocalText> {
  if ('all' in condition) return logic('&&', condition.all, parameters);
  if ('any' in condition) return logic('||', condition.any, parameters);
  if ('not' in condition) {
    const inner = conditionText(condition.not, parameters);
    return inner.ok ? ok({ ...inner.value, text: `!(${inner.value.text})` }) : inner;
  }
  const { where } = condition as { readonly where: AdmissionCondition };
  if ('some' in condition) return quantified('some', { name: condition.some, where, atLeast: 1 }, parameters);
  if ('every' in condition)
    return quantified('every', { name: condition.every, where, atLeast: 1 }, parameters);
  if ('count' in condition)
    return quantified('count', { name: condition.count, where, atLeast: condition.atLeast }, parameters);
  if ('cel' in condition) return ownCel;
  const field = fieldNamed(condition.field);
  if (field === undefined) return noForm(condition.field);
  const { parameter } = condition;
  const value = parameter === undefined ? condition.value : parameters[parameter];
  const text = comparisonText(field, condition, value);
  if (!text.ok) return text;
  const about = aboutField(field);
  const read = fieldText(field);
  return ok({ text: text.value, reads: about.ofObject && read.ok ? [read.value] : [], about });
}
