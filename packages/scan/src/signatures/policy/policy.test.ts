// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ecPair, makeCertificate } from '../../testing/certificates.ts';
import { coseSignature } from '../../testing/notation.ts';
import { OID } from '../certificate.ts';
import { COSE, JWS } from '../notation/envelope.ts';
import { BUNDLE_TYPE, openSigningKey, signArtifact, signClaim } from '../sign/sign.ts';
import { SIMPLE_SIGNING } from '../sigstore/simple-signing.ts';
import { encodeEnvelope } from '../sigstore/verify.ts';
import { boundariesOf } from './boundaries.ts';
import { unmetClaims } from './claim.ts';
import type { SignaturePolicy } from './condition.ts';
import { type Attached, type Evidence, isSignature, STORED_ENVELOPE } from './evidence.ts';
import { judgePolicy, type PolicyVerdict } from './judge-policy.ts';
import { type PolicyFiles, parseSignaturePolicy } from './parse-policy.ts';
import { VerdictCache } from './verdict-cache.ts';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const IMAGE = 'registry.example/acme/app';
const HEX = 'ab'.repeat(32);
const DIGEST = `sha256:${HEX}`;
const SLSA = 'https://slsa.dev/provenance/v1';
const pairs = {
  ours: generateKeyPairSync('ec', { namedCurve: 'prime256v1' }),
  other: generateKeyPairSync('ec', { namedCurve: 'prime256v1' }),
};
type Name = keyof typeof pairs;
const pemOf = (name: Name): string =>
  pairs[name].publicKey.export({ type: 'spki', format: 'pem' }).toString();
const rootPair = ecPair();
const leafPair = ecPair();
const root = makeCertificate({ name: 'root', pair: rootPair, isAuthority: true });
const leafWith = (units: readonly string[] = []) =>
  makeCertificate({
    name: 'leaf',
    units,
    pair: leafPair,
    issuer: { name: 'root', pair: rootPair },
    purposes: [OID.codeSigning],
    notAfter: '20270101000000Z',
  });
const leaf = leafWith();

const FILES: PolicyFiles = {
  read: (path) =>
    path === 'ours.pub'
      ? Buffer.from(pemOf('ours'))
      : path === 'other.pub'
        ? Buffer.from(pemOf('other'))
        : undefined,
  list: (path) => (path === 'ca' ? [{ name: 'root.der', kind: 'file', bytes: root.der }] : undefined),
};
const parse = (value: unknown) => parseSignaturePolicy(value, FILES);
const policyOf = (require: unknown, more: object = {}): SignaturePolicy => {
  const read = parse({ version: 1, policies: [{ name: 'apps', images: ['*/acme/*'], require }], ...more });
  if (!read.ok) throw new Error(read.error.detail);
  return read.value;
};
const BY_KEY = { signature: { key: 'ours.pub' } };
const NOTATION = {
  signature: { notation: { stores: { ca: 'ca' }, identities: ['x509.subject: C=JP, ST=Tokyo, O=Acme'] } },
};

