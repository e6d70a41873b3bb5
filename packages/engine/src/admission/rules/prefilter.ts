// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CollectionDefinition } from '../fields/collections.ts';
import type { AdmissionField } from '../fields/field.ts';
import type { Item } from '../pod/evaluation.ts';
import { isObject, type JsonObject, member } from '../pod/json.ts';
import { FieldIndex } from './field-index.ts';
import { Marks } from './marks.ts';
import type { Need, Needs } from './need.ts';

/** A field that rules need something of. */
interface Needed {
  readonly field: AdmissionField;
  readonly index: FieldIndex;
}

/** One member on the way to fields: it is looked at once for all that stand at it or below. */
class Branch {
  readonly #key: string;
  /** Whether an object that has no such member answers with one all the same: constructor, toString … */
  readonly #isInherited: boolean;
  readonly #here: Needed[] = [];
  readonly #below = new Map<string, Branch>();
  // The same as a list, and the rules of all that stands below: made once all fields are in.
  #branches: readonly Branch[] = [];
  #rulesBelow: readonly number[] = [];

  constructor(key: string) {
    this.#key = key;
    this.#isInherited = key in Object.prototype;
  }

  add(needed: Needed, depth: number): void {
    const key = needed.field.path[depth];
    if (key === undefined) {
      this.#here.push(needed);
      return;
    }
    const branch = this.#below.get(key) ?? new Branch(key);
    this.#below.set(key, branch);
    branch.add(needed, depth + 1);
  }

