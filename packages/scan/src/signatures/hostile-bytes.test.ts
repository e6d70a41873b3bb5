// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ecPair, makeCertificate } from '../testing/certificates.ts';
import { IN_TOTO, parseStatement } from './attestation/statement.ts';
import { JWS } from './notation/envelope.ts';
import { verifyNotation } from './notation/verify.ts';
import type { Attached } from './policy/evidence.ts';
import { parseSignaturePolicy } from './policy/parse-policy.ts';
import { VerdictCache } from './policy/verdict-cache.ts';
import { Refusal } from './refusal.ts';
import { BUNDLE_TYPE, openSigningKey, signArtifact, signClaim } from './sign/sign.ts';
import { parseTrustRoot, type TrustRoot } from './sigstore/trust-root.ts';
import { encodeEnvelope, verifyBundle } from './sigstore/verify.ts';
import type { SignatureVerdict } from './verdict.ts';

/** No text can be made of it: whatever tries throws. */
const HOSTILE = { toString: 1, valueOf: 1 };
const NOW_MS = Date.parse('2026-06-01T00:00:00Z');
const HEX = 'ab'.repeat(32);
const DIGEST = `sha256:${HEX}`;
const SIGNED = 'https://sigstore.dev/cosign/sign/v1';
const NOBODY: TrustRoot = {
  digest: 'none',
  logs: [],
  certificateLogs: [],
  authorities: [],
  timestampAuthorities: [],
};
const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const PEM = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const opened = openSigningKey(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
if (!opened.ok) throw new Error(opened.error.detail);
const signed = opened.value;
const claimed = signClaim(signed, { name: 'x', sha256: HEX, predicateType: SIGNED, predicate: {} });
if (!claimed.ok) throw new Error(claimed.error.detail);
const good = claimed.value;

/** Every copy of a value in which one field, or the whole, is the hostile one. */
function* spoiled(value: unknown): Generator<unknown> {
  yield HOSTILE;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, field] of Object.entries(value))
    for (const other of spoiled(field))
      yield Array.isArray(value) ? value.with(Number(key), other) : { ...value, [key]: other };
}

const judged = (bundle: unknown): SignatureVerdict =>
  verifyBundle({
    bundle: Buffer.from(JSON.stringify(bundle)),
    artifact: { kind: 'sha256', digest: Buffer.from(HEX, 'hex') },
    policy: { kind: 'key', key: pair.publicKey, logEntries: 0 },
    trustRoot: NOBODY,
    nowMs: NOW_MS,
  });
const attached = (mediaType: string, value: unknown, digest = 'sha256:1'): Attached => ({
  digest,
  mediaType,
  bytes: Buffer.from(JSON.stringify(value)),
  annotations: {},
});

/** A bundle with a log entry, so that its fields are read as well; nobody vouches for the log. */
const logged = (body: unknown): object => {
  const bundle = JSON.parse(good) as { verificationMaterial: object };
  const entry = {
    logIndex: '0',
    logId: { keyId: Buffer.from('log').toString('base64') },
    kindVersion: { kind: 'dsse', version: '0.0.1' },
    integratedTime: '1780000000',
    inclusionPromise: { signedEntryTimestamp: 'AAAA' },
    canonicalizedBody: Buffer.from(JSON.stringify(body)).toString('base64'),
  };
  return { ...bundle, verificationMaterial: { ...bundle.verificationMaterial, tlogEntries: [entry] } };
};

