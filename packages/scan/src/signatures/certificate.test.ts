// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { ecPair, encodeExtension, makeCertificate } from '../testing/certificates.ts';
import {
  buildPath,
  demandSigner,
  derOfPem,
  isIssuedBy,
  isSelfSigned,
  isValidAt,
  OID,
  parseCertificate,
} from './certificate.ts';

const rootPair = ecPair();
const middlePair = ecPair();
const root = makeCertificate({ name: 'root', pair: rootPair, isAuthority: true });
const middle = makeCertificate({
  name: 'middle',
  pair: middlePair,
  isAuthority: true,
  issuer: { name: 'root', pair: rootPair },
});
const leaf = makeCertificate({
  name: 'leaf',
  pair: ecPair(),
  issuer: { name: 'middle', pair: middlePair },
  purposes: [OID.codeSigning],
});
const stranger = makeCertificate({ name: 'root', pair: ecPair(), isAuthority: true });

describe('certificates', () => {
  it('are read with what verification needs', () => {
    expect(leaf).toMatchObject({
      serial: '01',
      isAuthority: false,
      keyUsage: 0x80,
      extendedUsage: [OID.codeSigning],
    });
    expect(root).toMatchObject({ isAuthority: true, pathLength: undefined, keyUsage: 0x04 });
    expect(leaf.issuer.equals(middle.subject)).toBe(true);
    expect(new Date(leaf.notAfterMs).toISOString()).toBe('2035-01-01T00:00:00.000Z');
  });

  it('are refused with bytes after the end, an unknown critical extension, or one extension twice', () => {
    expect(() => parseCertificate(Buffer.concat([leaf.der, Buffer.of(0)]))).toThrow('bytes after the end');
    const critical = [encodeExtension('1.2.3.4', Buffer.of(5, 0), true)];
    expect(() => makeCertificate({ name: 'x', pair: rootPair, extensions: critical })).toThrow(
      'critical extension 1.2.3.4',
    );
    const twice = [encodeExtension('2.5.29.37', Buffer.from('3000', 'hex'))];
    expect(() =>
      makeCertificate({ name: 'x', pair: rootPair, purposes: [OID.codeSigning], extensions: twice }),
    ).toThrow('twice');
    expect(() => parseCertificate(Buffer.alloc(65 * 1024))).toThrow('too large');
  });

  it('are issued by who signed them, has the name, and may issue', () => {
    expect(isIssuedBy(leaf, middle)).toBe(true);
    expect(isIssuedBy(leaf, root)).toBe(false);
    expect(isIssuedBy(middle, stranger)).toBe(false);
    const noIssuer = makeCertificate({ name: 'middle', pair: middlePair });
    const noSigner = makeCertificate({ name: 'middle', pair: middlePair, isAuthority: true, keyUsage: 0x80 });
    expect([isIssuedBy(leaf, noIssuer), isIssuedBy(leaf, noSigner)]).toEqual([false, false]);
    expect([isSelfSigned(root), isSelfSigned(middle), isSelfSigned(leaf)]).toEqual([true, false, false]);
  });

  it('count from their first to their last moment', () => {
    const at = [leaf.notBeforeMs - 1, leaf.notBeforeMs, leaf.notAfterMs, leaf.notAfterMs + 1];
    expect(at.map((one) => isValidAt(leaf, one))).toEqual([false, true, true, false]);
  });

  it('sign only for their purpose', () => {
    expect(() => demandSigner(leaf, OID.codeSigning)).not.toThrow();
    expect(() => demandSigner(leaf, OID.timeStamping)).toThrow('another purpose');
    expect(() => demandSigner(root, OID.codeSigning)).toThrow('an authority');
    const mute = makeCertificate({ name: 'x', pair: rootPair, keyUsage: 0x20, purposes: [OID.codeSigning] });
    expect(() => demandSigner(mute, OID.codeSigning)).toThrow('may not sign');
  });

  it('are found between PEM lines, when there is nothing else', () => {
    const pem = `-----BEGIN CERTIFICATE-----\n${leaf.der.toString('base64')}\n-----END CERTIFICATE-----\n`;
    expect(derOfPem(pem, 'CERTIFICATE')?.equals(leaf.der)).toBe(true);
    expect(derOfPem(pem, 'PUBLIC KEY')).toBeUndefined();
    expect(derOfPem(pem + pem, 'CERTIFICATE')).toBeUndefined();
  });
});

describe('the way to a root', () => {
  const names = (path: readonly { der: Buffer }[] | undefined): readonly string[] | undefined =>
    path?.map(
      ({ der }) =>
        ['leaf', 'middle', 'root'][[leaf, middle, root].findIndex((one) => one.der.equals(der))] ?? '?',
    );

  it.each([
    ['an authority with both', [leaf], [middle, root], ['leaf', 'middle', 'root']],
    ['a bundle that brings the middle', [leaf, middle], [root], ['leaf', 'middle', 'root']],
    ['a bundle that brings what is known', [leaf, middle], [middle, root], ['leaf', 'middle', 'root']],
    ['an authority that is the signer itself', [root], [root], ['root']],
    ['a stranger with the same name', [leaf, middle], [stranger], undefined],
    ['a missing middle', [leaf], [root], undefined],
    ['a wrong order', [middle, leaf], [root], undefined],
    ['a chain with something else behind', [leaf, middle, stranger], [middle, root], undefined],
  ])('is found, or not, with %s', (_what, given, authority, expected) => {
    expect(names(buildPath(given, authority))).toEqual(expected);
  });
});
