// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * A Kubernetes API server, one bounded request at a time: who a service account token belongs to, and where agents
 * find the authority to trust. Watching and caching is not done here. Serves k06 (authentication).
 */
export { type AgentAccount, type ClusterAgents, openClusterAgents } from './agents.ts';
export { inCluster } from './in-cluster.ts';
export {
  type ApiServer,
  askApiServer,
  type ClusterAnswer,
  type ClusterAsk,
  type ClusterFailure,
} from './request.ts';