const attached = (mediaType: string, bytes: Buffer, annotations: Record<string, string> = {}): Attached => ({
  digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
  mediaType,
  bytes,
  annotations,
});
const keyOf = (name: Name) => {
  const opened = openSigningKey(pairs[name].privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  if (!opened.ok) throw new Error(opened.error.detail);
  return opened.value;
};
const claim = (
  predicateType: string,
  predicate: object = {},
  name: Name = 'ours',
  sha256 = HEX,
): Attached => {
  const made = signClaim(keyOf(name), { name: 'app', sha256, predicateType, predicate });
  if (!made.ok) throw new Error(made.error.detail);
  return attached(BUNDLE_TYPE, Buffer.from(made.value));
};
const cosign3 = (name: Name = 'ours', sha256 = HEX): Attached =>
  claim('https://sigstore.dev/cosign/sign/v1', {}, name, sha256);
const cosign2 = (name: Name = 'ours', digest = DIGEST): Attached => {
  const critical = {
    identity: {},
    image: { 'docker-manifest-digest': digest },
    type: 'cosign container image signature',
  };
  const payload = Buffer.from(JSON.stringify({ critical, optional: null }));
  return attached(SIMPLE_SIGNING, payload, {
    'dev.cosignproject.cosign/signature': sign('sha256', payload, pairs[name].privateKey).toString('base64'),
  });
};
const cosign2Attestation = (predicateType: string, sha256 = HEX, name: Name = 'ours'): Attached => {
  const statement = {
    _type: 'https://in-toto.io/Statement/v0.1',
    subject: [{ name: 'app', digest: { sha256 } }],
    predicateType,
    predicate: {},
  };
  const payloadType = 'application/vnd.in-toto+json';
  const payload = Buffer.from(JSON.stringify(statement));
  const sig = sign('sha256', encodeEnvelope({ payload, payloadType }), pairs[name].privateKey).toString(
    'base64',
  );
  const envelope = { payloadType, payload: payload.toString('base64'), signatures: [{ keyid: '', sig }] };
  return attached(STORED_ENVELOPE, Buffer.from(JSON.stringify(envelope)));
};
const notation = (digest = DIGEST, signer = leaf): Attached => {
  const scheme = 'io.cncf.notary.signingScheme';
  const url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const head = url({
    alg: 'ES256',
    crit: [scheme],
    cty: 'application/vnd.cncf.notary.payload.v1+json',
    [scheme]: 'notary.x509',
    'io.cncf.notary.signingTime': '2026-01-01T09:00:00Z',
  });
  const body = url({ targetArtifact: { digest, size: 1, mediaType: 'x' } });
  const signature = sign('sha256', Buffer.from(`${head}.${body}`), {
    key: leafPair.privateKey,
    dsaEncoding: 'ieee-p1363',
  });
  const x5c = [signer, root].map(({ der }) => der.toString('base64'));
  return attached(
    JWS,
    Buffer.from(
      JSON.stringify({
        payload: body,
        protected: head,
        header: { x5c },
        signature: signature.toString('base64url'),
      }),
    ),
  );
};
const evidence = (pieces: readonly Attached[], missing: readonly string[] = []): Evidence => ({
  artifactDigest: DIGEST,
  attached: pieces,
  missing,
});
const judge = (
  require: unknown,
  pieces: readonly Attached[],
  missing: readonly string[] = [],
  nowMs = NOW,
): PolicyVerdict => judgePolicy(policyOf(require), IMAGE, evidence(pieces, missing), nowMs);

describe('the metadata that a policy asks for', () => {
  const withMetadata = (metadata: unknown) => ({
    signature: { notation: { ...NOTATION.signature.notation, metadata } },
  });

  it.each([[['build=7']], ['build=7'], [null], [{}], [{ build: 7 }]])('is not %j', (metadata) => {
    const policies = [{ name: 'n', images: ['**'], require: withMetadata(metadata) }];
    const read = parse({ version: 1, policies });
    expect(read).toMatchObject({ ok: false, error: { code: 'E_SIGNATURE_POLICY' } });
    expect(read.ok ? '' : read.error.detail).toContain('notation.metadata');
  });

  it('has to be in the signature', () => {
    expect(judge(withMetadata({ build: '7' }), [notation()]).outcome).toBe('refused');
    expect(judge(withMetadata(undefined), [notation()]).outcome).toBe('fulfilled');
  });
});

describe('a signature policy file', () => {
  const rule = (require: unknown, more: object = {}) => ({
    version: 1,
    policies: [{ name: 'n', images: ['**'], require, ...more }],
  });
  it.each<[string, unknown, string]>([
    ['another version', { version: 2, policies: [] }, 'version: not 1'],
    ['no rules', { version: 1, policies: [] }, 'not a list'],
    ['an unknown field', { ...rule(BY_KEY), default: 'allow' }, 'unknown field default'],
    ['an unknown answer for others', { ...rule(BY_KEY), unmatched: 'maybe' }, 'refuse or allow'],
    ['no condition', rule(undefined), 'not an object'],
    ['two conditions in one', rule({ ...BY_KEY, any: [BY_KEY] }), 'exactly one of signature'],
    ['an empty any', rule({ any: [] }), 'not a list'],
    ['a misspelt condition', rule({ signatures: {} }), 'unknown field signatures'],
    ['no signer', rule({ signature: {} }), 'exactly one of key'],
    [
      'two signers',
      rule({ signature: { key: 'ours.pub', keyless: { identity: 'a', issuer: 'b' } } }),
      'exactly one of key',
    ],
    ['a key that is not there', rule({ signature: { key: 'absent.pub' } }), 'absent.pub is no public key'],
    [
      'an identity without an issuer',
      rule({ signature: { keyless: { identity: 'a' } } }),
      'issuer: not a text',
    ],
    [
      'a trust store that is not there',
      rule({ signature: { notation: { stores: { ca: 'absent' }, identities: ['*'] } } }),
      'absent is no folder',
    ],
    [
      'only a timestamp store',
      rule({ signature: { notation: { stores: { tsa: 'ca' }, identities: ['*'] } } }),
      'no ca',
    ],
    [
      'the level that takes anybody',
      rule({ signature: { notation: { level: 'audit', stores: { ca: 'ca' }, identities: ['*'] } } }),
      'strict or permissive',
    ],
    [
      'an attestation of the Notary Project',
      rule({ attestation: { type: SLSA, notation: {} } }),
      'unknown field notation',
    ],
    [
      'a claim without a test',
      rule({ attestation: { type: SLSA, key: 'ours.pub', where: [{ field: 'a' }] } }),
      'exactly one of equals',
    ],
    [
      'a claim with two tests',
      rule({
        attestation: { type: SLSA, key: 'ours.pub', where: [{ field: 'a', equals: 1, matches: 'x' }] },
      }),
      'exactly one of equals',
    ],
    [
      'a claim against an object',
      rule({ attestation: { type: SLSA, key: 'ours.pub', where: [{ field: 'a', equals: {} }] } }),
      'not a value',
    ],
    [
      'a trust root that is not there',
      { ...rule(BY_KEY), trustRoot: 'absent.json' },
      'absent.json cannot be read',
    ],
    [
      'conditions without end',
      rule(Array.from({ length: 12 }).reduce<unknown>((inner) => ({ all: [inner] }), BY_KEY)),
      'too many conditions',
    ],
  ])('is refused with %s', (_what, value, why) => {
    const read = parse(value);
    expect(read.ok ? 'read' : read.error.detail).toContain(why);
  });

  it('has another revision when a key or a word of it is another', () => {
    const revisions = [
      BY_KEY,
      { signature: { key: 'other.pub' } },
      { signature: { key: 'ours.pub', logEntries: 1 } },
    ].map((require) => policyOf(require).revision);
    expect(new Set(revisions).size).toBe(3);
    expect(policyOf(BY_KEY).revision).toBe(revisions[0]);
  });

  it('ends any value with a policy or a refusal (property)', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        for (const whole of [value, rule(value), rule({ all: [value] }), rule({ signature: value })])
          expect(parse(whole).ok).toBe(false);
      }),
      { seed: 4, numRuns: 500 },
    );
  });
});

