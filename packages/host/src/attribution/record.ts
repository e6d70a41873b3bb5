// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Container, WorkloadRef } from '@bartizan/contracts';
import type { KnownContainer } from './container-table.ts';
import { workloadIdOf, workloadNameOf } from './workload.ts';

/** Whose records they are. */
export interface Owner {
  readonly cluster: string;
  readonly tenant: string;
  readonly node: string;
}

const safeId = (id: string): string => {
  const cleaned = id.replaceAll(/[^A-Za-z0-9:._-]/g, '-').slice(0, 128);
  return /^[A-Za-z0-9]/.test(cleaned) ? cleaned : `c${cleaned}`.slice(0, 128);
};

const boundedLabels = (labels: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(labels)
      .slice(0, 256)
      .map(([key, value]) => [key.slice(0, 317), value.slice(0, 4096)]),
  );

/** The reference that events and findings of a container carry. */
export const workloadRefOf = (cluster: string, { id, description }: KnownContainer): WorkloadRef => {
  const name = workloadNameOf(description);
  return {
    workload: workloadIdOf(cluster, name),
    ...name,
    container: id.slice(0, 128),
    containerName: description.name.slice(0, 253),
    ...(description.pod ? { pod: description.pod.slice(0, 253) } : {}),
    ...(description.image ? { image: description.image.slice(0, 512) } : {}),
    ...(description.imageDigest ? { imageDigest: description.imageDigest.slice(0, 128) } : {}),
  };
};

type Present<T> = { [K in keyof T]: Exclude<T[K], undefined> };
const present = <T extends object>(fields: T): Present<T> => JSON.parse(JSON.stringify(fields)) as Present<T>;

/** The container as the contracts describe it. */
export const containerRecord = (owner: Owner, container: KnownContainer): Container => {
  const { description, kernel } = container;
  const { namespace } = workloadNameOf(description);
  const record: Container = {
    id: safeId(container.id),
    ...owner,
    workload: workloadRefOf(owner.cluster, container).workload,
    name: description.name.slice(0, 253),
    runtime: description.runtime,
    state: description.state,
    labels: boundedLabels(description.labels),
    hostNamespaces: container.isRunning ? [...(kernel?.hostNamespaces ?? [])] : [],
    mounts: (description.mounts ?? []).slice(0, 256).map((mount) => ({
      source: mount.source.slice(0, 4096),
      target: mount.target.slice(0, 4096),
      readOnly: mount.readOnly,
    })),
    addresses: [...(kernel?.addresses ?? [])].slice(0, 64),
    environmentSecrets: [...(kernel?.environmentSecrets ?? [])],
  };
  const pid = container.isRunning ? (kernel?.pid ?? description.pid) : undefined;
  return Object.assign(
    record,
    present({
      pod: description.pod || undefined,
      namespace: namespace || undefined,
      image: description.image?.slice(0, 512),
      imageDigest: description.imageDigest?.slice(0, 128),
      pid,
      cgroupPath: container.cgroupPath?.slice(0, 4096),
      cgroupId: container.cgroupId,
      createdAtMs: description.createdAtMs,
      startedAtMs: description.startedAtMs,
      endedAtMs: container.endedAtMs,
      privileged: description.privileged,
      capabilities: kernel?.capabilities?.slice(0, 64),
      user: kernel?.user,
    }),
  );
};
