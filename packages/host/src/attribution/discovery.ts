// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Container, RuntimeStatus } from '@bartizan/contracts';
import type { CgroupIndex } from '../cgroups/cgroup-index.ts';
import type { Clock } from '../clock/clock.ts';
import type { Logger } from '../log/logger.ts';
import type { Procfs } from '../procfs/procfs.ts';
import type { RuntimePlace, Teller } from '../runtimes/registry.ts';
import { emptyContainer, type RuntimeContainer } from '../runtimes/runtime.ts';
import { Awaited, containerIn } from './awaited.ts';
import { ContainerTable, type KnownContainer } from './container-table.ts';
import { type HostIdentity, inspectProcess, type KernelFacts } from './inspect.ts';
import { RuntimeFollower } from './runtime-follower.ts';

/** What discovery needs and tells. */
export interface DiscoveryOptions {
  readonly places: readonly RuntimePlace[];
  readonly procfs: Procfs;
  readonly cgroups: CgroupIndex;
  readonly host: HostIdentity;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A container was found, changed or ended. `replaced` is the id it was known by before, when that was another. */
  readonly onChange: (container: KnownContainer, replaced: string | undefined) => void;
  readonly onRuntimes: () => void;
}

/** What is missing of a container whose id the path of its cgroup carries. */
interface Marks {
  /** An engine that answers will describe it, or say more of it than its low-level runtime has. */
  readonly awaited?: boolean;
  /** It has no name, and its processes have not been looked at yet. */
  readonly unmet?: boolean;
}

/** Where something happened: in a container, on the host, or not to be told. */
export type Place =
  | ({ readonly kind: 'container'; readonly container: KnownContainer } & Marks)
  | ({ readonly kind: 'host' } & Marks)
  | { readonly kind: 'unknown' };

/** Finds the containers of a node and says which one a cgroup, process or address belongs to. */
export interface Discovery {
  readonly containers: () => KnownContainer[];
  readonly runtimes: () => RuntimeStatus[];
  readonly placeOf: (cgroupId: string) => Place;
  readonly byAddress: (address: string) => KnownContainer | undefined;
  /** A process of a container that is `unmet`: who holds the container may say its name. */
  readonly meet: (seen: { readonly cgroupId: string; readonly pids: readonly number[] }) => void;
  /** The engine is too late: what else is known of this container counts from now on. */
  readonly giveUp: (cgroupId: string) => void;
  /** A container that only the kernel shows. */
  readonly addUnknown: (seen: {
    readonly cgroupId: string;
    readonly pid: number;
    readonly atMs: number;
  }) => KnownContainer | undefined;
  readonly cgroupRemoved: (cgroupId: string) => void;
  readonly processEnded: (pid: number) => void;
  /** Asks all runtimes again, soon. */
  readonly refresh: () => void;
  /** Everything that was asked at start has answered once. */
  readonly settled: Promise<void>;
  readonly stop: () => void;
}

const SWEEP_MS = 3000;
const WALK_AT_MOST_EVERY_MS = 1000;

/**
 * That only the kernel showed it, and that it has ended: its control group may be one of the host, such as a session, in
 * which a program had a root of its own.
 */
const isPast = (container: KnownContainer): boolean =>
  container.teller === 'unknown' && container.endedAtMs !== undefined;

const isSame = (one: KnownContainer | undefined, other: KnownContainer): boolean =>
  one !== undefined && JSON.stringify(one) === JSON.stringify(other);

/** The last part of a cgroup path as the id of a container: an engine's where it is in it. */
const idOfPath = (path: string, cgroupId: string): string => {
  const digits = containerIn(path)?.id;
  const last =
    path
      .split('/')
      .at(-1)
      ?.replaceAll(/[^A-Za-z0-9._-]/g, '-') ?? '';
  return (digits ?? (/^[A-Za-z0-9]/.test(last) ? last : `cgroup-${cgroupId}`)).slice(0, 128);
};

class Finder implements Discovery {
  readonly settled: Promise<void>;
  readonly #options: DiscoveryOptions;
  readonly #table = new ContainerTable();
  readonly #followers: RuntimeFollower[];
  readonly #stopSweep: () => void;
  readonly #awaited: Awaited;
  #places = new Map<string, Place>();
  #placesVersion = -1;
  #walkedAtUs = 0;

