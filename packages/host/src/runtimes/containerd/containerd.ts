// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ErrorCode, Failure, Result } from '@bartizan/contracts';
import { err, ok } from '@bartizan/contracts/result';
import { type Channel, openChannel } from '../../grpc/channel.ts';
import type { Message } from '../../grpc/protobuf.ts';
import {
  type ContainerRuntime,
  emptyContainer,
  type RuntimeContainer,
  type RuntimeEvent,
} from '../runtime.ts';
import { readSpec } from './spec.ts';

/** Fields of containerd.services.*.v1, by number, as api/services of containerd declares them. */
const SERVICE = 'containerd.services';
const MAX_NAMESPACES = 64;
const NANOS_PER_MS = 1e6;

const TASK_STATES: readonly RuntimeContainer['state'][] = [
  'unknown',
  'created',
  'running',
  'exited',
  'paused',
  'paused',
];

/** A task: containerd.v1.types.Process {container_id 1, id 2, pid 3, status 4, exited_at 10}. */
interface Task {
  readonly pid: number;
  readonly state: RuntimeContainer['state'];
  readonly endedAtMs: number | undefined;
}

const readTask = (task: Message): Task => ({
  pid: task.number(3),
  state: TASK_STATES[task.number(4)] ?? 'unknown',
  endedAtMs: task.timestampMs(10),
});

const CRI_LABELS = { kind: 'io.cri-containerd.kind', name: 'io.kubernetes.container.name' };
const NAME_LABELS = ['nerdctl/name', CRI_LABELS.name];

/** The namespace in which the CRI of containerd keeps the containers of pods. */
const CRI_NAMESPACE = 'k8s.io';

/** What is known of a container besides its own record. */
interface Where {
  readonly endpoint: string;
  readonly namespace: string;
  readonly task: Task | undefined;
  /** Of images, by name. */
  readonly digests: ReadonlyMap<string, string>;
}

/** A container {id 1, labels 2, image 3, runtime 4, spec 5 (Any), created_at 8} with its task. */
export const readContainer = (
  container: Message,
  { endpoint, namespace, task, digests }: Where,
): RuntimeContainer => {
  const id = container.text(1, 128);
  const labels = container.labels(2);
  const image = container.text(3, 512);
  const spec = readSpec(container.message(5)?.bytes(2));
  const named = NAME_LABELS.map((label) => labels[label]).find((name) => name !== undefined && name !== '');
  return {
    ...emptyContainer('containerd', endpoint, id),
    name: (named ?? id).slice(0, 253),
    state: task?.state ?? 'created',
    pid: task && task.state !== 'exited' && task.pid > 0 ? task.pid : undefined,
    image: image === '' ? undefined : image,
    imageDigest: digests.get(image),
    labels,
    pod: labels['io.kubernetes.pod.name'],
    namespace: labels['io.kubernetes.pod.namespace'],
    createdAtMs: container.timestampMs(8),
    endedAtMs: task?.endedAtMs,
    cgroupPath: spec.cgroupPath,
    privileged: spec.privileged,
    mounts: spec.mounts,
    // Images bring labels of their own: what is no workload is said by its specification, too, which the CRI writes.
    isSandbox: namespace === CRI_NAMESPACE && labels[CRI_LABELS.kind] === 'sandbox' && spec.isSandbox,
  };
};

class Containerd implements ContainerRuntime {
  readonly kind = 'containerd';
  readonly endpoint: string;
  readonly #channel: Channel;

  constructor(endpoint: string) {
    this.endpoint = endpoint;
    this.#channel = openChannel(endpoint);
  }

  async version(): Promise<Result<string, Failure<ErrorCode>>> {
    const answer = await this.#channel.call(`${SERVICE}.version.v1.Version/Version`, {});
    return answer.ok ? ok(answer.value.text(1, 128)) : answer;
  }

  async list(): Promise<Result<RuntimeContainer[], Failure<ErrorCode>>> {
    const namespaces = await this.#channel.call(`${SERVICE}.namespaces.v1.Namespaces/List`, {});
    if (!namespaces.ok) return namespaces;
    const all: RuntimeContainer[] = [];
    for (const namespace of namespaces.value.messages(1, MAX_NAMESPACES)) {
      const found = await this.#listNamespace(namespace.text(1, 128));
      if (!found.ok) return found;
      all.push(...found.value);
    }
    return ok(all);
  }

  async find(id: string): Promise<RuntimeContainer | undefined> {
    const containers = await this.list();
    return containers.ok ? containers.value.find((one) => one.id === id) : undefined;
  }

  watch(onEvent: (event: RuntimeEvent) => void, onEnd: (reason: string) => void): () => void {
    return this.#channel.stream(
      `${SERVICE}.events.v1.Events/Subscribe`,
      { 1: ['topic~="^/tasks/(start|exit|delete|paused|resumed)"', 'topic~="^/containers/"'] },
      {
        onMessage: (envelope) => {
          const event = readEvent(envelope);
          if (event) onEvent(event);
        },
        onEnd,
      },
    );
  }

  close(): void {
    this.#channel.close();
  }

  async #listNamespace(namespace: string): Promise<Result<RuntimeContainer[], Failure<ErrorCode>>> {
    const options = { metadata: { 'containerd-namespace': namespace } };
    const [containers, tasks, images] = await Promise.all([
      this.#channel.call(`${SERVICE}.containers.v1.Containers/List`, {}, options),
      this.#channel.call(`${SERVICE}.tasks.v1.Tasks/List`, {}, options),
      this.#channel.call(`${SERVICE}.images.v1.Images/List`, {}, options),
    ]);
    if (!containers.ok) return err(containers.error);
    if (!tasks.ok) return err(tasks.error);
    const byId = new Map(
      tasks.value
        .messages(1)
        .map((task): [string, Task] => [task.text(1, 128) || task.text(2, 128), readTask(task)]),
    );
    const digests = new Map<string, string>();
    // Image {name 1, target 3: Descriptor {media_type 1, digest 2}}. Without them only the digest is missing.
    for (const image of images.ok ? images.value.messages(1) : []) {
      digests.set(image.text(1, 512), image.message(3)?.text(2, 128) ?? '');
    }
    return ok(
      containers.value.messages(1).map((one) => {
        const task = byId.get(one.text(1, 128));
        return readContainer(one, { endpoint: this.endpoint, namespace, task, digests });
      }),
    );
  }
}

/** Envelope {timestamp 1, namespace 2, topic 3, event 4 (Any)}; task events carry {container_id 1, ...}, TaskStart its pid 2. */
export const readEvent = (envelope: Message): RuntimeEvent | undefined => {
  const topic = envelope.text(3, 128);
  const body = envelope.message(4)?.message(2);
  const id = body?.text(1, 128) ?? '';
  if (id === '' || !body) return undefined;
  const stamp = envelope.message(1);
  const atMs = stamp ? stamp.number(1) * 1000 + Math.floor(stamp.number(2) / NANOS_PER_MS) : Date.now();
  if (topic === '/tasks/start') return { kind: 'started', id, atMs, pid: body.number(2) };
  // TaskExit {container_id 1, id 2, pid 3}: an id of its own is a process that was started beside the first one.
  if (topic === '/tasks/exit') return body.text(2, 128) === id ? { kind: 'ended', id, atMs } : undefined;
  if (topic === '/containers/delete') return { kind: 'removed', id, atMs };
  return { kind: 'changed', id, atMs };
};

/** The containerd that listens at `endpoint`. */
export const openContainerd = (endpoint: string): ContainerRuntime => new Containerd(endpoint);
