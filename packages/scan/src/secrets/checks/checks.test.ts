// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { SECRET_CHECKS } from '@bartizan/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkSecret } from './check-secret.ts';
import { bech32Checksum, toBase62 } from './checksums.ts';

const NOW_MS = 1_800_000_000_000;
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

/** A new key whose PEM has some trait: one in about 700 begins a line with a plus sign and ends another with one. */
const keyUntil = (has: (text: string) => boolean): string => {
  for (let tries = 0; tries < 50_000; tries += 1) {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const text = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    if (has(text)) return text;
  }
  throw new Error('no such key in 50,000 tries');
};

describe('checks without the network', () => {
  it('hold for the published example of the checksum of GitHub', () => {
    const random = ['zQWBuTSOoRi4A9sp', 'HcVY5ncnsDkxkJ'].join('');
    expect(checkSecret('crc32-base62', `ghp_${random}0mLq17`, NOW_MS).verification).toBe('verified');
    expect(checkSecret('crc32-base62', `ghp_${random}0mLq18`, NOW_MS).verification).toBe('unverified');
  });

  it('write numbers in base 62 with zeros in front', () => {
    expect([toBase62(0, 6), toBase62(61, 2), toBase62(62, 3)]).toEqual(['000000', '0z', '010']);
  });

  it('hold for tokens of Grafana as two instances issued them', () => {
    for (const [random, sum] of [
      [['59XrtzqaLhSMrlep', '4eCcGvPsXCaf9xE6'], 'b83d1d4f'],
      [['18jsK51ALMvwoM7w', 'naevzGKSLp6UOsTm'], '07394f66'],
    ] as const)
      expect(checkSecret('crc32-hex', `glsa_${random.join('')}_${sum}`, NOW_MS).verification).toBe(
        'verified',
      );
  });

  it('hold for the test vectors of BIP 173, and for none with a changed character', () => {
    for (const text of ['A12UEL5L', 'abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw', '?1ezyfcl']) {
      expect(checkSecret('bech32', text, NOW_MS).verification, text).toBe('verified');
      expect(checkSecret('bech32', `${text.slice(0, -1)}q`, NOW_MS).verification, text).toBe('unverified');
    }
    expect(bech32Checksum('a', [])).toBe('2uel5l');
  });

  it.each([
    ['as it is', pem],
    ['in one line', pem.replaceAll('\n', '\\n')],
    ['indented', pem.replaceAll(/^/gm, '      ')],
    ['with carriage returns', pem.replaceAll('\n', '\r\n')],
    ['joined by a program', pem.replaceAll(/^(.+)$/gm, '"$1\\n" +')],
  ])('parse a private key %s', (_name, text) => {
    expect(checkSecret('private-key', text, NOW_MS)).toMatchObject({
      verification: 'verified',
      detail: {
        en: 'a whole private key (ec prime256v1) without a passphrase',
        ja: 'パスフレーズのない完全な秘密鍵（ec prime256v1）',
      },
      publicKey: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it.each([
    ['as it is', (text: string) => text],
    ['joined by a program', (text: string) => text.replaceAll(/^(.+)$/gm, '"$1\\n" +')],
    ['joined with the signs in front', (text: string) => text.replaceAll(/^(.+)$/gm, "  + '$1'")],
    ['in a patch', (text: string) => text.trim().replaceAll('\n', '\n+')],
    ['in JSON', (text: string) => JSON.stringify(text)],
  ])('parse a key whose lines begin and end with plus signs, %s', (_name, written) => {
    const key = keyUntil((text) => /^\+/m.test(text) && /\+$/m.test(text));
    expect(checkSecret('private-key', written(key), NOW_MS).verification, key).toBe('verified');
  });

  it('do not take a damaged key for one', () => {
    const damaged = pem.replace(/\n[A-Za-z0-9+/]{20}/, '\nAAAAAAAAAAAAAAAAAAAA');
    expect(() => createPrivateKey(damaged)).toThrow();
    expect(checkSecret('private-key', damaged, NOW_MS)).toEqual({
      verification: 'unverified',
      detail: { en: 'it does not parse as a private key', ja: '秘密鍵として読み取れない' },
    });
  });

  it('say that an encrypted key is of no use as it lies there', () => {
    const encrypted = pair.privateKey
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'made for a test' })
      .toString();
    expect(checkSecret('private-key', encrypted, NOW_MS)).toMatchObject({
      verification: 'plausible',
      isBlunt: true,
    });
  });

  it.each([
    [{ exp: NOW_MS / 1000 + 60 }, 'a JSON Web Token that is still in time', undefined],
    [{ exp: NOW_MS / 1000 - 60 }, 'a JSON Web Token whose time is over', true],
    [{}, 'a JSON Web Token that never expires', undefined],
  ])('read the time of a token with %j', (claims, detail, isBlunt) => {
    const checked = checkSecret('jwt', `${part({ alg: 'HS256' })}.${part(claims)}.x`, NOW_MS);
    expect(checked).toMatchObject({ verification: 'plausible', detail: { en: detail } });
    expect(checked.isBlunt).toBe(isBlunt);
  });

  it.each(['a.b.c', `${part({ typ: 'JWT' })}.${part({})}.x`, `${part({ alg: 1 })}.${part({})}.x`, ''])(
    'take %s for no token',
    (text) => {
      expect(checkSecret('jwt', text, NOW_MS).verification).toBe('unverified');
    },
  );

  it('name the account of a key id of AWS, which is public', () => {
    expect(checkSecret('aws-key-id', ['ASIA', 'Y34FZKBOKMUTVV7A'].join(''), NOW_MS).detail.en).toContain(
      '609629065308',
    );
  });

  it('answer for anything, and quote none of it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...SECRET_CHECKS),
        fc.string({ minLength: 24, maxLength: 300 }),
        (check, value) => {
          const { verification, detail } = checkSecret(check, value, NOW_MS);
          expect(['verified', 'plausible', 'unverified']).toContain(verification);
          for (let at = 0; at + 12 <= value.length; at += 6)
            expect(`${detail.en}${detail.ja}`).not.toContain(value.slice(at, at + 12));
        },
      ),
      { seed: 20_261_125, numRuns: 400 },
    );
  });
});
