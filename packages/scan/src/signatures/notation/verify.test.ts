// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ecPair, encodeExtension, makeCertificate, type Plan } from '../../testing/certificates.ts';
import { coseSignature } from '../../testing/notation.ts';
import { OID } from '../certificate.ts';
import { COSE, JWS } from './envelope.ts';
import { parseIdentity } from './identity.ts';
import { loadTrustStore, type StoreType } from './trust-store.ts';
import { type NotationPolicy, type NotationVerdict, verifyNotation } from './verify.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const NOW_MS = Date.parse('2026-06-01T00:00:00Z');
const SCHEME = 'io.cncf.notary.signingScheme';
const TIME = 'io.cncf.notary.signingTime';
const AUTHENTIC = 'io.cncf.notary.authenticSigningTime';
const EXPIRY = 'io.cncf.notary.expiry';
const rootPair = ecPair();
const leafPair = ecPair();
const root = makeCertificate({ name: 'root', pair: rootPair, isAuthority: true });
const leafWith = (changes: Partial<Plan> = {}) =>
  makeCertificate({
    name: 'leaf',
    pair: leafPair,
    issuer: { name: 'root', pair: rootPair },
    purposes: [OID.codeSigning],
    ...changes,
  });

interface Made {
  readonly header?: Record<string, unknown>;
  readonly chain?: readonly { der: Buffer }[];
  readonly payload?: unknown;
}

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** An envelope as Notation writes it, with these attributes changed; undefined takes one away. */
function envelopeWith({ header = {}, chain = [leafWith(), root], payload }: Made = {}): Buffer {
  const head = base64url({
    alg: 'ES256',
    crit: [SCHEME],
    cty: 'application/vnd.cncf.notary.payload.v1+json',
    [SCHEME]: 'notary.x509',
    [TIME]: '2026-01-01T09:00:00+09:00',
    ...header,
  });
  const body = base64url(
    payload ?? { targetArtifact: { digest: DIGEST, size: 1, mediaType: 'x', annotations: { build: '7' } } },
  );
  const signature = sign('sha256', Buffer.from(`${head}.${body}`), {
    key: leafPair.privateKey,
    dsaEncoding: 'ieee-p1363',
  });
  return Buffer.from(
    JSON.stringify({
      payload: body,
      protected: head,
      header: { x5c: chain.map(({ der }) => der.toString('base64')) },
      signature: signature.toString('base64url'),
    }),
  );
}

function storeWith(type: StoreType, der = root.der) {
  const store = loadTrustStore(type, 'acme', [{ name: 'root.der', kind: 'file', bytes: der }]);
  if (!store.ok) throw new Error(store.error.detail);
  return store.value;
}

const identity = (text: string) => {
  const parsed = parseIdentity(text);
  if (!parsed.ok) throw new Error(parsed.error.detail);
  return parsed.value;
};

const verify = (
  envelope: Buffer,
  policy: Partial<NotationPolicy> = {},
  artifactDigest = DIGEST,
  nowMs = NOW_MS,
  mediaType = JWS,
): NotationVerdict =>
  verifyNotation({
    envelope,
    mediaType,
    artifactDigest,
    nowMs,
    policy: {
      level: 'strict',
      stores: [storeWith('ca')],
      identities: [{ kind: 'any' }],
      verifyTimestamp: 'after-expiry',
      ...policy,
    },
  });
const failed = (verdict: NotationVerdict): readonly string[] =>
  verdict.reasons.filter(({ isFulfilled }) => !isFulfilled).map(({ detail }) => detail);

