// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, failure, ok, type Result } from '@bartizan/contracts';
import { RegistryClient } from './client.ts';
import type { Credential, CredentialProvider } from './credentials.ts';
import { attempt, type RegistryError } from './fault.ts';
import type { KindContext, ListContext, Minted, RegistryAccess, RegistryKind } from './kinds/kind.ts';
import { KINDS } from './kinds/kinds.ts';
import { isRegistryHost, speltHost } from './reference.ts';
import { ServiceClient } from './service.ts';
import { DEFAULT_LIMITS, type TransportLimits } from './transport.ts';

/** A registry of one of the kinds, ready to be read. */
export interface OpenedRegistry {
  /** Host as URLs spell it. */
  readonly host: string;
  readonly client: RegistryClient;
  /** Whether it answers and takes the credentials. */
  readonly ping: () => Promise<Result<void, RegistryError>>;
  /** The credential that the kind made, for readers elsewhere: never more than the secret, mostly less. */
  readonly credential: () => Promise<Result<Credential | undefined, RegistryError>>;
  /** Its repositories. E_REGISTRY_LISTING: it is there but does not tell; the filters have to name them. */
  readonly repositories: () => Promise<Result<readonly string[], RegistryError>>;
}

export interface OpenOptions {
  readonly limits?: TransportLimits;
  readonly wait?: (ms: number) => Promise<unknown>;
  readonly nowMs?: () => number;
  /** Takes the place of the kind's own, in tests. */
  readonly kind?: RegistryKind;
}

/** A credential is made anew this long before its end. */
const EARLY_MS = 60_000;

/** Credentials of a kind for its one host; made once, also when many ask at the same time, and kept until their end. */
class KindCredentials implements CredentialProvider {
  readonly #kind: RegistryKind;
  readonly #context: KindContext;
  #minted: Promise<Minted> | undefined;

  constructor(kind: RegistryKind, context: KindContext) {
    this.#kind = kind;
    this.#context = context;
  }

  async credentialFor(host: string): Promise<Credential | undefined> {
    if (host !== this.#context.access.host) return undefined;
    const known = await this.#minted?.catch(() => undefined);
    if (known !== undefined && known.untilMs - EARLY_MS > this.#context.nowMs()) return known.credential;
    this.#minted = this.#kind.mint(this.#context);
    return (await this.#minted).credential;
  }
}

/** Opens a registry. Nothing is asked of it yet but where it is. */
export async function openRegistry(
  given: RegistryAccess,
  options: OpenOptions = {},
): Promise<Result<OpenedRegistry, RegistryError>> {
  const wrong = faultOf(given, options.kind ?? KINDS[given.kind]);
  if (wrong !== undefined) return err(failure('E_REGISTRY_SETTINGS', wrong));
  const access = { ...given, host: speltHost(given.host, given.plainHttp) };
  const { limits = DEFAULT_LIMITS, wait, nowMs = Date.now, kind = KINDS[access.kind] } = options;
  const { plainHttp, certificates } = access;
  const common = {
    limits,
    plainHttp,
    ...(certificates === undefined ? {} : { certificates }),
    ...(wait === undefined ? {} : { wait }),
  };
  const context: KindContext = { access, service: new ServiceClient(common), nowMs };
  const credentials = new KindCredentials(kind, context);
  const client = await RegistryClient.open({ ...common, host: access.host, credentials });
  const list: ListContext = { ...context, client, credential: () => credentials.credentialFor(access.host) };
  return ok({
    host: access.host,
    client,
    credential: () => attempt(async () => ok(await list.credential())),
    ping: () => client.ping(),
    repositories: () => listed(kind, list),
  });
}

/** What is wrong with the settings; undefined when they can be tried. */
function faultOf(access: RegistryAccess, kind: RegistryKind): string | undefined {
  if (!isRegistryHost(access.host)) return 'the host is no host';
  const missing = kind.needs(access).filter((field) => (access[field] ?? '') === '');
  return missing.length === 0 ? kind.fault?.(access) : `${access.kind} needs ${missing.join(', ')}`;
}

/** Codes with which a registry that is there says that it does not list. */
const NOT_LISTED = ['E_REGISTRY_LOGIN', 'E_REGISTRY_MISSING', 'E_REGISTRY_ANSWER'];

async function listed(
  kind: RegistryKind,
  context: ListContext,
): Promise<Result<readonly string[], RegistryError>> {
  const found = await attempt(async () => ok(await kind.repositories(context)));
  if (found.ok || !NOT_LISTED.includes(found.error.code)) return found;
  const there = await context.client.ping();
  return there.ok ? err(failure('E_REGISTRY_LISTING', found.error.detail, found.error.cause)) : there;
}
