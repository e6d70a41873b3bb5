// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Signed } from '../keys.ts';
import type { TrustRoot } from '../sigstore/trust-root.ts';
import { verifyBundle } from '../sigstore/verify.ts';
import { openSigningKey, type SigningKey, signArtifact, signClaim } from './sign.ts';

const NOBODY: TrustRoot = {
  digest: '',
  logs: [],
  certificateLogs: [],
  authorities: [],
  timestampAuthorities: [],
};
const artifact = Buffer.from('an artifact');
const sha256 = createHash('sha256').update(artifact).digest('hex');
const pemOf = (key: KeyObject, passphrase?: string): string =>
  key
    .export({
      type: 'pkcs8',
      format: 'pem',
      ...(passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase }),
    })
    .toString();
const p256 = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const ed25519 = generateKeyPairSync('ed25519');

const opened = (pem: string, passphrase?: string): SigningKey => {
  const key = openSigningKey(pem, passphrase);
  if (!key.ok) throw new Error(key.error.detail);
  return key.value;
};
const verify = (
  bundle: string,
  key: KeyObject,
  signed: Signed = { kind: 'bytes', bytes: artifact },
  logEntries = 0,
) =>
  verifyBundle({
    bundle: Buffer.from(bundle),
    artifact: signed,
    policy: { kind: 'key', key, logEntries },
    trustRoot: NOBODY,
    nowMs: 0,
  });
const last = (verdict: ReturnType<typeof verify>): string => verdict.reasons.at(-1)?.detail ?? '';

describe('signing keys', () => {
  it.each([
    ['ECDSA P-256', p256.privateKey],
    ['Ed25519', ed25519.privateKey],
  ])('of %s open, with their passphrase where they have one', (_name, key) => {
    expect(
      opened(pemOf(key)).publicKey.equals(opened(pemOf(key, 'open sesame'), 'open sesame').publicKey),
    ).toBe(true);
    for (const passphrase of [undefined, 'wrong']) {
      const refused = openSigningKey(pemOf(key, 'open sesame'), passphrase);
      expect(refused.ok ? '' : refused.error.detail).toBe('the passphrase is missing or wrong');
    }
  });

  it.each([
    [
      'another curve',
      pemOf(generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).privateKey),
      'only ECDSA P-256 and Ed25519 sign here',
    ],
    [
      'RSA',
      pemOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey),
      'only ECDSA P-256 and Ed25519 sign here',
    ],
    [
      'a public key',
      p256.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      'not a private key in PEM',
    ],
    ['noise', 'noise', 'not a private key in PEM'],
    ['too much', 'x'.repeat(70_000), 'the file is too large'],
  ])('are refused for %s', (_what, pem, detail) => {
    const refused = openSigningKey(pem);
    expect(refused.ok ? '' : refused.error.detail).toBe(detail);
  });
});

describe.each([
  ['ECDSA P-256', p256],
  ['Ed25519', ed25519],
] as const)('what is signed with %s', (_name, pair) => {
  const key = opened(pemOf(pair.privateKey));

  it('verifies with the public key, and says by which', () => {
    const verdict = verify(signArtifact(key, artifact), pair.publicKey);
    expect(verdict.outcome).toBe('verified');
    const spki = pair.publicKey.export({ type: 'spki', format: 'der' });
    expect(verdict.signer).toEqual({
      kind: 'key',
      keySha256: createHash('sha256').update(spki).digest('hex'),
    });
  });

  it('is refused for another artifact, another key, or when a log entry is asked for', () => {
    const bundle = signArtifact(key, artifact);
    expect(last(verify(bundle, pair.publicKey, { kind: 'bytes', bytes: Buffer.from('other') }))).toBe(
      'the bundle is about another artifact',
    );
    expect(last(verify(bundle, generateKeyPairSync('ed25519').publicKey))).toBe(
      'the bundle names another key',
    );
    expect(last(verify(bundle, pair.publicKey, undefined, 1))).toBe('0 log entries, at least 1 asked for');
  });

  it('is refused after any change of a byte of the signature', () => {
    const bundle = JSON.parse(signArtifact(key, artifact)) as { messageSignature: { signature: string } };
    const signature = Buffer.from(bundle.messageSignature.signature, 'base64');
    for (let at = 0; at < signature.length; at += 1) {
      const changed = Buffer.from(signature);
      changed[at] = (changed[at] ?? 0) ^ 1;
      const messageSignature = { ...bundle.messageSignature, signature: changed.toString('base64') };
      expect(verify(JSON.stringify({ ...bundle, messageSignature }), pair.publicKey).outcome).toBe('refused');
    }
  });

  it('may be a claim, which verifies from the digest alone and gives its payload', () => {
    const claim = signClaim(key, {
      name: 'app',
      sha256,
      predicateType: 'https://example.org/tested',
      predicate: { suite: 'all' },
    });
    if (!claim.ok) throw new Error(claim.error.detail);
    const signed: Signed = { kind: 'sha256', digest: Buffer.from(sha256, 'hex') };
    const verdict = verify(claim.value, pair.publicKey, signed);
    expect(verdict.outcome).toBe('verified');
    expect(JSON.parse(String(verdict.payload?.bytes))).toMatchObject({ predicate: { suite: 'all' } });
    const other: Signed = { kind: 'sha256', digest: Buffer.from('cd'.repeat(32), 'hex') };
    expect(last(verify(claim.value, pair.publicKey, other))).toBe('the statement is about another artifact');
  });
});

describe('claims', () => {
  it('need a whole digest and a predicate that is an object', () => {
    const key = opened(pemOf(p256.privateKey));
    const base = { name: 'app', sha256, predicateType: 't', predicate: {} };
    const short = signClaim(key, { ...base, sha256: 'abc' });
    expect(short.ok ? '' : short.error.detail).toBe('not a SHA-256');
    const list = signClaim(key, { ...base, predicate: [] });
    expect(list.ok ? '' : list.error.detail).toBe('predicate: not an object');
  });
});