describe('a policy', () => {
  it.each<[string, unknown, readonly Attached[], string]>([
    ['a bundle by the key', BY_KEY, [cosign3()], 'fulfilled'],
    ['a signature of cosign 2 by the key', BY_KEY, [cosign2()], 'fulfilled'],
    [
      'a signature over the manifest itself by another key',
      BY_KEY,
      [attached(BUNDLE_TYPE, Buffer.from(signArtifact(keyOf('other'), Buffer.from('x'))))],
      'refused',
    ],
    ['one of several keys', { signature: { keys: ['other.pub', 'ours.pub'] } }, [cosign3()], 'fulfilled'],
    ['nothing', BY_KEY, [], 'refused'],
    ['another key', BY_KEY, [cosign3('other'), cosign2('other')], 'refused'],
    [
      'signatures of another image',
      BY_KEY,
      [cosign3('ours', 'cd'.repeat(32)), cosign2('ours', `sha256:${'cd'.repeat(32)}`)],
      'refused',
    ],
    ['one good signature among bad ones', BY_KEY, [cosign3('other'), cosign2()], 'fulfilled'],
    [
      'an attestation where a signature is asked for',
      BY_KEY,
      [claim(SLSA), cosign2Attestation(SLSA)],
      'refused',
    ],
    ['the Notary Project', NOTATION, [notation()], 'fulfilled'],
    ['the Notary Project about another image', NOTATION, [notation(`sha256:${'cd'.repeat(32)}`)], 'refused'],
    ['a bundle where the Notary Project is asked for', NOTATION, [cosign3()], 'refused'],
    [
      'a log entry that is asked for',
      { signature: { key: 'ours.pub', logEntries: 1 } },
      [cosign3()],
      'refused',
    ],
    ['both of all', { all: [BY_KEY, NOTATION] }, [cosign3(), notation()], 'fulfilled'],
    ['one of all', { all: [BY_KEY, NOTATION] }, [cosign3()], 'refused'],
    ['one of any', { any: [BY_KEY, NOTATION] }, [notation()], 'fulfilled'],
    [
      'bytes that are no signature',
      BY_KEY,
      [attached(BUNDLE_TYPE, Buffer.from('{')), attached(JWS, Buffer.from('x'))],
      'refused',
    ],
  ])('with %s', (_what, require, pieces, outcome) => {
    expect(judge(require, pieces).outcome).toBe(outcome);
  });

  it.each([
    ['a signer with two units', notation(DIGEST, leafWith(['a', 'b']))],
    [
      'a time beyond all calendars',
      attached(
        COSE,
        coseSignature({
          ...{ digest: DIGEST, chain: [leaf, root], key: leafPair.privateKey },
          expiry: Number.MAX_SAFE_INTEGER,
        }),
      ),
    ],
    [
      'bytes that break whoever reads them',
      {
        ...attached(JWS, Buffer.from('{}')),
        get bytes(): Buffer {
          throw new RangeError('Invalid time value');
        },
      },
    ],
  ])('refuses %s and nothing else for it', (_what, piece) => {
    expect(judge(NOTATION, [piece]).outcome).toBe('refused');
    expect(judge(NOTATION, [piece, notation()]).outcome).toBe('fulfilled');
  });

  it('is unknown, not refused, when some of the evidence could not be fetched', () => {
    expect(judge(BY_KEY, [], ['E_REGISTRY_UNREACHABLE: x'])).toMatchObject({
      outcome: 'unknown',
      rules: [{ reasons: ['E_REGISTRY_UNREACHABLE: x', expect.any(String)] }],
    });
    expect(judge(BY_KEY, [cosign3()], ['E_REGISTRY_UNREACHABLE: x']).outcome).toBe('fulfilled');
    expect(judge({ all: [BY_KEY, NOTATION] }, [cosign3()], ['x']).outcome).toBe('unknown');
  });

  it('names who signed, and why each of the others was no help', () => {
    expect(judge(BY_KEY, [cosign3()]).rules[0]?.reasons[0]).toMatch(/signed by key [0-9a-f]{64}$/);
    expect(judge(BY_KEY, [cosign3('other'), claim(SLSA)]).rules[0]?.reasons).toEqual([
      expect.stringContaining('the bundle names another key'),
      expect.stringContaining('is an attestation, not a signature'),
    ]);
  });

  it('asks every rule whose pattern the name fits, and refuses names that none fits', () => {
    const both = parse({
      version: 1,
      policies: [
        { name: 'all', images: ['**'], require: BY_KEY },
        { name: 'apps', images: ['*/acme/app'], require: NOTATION },
      ],
    });
    if (!both.ok) throw new Error(both.error.detail);
    const outcomes = (image: string) => judgePolicy(both.value, image, evidence([cosign3()]), NOW);
    expect(outcomes(IMAGE).outcome).toBe('refused');
    expect(outcomes('registry.example/else').outcome).toBe('fulfilled');
    const strict = judgePolicy(policyOf(BY_KEY), 'registry.example/else/x', evidence([cosign3()]), NOW);
    expect(strict).toMatchObject({
      outcome: 'refused',
      rules: [],
      reason: expect.stringContaining('no rule'),
    });
    const open = policyOf(BY_KEY, { unmatched: 'allow' });
    expect(judgePolicy(open, 'registry.example/else/x', evidence([]), NOW).outcome).toBe('fulfilled');
  });
});