describe('signatures of the Notary Project', () => {
  it('are verified with every check fulfilled and the signer named', () => {
    const verdict = verify(envelopeWith());
    expect(verdict.outcome).toBe('verified');
    expect(Object.values(verdict.checks)).toEqual(Array.from({ length: 5 }, () => 'fulfilled'));
    expect(verdict.signer).toMatchObject({ kind: 'certificate', identity: 'C=JP,ST=Tokyo,O=Acme,CN=leaf' });
    expect(verdict.metadata).toEqual({ build: '7' });
  });

  it.each<[string, Made, string]>([
    ['another algorithm', { header: { alg: 'PS256' } }, 'the algorithm does not go with the key'],
    ['no algorithm', { header: { alg: 'none' } }, 'algorithm none'],
    ['an unknown scheme', { header: { [SCHEME]: 'x' } }, 'unknown signing scheme'],
    ['another content', { header: { cty: 'text/plain' } }, 'another kind of payload'],
    ['a scheme that is not critical', { header: { crit: [] } }, `${SCHEME} is not marked critical`],
    ['an unknown critical attribute', { header: { crit: [SCHEME, 'x'], x: 1 } }, 'critical attribute x'],
    [
      'a critical attribute that is not there',
      { header: { crit: [SCHEME, 'x'] } },
      'critical attribute x is missing',
    ],
    ['no signing time', { header: { [TIME]: undefined } }, 'signing time of another scheme'],
    ['a signing time that is none', { header: { [TIME]: 'soon' } }, 'not a time'],
    [
      'a plugin',
      {
        header: {
          crit: [SCHEME, 'io.cncf.notary.verificationPlugin'],
          'io.cncf.notary.verificationPlugin': 'p',
        },
      },
      'the signature asks for the plugin p; there are none here',
    ],
    [
      'an expiry that is past',
      { header: { crit: [SCHEME, EXPIRY], [EXPIRY]: '2026-02-01T00:00:00Z' } },
      'the signature has expired',
    ],
    ['a payload that names nothing', { payload: {} }, 'the payload names no artifact'],
    ['no root in its chain', { chain: [leafWith()] }, 'the chain does not end in a root'],
    [
      'a chain of strangers',
      { chain: [leafWith(), makeCertificate({ name: 'root', pair: ecPair(), isAuthority: true })] },
      'the certificates are no chain',
    ],
    [
      'a certificate for another purpose',
      { chain: [leafWith({ purposes: [OID.timeStamping] }), root] },
      'the certificate is for another purpose',
    ],
    [
      'a certificate that has ended, without a countersignature',
      { chain: [leafWith({ notAfter: '20260101000000Z' }), root] },
      'there is no countersignature',
    ],
  ])('are refused with %s', (_what, made, detail) => {
    const verdict = verify(envelopeWith(made));
    expect([verdict.outcome, verdict.signer, failed(verdict)]).toEqual(['refused', undefined, [detail]]);
  });

  it('are refused by a signer whose name has a part twice, at every level', () => {
    const envelope = envelopeWith({ chain: [leafWith({ units: ['a', 'b'] }), root] });
    for (const level of ['strict', 'permissive', 'audit'] as const) {
      const verdict = verify(envelope, { level });
      expect([verdict.outcome, verdict.signer]).toEqual(['refused', undefined]);
      expect(failed(verdict)).toContain('the name has OU twice');
    }
  });

  it.each([
    [Number.MAX_SAFE_INTEGER, 'refused', ['not a time']],
    [8_640_000_000_001, 'refused', ['not a time']],
    [8_640_000_000_000, 'verified', []],
  ])('in COSE that expire at %s are %s', (expiry, outcome, reasons) => {
    const chain = [leafWith(), root];
    const envelope = coseSignature({ digest: DIGEST, chain, key: leafPair.privateKey, expiry });
    const verdict = verify(envelope, {}, DIGEST, NOW_MS, COSE);
    expect([verdict.outcome, failed(verdict)]).toEqual([outcome, reasons]);
  });

  it('are refused for another artifact at every level', () => {
    const other = `sha256:${'cd'.repeat(32)}`;
    for (const level of ['strict', 'permissive', 'audit'] as const)
      expect(verify(envelopeWith(), { level }, other).outcome).toBe('refused');
  });

  it('are refused after any change of what was signed', () => {
    const envelope = JSON.parse(envelopeWith().toString()) as Record<string, string>;
    const other = JSON.parse(
      envelopeWith({ payload: { targetArtifact: { digest: `sha256:${'cd'.repeat(32)}` } } }).toString(),
    ) as Record<string, string>;
    const mixed = Buffer.from(JSON.stringify({ ...envelope, payload: other['payload'] }));
    expect(failed(verify(mixed, {}, `sha256:${'cd'.repeat(32)}`))).toEqual(['the signature is wrong']);
  });

  it.each([
    ['strict', ['refused', 'refused']],
    ['permissive', ['refused', 'verified']],
    ['audit', ['verified', 'verified']],
  ] as const)('at the level %s, a stranger and an expiry are %s', (level, expected) => {
    const stranger = makeCertificate({ name: 'other', pair: ecPair(), isAuthority: true });
    const expired = envelopeWith({ header: { crit: [SCHEME, EXPIRY], [EXPIRY]: '2026-02-01T00:00:00Z' } });
    const verdicts = [
      verify(envelopeWith(), { level, stores: [storeWith('ca', stranger.der)] }),
      verify(expired, { level }),
    ];
    expect(verdicts.map(({ outcome }) => outcome)).toEqual(expected);
    for (const verdict of verdicts) expect(failed(verdict)).toHaveLength(1);
  });

  it('of a signing authority count at the time it vouches for, with a store of that type', () => {
    const header = {
      crit: [SCHEME, AUTHENTIC],
      [SCHEME]: 'notary.x509.signingAuthority',
      [TIME]: undefined,
      [AUTHENTIC]: '2025-06-01T00:00:00Z',
    };
    const chain = [leafWith({ notAfter: '20260101000000Z' }), root];
    const stores = [storeWith('signingAuthority')];
    expect(verify(envelopeWith({ header, chain }), { stores }).outcome).toBe('verified');
    expect(verify(envelopeWith({ header, chain })).outcome).toBe('unknown');
    const late = { ...header, [AUTHENTIC]: '2026-02-01T00:00:00Z' };
    expect(failed(verify(envelopeWith({ header: late, chain }), { stores }))).toEqual([
      'signed when the certificate was not valid',
    ]);
  });

  it('are unknown when a certificate may be revoked and no list is at hand', () => {
    const chain = [
      leafWith({ extensions: [encodeExtension('2.5.29.31', Buffer.from('3000', 'hex'))] }),
      root,
    ];
    expect(verify(envelopeWith({ chain }))).toMatchObject({
      outcome: 'unknown',
      checks: { revocation: 'unknown' },
    });
    expect(verify(envelopeWith({ chain }), { level: 'permissive' }).outcome).toBe('verified');
  });

  it('are by whom the policy names', () => {
    const named = (text: string) => verify(envelopeWith(), { identities: [identity(text)] }).outcome;
    expect(named('x509.subject: C=JP, ST=Tokyo, O=Acme')).toBe('verified');
    expect(named('x509.subject:CN=leaf,O=Acme,ST=Tokyo,C=JP')).toBe('verified');
    expect(named('x509.subject: C=JP, ST=Tokyo, O=Acme, CN=other')).toBe('refused');
    expect(verify(envelopeWith(), { metadata: { build: '7' } }).outcome).toBe('verified');
    expect(failed(verify(envelopeWith(), { metadata: { build: '8' } }))).toEqual([
      'the signature does not carry build=8',
    ]);
  });
});

