// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { KeyObject } from 'node:crypto';
import { err, type Failure, failure, ok, type Result } from '@bartizan/contracts';
import { asObject, type JsonObject, parseJson } from '../../json/fields.ts';
import { type Certificate, parseCertificate } from '../certificate.ts';
import { bytesOf, instantOf, listOf, textOf } from '../json-fields.ts';
import { digestOf, openPublicKey } from '../keys.ts';
import { demand, Refusal } from '../refusal.ts';

/** When a key or an authority counts, both ends included. */
export interface Validity {
  readonly startMs: number;
  readonly endMs: number | undefined;
}

/** A transparency log, of signatures or of certificates. */
export interface TrustedLog {
  readonly url: string;
  /** Its id as the bundles name it, in hexadecimal. */
  readonly id: string;
  readonly key: KeyObject;
  readonly validity: Validity;
}

/** An authority that issues certificates or timestamps: from its first certificate to its root. */
export interface TrustedAuthority {
  readonly url: string;
  readonly chain: readonly Certificate[];
  readonly validity: Validity;
}

/** Who is believed. Its digest is part of the key of every cached verdict. */
export interface TrustRoot {
  readonly digest: string;
  readonly logs: readonly TrustedLog[];
  readonly certificateLogs: readonly TrustedLog[];
  readonly authorities: readonly TrustedAuthority[];
  readonly timestampAuthorities: readonly TrustedAuthority[];
}

const ROOT_BYTES_MAX = 4 * 1024 * 1024;
const ENTRIES_MAX = 64;
const MEDIA_TYPES = [
  'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
  'application/vnd.dev.sigstore.trustedroot+json;version=0.2',
  'application/vnd.dev.sigstore.trustedroot.v0.2+json',
];

/** Whether a validity covers a time. */
export const covers = (validity: Validity, atMs: number): boolean =>
  validity.startMs <= atMs && (validity.endMs === undefined || atMs <= validity.endMs);

const objectAt = (value: unknown, place: string): JsonObject => {
  const object = asObject(value);
  demand(object !== undefined, 'trust-root', `${place}: not an object`);
  return object;
};

/** A period; the start is mandatory: a key without one would count for all time. */
function validityAt(value: unknown, place: string): Validity {
  const period = objectAt(value, `${place}.validFor`);
  const end = period['end'];
  return {
    startMs: instantOf(period['start'], `${place}.validFor.start`),
    endMs: end === undefined || end === null ? undefined : instantOf(end, `${place}.validFor.end`),
  };
}

function logAt(value: unknown, place: string): TrustedLog {
  const log = objectAt(value, place);
  const publicKey = objectAt(log['publicKey'], `${place}.publicKey`);
  const details = textOf(publicKey['keyDetails'], `${place}.keyDetails`);
  const bytes = bytesOf(publicKey['rawBytes'], `${place}.publicKey.rawBytes`, 8192);
  const key = openPublicKey(bytes, details.startsWith('PKCS1_') ? 'pkcs1' : 'spki');
  demand(key !== undefined, 'trust-root', `${place}: the key cannot be read`);
  return {
    url: textOf(log['baseUrl'] ?? '', `${place}.baseUrl`, 2000),
    id: bytesOf(objectAt(log['logId'], `${place}.logId`)['keyId'], `${place}.logId.keyId`, 64).toString(
      'hex',
    ),
    key,
    validity: validityAt(publicKey['validFor'], place),
  };
}

function authorityAt(value: unknown, place: string): TrustedAuthority {
  const authority = objectAt(value, place);
  const chain = listOf(objectAt(authority['certChain'], `${place}.certChain`)['certificates'], 8, place).map(
    (entry, index) =>
      parseCertificate(
        bytesOf(objectAt(entry, place)['rawBytes'], `${place}.certificates[${index}]`, 65_536),
      ),
  );
  demand(chain.length > 0, 'trust-root', `${place}: no certificates`);
  return {
    url: textOf(authority['uri'] ?? '', `${place}.uri`, 2000),
    chain,
    validity: validityAt(authority['validFor'], place),
  };
}

/**
 * Reads a sigstore `trusted_root.json` (version 0.1 or 0.2), at most 4 MB. One wrong entry refuses the whole root: half
 * a root would call good signatures forged.
 */
export function parseTrustRoot(bytes: Uint8Array): Result<TrustRoot, Failure<'E_TRUST_ROOT'>> {
  try {
    demand(bytes.length <= ROOT_BYTES_MAX, 'trust-root', 'too large');
    const root = objectAt(parseJson(Buffer.from(bytes).toString('utf8')), 'trusted root');
    demand(
      MEDIA_TYPES.some((type) => type === root['mediaType']),
      'trust-root',
      'unknown media type',
    );
    const all = <T>(name: string, read: (value: unknown, place: string) => T): readonly T[] =>
      listOf(root[name], ENTRIES_MAX, name).map((value, index) => read(value, `${name}[${index}]`));
    return ok({
      digest: digestOf('sha256', bytes).toString('hex'),
      logs: all('tlogs', logAt),
      certificateLogs: all('ctlogs', logAt),
      authorities: all('certificateAuthorities', authorityAt),
      timestampAuthorities: all('timestampAuthorities', authorityAt),
    });
  } catch (error) {
    if (error instanceof Refusal) return err(failure('E_TRUST_ROOT', error.message));
    throw error;
  }
}