describe('an attestation', () => {
  const asking = (where: readonly object[], type = SLSA) => ({
    attestation: { type, key: 'ours.pub', ...(where.length === 0 ? {} : { where }) },
  });
  const provenance = {
    buildDefinition: {
      buildType: 'https://example.org/build',
      resolvedDependencies: [{ uri: 'git+https://example.org/app' }],
    },
    runDetails: { builder: { id: 'https://example.org/runner' } },
  };

  it('has the type that is asked for, in either form it is stored in', () => {
    const type = 'https://example.org/tested';
    expect(judge(asking([], type), [claim(type)]).outcome).toBe('fulfilled');
    expect(judge(asking([], type), [cosign2Attestation(type)]).outcome).toBe('fulfilled');
    expect(judge(asking([], type), [cosign2Attestation(type, 'cd'.repeat(32))]).outcome).toBe('refused');
    expect(judge(asking([], type), [cosign2Attestation(type, HEX, 'other')]).outcome).toBe('refused');
    expect(judge(asking([], type), [claim(SLSA), cosign3()]).outcome).toBe('refused');
  });

  it('says what it has to say', () => {
    const where = [
      { field: 'buildDefinition.buildType', equals: 'https://example.org/build' },
      { field: 'runDetails.builder.id', matches: 'https://example.org/*' },
      { field: 'buildDefinition.resolvedDependencies.*.uri', matches: 'git+https://example.org/*' },
    ];
    expect(judge(asking(where), [claim(SLSA, provenance)]).outcome).toBe('fulfilled');
    const wrong = judge(asking([...where, { field: 'runDetails.builder.id', equals: 'x' }]), [
      claim(SLSA, provenance),
    ]);
    expect(wrong.outcome).toBe('refused');
    expect(wrong.rules[0]?.reasons[0]).toContain('does not hold: runDetails.builder.id = x');
  });

  it('of a known type that does not have its shape is none', () => {
    expect(judge(asking([]), [claim(SLSA, { anything: 1 })])).toMatchObject({
      outcome: 'refused',
      rules: [{ reasons: [expect.stringContaining('no builder or no build type')] }],
    });
  });

  it.each<[string, object, object, boolean]>([
    [
      'a number that is high enough',
      { field: ['a', 'b.c'], test: { kind: 'atLeast', value: 3 } },
      { a: { 'b.c': 3 } },
      true,
    ],
    ['a number that is too high', { field: ['a'], test: { kind: 'atMost', value: 3 } }, { a: 4 }, false],
    ['a text for a number', { field: ['a'], test: { kind: 'atLeast', value: 3 } }, { a: '9' }, false],
    ['one of several', { field: ['a'], test: { kind: 'oneOf', values: ['x', 'y'] } }, { a: 'y' }, true],
    ['a field that is there', { field: ['a'], test: { kind: 'exists' } }, { a: false }, true],
    ['a field that is null', { field: ['a'], test: { kind: 'exists' } }, { a: null }, false],
    ['a field that is not there', { field: ['a', 'b'], test: { kind: 'exists' } }, { a: 1 }, false],
    ['a field of the prototype', { field: ['constructor'], test: { kind: 'exists' } }, {}, false],
    ['an entry of a list', { field: ['a', '1'], test: { kind: 'equals', value: 2 } }, { a: [1, 2] }, true],
  ])('is held against %s', (_what, condition, predicate, holds) => {
    const where = [condition as Parameters<typeof unmetClaims>[1][number]];
    expect(unmetClaims(predicate as never, where).length === 0).toBe(holds);
  });
});

