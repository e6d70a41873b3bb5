// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { EvidenceValue } from '@bartizan/contracts/compliance';
import { isLogin, isSecretName, REDACTED, redactArguments, withoutPasswords } from './secrets.ts';

/** A value of a configuration file as our readers of YAML, JSON and TOML give it. */
type Plain = Exclude<EvidenceValue, Record<string, unknown>> | string[];
export type FlatValues = Record<string, Plain>;

const KEYS_MAX = 2000;
const DEPTH_MAX = 32;
const ITEMS_MAX = 1000;

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Collects the values of a file by dotted key. */
class Flattener {
  readonly values: FlatValues = {};
  hasSecrets = false;
  #count = 0;

  visit(value: unknown, key: string, depth: number): void {
    if (depth > DEPTH_MAX || this.#count >= KEYS_MAX) {
      // What is not looked at may be one.
      this.hasSecrets = true;
      return;
    }
    if (typeof value === 'string') this.#text(value, key);
    else if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value)))
      this.#set(key, value);
    else if (Array.isArray(value)) this.#list(value, key, depth);
    else if (typeof value === 'object' && value !== null)
      for (const [name, member] of Object.entries(value))
        this.#member(name, member, key === '' ? name : `${key}.${name}`, depth);
  }

  #set(key: string, value: Plain): void {
    this.#count += 1;
    const property = { value, enumerable: true, configurable: true, writable: true };
    Object.defineProperty(this.values, key.slice(0, 500), property);
  }

  #text(text: string, key: string): void {
    const shown = withoutPasswords(text);
    this.hasSecrets ||= shown !== text;
    this.#set(key, shown);
  }

  #list(all: readonly unknown[], key: string, depth: number): void {
    const items = all.slice(0, ITEMS_MAX);
    this.hasSecrets ||= items.length < all.length;
    if (items.some((item) => typeof item === 'object' && item !== null)) {
      for (const [at, item] of items.entries()) this.visit(item, `${key}.${at}`, depth + 1);
      return;
    }
    // Lists of texts are often arguments of a program.
    const texts = items.map(String);
    const shown = redactArguments(texts);
    this.hasSecrets ||= shown.some((text, at) => text !== texts[at]);
    this.#set(key, shown);
  }

  #member(name: string, member: unknown, key: string, depth: number): void {
    const isSecret = isSecretName(name) || [member].flat().some((one) => isLogin(name, textOf(one)));
    if (!isSecret || typeof member === 'boolean' || member === '' || member === null) {
      this.visit(member, key, depth + 1);
      return;
    }
    this.hasSecrets = true;
    this.#set(key, REDACTED);
  }
}

/** Values by dotted key. Secrets are left out, and whether any was is told. */
export function flatten(root: unknown): { readonly values: FlatValues; readonly hasSecrets: boolean } {
  const flattener = new Flattener();
  flattener.visit(root, '', 0);
  return flattener;
}
