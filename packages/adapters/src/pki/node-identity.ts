// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { X509Certificate } from 'node:crypto';
import { err, type Failure, failure, ok, type Result } from '@bartizan/contracts';

/** Who a node is, as its certificate says. */
export interface NodeIdentity {
  readonly tenant: string;
  readonly cluster: string;
  readonly node: string;
}
/** What the wire server needs of a presented certificate. */
export interface PresentedCertificate extends NodeIdentity {
  /** Lower-case hexadecimal without leading zeros dropped. */
  readonly serial: string;
  readonly notAfterMs: number;
}
export type PkiFailure = Failure<'E_CERTIFICATE' | 'E_JOIN_PROOF'>;

const PART = '[A-Za-z0-9][A-Za-z0-9._-]{0,63}';
const URI = new RegExp(`^URI:urn:bartizan:node:(${PART}):(${PART}):(${PART})$`);
const PLAIN = new RegExp(`^${PART}$`);

/** The name of a node inside its certificate: `urn:bartizan:node:<tenant>:<cluster>:<node>`. */
export function nodeUri(identity: NodeIdentity): Result<string, PkiFailure> {
  const { tenant, cluster, node } = identity;
  if (![tenant, cluster, node].every((part) => PLAIN.test(part))) {
    return err(failure('E_CERTIFICATE', 'a name is not fit for a certificate'));
  }
  return ok(`urn:bartizan:node:${tenant}:${cluster}:${node}`);
}

/**
 * Reads who a certificate belongs to. The TLS layer has checked its chain and dates; this checks that it is one of
 * a node: exactly one name, of our form.
 */
export function readNodeCertificate(
  certificate: string | Uint8Array,
): Result<PresentedCertificate, PkiFailure> {
  const refused = (detail: string) => err(failure('E_CERTIFICATE' as const, detail));
  let parsed: X509Certificate;
  try {
    parsed = new X509Certificate(certificate);
  } catch {
    return refused('the certificate cannot be read');
  }
  const parts = URI.exec(parsed.subjectAltName ?? '');
  const [, tenant, cluster, node] = parts ?? [];
  if (tenant === undefined || cluster === undefined || node === undefined) {
    return refused('the certificate is not one of a node');
  }
  const notAfterMs = Date.parse(parsed.validTo);
  return ok({ tenant, cluster, node, serial: parsed.serialNumber.toLowerCase(), notAfterMs });
}
