// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { RegistryFault } from '../fault.ts';
import type { ServiceAnswer, ServiceRequest } from '../service.ts';
import { type AwsKey, RoleKeys } from './aws-role.ts';
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
const REGION = /^[a-z0-9-]{3,32}$/;
/**
 * The API itself, also by an interface endpoint. Not all of the domain: load balancers, machines and API Gateway have
 * hosts there too, and belong to whoever rents them.
 */
const API_HOST =
  /^(?:(?:vpce-[a-z0-9-]{1,80}\.)?api\.ecr(?:-fips)?\.[a-z0-9-]{3,32}\.(?:vpce\.)?amazonaws\.com(?:\.cn)?|ecr(?:-fips)?\.[a-z0-9-]{3,32}\.(?:amazonaws\.com(?:\.cn)?|api\.aws))$/;
const TARGET = 'AmazonEC2ContainerRegistry_V20150921';
/** Amazon gives tokens for twelve hours; when it does not say, one is used for less. */
const SHORT_MS = 3600_000;

type Environment = Readonly<Record<string, string | undefined>>;
type Call = (context: KindContext, action: string, body: object) => Promise<ServiceRequest>;

/**
 * Without an access key the role counts that this program runs with: of its pod, else of its machine. Only at hosts of
 * Amazon: whoever adds a registry must not have the token of our role sent elsewhere.
 */
const isByRole = ({ host, username, secret }: KindContext['access']): boolean =>
  (username ?? '') === '' && (secret ?? '') === '' && HOST.test(host);

/** Regions become part of addresses, and a role goes only to the API of Amazon. */
function faultOf(access: KindContext['access']): string | undefined {
  const { region = '', authUrl = '' } = access;
  if (region !== '' && !REGION.test(region)) return 'region: a region of AWS, like eu-west-1';
  if (authUrl === '' || !isByRole(access)) return undefined;
  const url = URL.canParse(authUrl) ? new URL(authUrl) : undefined;
  return url?.protocol === 'https:' && url.port === '' && API_HOST.test(url.hostname)
    ? undefined
    : 'authUrl: by role only an https address of the ECR API';
}

/** Where the API is. By role the host alone says the region: what is entered beside it does not lead the role elsewhere. */
function placeOf(access: KindContext['access'], env: Environment) {
  const wrong = faultOf(access);
  if (wrong !== undefined) throw new RegistryFault('E_REGISTRY_SETTINGS', wrong);
  const [, ofHost, domain = 'amazonaws.com'] = HOST.exec(access.host) ?? [];
  const region = isByRole(access) ? ofHost : (access.region ?? ofHost);
  if (region === undefined) throw new RegistryFault('E_REGISTRY_SETTINGS', 'the region is not known');
  const ofOperator = isByRole(access) ? env['AWS_ENDPOINT_URL_ECR'] : undefined;
  const base = access.authUrl ?? ofOperator ?? `https://api.ecr.${region}.${domain}`;
  return { region, domain, url: addressOf(base, '/') };
}

/** A signed call of the API of ECR. */
async function signed(
  { access, nowMs }: KindContext,
  { action, body }: { readonly action: string; readonly body: object },
  { roles, env }: { readonly roles: RoleKeys; readonly env: Environment },
): Promise<ServiceRequest> {
  const { region, domain, url } = placeOf(access, env);
  const text = JSON.stringify(body);
  const key: AwsKey = isByRole(access)
    ? await roles.key({ env, nowMs, region, domain })
    : { accessKeyId: access.username ?? '', secretAccessKey: access.secret ?? '' };
  const { accessKeyId, secretAccessKey, sessionToken } = key;
  const headers = signedHeaders({
    method: 'POST',
    url,
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `${TARGET}.${action}`,
      ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
    },
    body: text,
    accessKeyId,
    secretAccessKey,
    region,
    service: 'ecr',
    atMs: nowMs(),
  });
  return { url, headers, body: text };
}

/** The token of the registry, which is a name and a password. */
async function mint(context: KindContext, call: Call): Promise<Minted> {
  const request = await call(context, 'GetAuthorizationToken', {});
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

/** Amazon ECR with an access key (its id is the user, itself the secret), or with the role this program runs with. */
export function ecrKind(env: Environment): RegistryKind {
  const roles = new RoleKeys();
  const call: Call = (context, action, body) => signed(context, { action, body }, { roles, env });
  return {
    kind: 'ecr',
    needs: (access) => [
      ...(isByRole(access) ? [] : (['username', 'secret'] as const)),
      ...(HOST.test(access.host) ? [] : (['region'] as const)),
    ],
    fault: faultOf,
    mint: (context) => mint(context, call),
    repositories: async (context) => {
      const page = (nextToken?: string): Promise<ServiceRequest> =>
        call(context, 'DescribeRepositories', {
          maxResults: 1000,
          ...(nextToken === undefined ? {} : { nextToken }),
        });
      const names = await collect(context, {
        first: await page(),
        names: (value) => listAt(value, 'repositories').map((item) => textAt(item, 'repositoryName')),
        next: (answer: ServiceAnswer) => {
          const token = textAt(answer.value, 'nextToken');
          return token === undefined ? undefined : page(token);
        },
      });
      return onlyRepositories(names);
    },
  };
}

/** What the machine or Kubernetes says about roles stands in the environment (the names are AWS's). */
export const ECR: RegistryKind = ecrKind(process.env);
