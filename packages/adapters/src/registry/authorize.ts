// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { IncomingMessage } from 'node:http';
import type { Credential, CredentialProvider } from './credentials.ts';
import { RegistryFault } from './fault.ts';
import { type Ask, bodyOf, type Transport } from './transport.ts';

/** What a registry answers to a request without the right to it (RFC 9110, 11.6.1; distribution token specification). */
export type Challenge =
  | { readonly kind: 'basic' }
  | {
      readonly kind: 'bearer';
      readonly realm: URL;
      readonly service: string | undefined;
      readonly scope: string | undefined;
    };

const TOKEN_BYTES_MAX = 256 * 1024;
const HEADER_CHARACTERS_MAX = 8 * 1024;
const PARAMETER = /([A-Za-z_]+)\s*=\s*(?:"((?:[^"\\]|\\.){0,2000})"|([^\s,"]{1,500}))/g;
/** A token is fetched again this long before its end. */
const EARLY_MS = 10_000;

/** Reads the challenge of a 401 answer; undefined when it is none we know. */
export function parseChallenge(header: string | undefined, base: URL): Challenge | undefined {
  if (header === undefined || header.length > HEADER_CHARACTERS_MAX) return undefined;
  const [, scheme = '', rest = ''] = /^\s*([A-Za-z]+)\s*(.*)$/s.exec(header) ?? [];
  if (scheme.toLowerCase() === 'basic') return { kind: 'basic' };
  if (scheme.toLowerCase() !== 'bearer') return undefined;
  const parameters = new Map<string, string>();
  for (const [, name = '', quoted, bare] of rest.matchAll(PARAMETER))
    parameters.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '');
  const realm = parameters.get('realm');
  if (realm === undefined || !URL.canParse(realm, base.href)) return undefined;
  return {
    kind: 'bearer',
    realm: new URL(realm, base),
    service: parameters.get('service'),
    scope: parameters.get('scope'),
  };
}

const basic = (name: string, password: string): string =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;

/** Sends requests to one registry with the credentials it asks for; tokens are kept by scope until they end. */
export class Authorizer {
  readonly #transport: Transport;
  readonly #origin: URL;
  readonly #provider: CredentialProvider;
  readonly #now: () => number;
  readonly #tokens = new Map<string, { readonly header: string; readonly untilMs: number }>();

  constructor(transport: Transport, origin: URL, provider: CredentialProvider, now: () => number = Date.now) {
    this.#transport = transport;
    this.#origin = origin;
    this.#provider = provider;
    this.#now = now;
  }

  /** Sends, and once more with credentials when the registry asks for them. `scope` is what the request needs. */
  async send(ask: Ask, scope: string): Promise<IncomingMessage> {
    if (ask.url.origin !== this.#origin.origin) return this.#transport.send(ask);
    const kept = this.#tokens.get(scope);
    const header = kept !== undefined && kept.untilMs > this.#now() ? kept.header : undefined;
    const answer = await this.#transport.send(withHeader(ask, header));
    if (answer.statusCode !== 401) return answer;
    const challenge = parseChallenge(answer.headers['www-authenticate'], ask.url);
    answer.destroy();
    if (challenge === undefined)
      throw new RegistryFault('E_REGISTRY_LOGIN', `${ask.url.host}: unknown way to sign in`);
    const found = await this.#headerFor(challenge, scope);
    this.#tokens.set(scope, found);
    const second = await this.#transport.send(withHeader(ask, found.header));
    if (second.statusCode === 401 || second.statusCode === 403) {
      second.destroy();
      this.#tokens.delete(scope);
      throw new RegistryFault('E_REGISTRY_LOGIN', `${ask.url.host}: ${second.statusCode} for ${scope}`);
    }
    return second;
  }

  async #headerFor(challenge: Challenge, scope: string): Promise<{ header: string; untilMs: number }> {
    const { host } = this.#origin;
    const credential = await this.#provider.credentialFor(host);
    const forever = Number.POSITIVE_INFINITY;
    if (credential?.kind === 'bearer') return { header: `Bearer ${credential.token}`, untilMs: forever };
    if (challenge.kind === 'basic') {
      if (credential?.kind !== 'password')
        throw new RegistryFault('E_REGISTRY_LOGIN', `${host} asks for a name and a password`);
      return { header: basic(credential.name, credential.password), untilMs: forever };
    }
    return this.#tokenFor(challenge, challenge.scope ?? scope, credential);
  }

  /** A token of the server the registry names. Credentials leave only encrypted, or where the registry itself is not. */
  async #tokenFor(
    { realm, service }: Challenge & { kind: 'bearer' },
    scope: string,
    credential: Credential | undefined,
  ): Promise<{ header: string; untilMs: number }> {
    if (this.#origin.protocol === 'https:' && realm.protocol !== 'https:')
      throw new RegistryFault('E_REGISTRY_ADDRESS', `${realm.host} without encryption`);
    const fields = { ...(service === undefined ? {} : { service }), scope };
    const ask =
      credential?.kind === 'refresh-token'
        ? refresh(realm, fields, credential.token)
        : fetchToken(realm, fields, credential);
    const answer = await this.#transport.send(ask);
    const body = await bodyOf(answer, realm, TOKEN_BYTES_MAX);
    if (answer.statusCode !== 200)
      throw new RegistryFault('E_REGISTRY_LOGIN', `${realm.host}: ${answer.statusCode} for ${scope}`);
    return this.#readToken(body, realm);
  }

  #readToken(body: Buffer, realm: URL): { header: string; untilMs: number } {
    let answer: { token?: unknown; access_token?: unknown; expires_in?: unknown } | null;
    try {
      answer = JSON.parse(body.toString('utf8'));
    } catch {
      answer = null;
    }
    const token = answer?.token ?? answer?.access_token;
    if (typeof token !== 'string' || !/^[\x21-\x7e]{1,100000}$/.test(token))
      throw new RegistryFault('E_REGISTRY_LOGIN', `${realm.host}: no token in the answer`);
    const seconds = typeof answer?.expires_in === 'number' && answer.expires_in > 0 ? answer.expires_in : 60;
    return { header: `Bearer ${token}`, untilMs: this.#now() + Math.min(seconds, 86_400) * 1000 - EARLY_MS };
  }
}

const withHeader = (ask: Ask, header: string | undefined): Ask =>
  header === undefined ? ask : { ...ask, headers: { ...ask.headers, authorization: header } };

/** Token by GET, with a name and a password where there are any. */
function fetchToken(
  realm: URL,
  fields: Readonly<Record<string, string>>,
  credential: Credential | undefined,
): Ask {
  const url = new URL(realm);
  for (const [name, value] of Object.entries(fields)) url.searchParams.append(name, value);
  const headers =
    credential?.kind === 'password' ? { authorization: basic(credential.name, credential.password) } : {};
  return { method: 'GET', url, headers };
}

/** Token by POST with a refresh token (OAuth2, RFC 6749, 6). */
function refresh(realm: URL, fields: Readonly<Record<string, string>>, token: string): Ask {
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: token,
    client_id: 'bartizan',
    ...fields,
  });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return { method: 'POST', url: realm, headers, body: Buffer.from(form.toString()) };
}
