// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Static } from 'typebox';
import { ClusterId, NodeId, OpaqueId, TenantId } from '../ids.ts';
import { choice, flag, inline, instant, integer, labels, list, object, optional, text } from '../schema.ts';

/**
 * Kinds of workload: the owner that groups containers. `Host` is the node itself; `Other` an owner of a kind of its own,
 * which stands before its name (`Rollout/web`).
 */
export const WORKLOAD_KINDS = [
  'Host',
  'Container',
  'ComposeService',
  'Pod',
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'CronJob',
  'Other',
] as const;

/** What an event or finding may be about: a workload, an image that perhaps nothing runs, or another object of a cluster. */
export const SUBJECT_KINDS = [...WORKLOAD_KINDS, 'Image', 'KubernetesObject'] as const;

/** Modes of a group per domain: learn, alert, block. */
export const MODES = ['discover', 'monitor', 'protect'] as const;
export const ModePerDomain = inline('Mode per domain', {
  process: choice(MODES, 'Mode of the process domain'),
  file: choice(MODES, 'Mode of the file domain'),
  network: choice(MODES, 'Mode of the network domain'),
});

/** Points from an event or finding to what it is about. Resolved container -> pod -> owner -> namespace -> cluster. */
export const WorkloadRef = inline('Workload or image an event or finding belongs to', {
  workload: OpaqueId,
  kind: choice(
    SUBJECT_KINDS,
    'Kind of the workload; Image: an image by digest; KubernetesObject: named kind/name',
  ),
  namespace: text('Kubernetes namespace, compose project, or empty', 253),
  name: text('Name of the workload', 253),
  container: optional(text('Container id as its runtime gives it', 128)),
  containerName: optional(text('Container name', 253)),
  pod: optional(text('Pod name', 253)),
  image: optional(text('Image reference', 512)),
  imageDigest: optional(text('Image digest', 128)),
});
export type WorkloadRef = Static<typeof WorkloadRef>;

/** A group of containers that behave alike, or the host itself. */
export const Workload = object('Workload', 'A group of containers that behave alike, or the host itself', {
  id: OpaqueId,
  cluster: ClusterId,
  tenant: TenantId,
  kind: choice(WORKLOAD_KINDS, 'Kind'),
  namespace: text('Kubernetes namespace, compose project, or empty', 253),
  name: text('Name', 253),
  nodes: list(NodeId, 'Nodes it runs on', 5000),
  image: optional(text('Image reference', 512)),
  imageDigest: optional(text('Image digest', 128)),
  labels: labels('Labels'),
  modes: ModePerDomain,
  running: integer('Containers running now', '1'),
  firstSeenAtMs: instant('First seen'),
  lastSeenAtMs: instant('Last seen'),
});
export type Workload = Static<typeof Workload>;

/** Container runtimes we can discover. */
export const RUNTIMES = ['containerd', 'docker', 'podman', 'cri-o', 'runc', 'unknown'] as const;

/** One mount of a container. */
export const ContainerMount = inline('A mount', {
  source: text('Path on the host', 4096),
  target: text('Path in the container', 4096),
  readOnly: flag('Mounted read-only'),
});

/** A container, running or ended, as its runtime and the kernel describe it. */
export const Container = object('Container', 'A container as its runtime and the kernel describe it', {
  id: text('Id as the runtime gives it', 128),
  cluster: ClusterId,
  tenant: TenantId,
  node: NodeId,
  workload: OpaqueId,
  name: text('Name', 253),
  runtime: choice(RUNTIMES, 'Runtime that owns it; unknown when only the kernel knows it'),
  state: choice(['created', 'running', 'paused', 'exited', 'unknown'], 'State'),
  pod: optional(text('Pod name', 253)),
  namespace: optional(text('Kubernetes namespace or compose project', 253)),
  image: optional(text('Image reference', 512)),
  imageDigest: optional(text('Image digest', 128)),
  pid: optional(integer('Process id of its first process on the host', '1')),
  cgroupPath: optional(text('Path of its cgroup', 4096)),
  cgroupId: optional(text('Kernel id of its cgroup (memory controller, else unified)', 20)),
  createdAtMs: optional(instant('Created')),
  startedAtMs: optional(instant('Started')),
  endedAtMs: optional(instant('Ended')),
  labels: labels('Labels'),
  privileged: optional(flag('Holds all capabilities and devices')),
  capabilities: optional(
    list(text('Capability, e.g. CAP_NET_ADMIN', 32), 'Effective capabilities of its first process', 64),
  ),
  user: optional(text('User of its first process, uid or uid:gid', 64)),
  hostNamespaces: list(
    choice(['network', 'pid', 'ipc', 'uts', 'mount', 'user'], 'namespace'),
    'Namespaces shared with the host',
    6,
  ),
  mounts: list(ContainerMount, 'Mounts from the host', 256),
  addresses: list(text('IP address', 64), 'Addresses inside its network namespace', 64),
  environmentSecrets: list(
    text('Variable name', 256),
    'Names (never values) of variables that look like secrets',
    256,
  ),
});
export type Container = Static<typeof Container>;
