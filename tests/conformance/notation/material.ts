// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  COSE,
  JWS,
  loadTrustStore,
  type NotationPolicy,
  type NotationVerdict,
  type StoreFile,
  type StoreType,
  type TrustStore,
  verifyNotation,
} from '@bartizan/scan/signatures';
import { SHARED } from '../outside.ts';

const FOLDER = join(SHARED, 'fixtures');
export const NET_MONITOR = 'sha256:60043cf45eaebc4c0867fea485a039b598f52fd09fd5b07b0b2d2f88fad9d74e';
/** The day the cases were collected. */
export const NOW_MS = Date.parse('2026-11-24T00:00:00Z');

/** One row of the manifest that has an expectation. */
export interface NotationCase {
  readonly file: string;
  readonly kind: string;
  readonly expect: Readonly<Record<string, unknown>>;
}

export const notationCases = (): readonly NotationCase[] =>
  readFileSync(join(FOLDER, 'notation/manifest.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as NotationCase)
    .filter((one) => typeof one.expect === 'object' && one.expect !== null);

/** Bytes of a file of the material; names begin with `notation/`. */
export const bytesAt = (file: string): Buffer => readFileSync(join(FOLDER, file));

/** The entries of a store's folder. */
export const storeFiles = (folder: string): readonly StoreFile[] =>
  readdirSync(join(FOLDER, folder))
    .sort()
    .map((name) => {
      const path = join(FOLDER, folder, name);
      const isFile = lstatSync(path).isFile();
      return { name, kind: isFile ? 'file' : 'other', bytes: isFile ? readFileSync(path) : Buffer.alloc(0) };
    });

/** A store of the material, which has to load. */
export function storeOf(type: StoreType, name: string): TrustStore {
  const store = loadTrustStore(type, name, storeFiles(`notation/truststore/x509/${type}/${name}`));
  if (!store.ok) throw new Error(store.error.detail);
  return store.value;
}

/** Whether the store a file lies in loads. */
export function doesLoad(file: string): boolean {
  const [, type = '', name = ''] = /x509\/(ca|signingAuthority|tsa)\/([^/]+)\//.exec(file) ?? [];
  return loadTrustStore(type as StoreType, name, storeFiles(dirname(file))).ok;
}

/** The digest an envelope names, read without believing it. */
function digestIn(envelope: Buffer): string {
  const text = envelope.toString('latin1');
  const payload = text.startsWith('{')
    ? Buffer.from(String((JSON.parse(text) as { payload?: unknown }).payload), 'base64url').toString()
    : text;
  return /"digest":"(sha256:[0-9a-f]{64})"/.exec(payload)?.[1] ?? '';
}

/** Verifies an envelope for the artifact it names. */
export function verifyEnvelope(
  envelope: Buffer,
  policy: Partial<NotationPolicy> = {},
  nowMs = NOW_MS,
): NotationVerdict {
  return verifyNotation({
    envelope,
    mediaType: envelope[0] === 0x7b ? JWS : COSE,
    artifactDigest: digestIn(envelope),
    policy: {
      level: 'strict',
      stores: [
        storeOf('ca', 'valid-trust-store'),
        storeOf('signingAuthority', 'valid-trust-store'),
        storeOf('tsa', 'test-timestamp'),
      ],
      identities: [{ kind: 'any' }],
      verifyTimestamp: 'after-expiry',
      ...policy,
    },
    nowMs,
  });
}