describe('kept verdicts', () => {
  const policy = policyOf({ any: [BY_KEY, NOTATION] });
  const base = { policy, image: IMAGE, evidence: evidence([cosign3()]), nowMs: NOW };
  const ask = (cache: VerdictCache, more: Partial<typeof base> = {}): PolicyVerdict => {
    const { policy: asked, image, evidence: given, nowMs } = { ...base, ...more };
    return cache.judge(asked, image, given, nowMs);
  };

  it('are given again for the same question', () => {
    const cache = new VerdictCache();
    expect(ask(cache)).toBe(ask(cache));
    expect(cache.hits).toBe(1);
  });

  it.each<[string, Partial<typeof base>]>([
    ['the policy', { policy: policyOf(NOTATION) }],
    ['the trust root', { policy: { ...policy, trustRoot: { ...policy.trustRoot, digest: 'other' } } }],
    ['the image', { image: 'registry.example/acme/other' }],
    ['the manifest', { evidence: { ...base.evidence, artifactDigest: `sha256:${'cd'.repeat(32)}` } }],
    ['the signatures', { evidence: evidence([cosign3(), cosign2()]) }],
    ['an annotation of a signature', { evidence: evidence([{ ...cosign3(), annotations: { a: 'b' } }]) }],
    ['the end of a root of the policy', { nowMs: Date.parse('2035-01-01T00:00:01Z') }],
  ])('are not given after a change of %s', (_what, more) => {
    const cache = new VerdictCache();
    ask(cache);
    ask(cache, more);
    expect(cache.hits).toBe(0);
  });

  it('end with the certificate of the signer', () => {
    const cache = new VerdictCache();
    const signed = { evidence: evidence([notation()]) };
    const end = Date.parse('2027-01-01T00:00:00Z');
    expect(ask(cache, { ...signed, nowMs: end - 60_000 }).outcome).toBe('fulfilled');
    expect(ask(cache, { ...signed, nowMs: end + 60_000 }).outcome).toBe('refused');
    expect(boundariesOf(policy, signed.evidence)).toContain(end);
    expect(cache.hits).toBe(0);
  });

  it('are never those that nobody could give', () => {
    const cache = new VerdictCache();
    const missing = { evidence: evidence([], ['unreachable']) };
    expect([ask(cache, missing).outcome, ask(cache, missing).outcome]).toEqual(['unknown', 'unknown']);
    expect(ask(cache, { evidence: evidence([]) }).outcome).toBe('refused');
    expect(cache.hits).toBe(0);
  });

  it('are at most so many; the longest unused goes first', () => {
    const cache = new VerdictCache(2);
    const of = (name: string) => ask(cache, { image: `registry.example/acme/${name}` });
    for (const name of ['a', 'b', 'a', 'c', 'a', 'b']) of(name);
    expect(cache.hits).toBe(2);
  });
});

describe('evidence', () => {
  it.each([
    [BUNDLE_TYPE, true],
    ['application/vnd.dev.sigstore.bundle+json;version=0.2', true],
    [SIMPLE_SIGNING, true],
    [STORED_ENVELOPE, true],
    [JWS, true],
    ['application/spdx+json', false],
    ['application/vnd.oci.image.layer.v1.tar+gzip', false],
  ])('of type %s is a signature: %s', (type, is) => {
    expect(isSignature(type)).toBe(is);
  });
});
