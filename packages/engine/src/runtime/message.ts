// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Facts, FactValue, LocalText } from '@bartizan/contracts';
import { visibleText } from '@bartizan/contracts/words';

/** Longest value that is put into a sentence. */
const VALUE_MAX = 256;

/** A value as a sentence shows it: a direction mark in a name would turn around the words behind it. */
export function showValue(value: FactValue): string {
  const whole = Array.isArray(value) ? value.slice(0, 32).join(' ') : String(value);
  const text = visibleText(whole.slice(0, VALUE_MAX + 1));
  return text.length > VALUE_MAX ? `${text.slice(0, VALUE_MAX - 1)}…` : text;
}

const fill = (template: string, facts: Facts, unknown: string): string =>
  template.replace(/\{([a-z0-9._-]{1,128})\}/g, (_whole, name: string) => {
    const value = facts[name];
    return value === undefined || value === '' ? unknown : showValue(value);
  });

/** Names in braces of a template. */
export const placeholders = (template: string): string[] =>
  [...template.matchAll(/\{([a-z0-9._-]{1,128})\}/g)].map((match) => match[1] ?? '');

/** Puts facts into a template with {fact} placeholders; what is not known says so. At most `maxLength` characters. */
export function renderMessage(template: LocalText, facts: Facts, maxLength = 2000): LocalText {
  return {
    en: fill(template.en, facts, '(not known)').slice(0, maxLength),
    ja: fill(template.ja, facts, '（不明）').slice(0, maxLength),
  };
}
