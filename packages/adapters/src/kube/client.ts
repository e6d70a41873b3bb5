// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { setTimeout as sleep } from 'node:timers/promises';
import { err, ok, type Result } from '@bartizan/contracts';
import type { KubeAccess } from './access.ts';
import { bodyOf, linesOf, parseJson } from './bodies.ts';
import { KUBE_LIMITS, type KubeAnswer, type KubeAsk, KubeConnection, type KubeLimits } from './connection.ts';
import { asKubeError, errorOfStatus, type KubeError, KubeFault, kubeError } from './fault.ts';
import { type KubeObject, listOf, objectOf, recordOf, textOf } from './json.ts';
import { apiVersionOf, type Place, pathOf, type Resource } from './resource.ts';

type Answered<T> = Promise<Result<T, KubeError>>;

/** One page of a list. */
export interface KubePage {
  readonly items: readonly KubeObject[];
  readonly resourceVersion: string;
  /** Token of the next page; absent on the last one. */
  readonly next?: string;
}
export interface ListQuery {
  readonly namespace?: string;
  readonly limit?: number;
  readonly next?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}
export interface WatchQuery extends Pick<ListQuery, 'namespace' | 'labelSelector' | 'fieldSelector'> {
  readonly resourceVersion: string;
  /** After which the server ends the watch. */
  readonly timeoutS: number;
}
/** What a watch tells. `expired`: the version is too old, list again. */
export type KubeEvent =
  | { readonly type: 'upsert' | 'gone'; readonly object: KubeObject }
  | { readonly type: 'bookmark'; readonly resourceVersion: string }
  | { readonly type: 'failed'; readonly error: KubeError };
/** An open watch: iterate it; `cancel` ends it. */
export interface KubeWatch {
  readonly events: AsyncIterable<KubeEvent>;
  readonly cancel: () => void;
}
export interface ApplyOptions {
  /** Takes over fields that another manager owns. */
  readonly force?: boolean;
  readonly subresource?: string;
}

/** Who we are among the owners of fields. */
export const FIELD_MANAGER = 'bartizan';
const ITEMS_MAX = 1_000;
const MESSAGE_BYTES = 64 * 1024;

/** A form of the answer without spec, data and status (Kubernetes API concepts, "Metadata-only fetches"); no other is taken. */
const acceptOf = ({ metadataOnly }: Resource, list: '' | 'List'): { readonly accept?: string } =>
  metadataOnly === true
    ? { accept: `application/json;as=PartialObjectMetadata${list};g=meta.k8s.io;v=v1` }
    : {};

/** A client of one API server: typed results, bounded bodies, waits when told to. */
export class KubeClient {
  readonly #connection: KubeConnection;
  readonly #limits: KubeLimits;

  constructor(access: KubeAccess, limits: Partial<KubeLimits> = {}) {
    this.#limits = { ...KUBE_LIMITS, ...limits };
    this.#connection = new KubeConnection(access, this.#limits);
  }

  /** Host and port of the server, for messages. */
  get where(): string {
    return this.#connection.where;
  }

  /** When the server last answered anything; undefined = never, or the connection is lost. */
  get heardAtMs(): number | undefined {
    return this.#connection.heardAtMs;
  }

  async list(resource: Resource, query: ListQuery = {}): Answered<KubePage> {
    const path = `${pathOf(resource, query)}?${parameters({
      limit: query.limit === undefined ? undefined : String(query.limit),
      continue: query.next,
      labelSelector: query.labelSelector,
      fieldSelector: query.fieldSelector,
    })}`;
    const answer = await this.#json({ method: 'GET', path, ...acceptOf(resource, 'List') });
    if (!answer.ok) return answer;
    const whole = recordOf(answer.value);
    const metadata = recordOf(whole['metadata']);
    const items = listOf(whole['items']);
    const next = textOf(metadata['continue'], 65_536);
    if (items.length > Math.max(ITEMS_MAX, query.limit ?? 0) && query.limit !== undefined)
      return err(kubeError('E_KUBE_ANSWER', `a page of ${items.length} objects`));
    return ok({
      items: items.flatMap((item) => objectOf(item) ?? []),
      resourceVersion: textOf(metadata['resourceVersion']) ?? '',
      ...(next === undefined || next === '' ? {} : { next }),
    });
  }

  get(resource: Resource, place: Place & { readonly name: string }): Answered<KubeObject> {
    return this.#object({ method: 'GET', path: pathOf(resource, place) });
  }

  /** Makes an object; `dryRun` only asks whether the server would take it: rights and admission are asked, nothing is kept. */
  create(
    resource: Resource,
    object: object,
    place: Pick<Place, 'namespace'> = {},
    { dryRun = false }: { readonly dryRun?: boolean } = {},
  ): Answered<KubeObject> {
    const path = `${pathOf(resource, place)}?fieldManager=${FIELD_MANAGER}${dryRun ? '&dryRun=All' : ''}`;
    return this.#object({ method: 'POST', path, body: written(resource, object) });
  }

  /** Replaces an object; with a resourceVersion in it only while it is still that one (E_KUBE_CONFLICT). */
  update(resource: Resource, object: object, place: Place & { readonly name: string }): Answered<KubeObject> {
    const path = `${pathOf(resource, place)}?fieldManager=${FIELD_MANAGER}`;
    return this.#object({ method: 'PUT', path, body: written(resource, object) });
  }

