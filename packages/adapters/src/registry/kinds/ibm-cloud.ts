// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  addressOf,
  collect,
  endOf,
  type KindContext,
  type ListContext,
  listAt,
  type Minted,
  onlyRepositories,
  type RegistryKind,
  schemeOf,
  tokenAt,
} from './kind.ts';

const IAM = 'https://iam.cloud.ibm.com';
const GRANT = 'urn:ibm:params:oauth:grant-type:apikey';

/** An API key is exchanged for a token of IAM, which is the password of the registry. */
async function mint({ access, service, nowMs }: KindContext): Promise<Minted> {
  const url = addressOf(access.authUrl ?? IAM, '/identity/token');
  const answer = await service.json({ url, form: { grant_type: GRANT, apikey: access.secret ?? '' } });
  const password = tokenAt(answer, 'access_token', url);
  return {
    credential: { kind: 'password', name: 'iambearer', password },
    untilMs: endOf(answer, 'expires_in', nowMs()),
  };
}

/** The repository of `HOST/REPOSITORY:TAG`. */
function repositoryOf(reference: unknown): string | undefined {
  if (typeof reference !== 'string') return undefined;
  const [, path] = /^[^/]+\/([^:@]+)(?:[:@].*)?$/.exec(reference.slice(0, 512)) ?? [];
  return path;
}

/** IBM's registry lists images of an account by its own API. */
async function repositories(context: ListContext): Promise<readonly string[]> {
  const { access } = context;
  const credential = await context.credential();
  const token = credential?.kind === 'password' ? credential.password : '';
  const url = addressOf(`${schemeOf(access)}://${access.host}`, '/api/v1/images');
  const headers = { authorization: `Bearer ${token}`, account: access.username ?? '' };
  const names = await collect(context, {
    first: { url, headers },
    names: (value) =>
      (Array.isArray(value) ? value : []).flatMap((item) => listAt(item, 'RepoTags').map(repositoryOf)),
    next: () => undefined,
  });
  return onlyRepositories(names);
}

/** IBM Cloud Container Registry with an API key; the user is the id of the account. */
export const IBM_CLOUD: RegistryKind = {
  kind: 'ibm-cloud',
  needs: () => ['username', 'secret'],
  mint,
  repositories,
};
