// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  addressOf,
  asGiven,
  byLink,
  collect,
  type ListContext,
  onlyRepositories,
  type RegistryKind,
  schemeOf,
  textAt,
} from './kind.ts';

const itemsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** GitLab itself: named, or the host without the word that its registry usually begins with. */
function baseOf({ access }: ListContext): string {
  if (access.authUrl !== undefined) return access.authUrl;
  const host = access.host.replace(/^registry\./, '').replace(/:\d+$/, '');
  return `${schemeOf(access)}://${host}`;
}

/** The registry of GitLab has no catalogue: the projects the token may see, and the repositories of each. */
async function repositories(context: ListContext): Promise<readonly string[]> {
  const base = baseOf(context);
  const headers = { 'private-token': context.access.secret ?? '' };
  const list = (path: string, names: (item: unknown) => string | undefined) =>
    collect(context, {
      first: { url: addressOf(base, path), headers },
      names: (value) => itemsOf(value).map(names),
      next: byLink,
    });
  const group = context.access.region;
  const query = 'simple=true&per_page=100&order_by=id&sort=asc&pagination=keyset';
  const path =
    group === undefined
      ? `/api/v4/projects?membership=true&${query}`
      : `/api/v4/groups/${encodeURIComponent(group)}/projects?include_subgroups=true&simple=true&per_page=100`;
  const projects = await list(path, idOf);
  const found: string[] = [];
  for (const project of projects)
    found.push(
      ...(await list(`/api/v4/projects/${project}/registry/repositories?per_page=100`, (item) =>
        textAt(item, 'path'),
      )),
    );
  return onlyRepositories(found);
}

function idOf(item: unknown): string | undefined {
  const id: unknown = typeof item === 'object' && item !== null ? Reflect.get(item, 'id') : undefined;
  return Number.isSafeInteger(id) ? String(id) : undefined;
}

/** GitLab with a personal, group or project access token that may read its API and its registry. */
export const GITLAB: RegistryKind = {
  kind: 'gitlab',
  needs: () => ['username', 'secret'],
  mint: asGiven,
  repositories,
};
