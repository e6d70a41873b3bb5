// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { X509Certificate } from 'node:crypto';
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { connect as connectTls, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import type { ErrorCode, Failure, LocalText, Result } from '@bartizan/contracts';
import { err, failure, ok, toldFailure } from '@bartizan/contracts/result';
import { sameText } from '@bartizan/contracts/words';
import { certificateSha256, type Identity } from './identity.ts';

/** Where the controller listens for agents. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** SHA-256 of the authority's certificate (DER), hexadecimal: the only authority that is trusted. */
  readonly caSha256: string;
}

const CONNECT_TIMEOUT_MS = 10_000;
const CHAIN_MAX = 8;
/** id-kp-serverAuth (RFC 5280 4.2.1.12). Nodes have certificates of the same authority, for the other side only. */
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';

const normalHash = (text: string): string => text.replaceAll(':', '').toLowerCase();

/** Certificates the peer sent, leaf first. */
const chainOf = (socket: TLSSocket): Buffer[] => {
  const chain: Buffer[] = [];
  let one: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (one?.raw && chain.length < CHAIN_MAX) {
    chain.push(one.raw);
    if (one.issuerCertificate === one) break;
    one = one.issuerCertificate;
  }
  return chain;
};

/**
 * Why a chain is not trusted: it does not end in the pinned authority with each certificate issued and signed by the
 * next, its first one is not for a server, or one of them does not count at this time; undefined when it is trusted.
 */
export const chainFault = (
  chain: readonly Buffer[],
  caSha256: string,
  nowMs: number,
): 'foreign' | 'out-of-time' | undefined => {
  const anchor = chain.findIndex((der) => certificateSha256(der) === normalHash(caSha256));
  if (anchor < 0) return 'foreign';
  const certificates = chain.slice(0, anchor + 1).map((der) => new X509Certificate(der));
  const isSigned = certificates.every((certificate, index) => {
    const issuer = certificates[Math.min(index + 1, anchor)];
    return issuer?.ca === true && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  });
  const isForServer = certificates[0]?.keyUsage?.includes(SERVER_AUTH) === true;
  if (!isSigned || !isForServer) return 'foreign';
  const counts = ({ validFrom, validTo }: X509Certificate): boolean =>
    Date.parse(validFrom) <= nowMs && nowMs < Date.parse(validTo);
  return certificates.every(counts) ? undefined : 'out-of-time';
};

const FAULTS = {
  foreign: {
    en: 'what listens there does not show a certificate that the pinned authority gave to a controller',
    ja: '接続先の証明書が、登録済みの認証局がコントローラーに発行したものではありません',
  },
  'out-of-time': {
    en: 'the certificate of the controller does not count at the time of the clock of this node',
    ja: 'このノードの時計では、コントローラーの証明書は有効期間外です',
  },
} as const;

/** Why a TLS connection failed, as the alerts of RFC 8446 that a refused client certificate gives say it. */
const isCertificateRefusal = (cause: unknown): boolean =>
  cause instanceof Error &&
  /ALERT.*CERTIFICATE|CERTIFICATE.*(EXPIRED|REVOKED|UNKNOWN)|UNKNOWN_CA|alert (bad certificate|certificate|unknown ca)/i.test(
    `${'code' in cause ? String(cause.code) : ''} ${cause.message}`,
  );

/** Converts what TLS or HTTP/2 threw. */
export const connectFailure = (endpoint: Endpoint, cause: unknown): Failure<ErrorCode> =>
  isCertificateRefusal(cause)
    ? toldFailure(
        'E_CERTIFICATE',
        {
          en: `${endpoint.host}:${endpoint.port} refused the certificate`,
          ja: `${endpoint.host}:${endpoint.port} が証明書を拒否しました`,
        },
        cause,
      )
    : failure(
        'E_CONTROLLER_UNREACHABLE',
        `${endpoint.host}:${endpoint.port}: ${cause instanceof Error ? cause.message : 'closed'}`,
        cause,
      );

const connectSocket = (
  endpoint: Endpoint,
  identity: Identity | undefined,
): Promise<Result<TLSSocket, Failure<ErrorCode>>> =>
  new Promise((resolve) => {
    const socket = connectTls({
      host: endpoint.host,
      port: endpoint.port,
      ALPNProtocols: ['h2'],
      minVersion: 'TLSv1.3',
      // The chain is held against the pinned authority below: before enrolment there is no file to give here.
      rejectUnauthorized: false,
      ...(identity ? { key: identity.keyPem, cert: identity.certificatePem } : {}),
    });
    const timer = setTimeout(() => socket.destroy(new Error('no answer in time')), CONNECT_TIMEOUT_MS);
    const fail = (cause: unknown): void => {
      clearTimeout(timer);
      resolve(err(connectFailure(endpoint, cause)));
    };
    socket.once('error', fail);
    socket.once('secureConnect', () => {
      clearTimeout(timer);
      socket.off('error', fail);
      const fault = chainFault(chainOf(socket), endpoint.caSha256, Date.now());
      if (fault === undefined) {
        resolve(ok(socket));
        return;
      }
      socket.once('error', () => undefined).destroy();
      resolve(err(toldFailure('E_CERTIFICATE', FAULTS[fault])));
    });
  });

/** Opens an HTTP/2 session with the controller whose chain ends in the pinned authority. */
export const connectController = async (
  endpoint: Endpoint,
  identity: Identity | undefined,
): Promise<Result<ClientHttp2Session, Failure<ErrorCode>>> => {
  const socket = await connectSocket(endpoint, identity);
  if (!socket.ok) return socket;
  const session = connectHttp2(`https://${endpoint.host}:${endpoint.port}`, {
    createConnection: () => socket.value,
  });
  session.on('error', () => undefined);
  return ok(session);
};

/** Posts one JSON document and reads one back, within bounds. */
export const postJson = (
  session: ClientHttp2Session,
  path: string,
  body: unknown,
): Promise<Result<{ readonly status: number; readonly body: unknown }, Failure<ErrorCode>>> =>
  new Promise((resolve) => {
    const request = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/json' });
    const unreachable = (told: LocalText, cause?: unknown): void =>
      resolve(err(toldFailure('E_CONTROLLER_UNREACHABLE', told, cause)));
    const chunks: Buffer[] = [];
    let size = 0;
    let status = 0;
    request.setTimeout(CONNECT_TIMEOUT_MS, () => request.close());
    request.on('response', (headers) => {
      status = headers[':status'] ?? 0;
    });
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= 65_536) chunks.push(chunk);
      else request.close();
    });
    request.on('error', (cause: Error) => unreachable(sameText(`${path}: ${cause.message}`), cause));
    request.on('close', () => {
      try {
        const answer: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
        resolve(ok({ status, body: answer }));
      } catch (cause) {
        const told = {
          en: `${path}: status ${status} without a readable answer`,
          ja: `${path}：応答を読み取れません（ステータス ${status}）`,
        };
        unreachable(told, cause);
      }
    });
    request.end(JSON.stringify(body));
  });
