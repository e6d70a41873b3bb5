// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash, createHmac } from 'node:crypto';

/** What a request to AWS is signed with and over. */
export interface SignedParts {
  readonly method: string;
  readonly url: URL;
  /** Headers to sign, besides `host` and `x-amz-date`; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  readonly service: string;
  readonly atMs: number;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const escaped = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

function queryOf(url: URL): string {
  const pairs = [...url.searchParams].map(([name, value]) => [escaped(name), escaped(value)] as const);
  return pairs
    .sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1))
    .map((pair) => pair.join('='))
    .join('&');
}

/** The headers that make a request to AWS a signed one (Signature Version 4). */
export function signedHeaders(parts: SignedParts): Record<string, string> {
  const { method, url, body, region, service } = parts;
  const date = new Date(parts.atMs).toISOString().replace(/[-:]|\.\d{3}/g, '');
  const headers: Record<string, string> = { ...parts.headers, host: url.host, 'x-amz-date': date };
  const names = Object.keys(headers).sort();
  const lines = names.map((name) => `${name}:${(headers[name] ?? '').trim().replace(/ +/g, ' ')}\n`).join('');
  const signed = names.join(';');
  const request = [method, url.pathname, queryOf(url), lines, signed, sha256(body)].join('\n');
  const day = date.slice(0, 8);
  const scope = `${day}/${region}/${service}/aws4_request`;
  const text = [ALGORITHM, date, scope, sha256(request)].join('\n');
  const key = [region, service, 'aws4_request'].reduce<Buffer>(
    (above, step) => hmac(above, step),
    hmac(`AWS4${parts.secretAccessKey}`, day),
  );
  const signature = hmac(key, text).toString('hex');
  const authorization = `${ALGORITHM} Credential=${parts.accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
  const { host: _sentAnyway, ...rest } = headers;
  return { ...rest, authorization };
}