  /** Server-side apply: makes the object, or sets those of its fields that are given. */
  apply(
    resource: Resource,
    object: object,
    place: Place & { readonly name: string },
    { force = false, subresource }: ApplyOptions = {},
  ): Answered<KubeObject> {
    const target = pathOf(resource, { ...place, ...(subresource === undefined ? {} : { subresource }) });
    return this.#object({
      method: 'PATCH',
      path: `${target}?fieldManager=${FIELD_MANAGER}&force=${force}`,
      contentType: 'application/apply-patch+yaml',
      body: written(resource, object),
    });
  }

  /** Deletes an object; what is gone already is E_KUBE_MISSING. */
  async remove(resource: Resource, place: Place & { readonly name: string }, uid?: string): Answered<void> {
    const options = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      ...(uid === undefined ? {} : { preconditions: { uid } }),
    };
    const path = pathOf(resource, place);
    const answer = await this.#json({ method: 'DELETE', path, body: Buffer.from(JSON.stringify(options)) });
    return answer.ok ? ok(undefined) : answer;
  }

  /** Version of the server, e.g. `v1.37.2`. */
  async version(): Answered<string> {
    const answer = await this.#json({ method: 'GET', path: '/version' });
    if (!answer.ok) return answer;
    return ok(textOf(recordOf(answer.value)['gitVersion'], 64) ?? '');
  }

  /** Opens a watch. It ends when the server ends it, when the connection is lost, or by `cancel`. */
  async watch(resource: Resource, query: WatchQuery): Answered<KubeWatch> {
    const path = `${pathOf(resource, query)}?${parameters({
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: query.resourceVersion,
      timeoutSeconds: String(query.timeoutS),
      labelSelector: query.labelSelector,
      fieldSelector: query.fieldSelector,
    })}`;
    try {
      const answer = await this.#connection.send({ method: 'GET', path, ...acceptOf(resource, '') });
      if (answer.status !== 200) return err(await this.#refusal(answer));
      const { body } = answer;
      return ok({ events: eventsOf(body, this.#limits.eventBytes), cancel: () => body.destroy() });
    } catch (cause) {
      return err(asKubeError(cause, this.where));
    }
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #object(ask: KubeAsk): Answered<KubeObject> {
    const answer = await this.#json(ask);
    if (!answer.ok) return answer;
    const object = objectOf(answer.value);
    return object === undefined ? err(kubeError('E_KUBE_ANSWER', 'the answer is no object')) : ok(object);
  }

  async #json(ask: KubeAsk): Answered<unknown> {
    const { retries, retryAfterMaxMs } = this.#limits;
    for (let tries = 0; ; tries += 1) {
      const answer = await this.#once(ask);
      if (answer.ok || answer.error.code !== 'E_KUBE_BUSY' || tries >= retries) return answer;
      // 429 was not worked on at all; what came of a change after 503 or 504 is not known.
      const { status, retryAfterMs } = answer.error;
      if (status !== 429 && ask.method !== 'GET') return answer;
      const pauseMs = retryAfterMs ?? 2 ** tries * 500;
      if (pauseMs > retryAfterMaxMs) return answer;
      await sleep(pauseMs * (1 + Math.random() / 4));
    }
  }

  async #once(ask: KubeAsk): Answered<unknown> {
    let late: NodeJS.Timeout | undefined;
    try {
      const answer = await this.#connection.send(ask);
      late = setTimeout(
        () => answer.body.destroy(new Error('the answer does not end')),
        this.#limits.exchangeMs,
      );
      if (answer.status < 200 || answer.status > 299) return err(await this.#refusal(answer));
      return ok(parseJson(await bodyOf(answer.body, this.#limits.bodyBytes)));
    } catch (cause) {
      return err(asKubeError(cause, this.where));
    } finally {
      clearTimeout(late);
    }
  }

  /** The error of an answer that is not a success; the server's own words, which name objects but hold none. */
  async #refusal({ status, headers, body }: KubeAnswer): Promise<KubeError> {
    let message = '';
    try {
      message = textOf(recordOf(parseJson(await bodyOf(body, MESSAGE_BYTES)))['message'], 200) ?? '';
    } catch {
      body.destroy();
    }
    const seconds = headers['retry-after'];
    return errorOfStatus(
      status,
      message,
      typeof seconds === 'string' && /^\d{1,5}$/.test(seconds) ? Number(seconds) * 1000 : undefined,
    );
  }
}

const parameters = (given: Readonly<Record<string, string | undefined>>): string =>
  new URLSearchParams(
    Object.entries(given).filter((pair): pair is [string, string] => pair[1] !== undefined),
  ).toString();

const written = (resource: Resource, object: object): Buffer =>
  Buffer.from(JSON.stringify({ apiVersion: apiVersionOf(resource), kind: resource.kind, ...object }));

async function* eventsOf(body: AsyncIterable<Buffer>, most: number): AsyncGenerator<KubeEvent> {
  for await (const line of linesOf(body, most)) {
    const event = recordOf(parseJson(line));
    const { type } = event;
    if (type === 'ERROR') {
      const status = recordOf(event['object']);
      const code = typeof status['code'] === 'number' ? status['code'] : 500;
      yield { type: 'failed', error: errorOfStatus(code, textOf(status['message'], 200) ?? '') };
      return;
    }
    if (type === 'BOOKMARK') {
      const metadata = recordOf(recordOf(event['object'])['metadata']);
      yield { type: 'bookmark', resourceVersion: textOf(metadata['resourceVersion']) ?? '' };
      continue;
    }
    const object = objectOf(event['object']);
    if (object === undefined || (type !== 'ADDED' && type !== 'MODIFIED' && type !== 'DELETED'))
      throw new KubeFault(
        kubeError('E_KUBE_ANSWER', `an event of type ${JSON.stringify(type)?.slice(0, 40)}`),
      );
    yield { type: type === 'DELETED' ? 'gone' : 'upsert', object };
  }
}
