// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type YamlProblemCode, YamlRefusal } from './problem.ts';
import { keyText, plainValue, type ScalarValue } from './scalar-value.ts';
import type { ScalarStyle } from './sink.ts';

const CORE = 'tag:yaml.org,2002:';
const BASE64 = /^[\d+/A-Za-z\s]*={0,2}\s*$/;

const refuse = (at: number, detail: string, code: YamlProblemCode = 'E_YAML_TAG'): never => {
  throw new YamlRefusal(code, at, detail);
};

const binary = (text: string, at: number): string => {
  if (!BASE64.test(text)) refuse(at, 'a value that is not base64 although its tag says so');
  return Buffer.from(text, 'base64').toString('utf8');
};

/** A scalar with a tag: the tags of YAML itself are obeyed, any other leaves the text as it is. */
const tagged = (text: string, tag: string, at: number): ScalarValue => {
  if (!tag.startsWith(CORE)) return text;
  const kind = tag.slice(CORE.length);
  const value = plainValue(text);
  switch (kind) {
    case 'binary':
      return binary(text, at);
    case 'null':
      return value === null ? null : refuse(at, 'a value that is not null although its tag says so');
    case 'bool':
      return typeof value === 'boolean'
        ? value
        : refuse(at, 'a value that is no boolean although its tag says so');
    case 'int':
      if (typeof value === 'number' && Number.isInteger(value) && !text.includes('.')) return value;
      return refuse(at, 'a value that is no integer although its tag says so');
    case 'float':
      return typeof value === 'number'
        ? value
        : refuse(at, 'a value that is no number although its tag says so');
    default:
      return text;
  }
};

/** What a scalar is, by its style, tag and text. */
export const scalarValue = (
  text: string,
  style: ScalarStyle,
  tag: string | undefined,
  at: number,
): ScalarValue => {
  let value: ScalarValue = text;
  if (tag !== undefined) value = tagged(text, tag, at);
  else if (style === 'plain') value = plainValue(text);
  if (typeof value === 'number' && !Number.isFinite(value))
    refuse(at, 'a number that JSON cannot hold', 'E_YAML_VALUE');
  return value;
};

/** The text of a key. */
export const scalarKey = (text: string, style: ScalarStyle, tag: string | undefined, at: number): string => {
  if (style !== 'plain' && tag === undefined) return text;
  const value = tag === undefined ? plainValue(text) : tagged(text, tag, at);
  return keyText(value, text) ?? refuse(at, 'a key that is null', 'E_YAML_KEY');
};
