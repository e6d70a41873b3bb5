// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ErrorCode, Failure, LocalText, Result } from '@bartizan/contracts';
import { err, ok } from '@bartizan/contracts/result';
import { type FieldReader, fieldsOf } from '../json.ts';
import {
  type ContainerRuntime,
  emptyContainer,
  instantMs,
  type RuntimeContainer,
  type RuntimeEvent,
} from '../runtime.ts';
import { unreachable } from '../unreachable.ts';
import { followJson, getJson } from './http.ts';

/** The engine API of Docker, version 1.40, which Podman serves too (docs.docker.com/engine/api, docs.podman.io). */
const API = '/v1.40';
const CONTAINERS_MAX = 10_000;
const ENDED_MAX = 200;
const DETAILS_AT_ONCE = 4;
const KNOWN_MAX = 20_000;
const NO_LIST: LocalText = { en: 'the answer is no list', ja: '応答がリストではありません' };
const NO_CONTAINER: LocalText = {
  en: 'the answer describes no container',
  ja: '応答がコンテナーの内容ではありません',
};

const STATES: Readonly<Record<string, RuntimeContainer['state']>> = {
  created: 'created',
  initialized: 'created',
  running: 'running',
  paused: 'paused',
  exited: 'exited',
  stopped: 'exited',
  dead: 'exited',
  removing: 'exited',
};
const EVENTS: Readonly<Record<string, RuntimeEvent['kind']>> = {
  start: 'started',
  die: 'ended',
  died: 'ended',
  destroy: 'removed',
  remove: 'removed',
  create: 'created',
  pause: 'changed',
  unpause: 'changed',
  rename: 'changed',
};

const digestIn = (references: readonly string[]): string | undefined =>
  references.flatMap((one) => /@(sha256:[0-9a-f]{64})$/.exec(one)?.[1] ?? [])[0];

/** The image that Podman makes on the machine for the first container of a pod. Who may tag images there can take its name. */
const PODMAN_PAUSE = /^localhost\/podman-pause:/;

