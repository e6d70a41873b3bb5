// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { parse } from '../answers.ts';
import { RegistryFault } from '../fault.ts';
import type { ServiceRequest } from '../service.ts';
import {
  addressOf,
  byCatalogue,
  collect,
  endOf,
  type KindContext,
  type ListContext,
  listAt,
  type Minted,
  onlyRepositories,
  type RegistryKind,
  textAt,
  tokenAt,
} from './kind.ts';

const TOKENS = 'https://oauth2.googleapis.com/token';
const ARTIFACTS = 'https://artifactregistry.googleapis.com';
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const HOST = /^([a-z0-9-]{2,40})-docker\.pkg\.dev$/;
const NAME = /^projects\/[^/]+\/locations\/([^/]+)\/repositories\/([^/]+)(?:\/packages\/([^/]+))?$/;
const LIFE_S = 3600;

interface ServiceAccount {
  readonly email: string;
  readonly key: KeyObject;
  readonly keyId: string | undefined;
  readonly project: string | undefined;
}

/** The key file of a service account. Where it sends us for tokens does not count: a key is no address book. */
function accountOf(secret: string | undefined): ServiceAccount {
  const wrong = new RegistryFault('E_REGISTRY_SETTINGS', 'the secret is no key file of a service account');
  let file: unknown;
  try {
    file = parse(Buffer.from(secret ?? ''));
  } catch {
    throw wrong;
  }
  const email = textAt(file, 'client_email');
  const pem = textAt(file, 'private_key');
  if (email === undefined || pem === undefined) throw wrong;
  try {
    const key = createPrivateKey(pem);
    return { email, key, keyId: textAt(file, 'private_key_id'), project: textAt(file, 'project_id') };
  } catch {
    throw wrong;
  }
}

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

async function mint({ access, service, nowMs }: KindContext): Promise<Minted> {
  const { email, key, keyId } = accountOf(access.secret);
  const url = addressOf(access.authUrl ?? TOKENS, '');
  const nowS = Math.floor(nowMs() / 1000);
  const head = { alg: 'RS256', typ: 'JWT', ...(keyId === undefined ? {} : { kid: keyId }) };
  const claims = { iss: email, scope: SCOPE, aud: url.href, iat: nowS, exp: nowS + LIFE_S };
  const signed = `${encoded(head)}.${encoded(claims)}`;
  const assertion = `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
  const answer = await service.json({ url, form: { grant_type: GRANT, assertion } });
  const password = tokenAt(answer, 'access_token', url);
  return {
    credential: { kind: 'password', name: 'oauth2accesstoken', password },
    untilMs: endOf(answer, 'expires_in', nowMs()),
  };
}

/** Artifact Registry: the Docker repositories of a project at the place the host names, and what lies in each. */
async function ofArtifacts(context: ListContext, place: string, base: string): Promise<readonly string[]> {
  const { access } = context;
  const project = access.region ?? accountOf(access.secret).project;
  if (project === undefined) throw new RegistryFault('E_REGISTRY_SETTINGS', 'the project is not known');
  const credential = await context.credential();
  const token = credential?.kind === 'password' ? credential.password : '';
  const list = (path: string, item: string) => {
    const ask = (pageToken = ''): ServiceRequest => {
      const url = addressOf(base, `/v1/${path}?pageSize=1000`);
      if (pageToken !== '') url.searchParams.set('pageToken', pageToken);
      return { url, headers: { authorization: `Bearer ${token}` } };
    };
    return collect(context, {
      first: ask(),
      names: (value) =>
        listAt(value, item)
          .filter((one) => item !== 'repositories' || textAt(one, 'format') === 'DOCKER')
          .map((one) => textAt(one, 'name')),
      next: (answer) => {
        const next = textAt(answer.value, 'nextPageToken');
        return next === undefined ? undefined : ask(next);
      },
    });
  };
  const top = `projects/${encodeURIComponent(project)}/locations/${encodeURIComponent(place)}/repositories`;
  const found: string[] = [];
  for (const repository of await list(top, 'repositories')) {
    if (!NAME.test(repository)) continue;
    for (const name of await list(`${repository}/packages`, 'packages')) {
      const [, , key, image] = NAME.exec(name) ?? [];
      if (key !== undefined && image !== undefined) found.push(`${project}/${key}/${decoded(image)}`);
    }
  }
  return onlyRepositories(found);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

/** The place an Artifact Registry host names; undefined for the older Container Registry, which has a catalogue. */
const placeOfHost = (host: string): string | undefined => HOST.exec(host)?.[1];

/** Google Artifact Registry and Container Registry with the key file of a service account. */
export const googleKind = (artifacts: string, placeOf: typeof placeOfHost): RegistryKind => ({
  kind: 'google',
  needs: () => ['secret'],
  mint,
  repositories: (context) => {
    const place = placeOf(context.access.host);
    return place === undefined ? byCatalogue(context) : ofArtifacts(context, place, artifacts);
  },
});
export const GOOGLE: RegistryKind = googleKind(ARTIFACTS, placeOfHost);
