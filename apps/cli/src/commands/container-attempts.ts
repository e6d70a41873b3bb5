// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync } from 'node:fs';
import { err, failure, ok, type Result } from '@bartizan/contracts';
import {
  ContainerdImages,
  DEFAULT_PLACES,
  openProcfs,
  openRuntime,
  type Procfs,
  type RuntimeContainer,
  type RuntimePlace,
  readCgroupLayout,
  readChanges,
  upperDirectory,
} from '@bartizan/host';
import { openDigestImage } from '@bartizan/scan';
import type { ApiFailure } from '../api/client.ts';
import { type CliContext, usage } from '../context.ts';
import type { Attempts, Gathered } from './attempt.ts';
import type { ContainerScanFlags } from './container-flags.ts';
import { imageAttempts } from './image-attempts.ts';
import type { ImageScanFlags } from './registry-flags.ts';
import { type Drift, scanContainerRoot } from './scan-target.ts';

const CONTAINERD_SOCKET = '/run/containerd/containerd.sock';

/** An image in the content store of containerd: nothing is pulled, and only what is there is scanned. */
export async function containerdImage(
  context: CliContext,
  name: string,
  flags: ImageScanFlags,
): Promise<Result<Attempts, ApiFailure>> {
  const images = new ContainerdImages(flags.socket ?? CONTAINERD_SOCKET);
  const fail = <E>(error: E): { readonly ok: false; readonly error: E } => {
    images.close();
    return err(error);
  };
  const found = await images.find(name, flags.namespace);
  if (!found.ok) return fail(found.error);
  const blobs = images.content(found.value.namespace);
  const source = openDigestImage({
    label: name,
    digest: found.value.digest,
    references: [name],
    blobs,
    has: async (digest) => (await blobs.size(digest)) !== undefined,
    close: () => images.close(),
  });
  const list = await imageAttempts(source, name, { context, flags });
  if (!list.ok) return fail(list.error);
  return ok({ list: list.value, isList: list.value.length > 1, close: () => source.close() });
}

/** Where runtimes are asked: the one that was named, or those whose sockets are there. */
function placesOf({ runtime, socket }: ContainerScanFlags): Result<readonly RuntimePlace[], ApiFailure> {
  if (runtime === undefined && socket === undefined)
    return ok(DEFAULT_PLACES.filter(({ endpoint }) => existsSync(endpoint)));
  if (runtime === undefined) return usage('--socket PATH goes with --runtime');
  const known = DEFAULT_PLACES.find(({ client }) => client === runtime);
  const endpoint = socket ?? known?.endpoint;
  return endpoint === undefined ? usage('--runtime') : ok([{ client: runtime, endpoint }]);
}

/** Containers whose id begins so, or that have this name. */
const isMeant = ({ id, name }: RuntimeContainer, wanted: string): boolean =>
  name === wanted || (wanted.length >= 4 && id.startsWith(wanted));

/** Finds the one running container that is meant. */
async function findContainer(
  wanted: string,
  places: readonly RuntimePlace[],
  procfs: Procfs,
): Promise<Result<RuntimeContainer & { readonly pid: number }, ApiFailure>> {
  const found = new Map<string, RuntimeContainer & { readonly pid: number }>();
  let unreachable: ApiFailure | undefined;
  for (const place of places) {
    const runtime = openRuntime(place, { procfs, keyRoot: readCgroupLayout().keyRoot });
    const containers = await runtime.list();
    runtime.close();
    if (!containers.ok) unreachable ??= containers.error;
    for (const one of containers.ok ? containers.value : [])
      if (isMeant(one, wanted) && one.pid !== undefined && !found.has(one.id))
        found.set(one.id, { ...one, pid: one.pid });
  }
  const [only, ...more] = [...found.values()];
  if (only === undefined)
    return err(unreachable ?? failure('E_SCAN_TARGET', `no running container ${wanted}`));
  return more.length === 0
    ? ok(only)
    : err(failure('E_CONFLICT', `${wanted}: ${[...found.keys()].map((id) => id.slice(0, 12)).join(', ')}`));
}

/** What a container changed; undefined where its root file system does not say. */
function driftOf(pid: number, procfs: Procfs): Omit<Drift, 'packages'> | undefined {
  const mounts = procfs.mounts(pid);
  const upper = mounts.ok ? upperDirectory(mounts.value) : undefined;
  return upper === undefined || !existsSync(upper) ? undefined : readChanges(upper);
}

/** A running container: its image and all that was changed since, as its processes see it. */
export async function runningContainer(
  wanted: string,
  flags: ContainerScanFlags,
): Promise<Result<Attempts, ApiFailure>> {
  const places = placesOf(flags);
  if (!places.ok) return places;
  const procfs = openProcfs();
  const found = await findContainer(wanted, places.value, procfs);
  if (!found.ok) return found;
  const { pid, name, image } = found.value;
  const scan = (): Promise<Result<Gathered, ApiFailure>> => {
    const label = image === undefined ? name : `${name} (${image})`;
    const scanned = scanContainerRoot(`/proc/${pid}/root`, label, driftOf(pid, procfs));
    return Promise.resolve(scanned.ok ? ok({ scanned: scanned.value }) : scanned);
  };
  return ok({ list: [{ name, scan }], isList: false, close: () => undefined });
}
