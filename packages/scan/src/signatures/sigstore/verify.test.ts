// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ecPair, encodeExtension, makeCertificate, type Plan } from '../../testing/certificates.ts';
import { OID } from '../certificate.ts';
import { encodeDer, TAG } from '../der.ts';
import { digestOf, spkiOf } from '../keys.ts';
import type { SignatureVerdict } from '../verdict.ts';
import type { TrustRoot } from './trust-root.ts';
import { type SigstorePolicy, verifyBundle } from './verify.ts';

/** A sigstore of our own: an authority, a certificate log and a log of signatures. */
const NOW_MS = Date.parse('2026-06-01T00:00:00Z');
const ALWAYS = { startMs: 0, endMs: undefined };
const rootPair = ecPair();
const leafPair = ecPair();
const log = generateKeyPairSync('ed25519');
const certificateLog = ecPair();
const LOG_ID = digestOf('sha256', spkiOf(log.publicKey));
const CT_ID = digestOf('sha256', spkiOf(certificateLog.publicKey));
const root = makeCertificate({ name: 'root', pair: rootPair, isAuthority: true });
const trustRoot: TrustRoot = {
  digest: 'own',
  logs: [{ url: 'https://log.example', id: LOG_ID.toString('hex'), key: log.publicKey, validity: ALWAYS }],
  certificateLogs: [
    { url: 'https://ct.example', id: CT_ID.toString('hex'), key: certificateLog.publicKey, validity: ALWAYS },
  ],
  authorities: [{ url: 'https://ca.example', chain: [root], validity: ALWAYS }],
  timestampAuthorities: [],
};
const policy: SigstorePolicy = {
  kind: 'identity',
  identities: [
    {
      identity: { kind: 'exact', value: 'dev@acme.example' },
      issuer: { kind: 'exact', value: 'https://login.example' },
    },
  ],
};

const SAN = encodeExtension(
  '2.5.29.17',
  encodeDer(TAG.sequence, encodeDer(0x81, Buffer.from('dev@acme.example'))),
);
const ISSUER = encodeExtension(
  '1.3.6.1.4.1.57264.1.8',
  encodeDer(0x0c, Buffer.from('https://login.example')),
);
const u16 = (value: number): Buffer => Buffer.of(value >> 8, value & 0xff);

/** A certificate of the authority that the certificate log has seen (RFC 6962, 3.2). */
function leafWith(changes: Partial<Plan> = {}, ctPair = certificateLog) {
  const plan: Plan = {
    name: 'dev',
    pair: leafPair,
    issuer: { name: 'root', pair: rootPair },
    purposes: [OID.codeSigning],
    extensions: [SAN, ISSUER],
    ...changes,
  };
  const { precertificate } = makeCertificate(plan);
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(NOW_MS - 120_000));
  const size = Buffer.alloc(3);
  size.writeUIntBE(precertificate.length, 0, 3);
  const signed = Buffer.concat([
    Buffer.of(0, 0),
    time,
    Buffer.of(0, 1),
    digestOf('sha256', root.spki),
    size,
    precertificate,
    u16(0),
  ]);
  const signature = sign('sha256', signed, ctPair.privateKey);
  const one = Buffer.concat([
    Buffer.of(0),
    CT_ID,
    time,
    u16(0),
    u16(0x0403),
    u16(signature.length),
    signature,
  ]);
  const list = Buffer.concat([u16(one.length + 2), u16(one.length), one]);
  const sct = encodeExtension(OID.sctList, encodeDer(TAG.octetString, list));
  return makeCertificate({ ...plan, extensions: [...(plan.extensions ?? []), sct] });
}

const artifact = Buffer.from('an artifact');