  constructor(options: DiscoveryOptions) {
    this.#options = options;
    this.#followers = options.places.map(
      (place) =>
        new RuntimeFollower(place, {
          machine: { procfs: options.procfs, keyRoot: options.cgroups.layout.keyRoot },
          clock: options.clock,
          logger: options.logger,
          onContainer: (container) => this.#take(place.client, container),
          onEnded: (id, atMs) => this.#end(id, atMs),
          known: () =>
            this.#table
              .all()
              .filter((one) => one.description.endpoint === place.endpoint && one.endedAtMs === undefined),
          onAnnounced: (id) => this.#announce(place.client, id),
          isDescribed: (id) => this.#table.get(id)?.teller === place.client,
          onStatus: () => {
            // Whether more is to be expected of an engine depends on whether it answers.
            this.#placesVersion = -1;
            options.onRuntimes();
          },
        }),
    );
    this.#awaited = new Awaited(
      { procfs: options.procfs, root: options.host.root },
      () => new Set(this.#followers.filter((one) => one.mayAnswer()).map((one) => one.client)),
    );
    this.settled = Promise.all(this.#followers.map((one) => one.settled)).then(() => undefined);
    this.#stopSweep = options.clock.every(SWEEP_MS, () => this.#sweep());
  }

  containers(): KnownContainer[] {
    return this.#table.all();
  }

  runtimes(): RuntimeStatus[] {
    return this.#followers.flatMap((one) => one.status() ?? []);
  }

  placeOf(cgroupId: string): Place {
    if (this.#placesVersion !== this.#table.version || this.#places.size > 50_000) {
      this.#places = new Map();
      this.#placesVersion = this.#table.version;
    }
    const known = this.#places.get(cgroupId);
    if (known) return known;
    const path = this.#pathOf(cgroupId);
    const place: Place = path === undefined ? { kind: 'unknown' } : this.#placeAt(path);
    if (place.kind !== 'unknown') this.#places.set(cgroupId, place);
    return place;
  }

  meet(seen: { readonly cgroupId: string; readonly pids: readonly number[] }): void {
    const named = this.#namedBy(seen.cgroupId);
    // The first processes of a container are helpers of its runtime, and gone within milliseconds: others are asked, too.
    const living = this.#options.cgroups.processesIn(this.#pathOf(seen.cgroupId) ?? '');
    const told = named && this.#awaited.meet(named.id, [...seen.pids, ...living]);
    if (named && told) this.#take('conmon', { ...told, cgroupPath: named.path });
    this.#placesVersion = -1;
  }

  giveUp(cgroupId: string): void {
    const named = this.#namedBy(cgroupId);
    const told = named && this.#awaited.giveUp(named.id);
    if (named && told) this.#take('conmon', { ...told, cgroupPath: named.path });
    this.#placesVersion = -1;
  }

  byAddress(address: string): KnownContainer | undefined {
    return this.#table.all().find((one) => one.isRunning && one.kernel?.addresses.includes(address));
  }

  addUnknown(seen: {
    readonly cgroupId: string;
    readonly pid: number;
    readonly atMs: number;
  }): KnownContainer | undefined {
    const path = this.#pathOf(seen.cgroupId);
    if (path === undefined || path === '/') return undefined;
    const stat = this.#options.procfs.stat(seen.pid);
    const before = this.#table.byPath(path);
    // The last events of a container are told after its end: they do not make it run again.
    if (before && isPast(before) && (!stat.ok || stat.value.state === 'Z')) return before;
    const id = idOfPath(path, seen.cgroupId);
    const told: RuntimeContainer = {
      ...emptyContainer('unknown', 'kernel', id),
      name: (path.split('/').at(-1) ?? id).slice(0, 253),
      state: 'running',
      pid: seen.pid,
      startedAtMs: seen.atMs,
      cgroupPath: path,
    };
    this.#take('unknown', told);
    const known = this.#table.byPath(path);
    // It has ended already when its process can no longer be read.
    if (known && !known.kernel && known.teller === 'unknown')
      this.#end(known.id, this.#options.clock.wallMs());
    return this.#table.byPath(path);
  }

  cgroupRemoved(cgroupId: string): void {
    const path = this.#options.cgroups.pathOf(cgroupId);
    const container = path === undefined ? undefined : this.#table.byPath(path);
    if (container && container.cgroupPath === path) this.#end(container.id, this.#options.clock.wallMs());
  }

