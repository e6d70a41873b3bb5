// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, type Failure, failure, ok, type Result } from '@bartizan/contracts';
import { childrenOf, oidOf, readDer, TAG } from '../der.ts';
import { demand } from '../refusal.ts';

/** A signer the policy trusts: anybody the store vouches for, or whoever has these parts of a name. */
export type TrustedIdentity =
  | { readonly kind: 'any' }
  | { readonly kind: 'subject'; readonly parts: ReadonlyMap<string, string> };

const TYPES: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'STREET',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
};
/** Parts a trusted name has at least. */
const NEEDED = ['C', 'ST', 'O'];
const RDN = /^\s*([A-Za-z]+)\s*=\s*((?:[^,\\]|\\.)*?)\s*$/;

/** Splits at commas that are not escaped (RFC 4514). */
const splitName = (text: string): readonly string[] => text.match(/(?:[^,\\]|\\.)+/g) ?? [];

/** Reads `*` or `x509.subject: C=.., ST=.., O=..`. */
export function parseIdentity(text: string): Result<TrustedIdentity, Failure<'E_SIGNATURE_POLICY'>> {
  const wrong = (why: string) => err(failure('E_SIGNATURE_POLICY', `${text.slice(0, 200)}: ${why}`));
  if (text === '*') return ok({ kind: 'any' });
  const [, name] = /^x509\.subject:(.{1,2000})$/.exec(text) ?? [];
  if (name === undefined) return wrong('not x509.subject: with a name');
  const parts = new Map<string, string>();
  for (const rdn of splitName(name)) {
    const [, type = '', value = ''] = RDN.exec(rdn) ?? [];
    const key = type.toUpperCase() === 'S' ? 'ST' : type.toUpperCase();
    if (!Object.values(TYPES).includes(key) || value === '') return wrong(`part ${rdn.trim()}`);
    if (parts.has(key)) return wrong(`${key} twice`);
    parts.set(key, value.replace(/\\(.)/g, '$1'));
  }
  const missing = NEEDED.find((key) => !parts.has(key));
  return missing === undefined ? ok({ kind: 'subject', parts }) : wrong(`${missing} is missing`);
}

/** Parts of a name in DER; throws a Refusal when it has one part twice. */
export function nameParts(name: Buffer): ReadonlyMap<string, string> {
  const parts = new Map<string, string>();
  for (const set of childrenOf(readDer(name, TAG.sequence))) {
    for (const attribute of childrenOf(set, TAG.set)) {
      const [id, value] = childrenOf(attribute, TAG.sequence);
      const type = TYPES[oidOf(id)];
      if (type === undefined || value === undefined) continue;
      demand(!parts.has(type), 'identity', `the name has ${type} twice`);
      parts.set(type, value.content.toString('utf8'));
    }
  }
  return parts;
}

/** Whether a name has all parts of a trusted identity. */
export const isTrusted = (name: ReadonlyMap<string, string>, identity: TrustedIdentity): boolean =>
  identity.kind === 'any' || [...identity.parts].every(([type, value]) => name.get(type) === value);
