// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { type Certificate, parseCertificate } from '../signatures/certificate.ts';
import { encodeDer, TAG } from '../signatures/der.ts';
import { spkiOf } from '../signatures/keys.ts';

/** A key pair for tests. */
export interface Pair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** An ECDSA P-256 pair. */
export const ecPair = (): Pair => generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

/** What a made certificate says; the issuer defaults to the subject (self-signed). */
export interface Plan {
  readonly name: string;
  /** Organizational units of the subject. */
  readonly units?: readonly string[];
  readonly pair: Pair;
  readonly issuer?: { readonly name: string; readonly pair: Pair };
  readonly isAuthority?: boolean;
  readonly purposes?: readonly string[];
  readonly keyUsage?: number;
  readonly notBefore?: string;
  readonly notAfter?: string;
  readonly serial?: number;
  readonly extensions?: readonly Buffer[];
}

const SHA256_ECDSA = '1.2.840.10045.4.3.2';

/** An object identifier in DER. */
export function encodeOid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const groups = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      groups.unshift((left % 128) | 128);
    return groups;
  });
  return encodeDer(TAG.oid, Buffer.from(bytes));
}

/** A name with country, state, organization, units and common name. */
export const encodeName = (commonName: string, units: readonly string[] = []): Buffer =>
  encodeDer(
    TAG.sequence,
    ...(
      [
        ['2.5.4.6', 'JP'],
        ['2.5.4.8', 'Tokyo'],
        ['2.5.4.10', 'Acme'],
        ...units.map((unit) => ['2.5.4.11', unit] as const),
        ['2.5.4.3', commonName],
      ] as const
    ).map(([type, value]) =>
      encodeDer(TAG.set, encodeDer(TAG.sequence, encodeOid(type), encodeDer(0x0c, Buffer.from(value)))),
    ),
  );

/** An extension. */
export const encodeExtension = (id: string, value: Buffer, isCritical = false): Buffer =>
  encodeDer(
    TAG.sequence,
    encodeOid(id),
    ...(isCritical ? [encodeDer(TAG.boolean, Buffer.of(0xff))] : []),
    encodeDer(TAG.octetString, value),
  );

const timeNode = (text: string): Buffer => encodeDer(TAG.generalizedTime, Buffer.from(text));

/** A certificate, signed with ECDSA and SHA-256. */
export function makeCertificate(plan: Plan): Certificate {
  const issuer = plan.issuer ?? plan;
  const algorithm = encodeDer(TAG.sequence, encodeOid(SHA256_ECDSA));
  const constraints = encodeDer(
    TAG.sequence,
    ...(plan.isAuthority === true ? [encodeDer(TAG.boolean, Buffer.of(0xff))] : []),
  );
  const usage = plan.keyUsage ?? (plan.isAuthority === true ? 0x04 : 0x80);
  const extensions = [
    encodeExtension('2.5.29.19', constraints, true),
    encodeExtension('2.5.29.15', encodeDer(TAG.bitString, Buffer.of(0, usage)), true),
    ...(plan.purposes === undefined
      ? []
      : [encodeExtension('2.5.29.37', encodeDer(TAG.sequence, ...plan.purposes.map(encodeOid)))]),
    ...(plan.extensions ?? []),
  ];
  const tbs = encodeDer(
    TAG.sequence,
    encodeDer(0xa0, encodeDer(TAG.integer, Buffer.of(2))),
    encodeDer(TAG.integer, Buffer.of(plan.serial ?? 1)),
    algorithm,
    encodeName(issuer.name),
    encodeDer(
      TAG.sequence,
      timeNode(plan.notBefore ?? '20250101000000Z'),
      timeNode(plan.notAfter ?? '20350101000000Z'),
    ),
    encodeName(plan.name, plan.units),
    spkiOf(plan.pair.publicKey),
    encodeDer(0xa3, encodeDer(TAG.sequence, ...extensions)),
  );
  const signature = sign('sha256', tbs, issuer.pair.privateKey);
  return parseCertificate(
    encodeDer(
      TAG.sequence,
      tbs,
      algorithm,
      encodeDer(TAG.bitString, Buffer.concat([Buffer.of(0), signature])),
    ),
  );
}
