// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import type { ApiServer } from '@bartizan/adapters/cluster-access';
import { err, type Failure, failure, ok, type Result } from '@bartizan/contracts';
import { parse } from 'yaml';

/** A cluster of a kubeconfig. */
export interface ChosenCluster {
  readonly context: string;
  readonly server: ApiServer;
}
type Fields = Readonly<Record<string, unknown>>;

const BYTES_MAX = 1024 * 1024;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const textOf = (fields: Fields, name: string): string | undefined => {
  const value = fields[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** The entry of a named list: `clusters`, `users` and `contexts` are all made the same way. */
function entryOf(config: Fields, list: string, field: string, name: string): Fields | undefined {
  const entries = Array.isArray(config[list]) ? config[list] : [];
  const entry: unknown = entries.find((one: unknown) => isFields(one) && one['name'] === name);
  const value = isFields(entry) ? entry[field] : undefined;
  return isFields(value) ? value : undefined;
}

/** PEM that is in the file as base64, or in a file beside it. */
function pemOf(fields: Fields, name: string, folder: string): string | undefined {
  const data = textOf(fields, `${name}-data`);
  if (data !== undefined) return Buffer.from(data, 'base64').toString('utf8');
  const path = textOf(fields, name);
  return path === undefined ? undefined : readFileSync(isAbsolute(path) ? path : join(folder, path), 'utf8');
}

function serverOf(cluster: Fields, user: Fields, folder: string): ApiServer {
  const url = textOf(cluster, 'server') ?? '';
  const caPem = pemOf(cluster, 'certificate-authority', folder);
  const serverName = textOf(cluster, 'tls-server-name');
  const certificatePem = pemOf(user, 'client-certificate', folder);
  const keyPem = pemOf(user, 'client-key', folder);
  const tokenFile = textOf(user, 'tokenFile');
  const token =
    textOf(user, 'token') ?? (tokenFile === undefined ? undefined : readFileSync(tokenFile, 'utf8').trim());
  return {
    url,
    ...(caPem === undefined ? {} : { caPem }),
    ...(serverName === undefined ? {} : { serverName }),
    ...(cluster['insecure-skip-tls-verify'] === true ? { insecure: true } : {}),
    ...(certificatePem === undefined ? {} : { certificatePem }),
    ...(keyPem === undefined ? {} : { keyPem }),
    ...(token === undefined ? {} : { token: () => token }),
  };
}

/** The file that kubectl would use. */
export const kubeconfigPath = (
  env: Readonly<Record<string, string | undefined>>,
  flag: string | undefined,
): string =>
  flag ?? env['KUBECONFIG']?.split(':').find((one) => one !== '') ?? join(homedir(), '.kube/config');

/** Reads one context of a kubeconfig. Users that are proved by a program are refused: we start no foreign program. */
export function readKubeconfig(
  path: string,
  wanted: string | undefined,
): Result<ChosenCluster, Failure<'E_CLUSTER_CONFIG'>> {
  const refuse = (detail: string, cause?: unknown) =>
    err(failure('E_CLUSTER_CONFIG' as const, `${path}: ${detail}`, cause));
  try {
    if (statSync(path).size > BYTES_MAX) return refuse(`larger than ${BYTES_MAX} bytes`);
    const config: unknown = parse(readFileSync(path, 'utf8'));
    if (!isFields(config)) return refuse('not a kubeconfig');
    const name = wanted ?? textOf(config, 'current-context');
    if (name === undefined) return refuse('it names no current context');
    const context = entryOf(config, 'contexts', 'context', name);
    if (context === undefined) return refuse(`it has no context ${name}`);
    const cluster = entryOf(config, 'clusters', 'cluster', textOf(context, 'cluster') ?? '');
    if (cluster === undefined) return refuse(`the cluster of context ${name} is not in it`);
    const user = entryOf(config, 'users', 'user', textOf(context, 'user') ?? '') ?? {};
    if ('exec' in user || 'auth-provider' in user)
      return refuse(`the user of context ${name} is proved by a program`);
    const server = serverOf(cluster, user, dirname(path));
    if (!server.url.startsWith('https://')) return refuse(`the address of context ${name} is not https`);
    return ok({ context: name, server });
  } catch (cause) {
    return refuse(cause instanceof Error ? cause.message.split('\n', 1).join('') : 'cannot be read', cause);
  }
}
