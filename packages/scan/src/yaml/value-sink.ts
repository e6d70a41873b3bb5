// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { YamlLimits } from './limits.ts';
import type { DocumentPlaces } from './places.ts';
import { type YamlProblemCode, YamlRefusal } from './problem.ts';
import { keyText, type ScalarValue } from './scalar-value.ts';
import type { ScalarStyle, YamlSink } from './sink.ts';
import { scalarKey, scalarValue } from './typed-scalar.ts';

/** A value of JSON. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
type JsonMapping = { [key: string]: JsonValue };

/** A value an alias may repeat. */
interface Anchored {
  readonly value: JsonValue;
  readonly nodes: number;
  readonly height: number;
  /** A scalar as it is written. */
  readonly text?: string;
}

/** What surrounds an open collection. */
interface Outer {
  readonly list: JsonValue[] | undefined;
  readonly mapping: JsonMapping | undefined;
  readonly key: string | undefined;
  readonly isMerge: boolean;
  readonly anchor: string | undefined;
  readonly nodes: number;
  readonly height: number;
  readonly merged: Set<string> | undefined;
  readonly at: number;
  readonly node: number;
}

const isMapping = (value: JsonValue): value is JsonMapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const own = Object.prototype.hasOwnProperty;

/** Sets a field as data, whatever it is called. */
const setField = (mapping: JsonMapping, key: string, value: JsonValue): void => {
  if (key === '__proto__')
    Object.defineProperty(mapping, key, { value, writable: true, enumerable: true, configurable: true });
  else mapping[key] = value;
};

/**
 * Builds plain JSON values. What an alias repeats is the same value again, not a copy of it, and is counted against
 * the bounds as if it were one: whoever walks the value later meets it that often.
 */
export class ValueSink implements YamlSink {
  root: JsonValue = null;
  private list: JsonValue[] | undefined;
  private mapping: JsonMapping | undefined;
  private key: string | undefined;
  /** Whether the value to come is to be merged into the mapping. */
  private isMerge = false;
  /** Keys of the open mapping that came from a merge and may be set again. */
  private merged: Set<string> | undefined;
  private readonly outers: Outer[] = [];
  private anchors: Map<string, Anchored | undefined> | undefined;
  private nodes = 0;
  private aliasNodes = 0;
  /** Collections inside the open one, at most. */
  private height = 0;
  /** How the text names the key, and where it stands. */
  private keyName = '';
  private keyAt = 0;
  /** Number of the open collection among the places. */
  private node = 0;
  private readonly limits: YamlLimits;
  private readonly places: DocumentPlaces | undefined;

  constructor(limits: YamlLimits, places?: DocumentPlaces) {
    this.limits = limits;
    this.places = places;
  }

  scalar(
    text: string,
    style: ScalarStyle,
    anchor: string | undefined,
    tag: string | undefined,
    at: number,
  ): void {
    this.nodes++;
    if (this.mapping !== undefined && this.key === undefined && !this.isMerge) {
      if (text === '<<' && style === 'plain' && (tag === undefined || tag === 'tag:yaml.org,2002:merge')) {
        this.isMerge = true;
        this.keyName = text;
      } else {
        const key = scalarKey(text, style, tag, at);
        this.setKey(key, at);
        this.keyName = key;
      }
      this.keyAt = at;
      // An alias repeats the scalar, not the text that it is as a key.
      if (anchor !== undefined) this.rememberScalar(anchor, text, scalarValue(text, style, tag, at));
      return;
    }
    const value = scalarValue(text, style, tag, at);
    if (anchor !== undefined) this.rememberScalar(anchor, text, value);
    if (this.places !== undefined) this.place(this.places, at);
    this.add(value, at);
  }

  /** Notes where a value stands: a field at its key. */
  private place(places: DocumentPlaces, at: number): number {
    return this.mapping === undefined ? places.add(at, undefined) : places.add(this.keyAt, this.keyName);
  }