/** A bundle over the artifact, logged with a promise, a proof in a tree of one, and a checkpoint. */
function bundleWith(leaf = leafWith(), integratedAtMs = NOW_MS - 60_000): Buffer {
  const signature = sign('sha256', artifact, leafPair.privateKey).toString('base64');
  const pem = `-----BEGIN CERTIFICATE-----\n${leaf.der.toString('base64')}\n-----END CERTIFICATE-----\n`;
  const body = Buffer.from(
    JSON.stringify({
      apiVersion: '0.0.1',
      kind: 'hashedrekord',
      spec: {
        data: { hash: { algorithm: 'sha256', value: digestOf('sha256', artifact).toString('hex') } },
        signature: { content: signature, publicKey: { content: Buffer.from(pem).toString('base64') } },
      },
    }),
  );
  const said = {
    body: body.toString('base64'),
    integratedTime: integratedAtMs / 1000,
    logID: LOG_ID.toString('hex'),
    logIndex: 0,
  };
  const rootHash = digestOf('sha256', Buffer.concat([Buffer.of(0), body])).toString('base64');
  const note = `log.example\n1\n${rootHash}\n`;
  const line = Buffer.concat([LOG_ID.subarray(0, 4), sign(null, Buffer.from(note), log.privateKey)]).toString(
    'base64',
  );
  const entry = {
    logIndex: '0',
    logId: { keyId: LOG_ID.toString('base64') },
    kindVersion: { kind: 'hashedrekord', version: '0.0.1' },
    integratedTime: String(said.integratedTime),
    inclusionPromise: {
      signedEntryTimestamp: sign(null, Buffer.from(JSON.stringify(said)), log.privateKey).toString('base64'),
    },
    inclusionProof: {
      logIndex: '0',
      rootHash,
      treeSize: '1',
      hashes: [],
      checkpoint: { envelope: `${note}\n\u2014 log.example ${line}\n` },
    },
    canonicalizedBody: said.body,
  };
  return Buffer.from(
    JSON.stringify({
      mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      verificationMaterial: { certificate: { rawBytes: leaf.der.toString('base64') }, tlogEntries: [entry] },
      messageSignature: {
        messageDigest: { algorithm: 'SHA2_256', digest: digestOf('sha256', artifact).toString('base64') },
        signature,
      },
    }),
  );
}

const verify = (bundle: Buffer, changes: Partial<TrustRoot> = {}): SignatureVerdict =>
  verifyBundle({
    bundle,
    artifact: { kind: 'bytes', bytes: artifact },
    policy,
    trustRoot: { ...trustRoot, ...changes },
    nowMs: NOW_MS,
  });
const end = (verdict: SignatureVerdict): string =>
  `${verdict.outcome}: ${verdict.reasons.at(-1)?.detail ?? ''}`;

describe('bundles signed by an identity', () => {
  it('are verified with each check as a reason', () => {
    const verdict = verify(bundleWith());
    expect(end(verdict)).toBe('verified: dev@acme.example (https://login.example)');
    expect(verdict.reasons.map(({ check }) => check)).toEqual([
      'signature',
      'log',
      'time',
      'certificate',
      'certificate-log',
      'identity',
    ]);
    expect(verdict.signer).toMatchObject({ identity: 'dev@acme.example', issuer: 'https://login.example' });
  });

  it('verify from the digest alone', () => {
    const signed = { kind: 'sha256', digest: digestOf('sha256', artifact) } as const;
    expect(
      verifyBundle({ bundle: bundleWith(), artifact: signed, policy, trustRoot, nowMs: NOW_MS }).outcome,
    ).toBe('verified');
  });

  it.each([
    [
      'a certificate for another purpose',
      leafWith({ purposes: [OID.timeStamping] }),
      'refused: the certificate is for another purpose',
    ],
    [
      'a certificate of a stranger',
      leafWith({ issuer: { name: 'root', pair: ecPair() } }),
      'refused: the certificate leads to no authority of the trust root',
    ],
    [
      'a certificate that had ended',
      leafWith({ notAfter: '20260501000000Z' }),
      'refused: the certificate or its authority did not count at the time of the signature',
    ],
    [
      'a forged certificate timestamp',
      leafWith({}, ecPair()),
      'refused: the timestamp of the certificate log is wrong',
    ],
    [
      'no name in the certificate',
      leafWith({ extensions: [ISSUER] }),
      'refused: the certificate names nobody',
    ],
    [
      'nobody who vouches for the name',
      leafWith({ extensions: [SAN] }),
      'refused: the certificate does not say who vouched for its name',
    ],
  ])('are refused with %s', (_what, leaf, expected) => {
    expect(end(verify(bundleWith(leaf)))).toBe(expected);
  });

  it('are refused with a certificate that no certificate log has seen', () => {
    const unseen = makeCertificate({
      name: 'dev',
      pair: leafPair,
      issuer: { name: 'root', pair: rootPair },
      purposes: [OID.codeSigning],
      extensions: [SAN, ISSUER],
    });
    expect(end(verify(bundleWith(unseen)))).toBe(
      'refused: the certificate has no timestamp of a certificate log',
    );
  });

  it.each([
    ['logs', 'unknown: the trust root does not know the log'],
    ['certificateLogs', 'unknown: the trust root has no certificate log'],
    ['authorities', 'unknown: the trust root has no certificate authority'],
  ] as const)('are unknown to a trust root without %s', (list, expected) => {
    expect(end(verify(bundleWith(), { [list]: [] }))).toContain(expected);
  });

  it('are refused when the log claims a time still to come', () => {
    expect(end(verify(bundleWith(leafWith(), NOW_MS + 3_600_000)))).toBe(
      'refused: https://log.example: a time that is still to come',
    );
  });
});
