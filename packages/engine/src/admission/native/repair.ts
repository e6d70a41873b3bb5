// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type AdmissionCondition,
  type AdmissionFixStep,
  type FactValue,
  type LocalText,
  ok,
  type Result,
} from '@bartizan/contracts';
import { pointerOf } from '../pod/json.ts';
import { clashText, type RepairStep } from './clash-text.ts';
import { conditionText } from './condition.ts';
import { noRepair } from './reason.ts';

type Parameters = Readonly<Record<string, FactValue>>;

/** The lists of a pod in which containers of a collection stand; no pod is created with ephemeral ones. */
const LISTS: Readonly<Record<string, readonly string[]>> = {
  containers: ['initContainers', 'containers'],
  'init-containers': ['initContainers'],
  'regular-containers': ['containers'],
  'ephemeral-containers': [],
};

/** Containers that violate a rule: those of a list of which a text holds. */
interface Violating {
  readonly lists: readonly string[];
  readonly text: string;
}
interface Found {
  readonly containers: readonly Violating[];
  /** Whether something else than a container may be what violates. */
  readonly isElsewhere: boolean;
  /** Whether it may be a part of a container. */
  readonly isBelow: boolean;
}

const hasQuantifier = (condition: AdmissionCondition): boolean => {
  if ('all' in condition) return condition.all.some(hasQuantifier);
  if ('any' in condition) return condition.any.some(hasQuantifier);
  if ('not' in condition) return hasQuantifier(condition.not);
  return !('field' in condition || 'cel' in condition);
};

/** What must hold beside: that of before, and these. */
function guarded(
  guards: readonly string[],
  parts: readonly AdmissionCondition[],
  parameters: Parameters,
): Result<readonly string[], LocalText> {
  const texts = [...guards];
  for (const part of parts) {
    const text = conditionText(part, parameters);
    if (!text.ok) return text;
    texts.push(text.value.text);
  }
  return ok(texts);
}

/** Which containers violate a condition, found the way the closure finds the places it names. */
function violatingIn(
  condition: AdmissionCondition,
  guards: readonly string[],
  parameters: Parameters,
): Result<Found, LocalText> {
  if ('some' in condition) {
    const lists = LISTS[condition.some];
    if (lists === undefined) return noRepair;
    const where = conditionText(condition.where, parameters);
    if (!where.ok) return where;
    const text = [...guards, where.value.text].map((one) => `(${one})`).join(' && ');
    const isBelow = hasQuantifier(condition.where);
    return ok({ containers: [{ lists, text }], isElsewhere: false, isBelow });
  }
  const parts = 'all' in condition ? condition.all : 'any' in condition ? condition.any : undefined;
  if (parts === undefined)
    return hasQuantifier(condition) ? noRepair : ok({ containers: [], isElsewhere: true, isBelow: false });
  const asked = parts.filter(hasQuantifier);
  const others = parts.filter((part) => !asked.includes(part));
  const isAll = 'all' in condition;
  // Two lists that must both violate: which of their containers is meant is not said.
  if (isAll && asked.length > 1) return noRepair;
  const inner = guarded(guards, isAll ? others : [], parameters);
  if (!inner.ok) return inner;
  const found: Found[] = [];
  for (const part of asked) {
    const one = violatingIn(part, inner.value, parameters);
    if (!one.ok) return one;
    found.push(one.value);
  }
  const isElsewhere = others.length > 0 && (!isAll || asked.length === 0);
  return ok({
    containers: found.flatMap(({ containers }) => containers),
    isElsewhere: isElsewhere || found.some((one) => one.isElsewhere),
    isBelow: found.some(({ isBelow }) => isBelow),
  });
}