  alias(name: string, at: number): void {
    const found = this.anchors?.get(name);
    if (found === undefined) {
      const isOpen = this.anchors?.has(name) === true;
      refuse(
        'E_YAML_ALIAS',
        at,
        isOpen ? `the alias ${name} stands inside its own anchor` : `no anchor ${name} before its alias`,
      );
      return;
    }
    this.nodes += found.nodes;
    this.aliasNodes += found.nodes;
    const depth = this.outers.length + found.height;
    if (this.aliasNodes > this.limits.aliasNodes || depth > this.limits.depth)
      refuse(
        'E_YAML_EXPANSION',
        at,
        `aliases repeat more than ${this.limits.aliasNodes} nodes, or nest too deep`,
      );
    this.height = Math.max(this.height, found.height);
    if (this.mapping !== undefined && this.key === undefined && !this.isMerge) {
      const { value, text = '' } = found;
      const key = typeof value === 'object' ? undefined : keyText(value, text);
      if (key === undefined) refuse('E_YAML_KEY', at, 'a key that is a list, a mapping or null');
      else this.setKey(key, at);
      this.keyName = name;
      this.keyAt = at;
      return;
    }
    if (this.places !== undefined) this.place(this.places, at);
    this.add(found.value, at);
  }

  startSequence(_isFlow: boolean, anchor: string | undefined, _tag: string | undefined, at: number): void {
    this.open(anchor, at);
    this.list = [];
    this.mapping = undefined;
  }

  startMapping(_isFlow: boolean, anchor: string | undefined, _tag: string | undefined, at: number): void {
    this.open(anchor, at);
    this.mapping = {};
    this.list = undefined;
  }

  endSequence(): void {
    this.close(this.list ?? []);
  }

  endMapping(): void {
    this.close(this.mapping ?? {});
  }

  wrapAsKey(_isFlow: boolean, _anchor: string | undefined, _tag: string | undefined, at: number): void {
    refuse('E_YAML_KEY', at, 'a key that is a list, a mapping or null');
  }

  private setKey(key: string, at: number): void {
    if (this.mapping !== undefined && own.call(this.mapping, key) && this.merged?.delete(key) !== true)
      refuse('E_YAML_DUPLICATE_KEY', at, `the key ${key.slice(0, 100)} stands there twice`);
    this.key = key;
  }

  private open(anchor: string | undefined, at: number): void {
    if (this.mapping !== undefined && this.key === undefined && !this.isMerge)
      refuse('E_YAML_KEY', at, 'a key that is a list, a mapping or null');
    this.nodes++;
    const { list, mapping, key, isMerge, nodes, height, merged, node } = this;
    this.outers.push({ list, mapping, key, isMerge, anchor, nodes, height, merged, at, node });
    if (this.places !== undefined) this.node = this.place(this.places, at);
    if (anchor !== undefined) {
      this.anchors ??= new Map();
      this.anchors.set(anchor, undefined);
    }
    this.key = undefined;
    this.isMerge = false;
    this.merged = undefined;
    this.height = 0;
  }

  private close(value: JsonValue): void {
    const outer = this.outers.pop();
    if (outer === undefined) return;
    const height = this.height + 1;
    if (outer.anchor !== undefined)
      this.remember(outer.anchor, { value, nodes: this.nodes - outer.nodes + 1, height });
    this.list = outer.list;
    this.mapping = outer.mapping;
    this.key = outer.key;
    this.isMerge = outer.isMerge;
    this.merged = outer.merged;
    this.height = Math.max(outer.height, height);
    this.places?.close(this.node);
    this.node = outer.node;
    this.add(value, outer.at);
  }

  private rememberScalar(anchor: string, text: string, value: ScalarValue): void {
    this.remember(anchor, { value, nodes: 1, height: 0, text });
  }

  private remember(anchor: string, value: Anchored): void {
    this.anchors ??= new Map();
    this.anchors.set(anchor, value);
  }

  private add(value: JsonValue, at: number): void {
    if (this.list !== undefined) this.list.push(value);
    else if (this.mapping === undefined) this.root = value;
    else if (this.isMerge) {
      this.isMerge = false;
      this.merge(this.mapping, value, at);
    } else if (this.key !== undefined) {
      setField(this.mapping, this.key, value);
      this.key = undefined;
    }
  }

  /** `<<`: as clients of Kubernetes do it, in the order of the text; of several mappings the first wins. */
  private merge(into: JsonMapping, value: JsonValue, at: number): void {
    const sources = Array.isArray(value) ? value.toReversed() : [value];
    this.merged ??= new Set();
    for (const source of sources) {
      if (!isMapping(source)) {
        refuse('E_YAML_MERGE', at, 'what << merges must be a mapping or a list of mappings');
        return;
      }
      for (const [key, field] of Object.entries(source)) {
        if (++this.nodes > this.limits.nodes)
          refuse('E_YAML_LIMIT', at, `more than ${this.limits.nodes} nodes`);
        setField(into, key, field);
        this.merged.add(key);
      }
    }
  }
}

const refuse = (code: YamlProblemCode, at: number, detail: string): void => {
  throw new YamlRefusal(code, at, detail);
};
