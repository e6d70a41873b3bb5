// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ApiVersionUse, Component, Exposure, SecretUsage } from '@bartizan/contracts';
import type { ApiUse } from './api-use.ts';
import { type ClusterComponent, minorOf } from './components.ts';
import { type ExposurePoint, isOutside } from './exposure.ts';
import type { SecretUse } from './secret-use.ts';

const PODS_MAX = 100;
const USERS_MAX = 200;
const ADVISORIES_MAX = 200;
const API_USES_MAX = 200;

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

/**
 * Versions in use: what goes first comes first; what no release removes, and what is Kubernetes' own, comes last.
 * `server`: version of the API server, by which it is told what is gone already.
 */
export function tellApiUses(uses: readonly ApiUse[], server: string | undefined): ApiVersionUse[] {
  const minor = minorOf(server ?? '')?.minor;
  return uses
    .toSorted((one, two) => rankOf(one) - rankOf(two))
    .map(({ apiVersion, kind, source, by, about, namespace, isOwn, ...more }) => ({
      ...{ apiVersion: apiVersion.slice(0, 320), kind: kind.slice(0, 253), source, by: by.slice(0, 1100) },
      ...{ about: about.slice(0, 640), namespace: namespace.slice(0, 253), isOwn },
      ...(more.removedIn === undefined
        ? {}
        : { removedIn: `1.${more.removedIn}`, isRemoved: minor !== undefined && more.removedIn <= minor }),
      ...(more.replacement === undefined ? {} : { replacement: more.replacement }),
      ...(more.lastAtMs === undefined ? {} : { lastAtMs: more.lastAtMs }),
    }));
}
const rankOf = ({ isOwn, removedIn = 9999 }: ApiUse): number => removedIn + (isOwn ? 10_000 : 0);

/** A component as it is told. */
export const tellComponent = ({ advisories, apiUses, ...component }: ClusterComponent): Component => ({
  ...component,
  version: component.version.slice(0, 256),
  ...(apiUses === undefined
    ? {}
    : {
        apiUseCount: apiUses.length,
        apiUses: tellApiUses(apiUses, component.version).slice(0, API_USES_MAX),
      }),
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