/** A value of JSON as CEL writes it. Members of a map may be of several types: then they are of none. */
function valueText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((one) => `dyn(${valueText(one)})`).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const members = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: dyn(${valueText(one)})`);
  return `{${members.join(', ')}}`;
}

const member = (key: string): string =>
  /^[A-Za-z_]\w*$/.test(key) ? `.?${key}` : `[?${JSON.stringify(key)}]`;
const readOf = (holder: string, steps: readonly string[]): string =>
  `${holder}${steps.map(member).join('')}.hasValue()`;
const unescaped = (key: string): string => key.replaceAll('~1', '/').replaceAll('~0', '~');

function stepOf({ op, path, value }: AdmissionFixStep): RepairStep {
  const close = path.indexOf('}');
  const isNamed = path.startsWith('{');
  const steps = (isNamed ? path.slice(close + 1) : path).split('/').slice(1).map(unescaped);
  return { op, word: isNamed ? path.slice(1, close) : '', steps, value };
}

/** Steps that do not stand in each other's way can be made from one look at the object. */
function areApart(steps: readonly RepairStep[]): boolean {
  const isBefore = (one: readonly string[], two: readonly string[]): boolean =>
    one.every((key, at) => two[at] === key);
  return steps.every((one, at) =>
    steps.slice(at + 1).every((two) => {
      if (one.word !== two.word) return true;
      if (one.op === 'remove' || two.op === 'remove')
        return !isBefore(one.steps, two.steps) && !isBefore(two.steps, one.steps);
      return one.steps[0] !== two.steps[0];
    }),
  );
}

/** A step as an operation of a JSON patch; parents that are missing come with it. */
function patchText({ op, steps, value }: RepairStep, holder: string, place: string): string {
  const path = (count: number): string =>
    place.startsWith('"')
      ? `${place} + ${JSON.stringify(pointerOf(steps.slice(0, count)))}`
      : JSON.stringify(`${place}${pointerOf(steps.slice(0, count))}`);
  if (op === 'remove') return `JSONPatch{op: "remove", path: ${path(steps.length)}}`;
  const add = (count: number): string => {
    const inner = steps.slice(count).reduceRight<unknown>((held, key) => ({ [key]: held }), value);
    return `JSONPatch{op: "add", path: ${path(count)}, value: ${valueText(inner)}}`;
  };
  let text = add(1);
  for (let count = 1; count < steps.length; count += 1)
    text = `${readOf(holder, steps.slice(0, count))} ? ${add(count + 1)} : (${text})`;
  return text;
}

const HOLDERS: Readonly<Record<string, { readonly holder: string; readonly place: string }>> = {
  '': { holder: 'object', place: '' },
  pod: { holder: 'object.?spec', place: '/spec' },
  podMetadata: { holder: 'object.?metadata', place: '/metadata' },
};

/** A step below the object or the pod: once, when the rule is violated at all. */
function podText(step: RepairStep, violated: string): string | undefined {
  const known = HOLDERS[step.word];
  if (known === undefined) return undefined;
  const needs =
    step.op === 'remove' ? `(${violated}) && ${readOf(known.holder, step.steps)}` : `(${violated})`;
  return `(${needs} ? [${patchText(step, known.holder, known.place)}] : [])`;
}

/** A step below a container: one operation for each that violates. */
const containerText = (step: RepairStep, containers: readonly Violating[], unless: string): string[] => {
  const lists = new Map<string, string[]>();
  for (const { lists: names, text } of containers)
    for (const name of names) lists.set(name, [...(lists.get(name) ?? []), text]);
  return [...lists].map(([name, texts]) => {
    const any = texts.length === 1 ? (texts[0] ?? 'false') : texts.map((one) => `(${one})`).join(' || ');
    const violates = unless === '' ? any : `(${any}) && !(${unless})`;
    const needs = step.op === 'remove' ? `(${violates}) && ${readOf('container', step.steps)}` : violates;
    const place = `"/spec/${name}/" + string(at)`;
    return `pod.?${name}.orValue([]).transformList(at, container, ${needs}, ${patchText(step, 'container', place)})`;
  });
};

const isOfContainer = ({ word }: RepairStep): boolean => word === 'item' || word === 'container';

/** When a repair is left out because the API server would refuse what comes of it; each part empty where it never is. */
interface Unless {
  readonly ofPod: string;
  readonly ofContainer: string;
}
function unlessOf(steps: readonly RepairStep[]): Result<Unless, LocalText> {
  const texts = { ofPod: new Set<string>(), ofContainer: new Set<string>() };
  for (const step of steps) {
    const text = clashText(step);
    if (text === undefined) return noRepair;
    if (text !== 'none') texts[isOfContainer(step) ? 'ofContainer' : 'ofPod'].add(text);
  }
  // A repair is left out as a whole: which containers keep a step of the pod from being made cannot be said.
  if (texts.ofContainer.size > 0 && !steps.every(isOfContainer)) return noRepair;
  return ok({ ofPod: [...texts.ofPod].join(' || '), ofContainer: [...texts.ofContainer].join(' || ') });
}

/**
 * The repair of a violated rule as CEL that gives operations of a JSON patch, over the names object, pod and allContainers:
 * what the mutating webhook answers for a pod that is created.
 */
export function repairText(
  fix: readonly AdmissionFixStep[],
  condition: AdmissionCondition,
  parameters: Parameters,
): Result<string, LocalText> {
  const whole = conditionText(condition, parameters);
  if (!whole.ok) return whole;
  const steps = fix.map(stepOf);
  if (!areApart(steps) || steps.some((one) => one.steps.length === 0)) return noRepair;
  const unless = unlessOf(steps);
  if (!unless.ok) return unless;
  const { ofPod, ofContainer } = unless.value;
  const violated = ofPod === '' ? whole.value.text : `(${whole.value.text}) && !(${ofPod})`;
  const found = steps.some(isOfContainer) ? violatingIn(condition, [], parameters) : undefined;
  if (found?.ok === false) return found;
  const texts: string[] = [];
  // What is taken away goes last, as in the answer of the webhook.
  for (const step of steps.toSorted(
    (one, two) => Number(one.op === 'remove') - Number(two.op === 'remove'),
  )) {
    if (found !== undefined && isOfContainer(step)) {
      const { containers, isElsewhere, isBelow } = found.value;
      if (step.word === 'item' && (isElsewhere || isBelow)) return noRepair;
      const parts = [ofPod, ofContainer].filter((text) => text !== '');
      texts.push(...containerText(step, containers, parts.join(' || ')));
      continue;
    }
    const text = podText(step, violated);
    if (text === undefined) return noRepair;
    texts.push(text);
  }
  return ok(texts.join(' + '));
}
