// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { RegistryFault } from '../fault.ts';
import {
  addressOf,
  asGiven,
  basicHeader,
  byCatalogue,
  byLink,
  collect,
  type ListContext,
  listAt,
  onlyRepositories,
  type RegistryKind,
  schemeOf,
  textAt,
} from './kind.ts';

/** Headers of Artifactory's own API. */
function headersOf({ access }: ListContext): Record<string, string> {
  const { username, secret } = access;
  if (secret === undefined) return {};
  return { authorization: username === undefined ? `Bearer ${secret}` : basicHeader(username, secret) };
}

/**
 * Every Docker repository of Artifactory has a catalogue of its own. Where it is reached by path, images are called
 * KEY/NAME; where it has a host name or a port of its own, that registry's catalogue answers and is all there is.
 */
async function repositories(context: ListContext): Promise<readonly string[]> {
  const { access } = context;
  const own = await byCatalogue(context).catch((error: unknown) => {
    if (error instanceof RegistryFault && error.error.code !== 'E_REGISTRY_UNREACHABLE') return [];
    throw error;
  });
  if (own.length > 0) return own;
  const base = access.authUrl ?? `${schemeOf(access)}://${access.host}/artifactory`;
  const headers = headersOf(context);
  const keys = await collect(context, {
    first: { url: addressOf(base, '/api/repositories?packageType=docker'), headers },
    names: (value) => (Array.isArray(value) ? value : []).map((item) => textAt(item, 'key')),
    next: () => undefined,
  });
  const found: string[] = [];
  for (const key of keys) {
    const url = addressOf(base, `/api/docker/${encodeURIComponent(key)}/v2/_catalog?n=1000`);
    const names = await collect(context, {
      first: { url, headers },
      names: (value) =>
        listAt(value, 'repositories').map((name) => (typeof name === 'string' ? name : undefined)),
      next: byLink,
    });
    for (const name of names) found.push(`${key}/${name}`);
  }
  return onlyRepositories(found);
}

/** JFrog Artifactory, by repository path, subdomain or port. */
export const ARTIFACTORY: RegistryKind = {
  kind: 'artifactory',
  needs: () => [],
  mint: asGiven,
  repositories,
};
