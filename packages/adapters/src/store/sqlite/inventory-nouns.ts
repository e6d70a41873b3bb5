// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Container, Image, Node, Workload } from '@bartizan/contracts';
import type { NounSpec } from './fields.ts';

const ownerOf = (item: { readonly cluster: string; readonly tenant: string }) => item;
const labelValues = (labels: Readonly<Record<string, string>>): string[] =>
  Object.entries(labels).map(([key, value]) => `${key}=${value}`);

/** Machines with an agent, by name. */
export const NODES: NounSpec<Node> = {
  table: 'nodes',
  visibility: 'both',
  owner: ownerOf,
  id: (item) => item.id,
  fields: [
    { name: 'id', kind: 'text', read: (item) => item.id },
    { name: 'name', kind: 'text', read: (item) => item.name },
    { name: 'state', kind: 'text', read: (item) => item.state },
    { name: 'kernel', kind: 'text', read: (item) => item.kernel },
    { name: 'distribution', kind: 'text', read: (item) => item.distribution },
    { name: 'architecture', kind: 'text', read: (item) => item.architecture },
    { name: 'agentVersion', kind: 'text', read: (item) => item.agentVersion },
    { name: 'cgroupMode', kind: 'text', read: (item) => item.cgroupMode },
    { name: 'sensor', kind: 'text', read: (item) => item.sensor.state },
    { name: 'condition', kind: 'list', read: (item) => item.conditions.map((condition) => condition.code) },
    { name: 'runtime', kind: 'list', read: (item) => item.runtimes.map((runtime) => runtime.runtime) },
    { name: 'firstSeenAtMs', kind: 'number', read: (item) => item.firstSeenAtMs },
    { name: 'lastSeenAtMs', kind: 'number', read: (item) => item.lastSeenAtMs },
  ],
  words: (item) => [item.id, item.name, item.kernel, item.distribution],
  timeField: 'lastSeenAtMs',
  defaultSort: { field: 'name', descending: false },
};

/** Workloads, by name. */
export const WORKLOADS: NounSpec<Workload> = {
  table: 'workloads',
  visibility: 'both',
  owner: ownerOf,
  id: (item) => item.id,
  fields: [
    { name: 'id', kind: 'text', read: (item) => item.id },
    { name: 'kind', kind: 'text', read: (item) => item.kind },
    { name: 'namespace', kind: 'text', read: (item) => item.namespace },
    { name: 'name', kind: 'text', read: (item) => item.name, indexed: true },
    { name: 'image', kind: 'text', read: (item) => item.image },
    { name: 'imageDigest', kind: 'text', read: (item) => item.imageDigest },
    { name: 'node', kind: 'list', read: (item) => item.nodes },
    { name: 'label', kind: 'list', read: (item) => labelValues(item.labels) },
    { name: 'running', kind: 'number', read: (item) => item.running },
    { name: 'modeProcess', kind: 'text', read: (item) => item.modes.process },
    { name: 'modeFile', kind: 'text', read: (item) => item.modes.file },
    { name: 'modeNetwork', kind: 'text', read: (item) => item.modes.network },
    { name: 'firstSeenAtMs', kind: 'number', read: (item) => item.firstSeenAtMs },
    { name: 'lastSeenAtMs', kind: 'number', read: (item) => item.lastSeenAtMs },
  ],
  words: (item) => [item.namespace, item.name, item.image, item.kind, ...labelValues(item.labels)],
  timeField: 'lastSeenAtMs',
  defaultSort: { field: 'name', descending: false },
};

/** Containers, by name. */
export const CONTAINERS: NounSpec<Container> = {
  table: 'containers',
  visibility: 'both',
  owner: ownerOf,
  id: (item) => item.id,
  fields: [
    { name: 'id', kind: 'text', read: (item) => item.id },
    { name: 'name', kind: 'text', read: (item) => item.name, indexed: true },
    { name: 'node', kind: 'text', read: (item) => item.node, indexed: true },
    { name: 'workload', kind: 'text', read: (item) => item.workload, indexed: true },
    { name: 'runtime', kind: 'text', read: (item) => item.runtime },
    { name: 'state', kind: 'text', read: (item) => item.state },
    { name: 'pod', kind: 'text', read: (item) => item.pod },
    { name: 'namespace', kind: 'text', read: (item) => item.namespace },
    { name: 'image', kind: 'text', read: (item) => item.image },
    { name: 'imageDigest', kind: 'text', read: (item) => item.imageDigest },
    { name: 'privileged', kind: 'flag', read: (item) => item.privileged },
    { name: 'user', kind: 'text', read: (item) => item.user },
    { name: 'address', kind: 'list', read: (item) => item.addresses },
    { name: 'label', kind: 'list', read: (item) => labelValues(item.labels) },
    { name: 'startedAtMs', kind: 'number', read: (item) => item.startedAtMs },
    { name: 'endedAtMs', kind: 'number', read: (item) => item.endedAtMs },
  ],
  words: (item) => [item.id, item.name, item.image, item.pod, item.namespace, ...item.addresses],
  timeField: 'startedAtMs',
  defaultSort: { field: 'name', descending: false },
};

/** Images, by digest. */
export const IMAGES: NounSpec<Image> = {
  table: 'images',
  visibility: 'both',
  owner: ownerOf,
  id: (item) => item.digest,
  fields: [
    { name: 'digest', kind: 'text', read: (item) => item.digest },
    { name: 'reference', kind: 'list', read: (item) => item.references },
    { name: 'usedBy', kind: 'list', read: (item) => item.usedBy },
    { name: 'inUse', kind: 'flag', read: (item) => item.usedBy.length > 0 },
    { name: 'registry', kind: 'list', read: (item) => item.registries },
    { name: 'platform', kind: 'text', read: (item) => item.platform },
    { name: 'distribution', kind: 'text', read: (item) => item.distribution },
    { name: 'scan', kind: 'text', read: (item) => item.scan?.state ?? 'never' },
    { name: 'signature', kind: 'text', read: (item) => item.signature?.state ?? 'unknown' },
    { name: 'base', kind: 'text', read: (item) => item.base?.reference ?? item.base?.digest },
    { name: 'label', kind: 'list', read: (item) => labelValues(item.labels ?? {}) },
    { name: 'packages', kind: 'number', read: (item) => item.packages },
    { name: 'sizeBytes', kind: 'number', read: (item) => item.sizeBytes },
    { name: 'createdAtMs', kind: 'number', read: (item) => item.createdAtMs },
    { name: 'scannedAtMs', kind: 'number', read: (item) => item.scan?.scannedAtMs },
    { name: 'firstSeenAtMs', kind: 'number', read: (item) => item.firstSeenAtMs },
    { name: 'lastSeenAtMs', kind: 'number', read: (item) => item.lastSeenAtMs },
  ],
  words: (item) => [item.digest, ...item.references],
  defaultSort: { field: 'digest', descending: false },
};
