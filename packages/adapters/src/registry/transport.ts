// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AddressGuard, bareHost } from './addresses.ts';
import { RegistryFault } from './fault.ts';

/** Bounds of every exchange with a registry. */
export interface TransportLimits {
  /** Without a single byte. */
  readonly idleTimeoutMs: number;
  /** For one whole exchange. */
  readonly timeoutMs: number;
  /** How often a registry may say "too many requests" in a row. */
  readonly retries: number;
  /** Longest wait a registry may ask for. */
  readonly retryAfterMaxMs: number;
}

export const DEFAULT_LIMITS: TransportLimits = {
  idleTimeoutMs: 30_000,
  timeoutMs: 15 * 60_000,
  retries: 3,
  retryAfterMaxMs: 60_000,
};

/** One request. The body is sent whole. */
export interface Ask {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** For this exchange, when less than the limit of all. */
  readonly timeoutMs?: number;
}

export interface TransportOptions {
  readonly guard: AddressGuard;
  readonly limits: TransportLimits;
  readonly allowPlainHttp: boolean;
  /** Certificates to trust instead of the built-in ones. */
  readonly certificates?: string;
  /** Waits between tries. */
  readonly wait?: (ms: number) => Promise<unknown>;
}

const REDIRECTS = [301, 302, 303, 307, 308];
const REDIRECTS_MAX = 5;
const HEADER_BYTES_MAX = 32 * 1024;

/** Sends requests: follows redirects without credentials, waits when told to, ends when it takes too long. */
export class Transport {
  readonly #options: TransportOptions;

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /** The answer, its body still to be read. Redirects are followed only for GET and HEAD. */
  async send(ask: Ask): Promise<IncomingMessage> {
    const { limits, wait = sleep } = this.#options;
    for (let tries = 0; ; tries += 1) {
      const answer = await this.#follow(ask);
      if (answer.statusCode !== 429 && answer.statusCode !== 503) return answer;
      const pauseMs = retryAfterMs(answer.headers['retry-after'], tries);
      answer.destroy();
      if (tries >= limits.retries || pauseMs > limits.retryAfterMaxMs)
        throw new RegistryFault(
          'E_REGISTRY_BUSY',
          `${ask.url.host}: ${answer.statusCode}, wait ${Math.ceil(pauseMs / 1000)} s`,
        );
      await wait(pauseMs);
    }
  }

  async #follow(ask: Ask): Promise<IncomingMessage> {
    let current = ask;
    for (let hops = 0; hops <= REDIRECTS_MAX; hops += 1) {
      const answer = await this.#once(current);
      // Somebody a redirect led to asks who we are: not the one our credentials are for.
      if (answer.statusCode === 401 && current.url.origin !== ask.url.origin) {
        answer.destroy();
        throw new RegistryFault('E_REGISTRY_LOGIN', `${current.url.host}: 401 after a redirect`);
      }
      const { location } = answer.headers;
      const mayFollow = ask.method === 'GET' || ask.method === 'HEAD';
      if (!mayFollow || !REDIRECTS.includes(answer.statusCode ?? 0) || location === undefined) return answer;
      answer.destroy();
      current = redirected(current, location);
    }
    throw new RegistryFault('E_REGISTRY_ANSWER', `${ask.url.host}: too many redirects`);
  }

  #once({ method, url, headers = {}, body, timeoutMs }: Ask): Promise<IncomingMessage> {
    const { guard, limits, allowPlainHttp, certificates } = this.#options;
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && allowPlainHttp))
      throw new RegistryFault('E_REGISTRY_ADDRESS', `${url.host} without encryption`);
    guard.demandLiteral(url);
    return new Promise((resolve, reject) => {
      const start = url.protocol === 'https:' ? requestHttps : requestHttp;
      const request = start(url, {
        method,
        headers: {
          'user-agent': 'bartizan',
          ...headers,
          ...(body === undefined ? {} : { 'content-length': body.length }),
        },
        lookup: guard.lookup,
        timeout: limits.idleTimeoutMs,
        maxHeaderSize: HEADER_BYTES_MAX,
        signal: AbortSignal.timeout(Math.min(limits.timeoutMs, timeoutMs ?? limits.timeoutMs)),
        ...(certificates === undefined ? {} : { ca: certificates }),
      });
      request.on('timeout', () =>
        request.destroy(new RegistryFault('E_REGISTRY_UNREACHABLE', `${url.host}: no answer for too long`)),
      );
      request.on('response', resolve);
      request.on('error', (error) => reject(asFault(error, url)));
      request.end(body);
    });
  }
}

/** A foreign error as ours. */
export function asFault(error: unknown, url: URL): RegistryFault {
  if (error instanceof RegistryFault) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new RegistryFault('E_REGISTRY_UNREACHABLE', `${bareHost(url)}: ${text.slice(0, 200)}`, error);
}

/** What may be sent on to another host: nothing in it says who we are. */
const HARMLESS = ['accept'];

/** The request after a redirect: credentials, in whatever header, stay with the host and scheme they were meant for. */
function redirected(ask: Ask, location: string): Ask {
  if (!URL.canParse(location, ask.url.href))
    throw new RegistryFault('E_REGISTRY_ANSWER', `${ask.url.host}: redirect to nowhere`);
  const url = new URL(location, ask.url);
  if (ask.url.protocol === 'https:' && url.protocol !== 'https:')
    throw new RegistryFault('E_REGISTRY_ADDRESS', `${url.host} without encryption`);
  const headers = ask.headers ?? {};
  if (url.origin === ask.url.origin) return { ...ask, url, headers };
  const kept = Object.entries(headers).filter(([name]) => HARMLESS.includes(name.toLowerCase()));
  return { ...ask, url, headers: Object.fromEntries(kept) };
}

/** How long a registry asks to wait (RFC 9110, 10.2.3): seconds or a date; longer each time when it does not say. */
export function retryAfterMs(value: string | undefined, tries: number, nowMs = Date.now()): number {
  if (value !== undefined && /^\d{1,6}$/.test(value)) return Number(value) * 1000;
  const at = value === undefined ? Number.NaN : Date.parse(value);
  return Number.isFinite(at) ? Math.max(0, at - nowMs) : 1000 * 2 ** tries;
}

/** The whole body, at most `most` bytes. */
export async function bodyOf(answer: IncomingMessage, url: URL, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > most) throw new RegistryFault('E_REGISTRY_ANSWER', `${url.host}: more than ${most} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    answer.destroy();
    throw asFault(error, url);
  }
  return Buffer.concat(chunks);
}
