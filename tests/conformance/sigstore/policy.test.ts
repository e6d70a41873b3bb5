// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import {
  BUNDLE_TYPE,
  type Evidence,
  judgePolicy,
  type PolicyOutcome,
  parseSignaturePolicy,
  VerdictCache,
} from '@bartizan/scan/signatures';
import { describe, expect, it } from 'vitest';
import { hasShared, report } from '../outside.ts';
import { bundleCases, bundleOf, CASES_NOW_MS, surroundingsOf } from './cases.ts';

const IMAGE = 'registry.example/acme/app';

/** The predicate type of a bundle that holds a statement; undefined for one that signs its artifact. */
function predicateTypeOf(bundle: Buffer): string | undefined {
  try {
    const { dsseEnvelope } = JSON.parse(bundle.toString()) as { dsseEnvelope?: { payload: string } };
    if (dsseEnvelope === undefined) return undefined;
    const statement = JSON.parse(Buffer.from(dsseEnvelope.payload, 'base64').toString()) as {
      predicateType?: string;
    };
    return statement.predicateType ?? 'none';
  } catch {
    return undefined;
  }
}

/** The surroundings of a case, written down as a policy file says them. */
function policyValueOf(id: string): unknown {
  const { policy } = surroundingsOf(id);
  const first = policy?.kind === 'identity' ? policy.identities[0] : undefined;
  const signer =
    first === undefined
      ? { key: 'key', logEntries: 1 }
      : { keyless: { identity: first.identity.value, issuer: first.issuer.value } };
  const type = predicateTypeOf(bundleOf(id));
  const require = type === undefined ? { signature: signer } : { attestation: { type, ...signer } };
  return { version: 1, trustRoot: 'root', policies: [{ name: id, images: ['**'], require }] };
}

/** What a policy says of the artifact of a case, with its bundle beside it as a registry would give it. */
function outcomeOf(id: string, cache: VerdictCache | undefined): PolicyOutcome {
  const { artifact, root, policy } = surroundingsOf(id);
  const pem =
    policy?.kind === 'key' ? policy.key.export({ type: 'spki', format: 'pem' }).toString() : undefined;
  const files = {
    read: (path: string) => (path === 'root' ? root : pem === undefined ? undefined : Buffer.from(pem)),
    list: () => undefined,
  };
  const parsed = parseSignaturePolicy(policyValueOf(id), files);
  if (!parsed.ok) return 'refused';
  const bytes = bundleOf(id);
  const sha256 = (of: Buffer): string => `sha256:${createHash('sha256').update(of).digest('hex')}`;
  const evidence: Evidence = {
    artifactDigest: sha256(artifact),
    attached: [{ digest: sha256(bytes), mediaType: BUNDLE_TYPE, bytes, annotations: {} }],
    missing: [],
  };
  const verdict =
    cache === undefined
      ? judgePolicy(parsed.value, IMAGE, evidence, CASES_NOW_MS)
      : cache.judge(parsed.value, IMAGE, evidence, CASES_NOW_MS);
  return verdict.outcome;
}

describe.skipIf(!hasShared('fixtures/sigstore'))('a policy over the bundles of the sigstore suite', () => {
  it('is fulfilled by the good ones and by no other, also when its verdicts are kept', {
    timeout: 120_000,
  }, () => {
    const cache = new VerdictCache();
    const cases = bundleCases();
    const misses = [undefined, cache, cache].map((one) =>
      cases
        .filter(({ id, expect: expected }) => (outcomeOf(id, one) === 'fulfilled') !== (expected === 'pass'))
        .map(({ id }) => id),
    );
    report('sigstore-policy', cases.length - (misses[0]?.length ?? 0), cases.length);
    expect(misses).toEqual([[], [], []]);
    expect(cache.hits).toBeGreaterThan(20);
  });
});
