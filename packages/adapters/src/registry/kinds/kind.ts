// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { RegistrySettings } from '@bartizan/contracts';
import type { RegistryClient } from '../client.ts';
import type { Credential } from '../credentials.ts';
import { RegistryFault } from '../fault.ts';
import { isRepository } from '../reference.ts';
import type { ServiceAnswer, ServiceClient, ServiceRequest } from '../service.ts';

/** What it takes to reach a registry. */
export type RegistryAccess = Pick<
  RegistrySettings,
  'kind' | 'host' | 'plainHttp' | 'certificates' | 'username' | 'region' | 'authUrl' | 'secret'
>;

/** What a kind may use. */
export interface KindContext {
  readonly access: RegistryAccess;
  readonly service: ServiceClient;
  readonly nowMs: () => number;
}
/** What listing may use besides. */
export interface ListContext extends KindContext {
  readonly client: RegistryClient;
  /** The credential of this registry, as the kind makes it. */
  readonly credential: () => Promise<Credential | undefined>;
}

/** A credential and how long it may be used, in milliseconds since the epoch. */
export interface Minted {
  readonly credential: Credential | undefined;
  readonly untilMs: number;
}

/** A field of the settings that a kind cannot do without. */
export type NeededField = 'username' | 'secret' | 'region' | 'authUrl';

/** One kind of registry: where its credentials come from, and how its repositories are listed. Steps throw a RegistryFault. */
export interface RegistryKind {
  readonly kind: RegistryAccess['kind'];
  /** Fields without which it cannot work with these settings. */
  readonly needs: (access: RegistryAccess) => readonly NeededField[];
  /** What is wrong with the fields that are given; undefined when they can be tried. */
  readonly fault?: (access: RegistryAccess) => string | undefined;
  readonly mint: (context: KindContext) => Promise<Minted>;
  readonly repositories: (context: ListContext) => Promise<readonly string[]>;
}

export const FOREVER = Number.POSITIVE_INFINITY;
const REPOSITORIES_MAX = 100_000;
const PAGES_MAX = 1000;
const LISTING_MS = 30 * 60_000;

/** The name and the password as they are; a secret without a name is a token. */
export const asGiven = ({ access }: KindContext): Promise<Minted> => {
  const { username, secret } = access;
  if (secret === undefined || secret === '')
    return Promise.resolve({ credential: undefined, untilMs: FOREVER });
  const credential: Credential =
    username === undefined || username === ''
      ? { kind: 'bearer', token: secret }
      : { kind: 'password', name: username, password: secret };
  return Promise.resolve({ credential, untilMs: FOREVER });
};

/** Repositories by the catalogue of the registry itself. */
export async function byCatalogue({ client }: Pick<ListContext, 'client'>): Promise<readonly string[]> {
  const found = await client.repositories(REPOSITORIES_MAX);
  if (!found.ok) throw new RegistryFault(found.error.code, found.error.detail, found.error.cause);
  return found.value;
}

/** A service's address with a path below it; the settings name it, or the kind does. */
export function addressOf(base: string, path: string): URL {
  const text = `${base.replace(/\/+$/, '')}${path}`;
  if (!URL.canParse(text))
    throw new RegistryFault('E_REGISTRY_SETTINGS', 'the address of the service is no URL');
  return new URL(text);
}

/** The scheme this registry is spoken to with. */
export const schemeOf = ({ plainHttp }: RegistryAccess): string => (plainHttp ? 'http' : 'https');

export const basicHeader = (name: string, password: string): string =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;

/** A text field of an answer; undefined when it is none or too long for one. */
export function textAt(value: unknown, name: string): string | undefined {
  const field: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return typeof field === 'string' && field.length > 0 && field.length <= 100_000 ? field : undefined;
}
/** A list field of an answer; empty when it is none. */
export function listAt(value: unknown, name: string): readonly unknown[] {
  const field: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return Array.isArray(field) ? field : [];
}
/** A secret text of an answer, of characters that may stand in a header. */
export function tokenAt(answer: ServiceAnswer, name: string, url: URL): string {
  const token = textAt(answer.value, name);
  if (token === undefined || !/^[\x21-\x7e]+$/.test(token))
    throw new RegistryFault('E_REGISTRY_LOGIN', `${url.host}: no ${name} in the answer`);
  return token;
}
/** When something ends that lives for so many seconds, as an answer says; an hour when it does not. */
export function endOf(answer: ServiceAnswer, name: string, nowMs: number): number {
  const { value } = answer;
  const field: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  const seconds = Number(field);
  return nowMs + (Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 86_400) : 3600) * 1000;
}

/** How one page of a list is read: its names, and the request for the next page. */
export interface Paging {
  readonly first: ServiceRequest;
  readonly names: (value: unknown) => readonly (string | undefined)[];
  readonly next: (
    answer: ServiceAnswer,
    asked: ServiceRequest,
  ) => ServiceRequest | undefined | Promise<ServiceRequest>;
}

/** The next page where the Link header says where it is. */
export const byLink = (answer: ServiceAnswer, asked: ServiceRequest): ServiceRequest | undefined =>
  answer.next === undefined ? undefined : { ...asked, url: answer.next };

/** The next page by number, as long as pages are full. */
export const byNumber =
  (items: (value: unknown) => readonly unknown[], perPage: number) =>
  (answer: ServiceAnswer, asked: ServiceRequest): ServiceRequest | undefined => {
    if (items(answer.value).length < perPage) return undefined;
    const url = new URL(asked.url);
    url.searchParams.set('page', String(Number(url.searchParams.get('page') ?? '1') + 1));
    return { ...asked, url };
  };

/** All names of a list, page after page, in bounds of number and time. */
export async function collect(
  { service, nowMs }: KindContext,
  { first, names, next }: Paging,
): Promise<string[]> {
  const found = new Set<string>();
  const endMs = nowMs() + LISTING_MS;
  let request: ServiceRequest | undefined = first;
  for (let page = 0; request !== undefined && found.size < REPOSITORIES_MAX; page += 1) {
    if (page >= PAGES_MAX || nowMs() > endMs)
      throw new RegistryFault('E_REGISTRY_ANSWER', `${request.url.host}: a list without end`);
    const answer: ServiceAnswer = await service.json(request);
    for (const name of names(answer.value)) if (name !== undefined) found.add(name);
    request = await next(answer, request);
  }
  return [...found];
}

/** The names that are repositories. */
export const onlyRepositories = (names: readonly string[]): string[] => names.filter(isRepository);
