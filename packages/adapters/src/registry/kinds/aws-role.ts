// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFile } from 'node:fs/promises';
import { type IncomingMessage, request as plainRequest, type RequestOptions } from 'node:http';
import { request as secureRequest } from 'node:https';
import { parse } from '../answers.ts';
import { RegistryFault } from '../fault.ts';
import { addressOf, textAt } from './kind.ts';

/** What requests to AWS are signed with. */
export interface AwsKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of a role: goes with every request. */
  readonly sessionToken?: string;
}
/** A key and how long it may be used, in milliseconds since the epoch. */
interface RoleKey extends AwsKey {
  readonly untilMs: number;
}
export interface RoleParts {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly nowMs: () => number;
  readonly region: string;
  /** `amazonaws.com`, or that of China. */
  readonly domain: string;
}
interface Ask {
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly withinMs: number;
}

/** The metadata service of a machine answers at once or is not there. */
const METADATA_MS = 2_000;
const STS_MS = 20_000;
const ANSWER_BYTES_MAX = 64 * 1024;
const TOKEN_FILE_BYTES_MAX = 16 * 1024;
const METADATA = 'http://169.254.169.254';
const METADATA_TOKEN_S = 300;
/** A key is taken anew this long before it ends. */
const EARLY_MS = 5 * 60_000;
const SHORT_MS = 15 * 60_000;
const ROLE_NAME = /^[\w+=,.@-]{1,64}$/;
/** A key and the token of a session: nothing that could end a header. */
const HEADER_SAFE = /^[\x21-\x7e]+$/;

const refused = (url: URL, why: string): RegistryFault =>
  new RegistryFault('E_REGISTRY_LOGIN', `${url.host}${url.pathname}: ${why}`);

