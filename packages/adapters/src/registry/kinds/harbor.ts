// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  addressOf,
  asGiven,
  basicHeader,
  byNumber,
  collect,
  onlyRepositories,
  type RegistryKind,
  schemeOf,
  textAt,
} from './kind.ts';

const PER_PAGE = 100;
const itemsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Harbor with a user or a robot account; repositories by its own API, which shows those it may see. */
export const HARBOR: RegistryKind = {
  kind: 'harbor',
  needs: () => [],
  mint: asGiven,
  repositories: async (context) => {
    const { access } = context;
    const { username, secret, region: project } = access;
    const base = access.authUrl ?? `${schemeOf(access)}://${access.host}`;
    const within = project === undefined ? '' : `/projects/${encodeURIComponent(project)}`;
    const url = addressOf(base, `/api/v2.0${within}/repositories?page=1&page_size=${PER_PAGE}`);
    const headers: Record<string, string> =
      username === undefined || secret === undefined ? {} : { authorization: basicHeader(username, secret) };
    const names = await collect(context, {
      first: { url, headers },
      names: (value) => itemsOf(value).map((item) => textAt(item, 'name')),
      next: byNumber(itemsOf, PER_PAGE),
    });
    return onlyRepositories(names);
  },
};