describe('trusted identities', () => {
  it.each([
    ['', 'not x509.subject: with a name'],
    ['x509.subject', 'not x509.subject: with a name'],
    ['x509.subject:', 'not x509.subject: with a name'],
    ['x509.subject:CN', 'part CN'],
    ['x509.subject:C=JP,O=Acme', 'ST is missing'],
    ['x509.subject:C=JP,C=US,ST=x,O=Acme', 'C twice'],
    ['x509.subject:C=JP,ST=,O=Acme', 'part ST='],
    ['x509.subject:DC=x,C=JP,ST=x,O=Acme', 'part DC=x'],
  ])('refuse "%s"', (text, why) => {
    const parsed = parseIdentity(text);
    expect(parsed.ok ? '' : parsed.error.detail).toContain(why);
  });

  it('may escape commas', () => {
    expect(identity('x509.subject: C=JP, S=Tokyo, O=Acme\\, Inc.')).toEqual({
      kind: 'subject',
      parts: new Map([
        ['C', 'JP'],
        ['ST', 'Tokyo'],
        ['O', 'Acme, Inc.'],
      ]),
    });
  });
});

describe('trust stores', () => {
  const pem = (der: Buffer): string =>
    `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`;
  const file = (bytes: Buffer | string, kind: 'file' | 'other' = 'file') => ({
    name: 'x',
    kind,
    bytes: Buffer.from(bytes),
  });

  it('take authorities and self-signed certificates in both encodings', () => {
    const self = makeCertificate({ name: 'self', pair: leafPair });
    const store = loadTrustStore('ca', 'acme', [file(pem(root.der) + pem(self.der)), file(root.der)]);
    expect(store.ok && store.value.certificates).toHaveLength(3);
  });

  it.each([
    ['no files', 'ca', [], 'no files, or too many'],
    ['a folder in it', 'ca', [file(root.der, 'other')], 'x: not a file'],
    [
      'a leaf',
      'ca',
      [file(root.der), file(leafWith().der)],
      'a certificate that is neither an authority nor self-signed',
    ],
    [
      'a self-signed one for timestamps',
      'tsa',
      [file(makeCertificate({ name: 'self', pair: leafPair }).der)],
      'a certificate that is neither an authority nor self-signed',
    ],
    [
      'a middle one for timestamps',
      'tsa',
      [
        file(
          makeCertificate({
            name: 'm',
            pair: leafPair,
            isAuthority: true,
            issuer: { name: 'root', pair: rootPair },
          }).der,
        ),
      ],
      'a certificate that is no root',
    ],
    [
      'a key',
      'ca',
      [file('-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n')],
      'something else than certificates',
    ],
    ['noise', 'ca', [file('noise')], 'DER: longer than its frame'],
  ] as const)('are refused whole with %s', (_what, type, files, detail) => {
    const store = loadTrustStore(type, 'acme', files);
    expect(store.ok ? '' : store.error.detail).toBe(`${type}:acme: ${detail}`);
  });

  it('have another digest when a certificate, the type or the name changes', () => {
    const digest = (type: StoreType, name: string, der: Buffer): string => {
      const store = loadTrustStore(type, name, [file(der)]);
      return store.ok ? store.value.digest : '';
    };
    const self = makeCertificate({ name: 'self', pair: leafPair }).der;
    const all = [
      digest('ca', 'a', root.der),
      digest('signingAuthority', 'a', root.der),
      digest('ca', 'b', root.der),
      digest('ca', 'a', self),
    ];
    expect(new Set(all).size).toBe(4);
    expect(digest('ca', 'a', root.der)).toBe(all[0]);
  });
});
