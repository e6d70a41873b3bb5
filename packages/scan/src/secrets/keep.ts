// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHmac, randomBytes } from 'node:crypto';

/** Values shorter than this show no character at all: four of eight would be half a password. */
const SHOWN_FROM = 16;
const SHOWN = 4;
/** Least length of the key of the hash. */
export const HASH_KEY_BYTES = 32;

/** At most the first four characters and the length: all that people get to see of a value. */
export const previewOf = (value: string): string => {
  const shown = value.length >= SHOWN_FROM ? value.slice(0, SHOWN).replaceAll(/[^\x21-\x7e]/g, '?') : '';
  return `${shown}…(${value.length})`;
};

/** HMAC-SHA-256 of a value (RFC 2104), hexadecimal: tells that two places hold the same value, and nothing else. */
export const fingerprintOf = (value: string, key: Uint8Array): string =>
  createHmac('sha256', key).update(value, 'latin1').digest('hex');

/**
 * The key of one tenant, made of the one that is kept: nodes get it, and a value is the same secret in an image, a container
 * and an object of the cluster. What a node that was taken over knows is of no use against another tenant.
 */
export const tenantHashKey = (
  key: Uint8Array,
  { cluster, tenant }: { readonly cluster: string; readonly tenant: string },
): Uint8Array => createHmac('sha256', key).update(`fingerprints of secrets\n${cluster}\n${tenant}`).digest();

/** A key for one run: fingerprints then compare within the run only. */
export const makeHashKey = (): Uint8Array => randomBytes(HASH_KEY_BYTES);
