// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { EvidenceValue } from '@bartizan/contracts/compliance';

/** A value of a configuration file as our readers of YAML, JSON and TOML give it. */
type Plain = Exclude<EvidenceValue, Record<string, unknown>> | string[];
export type FlatValues = Record<string, Plain>;

const KEYS_MAX = 2000;
const DEPTH_MAX = 32;
const ITEMS_MAX = 1000;
const TEXT_MAX = 8000;

/** Members whose text is a secret; everything below them is one too. */
const SECRET =
  /^(?:password|passwd|token|auth|identity_?token|secret\w*|\w*password|\w*_token|\w*secret|credentials?|staticPodURLHeader|client-key-data|client-certificate-data)$/i;
const URL_PASSWORD = /(:\/\/[^/:@\s]{0,256}):[^/@\s]{1,1024}@/g;
const REDACTED = '[redacted]';

/** Text without the passwords of addresses in it. */
export const withoutPasswords = (text: string): string =>
  text.slice(0, TEXT_MAX).replace(URL_PASSWORD, '$1:***@');

/** Collects the values of a file by dotted key. */
class Flattener {
  readonly values: FlatValues = {};
  hasSecrets = false;
  #count = 0;

  visit(value: unknown, key: string, depth: number): void {
    if (depth > DEPTH_MAX || this.#count >= KEYS_MAX) return;
    if (typeof value === 'string') this.#set(key, withoutPasswords(value));
    else if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value)))
      this.#set(key, value);
    else if (Array.isArray(value)) this.#list(value.slice(0, ITEMS_MAX), key, depth);
    else if (typeof value === 'object' && value !== null)
      for (const [name, member] of Object.entries(value))
        this.#member(name, member, key === '' ? name : `${key}.${name}`, depth);
  }

  #set(key: string, value: Plain): void {
    this.#count += 1;
    const property = { value, enumerable: true, configurable: true, writable: true };
    Object.defineProperty(this.values, key.slice(0, 500), property);
  }

  #list(items: readonly unknown[], key: string, depth: number): void {
    const isPlain = items.every((item) => typeof item !== 'object' || item === null);
    if (isPlain)
      this.#set(
        key,
        items.map((item) => withoutPasswords(String(item))),
      );
    else for (const [at, item] of items.entries()) this.visit(item, `${key}.${at}`, depth + 1);
  }

  #member(name: string, member: unknown, key: string, depth: number): void {
    if (!SECRET.test(name) || typeof member === 'boolean' || member === '' || member === null) {
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

const SECRET_FLAG = /(?:password|passwd|secret|token)$/i;

/** Arguments without secrets: what stays tells the settings. */
export function redactArguments(args: readonly string[]): string[] {
  let isNextSecret = false;
  return args.slice(0, ITEMS_MAX).map((arg) => {
    const [name = '', ...rest] = arg.split('=');
    const isFlag = name.startsWith('-');
    const isSecret = isNextSecret && !isFlag;
    isNextSecret = isFlag && rest.length === 0 && SECRET_FLAG.test(name);
    if (isSecret) return REDACTED;
    if (isFlag && rest.length > 0 && SECRET_FLAG.test(name) && !/^(?:true|false|\/.*)$/.test(rest.join('=')))
      return `${name}=${REDACTED}`;
    return withoutPasswords(arg);
  });
}
