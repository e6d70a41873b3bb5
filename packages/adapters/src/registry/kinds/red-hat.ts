// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { addressOf, asGiven, collect, listAt, onlyRepositories, type RegistryKind, textAt } from './kind.ts';

const CATALOG = 'https://catalog.redhat.com/api/containers/v1';
const PER_PAGE = 500;

/** Red Hat's public registries; repositories by its catalogue service. A registry service account signs in where it must. */
export const RED_HAT: RegistryKind = {
  kind: 'red-hat',
  needs: () => [],
  mint: asGiven,
  repositories: async (context) => {
    const { host, authUrl = CATALOG } = context.access;
    const url = addressOf(authUrl, '/repositories');
    // The public and the signed-in registry show the same repositories, listed under the first.
    const listed = host === 'registry.redhat.io' ? 'registry.access.redhat.com' : host;
    url.searchParams.set('filter', `registry==${listed}`);
    url.searchParams.set('page_size', String(PER_PAGE));
    url.searchParams.set('page', '0');
    const names = await collect(context, {
      first: { url },
      names: (value) => listAt(value, 'data').map((item) => textAt(item, 'repository')),
      next: (answer, asked) => {
        if (listAt(answer.value, 'data').length < PER_PAGE) return undefined;
        const next = new URL(asked.url);
        next.searchParams.set('page', String(Number(asked.url.searchParams.get('page')) + 1));
        return { ...asked, url: next };
      },
    });
    return onlyRepositories(names);
  },
};
