// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { DOCKER_HUB } from '../credentials.ts';
import {
  addressOf,
  asGiven,
  byCatalogue,
  collect,
  type ListContext,
  listAt,
  onlyRepositories,
  type RegistryKind,
  textAt,
  tokenAt,
} from './kind.ts';

const HUB_API = 'https://hub.docker.com';

/** Docker Hub has no catalogue: the repositories of one name space, by its own API. */
async function ofHub(context: ListContext): Promise<readonly string[]> {
  const { username, secret, region, authUrl = HUB_API } = context.access;
  const space = region ?? username;
  if (space === undefined) return [];
  const headers: Record<string, string> = {};
  if (username !== undefined && secret !== undefined) {
    const url = addressOf(authUrl, '/v2/users/login');
    const body = JSON.stringify({ username, password: secret });
    const login = await context.service.json({ url, headers: { 'content-type': 'application/json' }, body });
    headers['authorization'] = `Bearer ${tokenAt(login, 'token', url)}`;
  }
  const first = addressOf(
    authUrl,
    `/v2/namespaces/${encodeURIComponent(space)}/repositories?page_size=100&page=1`,
  );
  return onlyRepositories(
    await collect(context, {
      first: { url: first, headers },
      names: (value) => listAt(value, 'results').map((item) => `${space}/${textAt(item, 'name') ?? ''}`),
      next: (answer, asked) => {
        const next = textAt(answer.value, 'next');
        if (next === undefined || !URL.canParse(next)) return undefined;
        // Only its query counts: the list goes on where it began.
        const url = new URL(asked.url);
        url.search = new URL(next).search;
        return url.href === asked.url.href ? undefined : { ...asked, url };
      },
    }),
  );
}

/** Any registry of the distribution protocol with a name and a password, or a token; Docker Hub among them. */
export const dockerKind = (hub: string): RegistryKind => ({
  kind: 'docker',
  needs: () => [],
  mint: asGiven,
  repositories: (context) => (context.access.host === hub ? ofHub(context) : byCatalogue(context)),
});
export const DOCKER: RegistryKind = dockerKind(DOCKER_HUB);
