// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  openPublicKey,
  parseTrustRoot,
  type SignatureVerdict,
  type Signed,
  type SigstorePolicy,
  verifyBundle,
} from '@bartizan/scan/signatures';
import { SHARED } from '../outside.ts';

const FOLDER = join(SHARED, 'fixtures/sigstore');
const BEACON =
  'https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main';
const ISSUER = 'https://token.actions.githubusercontent.com';
/** The day the cases were collected. */
export const CASES_NOW_MS = Date.parse('2026-11-24T00:00:00Z');

/** One case of the suite. */
export interface BundleCase {
  readonly id: string;
  readonly expect: 'pass' | 'fail';
  readonly why?: string;
}

/** The cases, in their order. */
export const bundleCases = (): readonly BundleCase[] =>
  readFileSync(join(FOLDER, 'cases.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as BundleCase);

const optional = (id: string, file: string): Buffer | undefined => {
  const path = join(FOLDER, 'bundle-verify', id, file);
  return existsSync(path) ? readFileSync(path) : undefined;
};

/** The bundle of a case as it lies there. */
export const bundleOf = (id: string): Buffer =>
  readFileSync(join(FOLDER, 'bundle-verify', id, 'bundle.sigstore.json'));

/** What the suite lets a client know of a case beside the bundle. */
export function surroundingsOf(id: string): {
  readonly artifact: Buffer;
  readonly root: Buffer;
  /** Undefined when the key of the case cannot be read. */
  readonly policy: SigstorePolicy | undefined;
} {
  const artifact = optional(id, 'artifact') ?? readFileSync(join(FOLDER, 'bundle-verify/a.txt'));
  const root =
    optional(id, 'trusted_root.json') ?? readFileSync(join(FOLDER, 'trusted_root.public-good.json'));
  const pem = optional(id, 'key.pub');
  if (pem === undefined) {
    const identity = { kind: 'exact', value: optional(id, 'identity')?.toString().trim() ?? BEACON } as const;
    const issuer = { kind: 'exact', value: optional(id, 'issuer')?.toString().trim() ?? ISSUER } as const;
    return { artifact, root, policy: { kind: 'identity', identities: [{ identity, issuer }] } };
  }
  const key = openPublicKey(pem.toString());
  return { artifact, root, policy: key === undefined ? undefined : { kind: 'key', key, logEntries: 1 } };
}

const refused = (check: 'key' | 'trust-root', detail: string): SignatureVerdict => ({
  outcome: 'refused',
  reasons: [{ check, isFulfilled: false, detail }],
});

/** Verifies a case, or another bundle in its surroundings; a trust root or key that cannot be read is a refusal. */
export function verifyCase(
  id: string,
  form: Signed['kind'],
  bundle: Buffer = bundleOf(id),
): SignatureVerdict {
  const { artifact, root, policy } = surroundingsOf(id);
  const trustRoot = parseTrustRoot(root);
  if (!trustRoot.ok) return refused('trust-root', trustRoot.error.detail);
  if (policy === undefined) return refused('key', 'the key cannot be read');
  const signed: Signed =
    form === 'bytes'
      ? { kind: 'bytes', bytes: artifact }
      : { kind: 'sha256', digest: createHash('sha256').update(artifact).digest() };
  return verifyBundle({ bundle, artifact: signed, policy, trustRoot: trustRoot.value, nowMs: CASES_NOW_MS });
}
