// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { rootCertificates } from 'node:tls';
import { AddressGuard, bareHost, classOfHost } from './addresses.ts';
import { nextPage, parse } from './answers.ts';
import { RegistryFault } from './fault.ts';
import { type Ask, bodyOf, Transport, type TransportLimits } from './transport.ts';

/** A request to a service beside the registry: of tokens, or of lists. */
export interface ServiceRequest {
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as a form. */
  readonly form?: Readonly<Record<string, string>>;
  /** Sent as it is; the headers name its type. */
  readonly body?: string;
}

/** What a service answered. */
export interface ServiceAnswer {
  readonly value: unknown;
  readonly header: (name: string) => string | undefined;
  /** The next page by its Link header (RFC 8288), at the same service. */
  readonly next: URL | undefined;
}

export interface ServiceOptions {
  readonly limits: TransportLimits;
  readonly plainHttp: boolean;
  readonly certificates?: string;
  readonly wait?: (ms: number) => Promise<unknown>;
}

const ANSWER_BYTES_MAX = 8 * 1024 * 1024;
const ANSWER_MS = 60_000;

/** Asks services for JSON: bounded in size and time, redirected without credentials, patient when told to wait. */
export class ServiceClient {
  readonly #options: ServiceOptions;
  readonly #transports = new Map<string, Transport>();

  constructor(options: ServiceOptions) {
    this.#options = options;
  }

  /** The answer to one request. Throws a RegistryFault; a refusal of credentials is E_REGISTRY_LOGIN. */
  async json(request: ServiceRequest): Promise<ServiceAnswer> {
    const { url } = request;
    const transport = await this.#transportFor(url);
    const answer = await transport.send(askOf(request));
    const bytes = await bodyOf(answer, url, ANSWER_BYTES_MAX);
    const status = answer.statusCode ?? 0;
    // Neither the query nor the answer is told: both may hold secrets.
    const detail = `${url.host}${url.pathname}: ${status}`;
    if (status === 404) throw new RegistryFault('E_REGISTRY_MISSING', detail);
    if (status === 400 || status === 401 || status === 403)
      throw new RegistryFault('E_REGISTRY_LOGIN', detail);
    if (status < 200 || status > 299) throw new RegistryFault('E_REGISTRY_ANSWER', detail);
    return {
      value: parse(bytes),
      header: (name) => [answer.headers[name]].flat()[0],
      next: nextPage(answer.headers['link'], url),
    };
  }

  async #transportFor(url: URL): Promise<Transport> {
    const known = this.#transports.get(url.origin);
    if (known !== undefined) return known;
    const { limits, plainHttp, certificates, wait } = this.#options;
    const transport = new Transport({
      guard: new AddressGuard(await classOfHost(bareHost(url))),
      limits,
      allowPlainHttp: plainHttp,
      // Services of clouds have public certificates, also where the registry has its own.
      ...(certificates === undefined ? {} : { certificates: [...rootCertificates, certificates].join('\n') }),
      ...(wait === undefined ? {} : { wait }),
    });
    this.#transports.set(url.origin, transport);
    return transport;
  }
}

function askOf({ url, headers, form, body }: ServiceRequest): Ask {
  const common = { url, timeoutMs: ANSWER_MS };
  if (form !== undefined)
    return {
      ...common,
      method: 'POST',
      headers: {
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
        ...headers,
      },
      body: Buffer.from(new URLSearchParams(form).toString()),
    };
  const plain = { ...common, headers: { accept: 'application/json', ...headers } };
  return body === undefined
    ? { ...plain, method: 'GET' }
    : { ...plain, method: 'POST', body: Buffer.from(body) };
}