async function bodyOf(answer: IncomingMessage, url: URL): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of answer as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > ANSWER_BYTES_MAX) throw refused(url, `more than ${ANSWER_BYTES_MAX} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** One answer, whole and in time. A redirect is refused: a key comes from where it was asked for, or not at all. */
async function ask(url: URL, { method, headers, body, withinMs }: Ask): Promise<Buffer> {
  const signal = AbortSignal.timeout(withinMs);
  const options: RequestOptions = { method, signal, ...(headers === undefined ? {} : { headers }) };
  const send = url.protocol === 'https:' ? secureRequest : plainRequest;
  try {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      send(url, options, resolve).on('error', reject).end(body);
    });
    const status = answer.statusCode ?? 0;
    if (status !== 200) {
      answer.destroy();
      throw refused(url, String(status));
    }
    return await bodyOf(answer, url);
  } catch (error) {
    if (error instanceof RegistryFault) throw error;
    throw refused(url, signal.aborted ? `no answer within ${withinMs} ms` : 'no answer');
  }
}

function keyFrom(
  found: Readonly<Record<'id' | 'secret' | 'token' | 'until', string | undefined>>,
  url: URL,
  nowMs: number,
): RoleKey {
  const { id, secret, token, until } = found;
  if (id === undefined || secret === undefined || token === undefined)
    throw refused(url, 'no key in the answer');
  if (![id, secret, token].every((text) => HEADER_SAFE.test(text)))
    throw refused(url, 'a key that cannot be sent');
  const endMs = Date.parse(until ?? '');
  if (endMs <= nowMs) throw refused(url, 'a key that has ended');
  return {
    ...{ accessKeyId: id, secretAccessKey: secret, sessionToken: token },
    untilMs: Number.isFinite(endMs) ? endMs : nowMs + SHORT_MS,
  };
}

/** The role of the machine, by version 2 of its metadata service: the token first, which a mere GET cannot get. */
async function ofMachine({ env, nowMs }: RoleParts): Promise<RoleKey> {
  const base = env['AWS_EC2_METADATA_SERVICE_ENDPOINT'] ?? METADATA;
  const tokenUrl = addressOf(base, '/latest/api/token');
  const token = (
    await ask(tokenUrl, {
      method: 'PUT',
      headers: {
        'x-aws-ec2-metadata-token-ttl-seconds': String(METADATA_TOKEN_S),
        'content-length': '0',
      },
      withinMs: METADATA_MS,
    })
  )
    .toString('utf8')
    .trim();
  if (!HEADER_SAFE.test(token)) throw refused(tokenUrl, 'no token in the answer');
  const get = (path: string): Promise<Buffer> =>
    ask(addressOf(base, `/latest/meta-data/iam/security-credentials/${path}`), {
      ...{ method: 'GET', withinMs: METADATA_MS },
      headers: { 'x-aws-ec2-metadata-token': token },
    });
  const role = (await get('')).toString('utf8').split('\n')[0]?.trim() ?? '';
  const url = addressOf(base, `/latest/meta-data/iam/security-credentials/${role}`);
  if (!ROLE_NAME.test(role)) throw refused(tokenUrl, 'this machine has no role');
  const answer = parse(await get(role));
  const code = textAt(answer, 'Code');
  if (code !== undefined && code !== 'Success') throw refused(url, 'the role gives no key now');
  return keyFrom(
    {
      id: textAt(answer, 'AccessKeyId'),
      secret: textAt(answer, 'SecretAccessKey'),
      token: textAt(answer, 'Token'),
      until: textAt(answer, 'Expiration'),
    },
    url,
    nowMs(),
  );
}

/** The token that Kubernetes gives a pod, read anew each time: it is replaced while we run. */
async function tokenIn(file: string): Promise<string> {
  const token = await readFile(file, 'utf8').then(
    (text) => text.trim(),
    () => '',
  );
  if (token.length === 0 || token.length > TOKEN_FILE_BYTES_MAX)
    throw new RegistryFault('E_REGISTRY_SETTINGS', 'AWS_WEB_IDENTITY_TOKEN_FILE: no token');
  return token;
}

/** The role of a pod: its token, exchanged with the Security Token Service. */
async function ofPod(parts: RoleParts, role: string, file: string): Promise<RoleKey> {
  const { env, region, domain, nowMs } = parts;
  const url = addressOf(env['AWS_ENDPOINT_URL_STS'] ?? `https://sts.${region}.${domain}`, '/');
  const form = new URLSearchParams({
    ...{ Action: 'AssumeRoleWithWebIdentity', Version: '2011-06-15', RoleArn: role },
    RoleSessionName: env['AWS_ROLE_SESSION_NAME'] ?? 'bartizan',
    WebIdentityToken: await tokenIn(file),
  });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const xml = (await ask(url, { method: 'POST', headers, body: form.toString(), withinMs: STS_MS })).toString(
    'utf8',
  );
  // Four elements without attributes or entities: no XML is read beyond them.
  const element = (name: string): string | undefined =>
    new RegExp(`<${name}>([^<&]{1,8192})</${name}>`).exec(xml)?.[1];
  return keyFrom(
    {
      id: element('AccessKeyId'),
      secret: element('SecretAccessKey'),
      token: element('SessionToken'),
      until: element('Expiration'),
    },
    url,
    nowMs(),
  );
}

/** Keys of the role that this program runs with, kept until shortly before they end. */
export class RoleKeys {
  readonly #kept = new Map<string, RoleKey>();

  /** A key of the pod's role where Kubernetes gives it one, else of the machine's. Throws a RegistryFault. */
  async key(parts: RoleParts): Promise<AwsKey> {
    const { nowMs, region } = parts;
    const kept = this.#kept.get(region);
    if (kept !== undefined && kept.untilMs - EARLY_MS > nowMs()) return kept;
    const taken = await this.#take(parts);
    this.#kept.set(region, taken);
    return taken;
  }

  #take(parts: RoleParts): Promise<RoleKey> {
    const { env } = parts;
    const [role, file] = [env['AWS_ROLE_ARN'], env['AWS_WEB_IDENTITY_TOKEN_FILE']];
    if (role !== undefined && file !== undefined) return ofPod(parts, role, file);
    if (env['AWS_EC2_METADATA_DISABLED'] === 'true')
      throw new RegistryFault('E_REGISTRY_SETTINGS', 'no access key, and no role to run with');
    return ofMachine(parts);
  }
}
