// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ErrorCode, Failure, Result } from '@bartizan/contracts';
import { err, ok } from '@bartizan/contracts/result';
import { type Channel, openChannel } from '../../grpc/channel.ts';
import type { Message } from '../../grpc/protobuf.ts';
import { specFacts } from '../containerd/spec.ts';
import { readObject } from '../json.ts';
import {
  type ContainerRuntime,
  emptyContainer,
  type RuntimeContainer,
  type RuntimeEvent,
} from '../runtime.ts';

/** The Container Runtime Interface (runtime.v1), as containerd and CRI-O serve it. Field numbers: cri-api, api.proto. */
const RUNTIME = 'runtime.v1.RuntimeService';
const STATES: readonly RuntimeContainer['state'][] = ['created', 'running', 'exited', 'unknown'];
const EVENTS: readonly RuntimeEvent['kind'][] = ['changed', 'started', 'ended', 'removed'];
const DETAILS_AT_ONCE = 8;

const msOfNanos = (nanos: number): number | undefined => (nanos > 0 ? Math.floor(nanos / 1e6) : undefined);

/** The Pod of a container: PodSandbox {id 1, metadata 2 {name 1, uid 2, namespace 3}, labels 5}. */
interface Pod {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

const readPods = (answer: Message): Map<string, Pod> =>
  new Map(
    answer.messages(1).map((pod): [string, Pod] => [
      pod.text(1, 128),
      {
        name: pod.message(2)?.text(1, 253) ?? '',
        namespace: pod.message(2)?.text(3, 253) ?? '',
        labels: pod.labels(5),
      },
    ]),
  );

const digestIn = (reference: string): string | undefined => /sha256:[0-9a-f]{64}/.exec(reference)?.[0];

/** ContainerStatus {id 1, metadata 2 {name 1}, state 3, created 4, started 5, finished 6, image 8 {image 1}, image_ref 9, labels 12, mounts 14}. */
const withStatus = (container: RuntimeContainer, answer: Message): RuntimeContainer => {
  const status = answer.message(1);
  if (!status) return container;
  const info = readObject(answer.labels(2, 16)['info'] ?? '');
  const pid = info?.number('pid');
  const spec = info?.object('runtimeSpec');
  const facts = spec ? specFacts(spec) : undefined;
  const mounts = status.messages(14, 256).map((mount) => ({
    source: mount.text(2),
    target: mount.text(1),
    readOnly: mount.number(3) === 1,
  }));
  const state = STATES[status.number(3)] ?? 'unknown';
  return {
    ...container,
    state,
    pid: pid !== undefined && pid > 0 && state !== 'exited' ? pid : undefined,
    startedAtMs: msOfNanos(status.number(5)),
    endedAtMs: msOfNanos(status.number(6)),
    mounts,
    cgroupPath: facts?.cgroupPath,
    privileged: facts?.privileged,
  };
};

class Cri implements ContainerRuntime {
  readonly kind: 'containerd' | 'cri-o';
  readonly endpoint: string;
  readonly #channel: Channel;

  constructor(kind: 'containerd' | 'cri-o', endpoint: string) {
    this.kind = kind;
    this.endpoint = endpoint;
    this.#channel = openChannel(endpoint);
  }

  /** VersionResponse {version 1, runtime_name 2, runtime_version 3}. */
  async version(): Promise<Result<string, Failure<ErrorCode>>> {
    const answer = await this.#channel.call(`${RUNTIME}/Version`, {});
    return answer.ok ? ok(`${answer.value.text(2, 64)} ${answer.value.text(3, 60)}`) : answer;
  }

  async list(): Promise<Result<RuntimeContainer[], Failure<ErrorCode>>> {
    const [containers, sandboxes] = await Promise.all([
      this.#channel.call(`${RUNTIME}/ListContainers`, {}),
      this.#channel.call(`${RUNTIME}/ListPodSandbox`, {}),
    ]);
    if (!containers.ok) return err(containers.error);
    if (!sandboxes.ok) return err(sandboxes.error);
    const pods = readPods(sandboxes.value);
    const all = containers.value.messages(1).map((one) => this.#describe(one, pods));
    for (let at = 0; at < all.length; at += DETAILS_AT_ONCE) {
      const part = all.slice(at, at + DETAILS_AT_ONCE);
      all.splice(at, part.length, ...(await Promise.all(part.map((one) => this.#detail(one)))));
    }
    return ok([...all, ...this.#sandboxes(pods)]);
  }

  async find(id: string): Promise<RuntimeContainer | undefined> {
    const containers = await this.list();
    return containers.ok ? containers.value.find((one) => one.id === id) : undefined;
  }

  /** ContainerEventResponse {container_id 1, container_event_type 2, created_at 3}. Runtimes without it are polled. */
  watch(onEvent: (event: RuntimeEvent) => void, onEnd: (reason: string) => void): () => void {
    return this.#channel.stream(
      `${RUNTIME}/GetContainerEvents`,
      {},
      {
        onMessage: (event) =>
          onEvent({
            kind: EVENTS[event.number(2)] ?? 'changed',
            id: event.text(1, 128),
            atMs: msOfNanos(event.number(3)) ?? Date.now(),
          }),
        onEnd,
      },
    );
  }

  close(): void {
    this.#channel.close();
  }

  /** Container {id 1, pod_sandbox_id 2, metadata 3 {name 1}, image 4 {image 1, user_specified_image 18}, image_ref 5, state 6, created_at 7, labels 8}. */
  #describe(container: Message, pods: ReadonlyMap<string, Pod>): RuntimeContainer {
    const pod = pods.get(container.text(2, 128));
    const id = container.text(1, 128);
    const image = container.message(4);
    const reference = image?.text(18, 512) || image?.text(1, 512) || undefined;
    return {
      ...emptyContainer(this.kind, this.endpoint, id),
      name: container.message(3)?.text(1, 253) || id,
      state: STATES[container.number(6)] ?? 'unknown',
      image: reference,
      imageDigest: digestIn(container.text(5, 512)),
      labels: { ...pod?.labels, ...container.labels(8) },
      pod: pod?.name,
      namespace: pod?.namespace,
      createdAtMs: msOfNanos(container.number(7)),
    };
  }

  #sandboxes(pods: ReadonlyMap<string, Pod>): RuntimeContainer[] {
    return [...pods].map(([id, pod]) => ({
      ...emptyContainer(this.kind, this.endpoint, id),
      name: 'POD',
      labels: pod.labels,
      pod: pod.name,
      namespace: pod.namespace,
      isSandbox: true,
    }));
  }

  async #detail(container: RuntimeContainer): Promise<RuntimeContainer> {
    const answer = await this.#channel.call(`${RUNTIME}/ContainerStatus`, { 1: container.id, 2: true });
    // One that ended in between keeps what the list said.
    return answer.ok ? withStatus(container, answer.value) : container;
  }
}

/** The CRI server at `endpoint`. */
export const openCri = (kind: 'containerd' | 'cri-o', endpoint: string): ContainerRuntime =>
  new Cri(kind, endpoint);
