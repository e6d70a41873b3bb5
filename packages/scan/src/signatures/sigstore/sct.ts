// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Certificate, OID } from '../certificate.ts';
import { readDer, TAG } from '../der.ts';
import { digestOf, isSignedBytes } from '../keys.ts';
import { demand, Refusal } from '../refusal.ts';
import { covers, type TrustedLog } from './trust-root.ts';

/** A signed certificate timestamp (RFC 6962, 3.2). */
interface Timestamp {
  readonly logId: string;
  readonly atMs: number;
  readonly rawTime: Buffer;
  readonly extensions: Buffer;
  readonly algorithm: number;
  readonly signature: Buffer;
}

const SHA256_ECDSA = 0x0403;
const SHA256_RSA = 0x0401;
const FIXED_BYTES = 1 + 32 + 8 + 2;
const TIMESTAMPS_MAX = 16;

/** A slice whose two-octet length comes first. */
function sized(bytes: Buffer, at: number): Buffer {
  demand(at + 2 <= bytes.length, 'malformed', 'certificate timestamp: ends early');
  const end = at + 2 + bytes.readUInt16BE(at);
  demand(end <= bytes.length, 'malformed', 'certificate timestamp: ends early');
  return bytes.subarray(at + 2, end);
}

function parseTimestamp(bytes: Buffer): Timestamp {
  demand(bytes.length > FIXED_BYTES && bytes[0] === 0, 'malformed', 'certificate timestamp: version');
  const extensions = sized(bytes, 41);
  const at = FIXED_BYTES + extensions.length;
  demand(at + 4 <= bytes.length, 'malformed', 'certificate timestamp: ends early');
  const signature = sized(bytes, at + 2);
  demand(at + 4 + signature.length === bytes.length, 'malformed', 'certificate timestamp: too long');
  return {
    logId: bytes.toString('hex', 1, 33),
    atMs: Number(bytes.readBigUInt64BE(33)),
    rawTime: bytes.subarray(33, 41),
    extensions,
    algorithm: bytes.readUInt16BE(at),
    signature,
  };
}

function timestampsOf(certificate: Certificate): readonly Timestamp[] {
  const value = certificate.extensions.get(OID.sctList);
  demand(value !== undefined, 'certificate-log', 'the certificate has no timestamp of a certificate log');
  const bytes = readDer(value, TAG.octetString).content;
  const list = sized(bytes, 0);
  demand(list.length + 2 === bytes.length, 'malformed', 'certificate timestamp: too long');
  const timestamps: Timestamp[] = [];
  for (let at = 0; at < list.length; ) {
    const one = sized(list, at);
    timestamps.push(parseTimestamp(one));
    demand(timestamps.length <= TIMESTAMPS_MAX, 'malformed', 'certificate timestamp: too many');
    at += 2 + one.length;
  }
  return timestamps;
}

/** What the log signed: the certificate as it was before the timestamp was put in (RFC 6962, 3.2). */
function signedBy(timestamp: Timestamp, leaf: Certificate, issuer: Certificate): Buffer {
  const lengths = Buffer.alloc(5);
  lengths.writeUIntBE(leaf.precertificate.length, 0, 3);
  lengths.writeUInt16BE(timestamp.extensions.length, 3);
  return Buffer.concat([
    Buffer.of(0, 0),
    timestamp.rawTime,
    Buffer.of(0, 1),
    digestOf('sha256', issuer.spki),
    lengths.subarray(0, 3),
    leaf.precertificate,
    lengths.subarray(3),
    timestamp.extensions,
  ]);
}

/** Refuses a certificate that no certificate log of the trust root has seen; gives the ids of the logs that have. */
export function demandCertificateLogged(
  leaf: Certificate,
  issuer: Certificate,
  logs: readonly TrustedLog[],
): readonly string[] {
  const timestamps = timestampsOf(leaf);
  const known = timestamps.flatMap((timestamp) => {
    const log = logs.find(({ id }) => id === timestamp.logId);
    return log === undefined ? [] : [{ timestamp, log }];
  });
  if (known.length === 0)
    throw new Refusal('certificate-log', 'the trust root knows none of the logs of the certificate', true);
  for (const { timestamp, log } of known) {
    demand(
      covers(log.validity, timestamp.atMs),
      'certificate-log',
      'the key of the log did not count at that time',
    );
    demand(
      [SHA256_ECDSA, SHA256_RSA].includes(timestamp.algorithm) &&
        isSignedBytes(log.key, signedBy(timestamp, leaf, issuer), timestamp.signature, 'sha256'),
      'certificate-log',
      'the timestamp of the certificate log is wrong',
    );
  }
  return known.map(({ log }) => log.id);
}
