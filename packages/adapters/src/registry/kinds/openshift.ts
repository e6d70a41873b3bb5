// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  addressOf,
  byCatalogue,
  collect,
  FOREVER,
  type KindContext,
  type ListContext,
  listAt,
  type Minted,
  onlyRepositories,
  type RegistryKind,
  textAt,
} from './kind.ts';

/** The token of a user or of a service account is the password; the name does not matter to the registry. */
const mint = ({ access }: KindContext): Promise<Minted> =>
  Promise.resolve({
    credential: { kind: 'password', name: access.username ?? 'bartizan', password: access.secret ?? '' },
    untilMs: FOREVER,
  });

function nameOf(item: unknown): string | undefined {
  const metadata: unknown =
    typeof item === 'object' && item !== null ? Reflect.get(item, 'metadata') : undefined;
  const space = textAt(metadata, 'namespace');
  const name = textAt(metadata, 'name');
  return space === undefined || name === undefined ? undefined : `${space}/${name}`;
}

/** Image streams, by the API server: the catalogue of the registry is for administrators only. */
async function byImageStreams(context: ListContext, server: string): Promise<readonly string[]> {
  const headers = { authorization: `Bearer ${context.access.secret ?? ''}` };
  const first = addressOf(server, '/apis/image.openshift.io/v1/imagestreams?limit=500');
  const names = await collect(context, {
    first: { url: first, headers },
    names: (value) => listAt(value, 'items').map(nameOf),
    next: (answer) => {
      const { value } = answer;
      const metadata: unknown =
        typeof value === 'object' && value !== null ? Reflect.get(value, 'metadata') : undefined;
      const token = textAt(metadata, 'continue');
      if (token === undefined) return undefined;
      const url = new URL(first);
      url.searchParams.set('continue', token);
      return { url, headers };
    },
  });
  return onlyRepositories(names);
}

/** The registry of an OpenShift cluster with a token of it; `authUrl` is its API server. */
export const OPENSHIFT: RegistryKind = {
  kind: 'openshift',
  needs: () => ['secret'],
  mint,
  repositories: (context) =>
    context.access.authUrl === undefined
      ? byCatalogue(context)
      : byImageStreams(context, context.access.authUrl),
};
