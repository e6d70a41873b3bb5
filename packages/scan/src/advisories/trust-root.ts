// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, ok, type Result } from '@bartizan/contracts';
import { asList, asObject, asText, parseJson } from '../json/fields.ts';
import type { PackError } from './pack-error.ts';

/** A key whose signatures are believed. */
export interface TrustedKey {
  /** SHA-256 of the public key (SubjectPublicKeyInfo, DER), hexadecimal. */
  readonly id: string;
  readonly name: string;
  /** SubjectPublicKeyInfo, DER, base64. */
  readonly publicKey: string;
}

/** Whose advisory packs are believed. */
export interface TrustRoot {
  readonly keys: readonly TrustedKey[];
}

const FORMAT = 'bartizan-trust/1';
const MAX_KEYS = 64;

/**
 * The trust root that ships with the product. It lists no key until official packs are published: each site lists the
 * keys of whoever builds its packs.
 */
export const SHIPPED_TRUST: TrustRoot = { keys: [] };

const keyOf = (value: unknown): TrustedKey | undefined => {
  const entry = asObject(value);
  const id = asText(entry?.['id'], 64);
  const name = asText(entry?.['name'], 128);
  const publicKey = asText(entry?.['publicKey'], 256);
  if (id === undefined || name === undefined || publicKey === undefined) return undefined;
  return /^[0-9a-f]{64}$/.test(id) ? { id, name, publicKey } : undefined;
};

/** Reads keys of a trust root; undefined when one of them is none, since a half trust root would be a surprise. */
export const readTrustedKeys = (value: unknown): readonly TrustedKey[] | undefined => {
  const listed = asList(value);
  const keys = listed.flatMap((one) => keyOf(one) ?? []);
  return keys.length === listed.length && keys.length <= MAX_KEYS ? keys : undefined;
};

/** Reads a trust root file: `{format, keys: [{id, name, publicKey}]}`. */
export const readTrustRoot = (text: string): Result<TrustRoot, PackError> => {
  const root = asObject(parseJson(text));
  const keys = root?.['format'] === FORMAT ? readTrustedKeys(root['keys']) : undefined;
  return keys === undefined
    ? err({ code: 'E_PACK_KEY', detail: `not a trust root (${FORMAT})` })
    : ok({ keys });
};

/** Writes a trust root file. */
export const writeTrustRoot = ({ keys }: TrustRoot): string =>
  `${JSON.stringify({ format: FORMAT, keys }, undefined, 2)}\n`;

/** A trust root with more keys, each once. */
export const withKeys = (root: TrustRoot, keys: readonly TrustedKey[]): TrustRoot => ({
  keys: [...new Map([...root.keys, ...keys].map((key) => [key.id, key])).values()],
});
