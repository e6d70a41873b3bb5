// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { SecretRule } from '@bartizan/contracts';

/** Shannon entropy of a text in bits a character; 0 for the empty text. */
export const entropyOf = (text: string): number => {
  const counts = new Map<string, number>();
  for (const sign of text) counts.set(sign, (counts.get(sign) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
};

/** Words that nobody puts into a real token, whatever its shape. */
const NEVER =
  /example|placeholder|change[_-]?me|redacted|x{6}|\*{4}|0123456789|1234567890|abcdefghij|insert[_-]|replace[_-]|notasecret|your[_-]/i;
/** Words that say the same of a value found only by a telling name beside it. */
const SELDOM =
  /fake|dummy|sample|mock|foobar|todo|secret_?key|my[_-]?(?:password|secret|token|key)|password|passwd|passw0rd|xxxx|123456|qwerty|undefined|function|getenv|process\.env|environ|null$|true$|false$|none$|default|localhost|config|settings|\.{4}|^\.{0,2}\/\w/i;
/** A reference to a value that lies elsewhere. */
const REFERENCE = /^(?:<|\$|%|@|\{\{|#\{|\[\[|!)|\$\{|\{\{|\}\}|%\{|^\{|^&|>$/;
/** User names and words that stand in for a password in examples of addresses. */
const STAND_IN =
  /^(?:pass|passwd|password|pwd|pw|secret|token|key|user|username|login|admin|root|test|none|null|empty|foo|bar|baz|abc|string|value|hunter2|passphrase|auth)\d{0,3}$/i;

const isMonotonous = (value: string): boolean => value.length >= 8 && new Set(value).size <= 3;

/**
 * Why a value is no secret although it has the shape of one, or undefined. The less the shape alone says, the more
 * words count.
 */
export const standInReason = (value: string, confidence: SecretRule['confidence']): string | undefined => {
  if (isMonotonous(value)) return 'it repeats a few characters';
  if (NEVER.test(value)) return 'it contains a word of examples';
  if (confidence === 'high') return undefined;
  if (REFERENCE.test(value)) return 'it refers to a value elsewhere';
  if (STAND_IN.test(value)) return 'it is a word that stands in for a secret';
  if (confidence === 'low' && SELDOM.test(value)) return 'it contains a word of programs or examples';
  return undefined;
};

const CHARACTERS: Readonly<Record<string, RegExp>> = {
  digit: /[0-9]/,
  letter: /[A-Za-z]/,
  upper: /[A-Z]/,
  lower: /[a-z]/,
};

/** Why a value is too plain for its rule, or undefined. */
export const plainReason = (value: string, rule: SecretRule): string | undefined => {
  const missing = (rule.needs ?? []).find((kind) => CHARACTERS[kind]?.test(value) === false);
  if (missing !== undefined) return `it has no ${missing}`;
  if (rule.entropy === undefined) return undefined;
  return entropyOf(value) < rule.entropy
    ? `its entropy is below ${rule.entropy} bits a character`
    : undefined;
};
