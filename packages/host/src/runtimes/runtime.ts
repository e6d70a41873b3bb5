// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Container, ErrorCode, Failure, Result } from '@bartizan/contracts';

type RuntimeKind = Container['runtime'];
type ContainerState = Container['state'];

/** A bind mount of a container as its runtime tells it: the source may be a link that leads elsewhere. */
export interface RuntimeMount {
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}

/** A container as one runtime tells it. */
export interface RuntimeContainer {
  readonly runtime: RuntimeKind;
  readonly endpoint: string;
  readonly id: string;
  readonly name: string;
  readonly state: ContainerState;
  readonly pid: number | undefined;
  readonly image: string | undefined;
  readonly imageDigest: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly pod: string | undefined;
  readonly namespace: string | undefined;
  readonly createdAtMs: number | undefined;
  readonly startedAtMs: number | undefined;
  readonly endedAtMs: number | undefined;
  /** Path in the cgroup tree, when the runtime says it. */
  readonly cgroupPath: string | undefined;
  readonly privileged: boolean | undefined;
  /** Undefined where the teller does not know them: that is not the same as none. */
  readonly mounts: readonly RuntimeMount[] | undefined;
  /** The pause container of a Pod: part of the Pod, not a workload. */
  readonly isSandbox: boolean;
}

/** Something a runtime told without being asked. `container` holds what the event itself says, for what lives too briefly to be asked about. */
export interface RuntimeEvent {
  readonly kind: 'created' | 'started' | 'ended' | 'removed' | 'changed';
  readonly id: string;
  readonly atMs: number;
  readonly pid?: number;
  readonly name?: string;
  readonly image?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** A container runtime reached through its socket or state folder. Every method is bounded in size and time. */
export interface ContainerRuntime {
  readonly kind: RuntimeKind;
  readonly endpoint: string;
  /** Says what answers there. */
  readonly version: () => Promise<Result<string, Failure<ErrorCode>>>;
  readonly list: () => Promise<Result<RuntimeContainer[], Failure<ErrorCode>>>;
  /** One container, also when it has just ended; undefined when the runtime does not know it. */
  readonly find: (id: string) => Promise<RuntimeContainer | undefined>;
  /** Tells events until `onEnd`. Returns what ends it. */
  readonly watch: (onEvent: (event: RuntimeEvent) => void, onEnd: (reason: string) => void) => () => void;
  readonly close: () => void;
}

/** A container with nothing known but its id. */
export const emptyContainer = (runtime: RuntimeKind, endpoint: string, id: string): RuntimeContainer => ({
  runtime,
  endpoint,
  id,
  name: id,
  state: 'unknown',
  pid: undefined,
  image: undefined,
  imageDigest: undefined,
  labels: {},
  pod: undefined,
  namespace: undefined,
  createdAtMs: undefined,
  startedAtMs: undefined,
  endedAtMs: undefined,
  cgroupPath: undefined,
  privileged: undefined,
  mounts: undefined,
  isSandbox: false,
});

/** Milliseconds of an RFC 3339 instant; undefined for none and for the zero times runtimes write. */
export const instantMs = (value: unknown): number | undefined => {
  if (typeof value !== 'string' || value.length > 64) return undefined;
  const ms = Date.parse(value);
  return Number.isFinite(ms) && ms > 0 ? ms : undefined;
};
