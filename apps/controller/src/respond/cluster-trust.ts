// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type AgentAccount,
  type ClusterAgents,
  inCluster,
  openClusterAgents,
} from '@bartizan/adapters/cluster-access';
import { type Failure, ok, type Result } from '@bartizan/contracts';
import type { Log } from '../ports.ts';

const AGAIN_MS = 60_000;
const FIRST_PAUSE_MS = 1000;

/**
 * Keeps the digest of our authority where the agents of the cluster read it, also when somebody changes or removes it.
 * Returns what ends it.
 */
export function publishTrust(
  agents: ClusterAgents | undefined,
  caSha256: () => string,
  log: Log,
): () => void {
  if (agents === undefined) return () => undefined;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let pauseMs = FIRST_PAUSE_MS;
  const publish = async (): Promise<void> => {
    const published = await agents.publishTrust(caSha256());
    if (published.ok) pauseMs = AGAIN_MS;
    else {
      log.warn(
        { code: published.error.code, detail: published.error.detail },
        'agents cannot learn whom to trust',
      );
      pauseMs = Math.min(AGAIN_MS, pauseMs * 2);
    }
    if (!isStopped) timer = setTimeout(() => void publish(), pauseMs).unref();
  };
  void publish();
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}

/** The agents of the cluster this controller runs in, where it was told of them. */
export function clusterAgentsOf(options: {
  readonly clusterAgents?: AgentAccount;
}): Result<{ readonly clusterAgents?: ClusterAgents }, Failure> {
  if (options.clusterAgents === undefined) return ok({});
  const server = inCluster(process.env);
  return server.ok ? ok({ clusterAgents: openClusterAgents(server.value, options.clusterAgents) }) : server;
}
