// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';

/** Certificates for tests, written by hand in DER (RFC 5280, RFC 8410): Ed25519, lifetimes to the second. */

const der = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  if (body.length < 128) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const length = body.length < 256 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
};
const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts);
const oid = (...bytes: readonly number[]): Buffer => der(0x06, Buffer.from(bytes));
const ED25519 = sequence(oid(0x2b, 0x65, 0x70));
const name = (commonName: string): Buffer =>
  sequence(der(0x31, sequence(oid(0x55, 0x04, 0x03), der(0x0c, Buffer.from(commonName)))));
const time = (ms: number): Buffer =>
  der(0x18, Buffer.from(`${new Date(ms).toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)}Z`));
const extension = (id: Buffer, value: Buffer): Buffer =>
  sequence(id, der(0x01, Buffer.from([255])), der(0x04, value));

/** What a certificate says. */
interface Wish {
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly use: 'authority' | 'server' | 'client';
}

/** Extended key usage (RFC 5280 4.2.1.12): id-kp-serverAuth and id-kp-clientAuth. */
const EXTENDED_USES = {
  server: oid(0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01),
  client: oid(0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02),
};

const certificatePem = (wish: Wish, signer: KeyObject): string => {
  const basic = sequence(...(wish.use === 'authority' ? [der(0x01, Buffer.from([255]))] : []));
  const names = sequence(der(0x87, Buffer.from([127, 0, 0, 1])), der(0x82, Buffer.from('localhost')));
  const extensions = sequence(
    extension(oid(0x55, 0x1d, 0x13), basic),
    ...(wish.use === 'authority'
      ? []
      : [
          sequence(oid(0x55, 0x1d, 0x11), der(0x04, names)),
          sequence(oid(0x55, 0x1d, 0x25), der(0x04, sequence(EXTENDED_USES[wish.use]))),
        ]),
  );
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ED25519,
    name(wish.issuer),
    sequence(time(wish.notBeforeMs), time(wish.notAfterMs)),
    name(wish.subject),
    wish.publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions),
  );
  const signature = der(0x03, Buffer.from([0]), sign(null, body, signer));
  const base64 = sequence(body, ED25519, signature)
    .toString('base64')
    .replaceAll(/(.{64})/g, '$1\n');
  return `-----BEGIN CERTIFICATE-----\n${base64.trim()}\n-----END CERTIFICATE-----\n`;
};

/** A certificate with its key. */
export interface Holder {
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** A certificate authority for one test. */
export interface TestAuthority {
  readonly certificatePem: string;
  readonly sha256: string;
  /** A server certificate for 127.0.0.1 and localhost. */
  readonly server: () => Holder;
  /** A certificate of a node for a key that it proved to hold. */
  readonly certify: (
    subject: string,
    publicKeyPem: string,
    lifetimeMs: number,
  ) => { readonly certificatePem: string; readonly notAfterMs: number };
}

const DAY_MS = 86_400_000;

/** Makes an authority. */
export const makeAuthority = (): TestAuthority => {
  const own = generateKeyPairSync('ed25519');
  const issuer = 'Test authority';
  const startMs = Date.now() - 60_000;
  const certificate = certificatePem(
    {
      subject: issuer,
      issuer,
      publicKey: own.publicKey,
      notBeforeMs: startMs,
      notAfterMs: startMs + 10 * DAY_MS,
      use: 'authority',
    },
    own.privateKey,
  );
  const body = certificate.replaceAll(/-----[^-]+-----|\n/g, '');
  return {
    certificatePem: certificate,
    sha256: createHash('sha256').update(Buffer.from(body, 'base64')).digest('hex'),
    server: () => {
      const pair = generateKeyPairSync('ed25519');
      const wish: Wish = {
        subject: 'controller',
        issuer,
        publicKey: pair.publicKey,
        notBeforeMs: startMs,
        notAfterMs: startMs + DAY_MS,
        use: 'server',
      };
      return {
        certificatePem: certificatePem(wish, own.privateKey),
        keyPem: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      };
    },
    certify: (subject, publicKeyPem, lifetimeMs) => {
      const nowMs = Math.floor(Date.now() / 1000) * 1000;
      const notAfterMs = nowMs + lifetimeMs;
      const wish: Wish = {
        subject,
        issuer,
        publicKey: createPublicKey(publicKeyPem),
        notBeforeMs: nowMs,
        notAfterMs,
        use: 'client',
      };
      return { certificatePem: certificatePem(wish, own.privateKey), notAfterMs };
    },
  };
};
