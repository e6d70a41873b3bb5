// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Component, Exposure, SecretUsage } from '@bartizan/contracts';
import type { ClusterComponent } from './components.ts';
import { type ExposurePoint, isOutside } from './exposure.ts';
import type { SecretUse } from './secret-use.ts';

const PODS_MAX = 100;
const USERS_MAX = 200;
const ADVISORIES_MAX = 200;

/** An exposure as it is told. */
export function tellExposure(point: ExposurePoint): Exposure {
  const { kind, namespace, name, way, addresses, ports, sources, pods, guard, surface } = point;
  return {
    ...{ kind, namespace, name, way, guard },
    isOutside: isOutside(point),
    addresses: addresses.slice(0, 64).map((one) => one.slice(0, 253)),
    ports: ports.slice(0, 256).map(({ number, protocol }) => ({ number, protocol })),
    sources: sources.map((one) => one.slice(0, 64)),
    pods: pods.slice(0, PODS_MAX).map((pod) => pod.name),
    podCount: pods.length,
    ...(surface === undefined ? {} : { component: surface.id, risk: surface.risk }),
  };
}

/** A secret as it is told. */
export const tellSecret = ({ namespace, name, users, readers, everybody, note }: SecretUse): SecretUsage => ({
  ...(note?.createdAtMs === undefined ? {} : { createdAtMs: note.createdAtMs }),
  ...(note?.changedAtMs === undefined ? {} : { changedAtMs: note.changedAtMs }),
  namespace,
  name,
  users: users.slice(0, USERS_MAX).map(({ by, way }) => ({ by, way })),
  readers: readers.slice(0, USERS_MAX),
  readerCount: readers.length,
  everybody: everybody.slice(0, 8),
});

/** A component as it is told. */
export const tellComponent = ({ advisories, ...component }: ClusterComponent): Component => ({
  ...component,
  version: component.version.slice(0, 256),
  ...(advisories === undefined
    ? {}
    : {
        advisoryCount: advisories.length,
        advisories: advisories.slice(0, ADVISORIES_MAX).map(({ id, severity, fixedIn }) => ({
          ...{ id, severity },
          ...(fixedIn === undefined ? {} : { fixedIn }),
        })),
      }),
});
