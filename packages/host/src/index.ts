// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * The machine: what an agent needs of the outside. In: procfs, control groups, sockets of container runtimes, the
 * controller. Out: containers with their workloads, a buffered, acknowledged uplink, clocks, a log.
 * Serves k05 (logging and monitoring) and everything that needs to know which container something happened in.
 */
export { ContainerTable, type KnownContainer } from './attribution/container-table.ts';
export {
  type Discovery,
  type DiscoveryOptions,
  type Place,
  startDiscovery,
} from './attribution/discovery.ts';
export {
  exists,
  type HostIdentity,
  hasOwnRoot,
  inspectProcess,
  type KernelFacts,
  readHostIdentity,
} from './attribution/inspect.ts';
export { containerRecord, type Owner, workloadRefOf } from './attribution/record.ts';
export { hostWorkload, type WorkloadName, workloadIdOf, workloadNameOf } from './attribution/workload.ts';
export { type BufferOptions, type DiskBuffer, openDiskBuffer, type Shed } from './buffer/disk-buffer.ts';
export { type CgroupIndex, openCgroupIndex } from './cgroups/cgroup-index.ts';
export { type CgroupLayout, cgroupLayout, readCgroupLayout } from './cgroups/layout.ts';
export { type Clock, steadyMs } from './clock/clock.ts';
export { systemClock } from './clock/system-clock.ts';
export { type Changes, readChanges, upperDirectory } from './drift/upper-directory.ts';
export { ProgramScout } from './evidence/program-scout.ts';
export { openProgramTable } from './evidence/program-table.ts';
export { type LayerFolders, layerFolders } from './image-store/layer-folders.ts';
export { readStoredConfig, type StoredConfigQuery } from './image-store/stored-config.ts';
export { jsonLogger, LOG_LEVELS, type Logger, type LogLevel, silentLogger } from './log/logger.ts';
export { LOG_ENTRIES_MAX, LOG_SIBLINGS_MAX, type LogFiles } from './log-files/log-files.ts';
export { LogFollower, type LogPlace } from './log-files/log-follower.ts';
export {
  type ReadFailure,
  readBounded,
  readFailure,
  readLink,
  readNames,
  readText,
} from './procfs/bounded-read.ts';
export { capabilityNames } from './procfs/capability-names.ts';
export { clusterNodeIdOf, type Machine, nodeIdOf, readMachine } from './procfs/machine.ts';
export type { Mount } from './procfs/mountinfo.ts';
export { openProcfs, type Procfs } from './procfs/procfs.ts';
export { SOCKET_ESTABLISHED, SOCKET_LISTEN, type SocketLine } from './procfs/sockets.ts';
export { ContainerdImages, ContentStore, type StoredImage } from './runtimes/containerd/content.ts';
export { type FieldReader, readObject } from './runtimes/json.ts';
export {
  DEFAULT_PLACES,
  openRuntime,
  RUNTIME_CAPABILITIES,
  RUNTIME_CLIENTS,
  type RuntimeClient,
  type RuntimePlace,
} from './runtimes/registry.ts';
export type { ContainerRuntime, RuntimeContainer, RuntimeEvent, RuntimeMount } from './runtimes/runtime.ts';
export type { Endpoint } from './uplink/connect.ts';
export { startUplink, type Uplink, type UplinkOptions } from './uplink/uplink.ts';
