// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { WorkloadRef } from '@bartizan/contracts';
import {
  type Clock,
  type Discovery,
  type HostIdentity,
  hasOwnRoot,
  hostWorkload,
  type KnownContainer,
  type Procfs,
  workloadRefOf,
} from '@bartizan/host';
import type { SensorProcess } from '@bartizan/host/sensor';

/** Where a process belongs. */
export interface Attribution {
  readonly workload: WorkloadRef;
  readonly inContainer: boolean;
  /** The first process of the container, where a runtime tells it. */
  readonly firstPid?: number | undefined;
}

/** What attribution stands on. */
export interface AttributorOptions {
  readonly discovery: Discovery;
  readonly procfs: Procfs;
  readonly host: HostIdentity;
  readonly clock: Clock;
  readonly cluster: () => string;
  readonly nodeName: string;
}

type Waiting = (attribution: Attribution) => void;
interface Queue {
  /** Each with its own process: the first one in a control group may still be the runtime, with the host's namespaces. */
  readonly waiting: { readonly process: SensorProcess; readonly then: Waiting }[];
  readonly sinceUs: number;
}

/** How long an event waits for a runtime to say whose cgroup it is. */
const WAIT_MS = 300;
/**
 * The same when the cgroup carries the id of a container that an engine will describe: a busy Podman or Docker takes
 * longer than the above. One that is later still is not waited for: then counts what else is known of the container.
 */
const AWAITED_MS = 2000;
const LOOK_EVERY_MS = 10;
const WAITING_MAX = 20_000;
/** So many processes of a container that waits are asked who holds it: the first ones may be gone. */
const ASKED_MAX = 4;

/**
 * A container that only the kernel shows is known by its control group, which may be a session of the host where one
 * program has a root of its own: what has the mounts of the host there is the host.
 */
const isOfHost = ({ known, inContainer }: SensorProcess, { teller }: KnownContainer): boolean =>
  teller === 'unknown' && known && !inContainer;

/** Of a container that only the kernel shows, the process that was met first is not always the first one. */
const firstPidOf = ({ teller, kernel, description }: KnownContainer): number | undefined =>
  teller === 'unknown' ? undefined : (kernel?.pid ?? description.pid);

/** Says which workload a process belongs to, waiting a moment for containers that have just been made. */
export class Attributor {
  readonly #options: AttributorOptions;
  readonly #queues = new Map<string, Queue>();
  #hostRefs = new Map<string, Attribution>();
  #waitingTotal = 0;
  #stopTimer: (() => void) | undefined;

  constructor(options: AttributorOptions) {
    this.#options = options;
  }

  /** The node itself. */
  host(): Attribution {
    const cluster = this.#options.cluster();
    const known = this.#hostRefs.get(cluster);
    if (known) return known;
    const made: Attribution = { workload: hostWorkload(cluster, this.#options.nodeName), inContainer: false };
    this.#hostRefs = new Map([[cluster, made]]);
    return made;
  }

  /** Calls back with where the process belongs: at once when it is known, else when it is, at the latest after a moment. */
  attribute(process: SensorProcess, then: Waiting): void {
    this.#meet(process.cgroupId, [process]);
    const queue = this.#queues.get(process.cgroupId);
    const known = queue ? undefined : this.#known(process);
    if (known) {
      then(known);
      return;
    }
    if (this.#waitingTotal >= WAITING_MAX) {
      then(this.#decide(process));
      return;
    }
    this.#waitingTotal += 1;
    const one = { process, then };
    if (queue) queue.waiting.push(one);
    else {
      const sinceUs = this.#options.clock.bootUs();
      this.#queues.set(process.cgroupId, { waiting: [one], sinceUs });
      this.#options.discovery.refresh();
    }
    this.#stopTimer ??= this.#options.clock.every(LOOK_EVERY_MS, () => this.#look());
  }

  #meet(cgroupId: string, processes: readonly SensorProcess[]): void {
    const { discovery } = this.#options;
    const place = discovery.placeOf(cgroupId);
    if (place.kind !== 'unknown' && place.unmet === true)
      discovery.meet({ cgroupId, pids: processes.flatMap(({ pid, parentPid }) => [pid, parentPid]) });
  }

  #known(process: SensorProcess): Attribution | undefined {
    const place = this.#options.discovery.placeOf(process.cgroupId);
    if (place.kind === 'container') {
      if (place.awaited === true) return undefined;
      if (isOfHost(process, place.container)) return this.host();
      return {
        workload: workloadRefOf(this.#options.cluster(), place.container),
        inContainer: true,
        firstPid: firstPidOf(place.container),
      };
    }
    return process.inContainer && process.known ? undefined : this.host();
  }

  #look(): void {
    for (const [cgroupId, { waiting, sinceUs }] of this.#queues) {
      this.#meet(
        cgroupId,
        waiting.slice(-ASKED_MAX).map(({ process }) => process),
      );
      const place = this.#options.discovery.placeOf(cgroupId);
      const isAwaited = place.kind !== 'unknown' && place.awaited === true;
      const isUnmet = place.kind !== 'unknown' && place.unmet === true;
      const isLate = this.#options.clock.bootUs() - sinceUs > (isAwaited ? AWAITED_MS : WAIT_MS) * 1000;
      if ((place.kind !== 'container' || isAwaited) && !isLate) continue;
      if (isLate && (isAwaited || isUnmet)) this.#options.discovery.giveUp(cgroupId);
      this.#queues.delete(cgroupId);
      this.#waitingTotal -= waiting.length;
      for (const { process, then } of waiting) then(this.#known(process) ?? this.#decide(process));
    }
    if (this.#queues.size > 0) return;
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  #hasOwnPids({ pidNamespace }: SensorProcess): boolean {
    const { namespaces } = this.#options.host;
    return namespaces.pid !== undefined && String(pidNamespace) !== namespaces.pid;
  }

  /** No runtime claims it: a container the kernel alone knows, or a program of the host with mounts of its own. */
  #decide(process: SensorProcess): Attribution {
    const { discovery, procfs, host, clock, cluster } = this.#options;
    const ownRoot = hasOwnRoot(process.pid, procfs, host);
    const isContainer = ownRoot ?? this.#hasOwnPids(process);
    const found = isContainer
      ? discovery.addUnknown({ cgroupId: process.cgroupId, pid: process.pid, atMs: clock.wallMs() })
      : undefined;
    return found ? { workload: workloadRefOf(cluster(), found), inContainer: true } : this.host();
  }
}