/** A container as `GET /containers/{id}/json` describes it. */
export const readInspected = (
  kind: 'docker' | 'podman',
  endpoint: string,
  answer: FieldReader,
): RuntimeContainer => {
  const state = answer.object('State');
  const config = answer.object('Config');
  const status = STATES[state?.text('Status') ?? ''] ?? 'unknown';
  const pid = state?.number('Pid') ?? 0;
  const image = config?.text('Image', 512) ?? '';
  return {
    ...emptyContainer(kind, endpoint, answer.text('Id', 128)),
    name: answer.text('Name', 253).replace(/^\//, ''),
    state: status,
    pid: pid > 0 && status !== 'exited' ? pid : undefined,
    image: image === '' ? undefined : image,
    imageDigest: /^(sha256:)?[0-9a-f]{64}$/.test(answer.text('Image', 128))
      ? `sha256:${answer.text('Image', 128).replace('sha256:', '')}`
      : undefined,
    labels: config?.labels('Labels') ?? {},
    createdAtMs: instantMs(answer.text('Created')),
    startedAtMs: instantMs(state?.text('StartedAt')),
    endedAtMs: status === 'exited' ? instantMs(state?.text('FinishedAt')) : undefined,
    privileged: answer.object('HostConfig')?.flag('Privileged'),
    mounts: answer.objects('Mounts', 256).map((mount) => ({
      source: mount.text('Source'),
      target: mount.text('Destination'),
      readOnly: mount.flag('RW') === false,
    })),
    isSandbox: kind === 'podman' && PODMAN_PAUSE.test(image),
  };
};

/** An event of `GET /events`: {Type, Action, Actor {ID, Attributes {name, image, labels...}}, timeNano}. */
export const readDockerEvent = (value: unknown): RuntimeEvent | undefined => {
  const event = fieldsOf(value);
  const kind = EVENTS[event?.text('Action') ?? ''];
  const actor = event?.object('Actor');
  const id = actor?.text('ID', 128) ?? '';
  if (event?.text('Type') !== 'container' || !kind || id === '') return undefined;
  const { name, image, ...rest } = actor?.labels('Attributes') ?? {};
  return {
    kind,
    id,
    atMs: (event.number('time') ?? Math.floor(Date.now() / 1000)) * 1000,
    ...(name === undefined ? {} : { name: name.slice(0, 253) }),
    ...(image === undefined ? {} : { image: image.slice(0, 512) }),
    labels: rest,
  };
};

/** A container as a row of `GET /containers/json` names it. */
const readListed = (kind: 'docker' | 'podman', endpoint: string, row: FieldReader): RuntimeContainer => {
  const id = row.text('Id', 128);
  // Names with a second slash are those that links of other containers gave it.
  const name = row.texts('Names', 64).find((one) => one.lastIndexOf('/') <= 0);
  const image = row.text('Image', 512);
  return {
    ...emptyContainer(kind, endpoint, id),
    name: name?.replace(/^\//, '').slice(0, 253) || id,
    state: STATES[row.text('State')] ?? 'unknown',
    // An image whose tag has moved on is listed by its id, which is no name.
    image: image === '' || /^(sha256:)?[0-9a-f]{12,64}$/.test(image) ? undefined : image,
    labels: row.labels('Labels'),
  };
};

class Docker implements ContainerRuntime {
  readonly kind: 'docker' | 'podman';
  readonly endpoint: string;
  readonly #digests = new Map<string, string | undefined>();
  readonly #ended = new Map<string, RuntimeContainer>();

  constructor(kind: 'docker' | 'podman', endpoint: string) {
    this.kind = kind;
    this.endpoint = endpoint;
  }

  async version(): Promise<Result<string, Failure<ErrorCode>>> {
    const answer = await getJson(this.endpoint, '/version');
    return answer.ok ? ok(fieldsOf(answer.value)?.text('Version', 128) ?? '') : answer;
  }

  async list(): Promise<Result<RuntimeContainer[], Failure<ErrorCode>>> {
    const answer = await getJson(this.endpoint, `${API}/containers/json?all=1`);
    if (!answer.ok) return answer;
    // An answer without a list says nothing about what runs; it is not an empty list.
    if (!Array.isArray(answer.value))
      return err(unreachable(`${this.endpoint} ${API}/containers/json`, NO_LIST));
    const rows: unknown[] = answer.value.slice(0, CONTAINERS_MAX);
    const listed = rows.flatMap((row) => fieldsOf(row) ?? []);
    const hasEnded = (row: FieldReader): boolean => STATES[row.text('State')] === 'exited';
    const wanted = [
      ...listed.filter((row) => !hasEnded(row)),
      ...listed.filter(hasEnded).slice(0, ENDED_MAX),
    ];
    const all: RuntimeContainer[] = [];
    for (let at = 0; at < wanted.length; at += DETAILS_AT_ONCE) {
      const part = wanted.slice(at, at + DETAILS_AT_ONCE);
      const found = await Promise.all(
        part.map(async (row) => {
          const ended = hasEnded(row) ? this.#ended.get(row.text('Id', 128)) : undefined;
          return ended ?? this.#detail(row);
        }),
      );
      // One that was removed in between is no longer there.
      all.push(...found.filter((one) => one !== undefined));
    }
    return ok(all);
  }

  async find(id: string): Promise<RuntimeContainer | undefined> {
    const found = await this.#inspect(id);
    return found.ok ? found.value : undefined;
  }

  /** What is known of a row: all of it, or what the list says when the engine does not get to tell more. */
  async #detail(row: FieldReader): Promise<RuntimeContainer | undefined> {
    const found = await this.#inspect(row.text('Id', 128));
    return found.ok ? found.value : readListed(this.kind, this.endpoint, row);
  }

  /** Undefined only where the engine says that it has no such container. */
  async #inspect(id: string): Promise<Result<RuntimeContainer | undefined, Failure<ErrorCode>>> {
    if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/.test(id)) return ok(undefined);
    const path = `${API}/containers/${id}/json`;
    const answer = await getJson(this.endpoint, path);
    if (!answer.ok) return answer;
    if (answer.value === undefined) return ok(undefined);
    const inspected = fieldsOf(answer.value);
    if (!inspected) return err(unreachable(`${this.endpoint} ${path}`, NO_CONTAINER));
    const container = readInspected(this.kind, this.endpoint, inspected);
    const digest =
      container.imageDigest === undefined ? undefined : await this.#registryDigest(container.imageDigest);
    const complete = digest === undefined ? container : { ...container, imageDigest: digest };
    if (complete.state === 'exited' && this.#ended.size < KNOWN_MAX) this.#ended.set(complete.id, complete);
    else this.#ended.delete(complete.id);
    return ok(complete);
  }

  watch(onEvent: (event: RuntimeEvent) => void, onEnd: (reason: string) => void): () => void {
    const filters = encodeURIComponent(JSON.stringify({ type: ['container'] }));
    return followJson(this.endpoint, `${API}/events?filters=${filters}`, {
      onObject: (value) => {
        const event = readDockerEvent(value);
        if (event) onEvent(event);
      },
      onEnd,
    });
  }

  close(): void {
    this.#ended.clear();
    this.#digests.clear();
  }

  /** The digest a registry knows the image by; images made here have none and keep their own id. */
  async #registryDigest(imageId: string): Promise<string | undefined> {
    if (this.#digests.has(imageId)) return this.#digests.get(imageId);
    const answer = await getJson(this.endpoint, `${API}/images/${imageId}/json`);
    if (!answer.ok) return undefined;
    const digest = digestIn(fieldsOf(answer.value)?.texts('RepoDigests', 64) ?? []);
    if (this.#digests.size < KNOWN_MAX) this.#digests.set(imageId, digest);
    return digest;
  }
}

/** The Docker-compatible engine at `endpoint`. */
export const openDocker = (kind: 'docker' | 'podman', endpoint: string): ContainerRuntime =>
  new Docker(kind, endpoint);
