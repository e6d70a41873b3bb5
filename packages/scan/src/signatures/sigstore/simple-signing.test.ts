// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ecPair, makeCertificate } from '../../testing/certificates.ts';
import { digestOf, spkiOf } from '../keys.ts';
import type { SignatureVerdict } from '../verdict.ts';
import { type SimpleSignature, verifySimpleSignature } from './simple-signing.ts';
import type { TrustRoot } from './trust-root.ts';

const IMAGE = `sha256:${'ab'.repeat(32)}`;
const NOW_MS = Date.parse('2026-06-01T00:00:00Z');
const pair = ecPair();
const logPair = generateKeyPairSync('ed25519');
const LOG_ID = digestOf('sha256', spkiOf(logPair.publicKey)).toString('hex');
const trustRoot: TrustRoot = {
  digest: 'x',
  logs: [
    {
      url: 'https://log.example',
      id: LOG_ID,
      key: logPair.publicKey,
      validity: { startMs: 0, endMs: undefined },
    },
  ],
  certificateLogs: [],
  authorities: [],
  timestampAuthorities: [],
};
const pemOf = (): string => pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();

const payloadFor = (digest: string, type = 'cosign container image signature'): Buffer =>
  Buffer.from(
    JSON.stringify({
      critical: {
        identity: { 'docker-reference': 'r.example/app' },
        image: { 'docker-manifest-digest': digest },
        type,
      },
      optional: null,
    }),
  );

/** The log's entry for a payload and its signature, with the log's promise. */
function logged(payload: Buffer, signature: Buffer, changes: Record<string, unknown> = {}): string {
  const body = Buffer.from(
    JSON.stringify({
      apiVersion: '0.0.1',
      kind: 'hashedrekord',
      spec: {
        data: { hash: { algorithm: 'sha256', value: digestOf('sha256', payload).toString('hex') } },
        signature: {
          content: signature.toString('base64'),
          publicKey: { content: Buffer.from(pemOf()).toString('base64') },
        },
      },
    }),
  ).toString('base64');
  const said = { body, integratedTime: NOW_MS / 1000 - 60, logID: LOG_ID, logIndex: 7 };
  const promise = sign(null, Buffer.from(JSON.stringify(said)), logPair.privateKey).toString('base64');
  return JSON.stringify({ SignedEntryTimestamp: promise, Payload: { ...said, ...changes } });
}

function signatureFor(payload: Buffer, changes: Record<string, unknown> = {}): SimpleSignature {
  const signature = sign('sha256', payload, pair.privateKey);
  return {
    payload,
    annotations: {
      'dev.cosignproject.cosign/signature': signature.toString('base64'),
      'dev.sigstore.cosign/bundle': logged(payload, signature, changes),
    },
  };
}

const verify = (signature: SimpleSignature, logEntries = 1, key = pair.publicKey): SignatureVerdict =>
  verifySimpleSignature(signature, IMAGE, {
    policy: { kind: 'key', key, logEntries },
    trustRoot,
    nowMs: NOW_MS,
  });
const end = (verdict: SignatureVerdict): readonly unknown[] => [
  verdict.outcome,
  verdict.reasons.at(-1)?.detail,
];

describe('image signatures in the form of cosign 2', () => {
  it('verify with a key and a log entry, and name both', () => {
    const verdict = verify(signatureFor(payloadFor(IMAGE)));
    expect(verdict).toMatchObject({
      outcome: 'verified',
      signer: { kind: 'key' },
      logs: [{ url: 'https://log.example', index: 7 }],
      times: [{ source: 'log', atMs: NOW_MS - 60_000 }],
    });
  });

  it('verify without a log only where the policy does not ask for one', () => {
    const { payload, annotations } = signatureFor(payloadFor(IMAGE));
    const { 'dev.sigstore.cosign/bundle': _entry, ...bare } = annotations;
    expect(verify({ payload, annotations: bare }, 0).outcome).toBe('verified');
    expect(end(verify({ payload, annotations: bare }))).toEqual([
      'refused',
      '0 log entries, at least 1 asked for',
    ]);
  });

  it.each([
    [
      'another image',
      signatureFor(payloadFor(`sha256:${'cd'.repeat(32)}`)),
      'the signature is about another image',
    ],
    ['another type', signatureFor(payloadFor(IMAGE, 'x')), 'the payload is of another type'],
    ['a payload that is not JSON', signatureFor(Buffer.from('x')), 'the payload is of another type'],
    [
      'another time',
      signatureFor(payloadFor(IMAGE), { integratedTime: 5 }),
      'the promise of the log is wrong',
    ],
    ['another index', signatureFor(payloadFor(IMAGE), { logIndex: 8 }), 'the promise of the log is wrong'],
    [
      'a log id that is none',
      signatureFor(payloadFor(IMAGE), { logID: 'XY' }),
      'bundle.logID: not hexadecimal',
    ],
    [
      'a field nobody knows',
      signatureFor(payloadFor(IMAGE), { extra: 1 }),
      'bundle.Payload: unknown field extra',
    ],
  ])('are refused with %s', (_what, signature, detail) => {
    expect(end(verify(signature))).toEqual(['refused', detail]);
  });

  it('are refused after a change of the payload or the signature, and for another key', () => {
    const good = signatureFor(payloadFor(IMAGE));
    const spaced = { ...good, payload: Buffer.from(`${good.payload.toString()} `) };
    expect(end(verify(spaced))).toEqual(['refused', 'the signature is wrong']);
    const again = signatureFor(payloadFor(IMAGE)).annotations['dev.cosignproject.cosign/signature'] ?? '';
    const swapped = {
      ...good,
      annotations: { ...good.annotations, 'dev.cosignproject.cosign/signature': again },
    };
    expect(end(verify(swapped))).toEqual(['refused', 'the log entry is about another signature']);
    expect(end(verify(good, 1, ecPair().publicKey))).toEqual(['refused', 'the signature is wrong']);
    expect(verify({ payload: good.payload, annotations: {} }).outcome).toBe('refused');
  });

  it('are unknown with a log the trust root does not know', () => {
    expect(verify(signatureFor(payloadFor(IMAGE), { logID: 'ab' })).outcome).toBe('unknown');
  });

  it('with a certificate are not taken for ones with a key, nor broken ones for any', () => {
    const leaf = makeCertificate({ name: 'x', pair });
    const pem = `-----BEGIN CERTIFICATE-----\n${leaf.der.toString('base64')}\n-----END CERTIFICATE-----\n`;
    const { payload, annotations } = signatureFor(payloadFor(IMAGE));
    const withCertificate = { ...annotations, 'dev.sigstore.cosign/certificate': pem };
    expect(end(verify({ payload, annotations: withCertificate }))).toEqual([
      'refused',
      'the policy asks for a key, the bundle has a certificate',
    ]);
    const broken = { ...withCertificate, 'dev.sigstore.cosign/chain': 'noise' };
    expect(end(verify({ payload, annotations: broken }))).toEqual(['refused', 'chain: not PEM, or too long']);
    const stamped = {
      ...annotations,
      'dev.sigstore.cosign/rfc3161timestamp': '{"SignedRFC3161Timestamp":"AAAA"}',
    };
    expect(verify({ payload, annotations: stamped }).outcome).toBe('refused');
  });
});
