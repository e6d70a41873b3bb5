// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createPublicKey, type KeyObject, sign } from 'node:crypto';

const der = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  const length =
    body.length < 128 ? Buffer.from([body.length]) : Buffer.from([0x82, body.length >> 8, body.length & 255]);
  return Buffer.concat([Buffer.from([tag]), length, body]);
};

/** `ecdsa-with-SHA256`, 1.2.840.10045.4.3.2. */
const ALGORITHM = der(0x30, Buffer.from('06082a8648ce3d040302', 'hex'));
/** The common name attribute, 2.5.4.3. */
const COMMON_NAME = Buffer.from('0603550403', 'hex');

/** A certificate that an elliptic curve key signs for itself (RFC 5280), as PEM. Nothing trusts it. */
export const makeCertificate = (privateKey: KeyObject, name: string): string => {
  const subject = der(0x30, der(0x31, der(0x30, COMMON_NAME, der(0x0c, Buffer.from(name)))));
  const content = der(
    0x30,
    der(0x02, Buffer.from([1])),
    ALGORITHM,
    subject,
    der(0x30, der(0x17, Buffer.from('250101000000Z')), der(0x17, Buffer.from('350101000000Z'))),
    subject,
    createPublicKey(privateKey).export({ type: 'spki', format: 'der' }),
  );
  const signature = der(0x03, Buffer.from([0]), sign('sha256', content, privateKey));
  const lines =
    der(0x30, content, ALGORITHM, signature)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
};
