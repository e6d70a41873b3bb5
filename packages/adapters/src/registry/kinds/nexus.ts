// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  addressOf,
  asGiven,
  basicHeader,
  byCatalogue,
  collect,
  type ListContext,
  listAt,
  onlyRepositories,
  type RegistryKind,
  textAt,
} from './kind.ts';

/** Components of one repository of Nexus, by its own API. */
async function byComponents(
  context: ListContext,
  base: string,
  repository: string,
): Promise<readonly string[]> {
  const { username, secret } = context.access;
  const headers: Record<string, string> =
    username === undefined || secret === undefined ? {} : { authorization: basicHeader(username, secret) };
  const first = addressOf(base, '/service/rest/v1/components');
  first.searchParams.set('repository', repository);
  const names = await collect(context, {
    first: { url: first, headers },
    names: (value) => listAt(value, 'items').map((item) => textAt(item, 'name')),
    next: (answer) => {
      const token = textAt(answer.value, 'continuationToken');
      if (token === undefined) return undefined;
      const url = new URL(first);
      url.searchParams.set('continuationToken', token);
      return { url, headers };
    },
  });
  return onlyRepositories(names);
}

/** Sonatype Nexus: the catalogue of its connector, or its own API where `authUrl` and the repository (`region`) are set. */
export const NEXUS: RegistryKind = {
  kind: 'nexus',
  needs: () => [],
  mint: asGiven,
  repositories: (context) => {
    const { authUrl, region } = context.access;
    return authUrl === undefined || region === undefined
      ? byCatalogue(context)
      : byComponents(context, authUrl, region);
  },
};
