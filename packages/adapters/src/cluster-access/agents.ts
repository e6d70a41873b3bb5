// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, type Failure, failure, ok, type Result } from '@bartizan/contracts';
import { type ApiServer, askApiServer } from './request.ts';

/** The service account of our agents, and where they look for the authority to trust. */
export interface AgentAccount {
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Tokens for somebody else count nothing here. */
  readonly audience: string;
  readonly trustConfigMap: string;
}
export type AgentTokenFailure = Failure<'E_JOIN_TOKEN' | 'E_UNAVAILABLE'>;

/** What a controller asks the API server about its agents. */
export interface ClusterAgents {
  /** Name of the node whose agent holds the token. */
  readonly nodeOf: (token: string) => Promise<Result<string, AgentTokenFailure>>;
  /** Tells the agents which authority to trust. */
  readonly publishTrust: (caSha256: string) => Promise<Result<void, Failure<'E_UNAVAILABLE'>>>;
}

const NODE_NAME = 'authentication.kubernetes.io/node-name';

const fieldOf = (value: unknown, ...path: readonly string[]): unknown => {
  let at: unknown = value;
  for (const name of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = Reflect.get(at, name);
  }
  return at;
};
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Judges the status of a TokenReview: every claim has to be there. */
function judge(status: unknown, account: AgentAccount): Result<string, AgentTokenFailure> {
  const refused = (detail: string) => err(failure('E_JOIN_TOKEN' as const, detail));
  if (fieldOf(status, 'authenticated') !== true) return refused('the API server does not know the token');
  if (!listOf(fieldOf(status, 'audiences')).includes(account.audience))
    return refused('the token is meant for somebody else');
  const wanted = `system:serviceaccount:${account.namespace}:${account.serviceAccount}`;
  if (fieldOf(status, 'user', 'username') !== wanted) return refused('the token is not one of our agents');
  const node = listOf(fieldOf(status, 'user', 'extra', NODE_NAME))[0];
  return typeof node === 'string' && node !== ''
    ? ok(node)
    : refused('the token does not name its node: this needs Kubernetes 1.30 or later');
}

/** The agents of this cluster, as its API server knows them. */
export function openClusterAgents(server: ApiServer, account: AgentAccount): ClusterAgents {
  const unavailable = (detail: string, cause?: unknown) =>
    err(failure('E_UNAVAILABLE' as const, detail, cause));
  return {
    nodeOf: async (token) => {
      const answer = await askApiServer(server, {
        method: 'POST',
        path: '/apis/authentication.k8s.io/v1/tokenreviews',
        body: {
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'TokenReview',
          spec: { token, audiences: [account.audience] },
        },
      });
      if (!answer.ok)
        return unavailable('the API server cannot be asked who the token belongs to', answer.error);
      if (answer.value.status !== 201 && answer.value.status !== 200)
        return unavailable(`the API server answered a token review with status ${answer.value.status}`);
      return judge(fieldOf(answer.value.body, 'status'), account);
    },
    publishTrust: async (caSha256) => {
      const answer = await askApiServer(server, {
        method: 'PATCH',
        path: `/api/v1/namespaces/${account.namespace}/configmaps/${account.trustConfigMap}`,
        contentType: 'application/merge-patch+json',
        body: { data: { caSha256 } },
      });
      if (!answer.ok) return unavailable('the API server cannot be reached', answer.error);
      return answer.value.status === 200
        ? ok(undefined)
        : unavailable(`the trust of the agents cannot be written: status ${answer.value.status}`);
    },
  };
}
