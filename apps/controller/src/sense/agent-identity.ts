// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { X509Certificate } from 'node:crypto';
import type { ServerHttp2Stream } from 'node:http2';
import { TLSSocket } from 'node:tls';
import type { Store } from '@bartizan/adapters/store';
import { err, type Failure, failure, ok, type Result, systemScope } from '@bartizan/contracts';
import type { Owner } from '../ports.ts';

/** Who an agent is, as its certificate says: never as its messages say. */
export interface AgentIdentity extends Owner {
  readonly node: string;
  readonly serial: string;
}

const SCOPE = systemScope('agent certificate');
const NAME = /URI:urn:bartizan:node:([a-z0-9.-]{1,64}):([a-z0-9.-]{1,64}):([A-Za-z0-9._-]{1,64})(?:,|$)/u;

type CertificateFailure = Failure<'E_CERTIFICATE'>;
const refused = (detail: string): Result<never, CertificateFailure> => err(failure('E_CERTIFICATE', detail));

/** Reads the certificate of a connection. TLS has already held it against our authority and its dates. */
export async function identifyAgent(
  stream: ServerHttp2Stream,
  store: Store,
): Promise<Result<AgentIdentity, CertificateFailure>> {
  const socket = stream.session?.socket;
  if (!(socket instanceof TLSSocket)) return refused('the connection is not TLS');
  if (!socket.authorized)
    return refused(`the certificate is not accepted: ${String(socket.authorizationError)}`);
  const raw = socket.getPeerCertificate().raw;
  if (raw === undefined) return refused('no certificate was shown');
  const certificate = new X509Certificate(raw);
  if (Date.parse(certificate.validTo) <= Date.now()) return refused('the certificate has ended');
  const name = NAME.exec(certificate.subjectAltName ?? '');
  const [, tenant, cluster, node] = name ?? [];
  if (tenant === undefined || cluster === undefined || node === undefined)
    return refused('the certificate names no node');
  const serial = certificate.serialNumber.toLowerCase();
  const revoked = await store.certificates.isRevoked(SCOPE, serial);
  if (!revoked.ok) return refused('revocation cannot be checked now');
  if (revoked.value) return refused('the certificate was revoked');
  return ok({ tenant, cluster, node, serial });
}
