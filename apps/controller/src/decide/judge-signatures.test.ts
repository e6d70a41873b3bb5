// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import type { AttachedPiece } from '@bartizan/adapters/registry';
import { BUNDLE_TYPE, openSigningKey, SIMPLE_SIGNING, signClaim } from '@bartizan/scan/signatures';
import { describe, expect, it } from 'vitest';
import { judgeByPolicy, judgeSignatures } from './judge-signatures.ts';
import { openRegistryPolicy } from './registry-policy.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
const DIGEST = `sha256:${'a'.repeat(64)}`;
const OTHER = `sha256:${'b'.repeat(64)}`;
const SIGN = 'https://sigstore.dev/cosign/sign/v1';
const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const pem = (key: typeof pair.publicKey): string => key.export({ type: 'spki', format: 'pem' }).toString();
const OURS = pem(pair.publicKey);
const THEIRS = pem(generateKeyPairSync('ed25519').publicKey);

const pieceOf = (mediaType: string, bytes: Buffer, annotations = {}): AttachedPiece => ({
  digest: '',
  mediaType,
  bytes,
  annotations,
});

function bundle(digest: string, predicateType = SIGN) {
  const key = openSigningKey(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  if (!key.ok) throw new Error(key.error.detail);
  const claim = signClaim(key.value, { name: 'x', sha256: digest.slice(7), predicateType, predicate: {} });
  if (!claim.ok) throw new Error(claim.error.detail);
  return pieceOf(BUNDLE_TYPE, Buffer.from(claim.value));
}

/** What cosign 2 signs with a key unless it is told otherwise: with the receipt of a log that nobody here knows. */
function logged(digest: string, about = digest) {
  const piece = simple(digest);
  const signed = about === digest ? piece : simple(about);
  const content = signed.annotations['dev.cosignproject.cosign/signature'];
  const hash = { algorithm: 'sha256', value: createHash('sha256').update(signed.bytes).digest('hex') };
  const publicKey = { content: Buffer.from(OURS).toString('base64') };
  const entry = {
    ...{ apiVersion: '0.0.1', kind: 'hashedrekord' },
    spec: { data: { hash }, signature: { content, publicKey } },
  };
  const receipt = {
    SignedEntryTimestamp: Buffer.alloc(70).toString('base64'),
    Payload: {
      body: Buffer.from(JSON.stringify(entry)).toString('base64'),
      ...{ integratedTime: 1_764_000_000, logIndex: 5, logID: 'c0'.repeat(32) },
    },
  };
  const annotations = { ...piece.annotations, 'dev.sigstore.cosign/bundle': JSON.stringify(receipt) };
  return { ...piece, annotations };
}

function simple(digest: string) {
  const payload = Buffer.from(
    JSON.stringify({
      critical: {
        identity: {},
        image: { 'docker-manifest-digest': digest },
        type: 'cosign container image signature',
      },
      optional: null,
    }),
  );
  const signature = sign('sha256', payload, pair.privateKey).toString('base64');
  return pieceOf(SIMPLE_SIGNING, payload, { 'dev.cosignproject.cosign/signature': signature });
}

/** What breaks whoever makes a text of the version. */
const HOSTILE = pieceOf(BUNDLE_TYPE, Buffer.from(JSON.stringify({ mediaType: { toString: 1, valueOf: 1 } })));

const judged = (signature: AttachedPiece | undefined, keys: string[], missing: string[] = []) =>
  judgeSignatures({
    signatures: signature === undefined ? [] : [{ digest: DIGEST, signature }],
    missing,
    keys,
    nowMs: NOW_MS,
  });

describe('signatures of an image', () => {
  it.each([
    ['none', undefined, [OURS], 'unsigned'],
    ['a bundle by our key', bundle(DIGEST), [OURS], 'signed'],
    ['a bundle by one of our keys', bundle(DIGEST), [THEIRS, OURS], 'signed'],
    ['cosign 2 by our key', simple(DIGEST), [OURS], 'signed'],
    ['cosign 2 by our key, in a log', logged(DIGEST), [OURS], 'signed'],
    ['cosign 2 by a stranger, in a log', logged(DIGEST), [THEIRS], 'invalid'],
    ['cosign 2 for another image, in a log', logged(OTHER), [OURS], 'invalid'],
    ['cosign 2 by our key, with a receipt for something else', logged(DIGEST, OTHER), [OURS], 'invalid'],
    ['a bundle for another image', bundle(OTHER), [OURS], 'invalid'],
    ['cosign 2 for another image', simple(OTHER), [OURS], 'invalid'],
    ['a bundle by a stranger', bundle(DIGEST), [THEIRS], 'invalid'],
    ['a bundle, and no key to judge it by', bundle(DIGEST), [], 'unknown'],
    ['bytes that are no bundle', pieceOf(BUNDLE_TYPE, Buffer.from('{')), [OURS], 'invalid'],
    ['a version that no text can be made of', HOSTILE, [OURS], 'invalid'],
    [
      'a statement that is no signature',
      bundle(DIGEST, 'https://slsa.dev/provenance/v1'),
      [OURS],
      'unsigned',
    ],
  ])('%s', (_what, signature, keys, state) => {
    expect(judged(signature, keys)).toMatchObject({ state, checkedAtMs: NOW_MS });
  });

  it('are good whatever else lies beside the image', () => {
    const signatures = [HOSTILE, bundle(DIGEST)].map((signature) => ({ digest: DIGEST, signature }));
    expect(judgeSignatures({ signatures, missing: [], keys: [OURS], nowMs: NOW_MS }).state).toBe('signed');
  });

  it('name the key that signed, and the reason where none did', () => {
    expect(judged(bundle(DIGEST), [OURS]).signers[0]).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(judged(bundle(OTHER), [OURS])).toMatchObject({ signers: [], reason: expect.stringMatching(/./) });
  });

  it('of a kind that keys alone cannot judge are unknown, never invalid', () => {
    const notation = pieceOf('application/jose+json', Buffer.from('{}'));
    expect(judged(notation, [OURS]).state).toBe('unknown');
  });

  it('that could not all be fetched are never taken for none or for bad ones', () => {
    expect(judged(undefined, [OURS], ['more'])).toMatchObject({ state: 'unknown', reason: 'more' });
    expect(judged(bundle(OTHER), [OURS], ['more'])).toMatchObject({ state: 'unknown', reason: 'more' });
    expect(judged(bundle(DIGEST), [OURS], ['more']).state).toBe('signed');
  });
});

describe('signatures by the policy of a registry', () => {
  const rule = (signature: object) => ({
    document: JSON.stringify({
      version: 1,
      policies: [{ name: 'ours', images: ['registry.example/shop/**'], require: { signature } }],
    }),
    files: [{ path: 'keys/ours.pub', content: Buffer.from(OURS).toString('base64') }],
  });
  const byPolicy = (
    signature: AttachedPiece | undefined,
    {
      name = 'registry.example/shop/web',
      policy = rule({ key: './keys/ours.pub' }),
      missing = [] as string[],
    } = {},
  ) => {
    const opened = openRegistryPolicy(policy);
    if (!opened.ok) throw new Error(opened.error.detail);
    const signatures = signature === undefined ? [] : [{ digest: DIGEST, signature }];
    return judgeByPolicy({
      policy: opened.value,
      name,
      digests: [DIGEST, OTHER],
      signatures,
      missing,
      nowMs: NOW_MS,
    });
  };

  it('are right when one of the image or its index fulfils it, and name who signed', () => {
    expect(byPolicy(bundle(DIGEST))).toMatchObject({
      state: 'signed',
      signers: [expect.stringMatching(/^key /)],
    });
    expect(byPolicy(simple(DIGEST)).state).toBe('signed');
  });

  it('are bad, absent or unknown, each with its reason', () => {
    expect(byPolicy(bundle(OTHER))).toMatchObject({ state: 'invalid', reason: expect.stringMatching(/./) });
    expect(byPolicy(undefined)).toMatchObject({ state: 'unsigned' });
    expect(byPolicy(undefined, { missing: ['the registry ended early'] })).toMatchObject({
      state: 'unknown',
    });
    // Nobody said who has to sign it: that is not the same as signed.
    expect(byPolicy(bundle(DIGEST), { name: 'registry.example/other' })).toMatchObject({
      state: 'unknown',
      reason: expect.stringContaining('no rule'),
    });
  });

  it('by a key are nothing where an identity has to sign', () => {
    const keyless = { keyless: { identity: 'https://ci.example/*', issuer: 'https://issuer.example' } };
    expect(byPolicy(bundle(DIGEST), { policy: rule(keyless) }).state).toBe('invalid');
  });

  it.each([
    ['no JSON', { document: '{', files: [] }, 'no JSON'],
    ['a key that did not come with it', { ...rule({ key: 'absent.pub' }) }, 'absent.pub'],
    ['a file of this machine', { ...rule({ key: '/etc/hostname' }) }, '/etc/hostname'],
    [
      'a store that did not come with it',
      rule({ notation: { stores: { ca: 'ca' }, identities: ['*'] } }),
      'ca',
    ],
  ])('a policy with %s is refused', (_what, policy, detail) => {
    const opened = openRegistryPolicy(policy);
    expect(opened).toMatchObject({ ok: false, error: { detail: expect.stringContaining(detail) } });
  });
});
