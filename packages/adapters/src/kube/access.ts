// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { err, ok, type Result } from '@bartizan/contracts';
import { parse } from 'yaml';
import { type KubeError, kubeError } from './fault.ts';
import { type JsonRecord, listOf, recordOf } from './json.ts';

/** What a connection shows and trusts; read again for each connection, since files of certificates are renewed. */
export interface KubeCredentials {
  readonly caPem?: string;
  readonly certificatePem?: string;
  readonly keyPem?: string;
}

/** How an API server is reached. */
export interface KubeAccess {
  readonly server: URL;
  /** Name in its certificate, where it is not the host of `server`. */
  readonly serverName?: string;
  readonly credentials: () => Promise<KubeCredentials>;
  /** The bearer token now; undefined = none. */
  readonly token: () => Promise<string | undefined>;
  /** Namespace of our own service account, or of the context. */
  readonly namespace?: string;
}

type Found = Result<KubeAccess, KubeError>;

const CONFIG_BYTES_MAX = 1024 * 1024;
const TOKEN_BYTES_MAX = 64 * 1024;
/** Service account tokens are renewed by the kubelet long before they end: a minute late is never too late. */
const TOKEN_AGE_MS = 60_000;
const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

async function bounded(path: string, most: number): Promise<string> {
  const bytes = await readFile(path);
  if (bytes.length > most) throw new Error(`${path} is larger than ${most} bytes`);
  return bytes.toString('utf8');
}

/** A token in a file, read again when it may have been renewed. */
export function tokenFile(path: string, nowMs: () => number = Date.now): () => Promise<string> {
  let known = { atMs: Number.NEGATIVE_INFINITY, token: '' };
  return async () => {
    const atMs = nowMs();
    if (atMs - known.atMs >= TOKEN_AGE_MS || atMs < known.atMs)
      known = { atMs, token: (await bounded(path, TOKEN_BYTES_MAX)).trim() };
    return known.token;
  };
}

/** The access of a Pod by its service account; undefined where this is no Pod. */
export function inClusterAccess(
  env: Readonly<Record<string, string | undefined>>,
  folder = ACCOUNT,
): KubeAccess | undefined {
  const host = env['KUBERNETES_SERVICE_HOST'];
  const port = env['KUBERNETES_SERVICE_PORT_HTTPS'] ?? env['KUBERNETES_SERVICE_PORT'];
  if (!host || !port || !/^\d{1,5}$/.test(port)) return undefined;
  const name = host.includes(':') ? `[${host}]` : host;
  return {
    server: new URL(`https://${name}:${port}`),
    credentials: async () => ({ caPem: await bounded(join(folder, 'ca.crt'), CONFIG_BYTES_MAX) }),
    token: tokenFile(join(folder, 'token')),
  };
}

/** The access that a kubeconfig file describes. */
export async function kubeconfigAccess(path: string): Promise<Found> {
  let config: unknown;
  try {
    config = parse(await bounded(path, CONFIG_BYTES_MAX), { maxAliasCount: 0, uniqueKeys: true });
  } catch (cause) {
    // The text of a YAML error quotes the file, which holds keys.
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'not a kubeconfig';
    return err(kubeError('E_KUBE_CONFIG', `${path}: ${reason}`));
  }
  return readConfig(recordOf(config), dirname(path));
}

const named = (items: unknown, name: unknown, field: string): JsonRecord =>
  recordOf(
    listOf(items)
      .map(recordOf)
      .find((item) => item['name'] === name)?.[field],
  );

function readConfig(config: JsonRecord, folder: string): Found {
  const context = named(config['contexts'], config['current-context'], 'context');
  const cluster = named(config['clusters'], context['cluster'], 'cluster');
  const user = named(config['users'], context['user'], 'user');
  const server = cluster['server'];
  if (typeof server !== 'string' || !URL.canParse(server) || new URL(server).protocol !== 'https:')
    return err(kubeError('E_KUBE_CONFIG', 'the current context has no server with https'));
  if (cluster['insecure-skip-tls-verify'] === true)
    return err(kubeError('E_KUBE_CONFIG', 'insecure-skip-tls-verify is not accepted: give the authority'));
  const helper = ['exec', 'auth-provider'].find((name) => user[name] !== undefined);
  if (helper !== undefined)
    return err(
      kubeError('E_KUBE_CONFIG', `users[].${helper} is not supported: nothing is executed for a login`),
    );
  const { namespace } = context;
  const serverName = cluster['tls-server-name'];
  return ok({
    server: new URL(server),
    ...(typeof serverName === 'string' ? { serverName } : {}),
    ...(typeof namespace === 'string' ? { namespace } : {}),
    credentials: async () => {
      const caPem = await pemOf(cluster, 'certificate-authority', folder);
      const certificatePem = await pemOf(user, 'client-certificate', folder);
      const keyPem = await pemOf(user, 'client-key', folder);
      return {
        ...(caPem === undefined ? {} : { caPem }),
        ...(certificatePem === undefined ? {} : { certificatePem }),
        ...(keyPem === undefined ? {} : { keyPem }),
      };
    },
    token: tokenOf(user, folder),
  });
}

const inFolder = (folder: string, path: string): string => (isAbsolute(path) ? path : join(folder, path));

/** A PEM text that stands in the file itself (base64) or in another one. */
async function pemOf(from: JsonRecord, name: string, folder: string): Promise<string | undefined> {
  const inline = from[`${name}-data`];
  if (typeof inline === 'string') return Buffer.from(inline, 'base64').toString('utf8');
  const path = from[name];
  return typeof path === 'string' ? bounded(inFolder(folder, path), CONFIG_BYTES_MAX) : undefined;
}

function tokenOf(user: JsonRecord, folder: string): () => Promise<string | undefined> {
  const { token, tokenFile: path } = user;
  if (typeof path === 'string') return tokenFile(inFolder(folder, path));
  return () => Promise.resolve(typeof token === 'string' && token !== '' ? token : undefined);
}

/** The access to use: a kubeconfig where one is named, else the service account of this Pod; undefined = there is none. */
export async function findKubeAccess(
  kubeconfig: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Result<KubeAccess | undefined, KubeError>> {
  if (kubeconfig !== undefined && kubeconfig !== '') return kubeconfigAccess(kubeconfig);
  return ok(inClusterAccess(env));
}
