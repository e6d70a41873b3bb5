// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type ApiServer, askApiServer, type ClusterAsk } from '@bartizan/adapters/cluster-access';
import { err, type Failure, failure, ok, type Result } from '@bartizan/contracts';
import { pathOf } from './kinds.ts';
import type { ClusterObject } from './objects/object.ts';

export type InstallFailure = Failure<
  | 'E_CLUSTER_CONFIG'
  | 'E_CLUSTER_UNREACHABLE'
  | 'E_CLUSTER_ANSWER'
  | 'E_CLUSTER_FORBIDDEN'
  | 'E_CLUSTER_VERSION'
  | 'E_CLUSTER_IMAGES'
  | 'E_CLUSTER_PODS'
  | 'E_CLUSTER_OTHERS'
>;

/** A field deep in an answer; undefined where a step is missing. */
export function fieldOf(value: unknown, ...path: readonly string[]): unknown {
  let at = value;
  for (const name of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = Reflect.get(at, name);
  }
  return at;
}
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const textAt = (value: unknown, ...path: readonly string[]): string => {
  const found = fieldOf(value, ...path);
  return typeof found === 'string' ? found : '';
};
export const numberAt = (value: unknown, ...path: readonly string[]): number => {
  const found = fieldOf(value, ...path);
  return typeof found === 'number' ? found : 0;
};

const MESSAGE_MAX = 400;

/** Sends a request; a status that says no is a failure with the server's words. 404 is an answer: undefined. */
export async function ask(server: ApiServer, request: ClusterAsk): Promise<Result<unknown, InstallFailure>> {
  const answer = await askApiServer(server, request);
  if (!answer.ok) return answer;
  const { status, body } = answer.value;
  if (status >= 200 && status < 300) return ok(body);
  if (status === 404) return ok(undefined);
  const words = (textAt(body, 'message') || String(status)).slice(0, MESSAGE_MAX);
  const code =
    status === 401 || (status === 403 && /cannot /.test(words)) ? 'E_CLUSTER_FORBIDDEN' : 'E_CLUSTER_ANSWER';
  return err(failure(code, `${request.method} ${request.path.split('?', 1).join('')}: ${words}`));
}

/** An object as the cluster has it; undefined when it has none. */
export const read = (server: ApiServer, object: Pick<ClusterObject, 'kind' | 'metadata'>) =>
  ask(server, { method: 'GET', path: pathOf(object) });

export const FIELD_MANAGER = 'bartizan-install';

/** Server-side apply. Fields that others manage stay theirs; ours are taken back. */
export const apply = (server: ApiServer, object: ClusterObject, dryRun: boolean) =>
  ask(server, {
    method: 'PATCH',
    path: `${pathOf(object)}?fieldManager=${FIELD_MANAGER}&force=true${dryRun ? '&dryRun=All' : ''}`,
    contentType: 'application/apply-patch+yaml',
    body: object,
  });
