// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash, X509Certificate } from 'node:crypto';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { err, type Failure, failure, ok, type Result } from '@bartizan/contracts';

/** What the certificate of the server is held to. */
export type Trust =
  /** This certificate, or one that this CA signed (SHA-256 fingerprints; colons and case do not matter). */
  | { readonly kind: 'pins'; readonly fingerprint?: string; readonly caSha256?: string }
  | { readonly kind: 'ca'; readonly pem: string }
  | { readonly kind: 'system' };

const CONNECT_MS = 10_000;
/** id-kp-serverAuth (RFC 5280 4.2.1.12). Nodes have certificates of the same authority, for the other side only. */
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const normal = (fingerprint: string): string => fingerprint.replaceAll(':', '').toLowerCase();
const digestOf = (der: Buffer): string => createHash('sha256').update(der).digest('hex');

/** Whether the presented chain satisfies the pins: the leaf itself, or a CA in the chain that signed the leaf for a server. */
export function pinsHold(
  chain: readonly Buffer[],
  pins: { fingerprint?: string; caSha256?: string },
): boolean {
  const [leafDer, ...rest] = chain;
  if (leafDer === undefined) return false;
  if (pins.fingerprint !== undefined && digestOf(leafDer) === normal(pins.fingerprint)) return true;
  if (pins.caSha256 === undefined) return false;
  const leaf = new X509Certificate(leafDer);
  // A certificate without extended usages gives undefined here, whatever the declaration says.
  if (leaf.keyUsage?.includes(SERVER_AUTH) !== true) return false;
  const now = Date.now();
  if (now < Date.parse(leaf.validFrom) || now > Date.parse(leaf.validTo)) return false;
  return rest.some((der) => {
    if (digestOf(der) !== normal(pins.caSha256 ?? '')) return false;
    const authority = new X509Certificate(der);
    return authority.ca && leaf.checkIssued(authority) && leaf.verify(authority.publicKey);
  });
}

function chainOf(socket: TLSSocket): Buffer[] {
  const chain: Buffer[] = [];
  let certificate = socket.getPeerCertificate(true);
  while (certificate?.raw !== undefined && chain.length < 8) {
    chain.push(certificate.raw);
    if (certificate.issuerCertificate === certificate) break;
    certificate = certificate.issuerCertificate;
  }
  return chain;
}

/** Opens a TLS connection and checks the server before a single byte of ours is sent. */
export function openConnection(
  address: { readonly host: string; readonly port: number },
  trust: Trust,
): Promise<Result<TLSSocket, Failure<'E_CONTROLLER_UNREACHABLE' | 'E_SERVER_IDENTITY'>>> {
  const where = `${address.host}:${address.port}`;
  return new Promise((resolve) => {
    const socket = connectTls({
      host: address.host,
      port: address.port,
      ...(/^[\d.:]+$/.test(address.host) ? {} : { servername: address.host }),
      rejectUnauthorized: trust.kind !== 'pins',
      ...(trust.kind === 'ca' ? { ca: trust.pem } : {}),
      ALPNProtocols: ['http/1.1'],
    });
    socket.setTimeout(CONNECT_MS, () => socket.destroy(new Error('timed out')));
    socket.once('error', (error: Error & { code?: string }) => {
      const isIdentity = /CERT|ALTNAME|SELF_SIGNED|UNABLE_TO/.test(error.code ?? '');
      resolve(
        err(
          failure(
            isIdentity ? 'E_SERVER_IDENTITY' : 'E_CONTROLLER_UNREACHABLE',
            `${where}: ${error.message}`,
          ),
        ),
      );
    });
    socket.once('secureConnect', () => {
      socket.setTimeout(0);
      if (trust.kind === 'pins' && !pinsHold(chainOf(socket), trust)) {
        socket.destroy();
        resolve(err(failure('E_SERVER_IDENTITY', where)));
      } else resolve(ok(socket));
    });
  });
}