describe('a field that no text can be made of', () => {
  it('refuses the bundle it is in, wherever it is', () => {
    expect(judged(JSON.parse(good)).outcome).toBe('verified');
    const message = JSON.parse(signArtifact(signed, Buffer.from('x'))) as unknown;
    for (const whole of [JSON.parse(good), message, logged({})])
      for (const bundle of spoiled(whole)) expect(judged(bundle).outcome).not.toBe('verified');
  });

  it('refuses the bundle whose log entry has it in its body', () => {
    const hash = { algorithm: 'sha256', value: HEX };
    const body = { kind: 'dsse', apiVersion: '0.0.1', spec: { payloadHash: hash, signatures: [{}] } };
    for (const one of spoiled(body)) expect(judged(logged(one)).outcome).not.toBe('verified');
  });

  it('refuses the statement it is in', () => {
    const statement = {
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'x', digest: { sha256: HEX } }],
      predicateType: SIGNED,
    };
    for (const one of spoiled(statement))
      expect(() => parseStatement(Buffer.from(JSON.stringify(one)))).toThrow(Refusal);
    const payload = Buffer.from(JSON.stringify({ ...statement, _type: HOSTILE }));
    const sig = sign('sha256', encodeEnvelope({ payload, payloadType: IN_TOTO }), pair.privateKey);
    const bundle = JSON.parse(good) as { dsseEnvelope: object };
    const envelope = {
      payload: payload.toString('base64'),
      payloadType: IN_TOTO,
      signatures: [{ sig: sig.toString('base64') }],
    };
    expect(judged({ ...bundle, dsseEnvelope: envelope }).outcome).toBe('refused');
  });

  it('refuses the envelope of the Notary Project it is in', () => {
    const url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const scheme = 'io.cncf.notary.signingScheme';
    const head = {
      alg: 'ES256',
      crit: [scheme],
      cty: 'application/vnd.cncf.notary.payload.v1+json',
      [scheme]: 'notary.x509',
      'io.cncf.notary.signingTime': '2026-01-01T09:00:00Z',
    };
    const x5c = [makeCertificate({ name: 'leaf', pair: ecPair() }).der.toString('base64')];
    const jws = { payload: url({}), protected: url(head), header: { x5c }, signature: url('x') };
    const checkOf = (envelope: unknown): string | undefined => {
      const policy = { level: 'strict', stores: [], identities: [], verifyTimestamp: 'always' } as const;
      const bytes = Buffer.from(JSON.stringify(envelope));
      const request = { envelope: bytes, mediaType: JWS, artifactDigest: DIGEST, policy, nowMs: NOW_MS };
      return verifyNotation(request).reasons[0]?.check;
    };
    // The header is read to its end: it is the certificate that is refused.
    expect(checkOf(jws)).toBe('certificate');
    for (const one of spoiled(jws)) expect(checkOf(one)).toBeDefined();
    for (const one of spoiled(head))
      expect(['malformed', 'unsupported']).toContain(checkOf({ ...jws, protected: url(one) }));
  });

  it('refuses the trust root it is in', () => {
    const root = { mediaType: HOSTILE, tlogs: [] };
    expect(parseTrustRoot(Buffer.from(JSON.stringify(root)))).toMatchObject({ ok: false });
  });

  it('does not stop the signatures beside it', () => {
    const policy = parseSignaturePolicy(
      { version: 1, policies: [{ name: 'a', images: ['**'], require: { signature: { key: PEM } } }] },
      { read: () => undefined, list: () => undefined },
    );
    if (!policy.ok) throw new Error(policy.error.detail);
    const outcome = (...pieces: readonly Attached[]) => {
      const evidence = { artifactDigest: DIGEST, attached: pieces, missing: [] };
      return new VerdictCache().judge(policy.value, 'registry.example/app', evidence, NOW_MS).outcome;
    };
    for (const bad of [
      attached(BUNDLE_TYPE, { mediaType: HOSTILE }),
      attached(JWS, { payload: HOSTILE, protected: HOSTILE }),
      attached(BUNDLE_TYPE, HOSTILE),
    ]) {
      expect(outcome(bad)).toBe('refused');
      expect(outcome(bad, attached(BUNDLE_TYPE, JSON.parse(good), 'sha256:2'))).toBe('fulfilled');
    }
  });

  it('is not what makes a name of the prototype a version', () => {
    for (const name of ['constructor', '__proto__', 'toString']) {
      expect(judged({ ...JSON.parse(good), mediaType: name }).outcome).toBe('refused');
      const statement = { _type: name, subject: [{ digest: { sha256: HEX } }], predicateType: SIGNED };
      expect(() => parseStatement(Buffer.from(JSON.stringify(statement)))).toThrow(Refusal);
    }
  });
});

describe('an error that is no refusal', () => {
  it('refuses what was read, with a text of bounded length', () => {
    const bundle = Object.defineProperty(Buffer.from('{}'), 'length', {
      get: () => {
        throw new RangeError('x'.repeat(10_000));
      },
    });
    const verdict = verifyBundle({
      bundle,
      artifact: { kind: 'bytes', bytes: Buffer.from('x') },
      policy: { kind: 'key', key: pair.publicKey, logEntries: 0 },
      trustRoot: NOBODY,
      nowMs: NOW_MS,
    });
    expect(verdict).toMatchObject({ outcome: 'refused', reasons: [{ check: 'malformed' }] });
    expect(verdict.reasons[0]?.detail.length).toBeLessThan(300);
  });
});
