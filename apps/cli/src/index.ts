// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * The command line and the supervisor: starts and stops an instance, asks its API, scans without a server.
 * In: arguments, environment, the API. Out: text on a terminal, exit codes. Serves k05 (what is seen is shown).
 */
export { ApiClient, type ApiFailure, type ApiTarget } from './api/client.ts';
export { connect } from './api/connect.ts';
export {
  AGENT_CAPABILITIES,
  AGENT_HOST_ACCESS,
  type Privilege,
} from './cluster/objects/agent.ts';
export { grantObjects, OPT_IN_RIGHTS } from './cluster/objects/grants.ts';
export { clusterObjects } from './cluster/objects/index.ts';
export type { ClusterObject, ObjectOptions } from './cluster/objects/object.ts';
export { GATHERED_RIGHTS, RIGHTS, type Right } from './cluster/objects/rights.ts';
export { removable } from './cluster/removal.ts';
export { EXIT, exitCodeOf } from './exit-codes.ts';
export { ALLOCATOR, CONTROLLER_HEAP_FLAGS } from './instance/memory.ts';
export { type InstancePaths, instanceEnvironment, instancePaths } from './instance/paths.ts';
export { readMark } from './instance/process-mark.ts';
export { readRecord } from './instance/record.ts';
export { readStatus, type SupervisorStatus } from './instance/status.ts';
export { toYaml } from './output/yaml.ts';
export { nodeRows } from './setup/status-rows.ts';
export { translator } from './text/catalogue.ts';
