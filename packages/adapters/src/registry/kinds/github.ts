// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { addressOf, asGiven, byLink, collect, onlyRepositories, type RegistryKind, textAt } from './kind.ts';

const API = 'https://api.github.com';

/** The repository of a package: its owner and its name, as the registry spells them. */
function repositoryOf(item: unknown): string | undefined {
  const owner: unknown = typeof item === 'object' && item !== null ? Reflect.get(item, 'owner') : undefined;
  const login = textAt(owner, 'login');
  const name = textAt(item, 'name');
  return login === undefined || name === undefined ? undefined : `${login}/${name}`.toLowerCase();
}

/** GitHub's registry with a token that may read packages; those of an organisation (`region`), or of the user. */
export const GITHUB: RegistryKind = {
  kind: 'github',
  needs: () => ['username', 'secret'],
  mint: asGiven,
  repositories: async (context) => {
    const { region, authUrl = API, secret = '' } = context.access;
    const owner = region === undefined ? '/user' : `/orgs/${encodeURIComponent(region)}`;
    const names = await collect(context, {
      first: {
        url: addressOf(authUrl, `${owner}/packages?package_type=container&per_page=100`),
        headers: { authorization: `Bearer ${secret}`, accept: 'application/vnd.github+json' },
      },
      names: (value) => (Array.isArray(value) ? value : []).map(repositoryOf),
      next: byLink,
    });
    return onlyRepositories(names);
  },
};
