// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spkiOf } from '../keys.ts';
import { covers, parseTrustRoot } from './trust-root.ts';

const key = generateKeyPairSync('ed25519').publicKey;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
const MEDIA_TYPE = 'application/vnd.dev.sigstore.trustedroot+json;version=0.1';

const logWith = (changes: object = {}, publicKey: object = {}): object => ({
  baseUrl: 'https://log.example',
  hashAlgorithm: 'SHA2_256',
  publicKey: {
    rawBytes: spkiOf(key).toString('base64'),
    keyDetails: 'PKIX_ED25519',
    validFor: { start: '2025-01-01T00:00:00Z' },
    ...publicKey,
  },
  logId: { keyId: Buffer.from('abcd').toString('base64') },
  ...changes,
});
const parse = (root: unknown) => parseTrustRoot(Buffer.from(JSON.stringify(root)));
const detailOf = (root: unknown): string => {
  const parsed = parse(root);
  return parsed.ok ? 'none' : parsed.error.detail;
};

describe('trust roots', () => {
  it('are read with the digest of their bytes', () => {
    const bytes = Buffer.from(JSON.stringify({ mediaType: MEDIA_TYPE, tlogs: [logWith()] }));
    const root = parseTrustRoot(bytes);
    expect(root.ok && root.value.digest).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(root.ok && root.value.logs[0]).toMatchObject({
      url: 'https://log.example',
      id: '61626364',
      validity: { startMs: Date.parse('2025-01-01T00:00:00Z'), endMs: undefined },
    });
  });

  it('may hold RSA keys in the form of PKCS #1', () => {
    const rawBytes = rsa.export({ type: 'pkcs1', format: 'der' }).toString('base64');
    const root = parse({
      mediaType: MEDIA_TYPE,
      ctlogs: [logWith({}, { rawBytes, keyDetails: 'PKCS1_RSA_PKCS1V5' })],
    });
    expect(root.ok && root.value.certificateLogs[0]?.key.equals(rsa)).toBe(true);
  });

  it.each([
    ['no object', [], 'trusted root: not an object'],
    ['another media type', { mediaType: 'x' }, 'unknown media type'],
    [
      'a key without a start',
      { mediaType: MEDIA_TYPE, tlogs: [logWith({}, { validFor: {} })] },
      'tlogs[0].validFor.start: not a text, or too long',
    ],
    [
      'a key without a period',
      { mediaType: MEDIA_TYPE, tlogs: [logWith({}, { validFor: undefined })] },
      'tlogs[0].validFor: not an object',
    ],
    [
      'a time that is none',
      { mediaType: MEDIA_TYPE, tlogs: [logWith({}, { validFor: { start: 'soon' } })] },
      'tlogs[0].validFor.start: not a time',
    ],
    [
      'a key that is none',
      { mediaType: MEDIA_TYPE, tlogs: [logWith({}, { rawBytes: 'AAAA' })] },
      'tlogs[0]: the key cannot be read',
    ],
    [
      'no id',
      { mediaType: MEDIA_TYPE, tlogs: [logWith({ logId: {} })] },
      'tlogs[0].logId.keyId: not a text, or too long',
    ],
    [
      'too many logs',
      { mediaType: MEDIA_TYPE, tlogs: Array.from({ length: 65 }, () => logWith()) },
      'tlogs: not a list, or too long',
    ],
    [
      'an authority without certificates',
      {
        mediaType: MEDIA_TYPE,
        certificateAuthorities: [{ certChain: {}, validFor: { start: '2025-01-01T00:00:00Z' } }],
      },
      'certificateAuthorities[0]: no certificates',
    ],
  ])('are refused whole with %s', (_what, root, detail) => {
    expect(detailOf(root)).toBe(detail);
  });

  it('are refused above 4 MB', () => {
    const parsed = parseTrustRoot(Buffer.alloc(4 * 1024 * 1024 + 1, 32));
    expect(parsed.ok ? '' : parsed.error).toMatchObject({ code: 'E_TRUST_ROOT', detail: 'too large' });
  });

  it('never end with another error, whatever JSON they are', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, two) => {
        const parsed = parse({ mediaType: MEDIA_TYPE, tlogs: [one], certificateAuthorities: [two] });
        expect(parsed.ok).toBe(false);
      }),
      { seed: 5, numRuns: 500 },
    );
  });

  it('count from their first to their last moment', () => {
    expect([9, 10, 20, 21].map((at) => covers({ startMs: 10, endMs: 20 }, at))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(covers({ startMs: 10, endMs: undefined }, 1e15)).toBe(true);
  });
});
