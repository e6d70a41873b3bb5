// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ServerHttp2Stream } from 'node:http2';
import { TLSSocket } from 'node:tls';
import { readNodeCertificate } from '@bartizan/adapters/pki';
import type { Store } from '@bartizan/adapters/store';
import { err, type Failure, failure, ok, type Result, systemScope } from '@bartizan/contracts';
import type { Clock, Owner } from '../ports.ts';

/** Who an agent is, as its certificate says: never as its messages say. */
export interface AgentIdentity extends Owner {
  readonly node: string;
  readonly serial: string;
  /** End of the certificate. */
  readonly notAfterMs: number;
}

const SCOPE = systemScope('agent certificate');

type IdentityFailure = Failure<'E_CERTIFICATE' | 'E_UNAVAILABLE'>;
const refused = (detail: string): Result<never, IdentityFailure> => err(failure('E_CERTIFICATE', detail));

/** Reads the certificate of a connection. TLS has already held it against our authority. */
export async function identifyAgent(
  stream: ServerHttp2Stream,
  store: Store,
  clock: Clock,
): Promise<Result<AgentIdentity, IdentityFailure>> {
  const socket = stream.session?.socket;
  if (!(socket instanceof TLSSocket)) return refused('the connection is not TLS');
  if (!socket.authorized)
    return refused(`the certificate is not accepted: ${String(socket.authorizationError)}`);
  const raw = socket.getPeerCertificate().raw;
  if (raw === undefined) return refused('no certificate was shown');
  const read = readNodeCertificate(raw);
  if (!read.ok) return refused(read.error.detail);
  const { tenant, cluster, node, serial, notAfterMs } = read.value;
  if (notAfterMs <= clock.nowMs()) return refused('the certificate has ended');
  const revoked = await store.certificates.isRevoked(SCOPE, serial);
  if (!revoked.ok) return err(failure('E_UNAVAILABLE', 'revocation cannot be checked now'));
  if (revoked.value) return refused('the certificate was revoked');
  return ok({ tenant, cluster, node, serial, notAfterMs });
}