  /** Gives the rules of all that stands at it or below. */
  finish(): Set<number> {
    this.#branches = [...this.#below.values()];
    const below = new Set(this.#branches.flatMap((branch) => [...branch.finish()]));
    this.#rulesBelow = [...below];
    return new Set([...below, ...this.#here.flatMap(({ index }) => index.all)]);
  }

  mark(holder: JsonObject, marks: Marks): void {
    const key = this.#key;
    const found = this.#isInherited ? member(holder, key) : holder[key];
    if (found === undefined || found === null) return;
    const here = this.#here;
    for (let at = 0; at < here.length; at += 1) {
      const needed = here[at];
      needed?.index.mark(needed.field.take?.(found), marks);
    }
    const branches = this.#branches;
    if (branches.length === 0) return;
    // A step into something else than an object: nobody knows what stands below.
    if (!isObject(found)) marks.all(this.#rulesBelow);
    else for (let at = 0; at < branches.length; at += 1) branches[at]?.mark(found, marks);
  }
}

/** Fields by the way to them, from one object on. */
class Tree {
  readonly #branches = new Map<string, Branch>();
  #list: readonly Branch[] = [];

  add(needed: Needed): void {
    const [key = ''] = needed.field.path;
    const branch = this.#branches.get(key) ?? new Branch(key);
    this.#branches.set(key, branch);
    branch.add(needed, 1);
  }

  finish(): void {
    this.#list = [...this.#branches.values()];
    for (const branch of this.#list) branch.finish();
  }

  mark(holder: JsonObject, marks: Marks): void {
    const list = this.#list;
    for (let at = 0; at < list.length; at += 1) list[at]?.mark(holder, marks);
  }
}

/** One list of a chain, with the fields that rules need of its items. */
class ChainIndex {
  readonly fields = new Map<AdmissionField, FieldIndex>();
  readonly inner = new Map<CollectionDefinition, ChainIndex>();
  readonly #all = new Set<number>();
  // What `mark` walks, made once all rules are in: walking a map costs as much as what is done at each step.
  #rules: readonly number[] = [];
  #fields: readonly Needed[] = [];
  /** Fields that stand in the JSON of an item. */
  readonly #own = new Tree();
  /** Fields of the pod, wherever the object keeps it. */
  readonly #ofPod = new Tree();
  /** Those that are worked out. */
  #computed: readonly Needed[] = [];
  #inner: readonly { readonly list: CollectionDefinition; readonly chain: ChainIndex }[] = [];
  /** Whether the values of items are all that is asked of them. */
  #isFlat = false;

  add(need: Need, depth: number, rule: number): void {
    this.#all.add(rule);
    const list = need.chain[depth];
    if (list === undefined) {
      const field = this.fields.get(need.field) ?? new FieldIndex();
      this.fields.set(need.field, field);
      field.add(need, rule);
      return;
    }
    const inner = this.inner.get(list) ?? new ChainIndex();
    this.inner.set(list, inner);
    inner.add(need, depth + 1, rule);
  }

  finish(): void {
    this.#rules = [...this.#all];
    this.#fields = [...this.fields].map(([field, index]) => ({ field, index }));
    for (const { index } of this.#fields) index.finish();
    const isPlaced = ({ field }: Needed): boolean => field.take !== undefined;
    for (const needed of this.#fields.filter(isPlaced))
      (needed.field.subject === 'pod' ? this.#ofPod : this.#own).add(needed);
    this.#own.finish();
    this.#ofPod.finish();
    this.#computed = this.#fields.filter((needed) => !isPlaced(needed));
    this.#inner = [...this.inner].map(([list, chain]) => ({ list, chain }));
    for (const { chain } of this.#inner) chain.finish();
    this.#isFlat =
      this.inner.size === 0 &&
      this.#computed.every(({ field }) => field.ofValue !== undefined) &&
      this.#fields.every(({ field }) => field.subject !== 'pod');
  }

  mark(item: Item, marks: Marks): void {
    const { value } = item;
    if (isObject(value)) {
      this.#own.mark(value, marks);
      const spec = item.root.pod?.spec;
      if (spec !== undefined) this.#ofPod.mark(spec, marks);
      for (const { field, index } of this.#computed) index.mark(field.read(item), marks);
    } else for (const { field, index } of this.#fields) index.mark(field.read(item), marks);
    const inner = this.#inner;
    for (let at = 0; at < inner.length; at += 1) {
      const below = inner[at];
      if (below !== undefined) below.chain.#markList(below.list, item, marks);
    }
  }

  #markList(list: CollectionDefinition, owner: Item, marks: Marks): void {
    const values = this.#isFlat ? list.values?.(owner) : undefined;
    if (values !== undefined) {
      for (let at = 0; at < values.length; at += 1) this.#markValue(values[at], marks);
      return;
    }
    const { items, malformed } = list.items(owner);
    if (malformed) marks.all(this.#rules);
    for (const one of items) this.mark(one, marks);
  }

  /** Of a flat list: the JSON of an item is all that is looked at. */
  #markValue(value: unknown, marks: Marks): void {
    if (!isObject(value)) {
      marks.all(this.#rules);
      return;
    }
    this.#own.mark(value, marks);
    for (const { field, index } of this.#computed) index.mark(field.ofValue?.(value), marks);
  }
}

/** Tells which rules need not be asked of an object: their conditions cannot hold, nor be unknown. */
export interface Prefilter {
  /** The rules that must be asked, by their places in the list, in order. */
  readonly candidates: (root: Item) => readonly number[];
}

/** The rules of some groups, in order. */
function rulesOf(groups: readonly number[], members: readonly (readonly number[])[]): readonly number[] {
  const rules: number[] = [];
  let last = -1;
  let isInOrder = true;
  for (const group of groups)
    for (const rule of members[group] ?? []) {
      if (rule < last) isInOrder = false;
      last = rule;
      rules.push(rule);
    }
  return isInOrder ? rules : rules.sort((one, two) => one - two);
}

/**
 * Builds the filter of a list of rules, each with what any of its variants needs. Rules with the same needs, the very
 * same, are looked for once.
 */
export function prefilter(needs: readonly Needs[]): Prefilter {
  const chains = new ChainIndex();
  const members = new Map<Needs, number[]>();
  for (const [rule, needed] of needs.entries()) {
    const group = members.get(needed);
    if (group === undefined) members.set(needed, [rule]);
    else group.push(rule);
  }
  const groups = [...members.values()];
  // One for all decisions: each is through with it before the next begins.
  const marks = new Marks(groups.length);
  for (const [group, needed] of [...members.keys()].entries()) {
    if (needed === undefined) marks.always(group);
    else for (const need of needed) chains.add(need, 0, group);
  }
  chains.finish();
  return {
    candidates: (root) => {
      marks.begin();
      chains.mark(root, marks);
      return rulesOf(marks.list(), groups);
    },
  };
}
