// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { RegistryFault } from '../fault.ts';
import type { ServiceAnswer, ServiceRequest } from '../service.ts';
import {
  addressOf,
  collect,
  type KindContext,
  listAt,
  type Minted,
  onlyRepositories,
  type RegistryKind,
  textAt,
} from './kind.ts';
import { signedHeaders } from './sigv4.ts';

const HOST = /^\d{12}\.dkr\.ecr(?:-fips)?\.([a-z0-9-]{3,32})\.(amazonaws\.com(?:\.cn)?)$/;
const TARGET = 'AmazonEC2ContainerRegistry_V20150921';
/** Amazon gives tokens for twelve hours; when it does not say, one is used for less. */
const SHORT_MS = 3600_000;

/** A signed call of the API of ECR. */
function call({ access, nowMs }: KindContext, action: string, body: object): ServiceRequest {
  const [, ofHost, domain = 'amazonaws.com'] = HOST.exec(access.host) ?? [];
  const region = access.region ?? ofHost;
  if (region === undefined) throw new RegistryFault('E_REGISTRY_SETTINGS', 'the region is not known');
  const url = addressOf(access.authUrl ?? `https://api.ecr.${region}.${domain}`, '/');
  const text = JSON.stringify(body);
  const headers = signedHeaders({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `${TARGET}.${action}` },
    body: text,
    accessKeyId: access.username ?? '',
    secretAccessKey: access.secret ?? '',
    region,
    service: 'ecr',
    atMs: nowMs(),
  });
  return { url, headers, body: text };
}

/** The token of the registry, which is a name and a password. */
async function mint(context: KindContext): Promise<Minted> {
  const request = call(context, 'GetAuthorizationToken', {});
  const { value } = await context.service.json(request);
  const [data] = listAt(value, 'authorizationData');
  const text = Buffer.from(textAt(data, 'authorizationToken') ?? '', 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) throw new RegistryFault('E_REGISTRY_LOGIN', `${request.url.host}: no token in the answer`);
  const credential = {
    kind: 'password',
    name: text.slice(0, colon),
    password: text.slice(colon + 1),
  } as const;
  const seconds: unknown =
    typeof data === 'object' && data !== null ? Reflect.get(data, 'expiresAt') : undefined;
  const untilMs = typeof seconds === 'number' ? seconds * 1000 : context.nowMs() + SHORT_MS;
  return { credential, untilMs };
}

/** Amazon ECR with an access key: its id is the user, itself the secret. */
export const ECR: RegistryKind = {
  kind: 'ecr',
  needs: ({ host }) => (HOST.test(host) ? ['username', 'secret'] : ['username', 'secret', 'region']),
  mint,
  repositories: async (context) => {
    const ask = (nextToken?: string): ServiceRequest =>
      call(context, 'DescribeRepositories', {
        maxResults: 1000,
        ...(nextToken === undefined ? {} : { nextToken }),
      });
    return onlyRepositories(
      await collect(context, {
        first: ask(),
        names: (value) => listAt(value, 'repositories').map((item) => textAt(item, 'repositoryName')),
        next: (answer: ServiceAnswer) => {
          const token = textAt(answer.value, 'nextToken');
          return token === undefined ? undefined : ask(token);
        },
      }),
    );
  },
};