  processEnded(pid: number): void {
    const container = this.#table.byPid(pid);
    if (container) this.#end(container.id, this.#options.clock.wallMs());
  }

  refresh(): void {
    for (const follower of this.#followers) follower.refresh();
  }

  stop(): void {
    this.#stopSweep();
    for (const follower of this.#followers) follower.stop();
  }

  /** Also one that only an event told of, whose cgroup is not known: the path carries its id. */
  #placeAt(path: string): Place {
    const id = this.#awaited.containerIn(path)?.id;
    const told = id === undefined ? undefined : this.#table.get(id);
    const found = this.#table.byPath(path, (one) => !isPast(one));
    const container = found ?? (told?.endedAtMs === undefined ? told : undefined);
    const marks: Marks = {
      ...(id !== undefined && this.#awaited.isExpected(id, container) ? { awaited: true } : {}),
      ...(id !== undefined && this.#awaited.isUnmet(id, container) ? { unmet: true } : {}),
    };
    return container ? { kind: 'container', container, ...marks } : { kind: 'host', ...marks };
  }

  #namedBy(cgroupId: string): ReturnType<typeof containerIn> {
    const path = this.#pathOf(cgroupId);
    return path === undefined ? undefined : this.#awaited.containerIn(path);
  }

  #pathOf(cgroupId: string): string | undefined {
    const { cgroups, clock } = this.#options;
    const path = cgroups.pathOf(cgroupId);
    if (path !== undefined || cgroupId === '0') return path;
    const nowUs = clock.bootUs();
    if (nowUs - this.#walkedAtUs < WALK_AT_MOST_EVERY_MS * 1000) return undefined;
    this.#walkedAtUs = nowUs;
    cgroups.walk();
    return cgroups.pathOf(cgroupId);
  }

  /** Low-level runtimes are no help here: what they know of a container is in their folder already. */
  #announce(client: RuntimePlace['client'], id: string): void {
    if (client === 'runc') return;
    this.#awaited.announce(id);
    this.#placesVersion = -1;
  }

  #take(teller: Teller, told: RuntimeContainer): void {
    this.#awaited.described(told.id);
    const { procfs, cgroups, host } = this.#options;
    const kernel = told.pid === undefined ? undefined : inspectProcess(told.pid, { procfs, cgroups, host });
    // The runtime still names a process that has ended: what it told is kept, as of an ended container.
    const hasEnded = told.pid !== undefined && !kernel && teller !== 'unknown';
    const state: Container['state'] = hasEnded ? 'exited' : told.state;
    const { now, was } = this.#table.put(
      teller,
      { ...told, state, pid: hasEnded ? undefined : told.pid },
      kernel,
    );
    // One that was seen to run and does no longer ended now, where its runtime does not say when: one change, not two.
    const isOver = hasEnded || (was?.isRunning === true && now.description.state === 'exited');
    const latest = (isOver ? this.#table.end(now.id, this.#options.clock.wallMs()) : undefined) ?? now;
    if (!isSame(was, latest)) this.#options.onChange(latest, was && was.id !== now.id ? was.id : undefined);
  }

  #end(id: string, atMs: number): void {
    const ended = this.#table.end(id, atMs);
    if (ended) this.#options.onChange(ended, undefined);
  }

  /** Containers whose first process is gone have ended, whatever their runtime does; those that run may have got addresses. */
  #sweep(): void {
    for (const container of this.#table.all()) {
      const { kernel } = container;
      if (!container.isRunning || !kernel) continue;
      const stat = this.#options.procfs.stat(kernel.pid);
      const lives = stat.ok && stat.value.startBootUs === kernel.startBootUs && stat.value.state !== 'Z';
      if (lives) this.#refreshAddresses(container, kernel);
      else this.#end(container.id, this.#options.clock.wallMs());
    }
  }

  /** A network is often given to a container after its start. */
  #refreshAddresses(container: KnownContainer, kernel: KernelFacts): void {
    if (kernel.hostNamespaces.includes('network')) return;
    const addresses = this.#options.procfs.addresses(kernel.pid);
    if (!addresses.ok || addresses.value.join() === kernel.addresses.join()) return;
    const { now } = this.#table.put(container.teller, container.description, {
      ...kernel,
      addresses: addresses.value,
    });
    this.#options.onChange(now, undefined);
  }
}

/** Starts to look for containers at all places and keeps looking. */
export const startDiscovery = (options: DiscoveryOptions): Discovery => new Finder(options);
