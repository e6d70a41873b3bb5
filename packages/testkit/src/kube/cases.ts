// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { KubeClient, KubeEvent, Resource } from '@bartizan/adapters/kube';
import { expect } from 'vitest';

/** A server of cases: the fake, or a real API server. */
export interface KubeServer {
  readonly client: KubeClient;
  /** A client of the same objects, for which every version until now is too old to go on from. */
  readonly late: () => Promise<KubeClient>;
  /** May not read secrets. */
  readonly restricted: KubeClient;
  /** A namespace of this case alone. */
  readonly namespace: string;
}
export interface KubeCase {
  readonly name: string;
  readonly run: (server: KubeServer) => Promise<void>;
}

const CONFIG_MAPS: Resource = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  isNamespaced: true,
};
const SECRETS: Resource = { group: '', version: 'v1', kind: 'Secret', plural: 'secrets', isNamespaced: true };
const NONE: Resource = {
  group: 'none.bartizan.dev',
  version: 'v1',
  kind: 'None',
  plural: 'nones',
  isNamespaced: true,
};

const code = (result: { readonly ok: boolean; readonly error?: { readonly code: string } }): string =>
  result.ok ? 'ok' : (result.error?.code ?? '');

const map = (name: string, data: Readonly<Record<string, string>>, more: object = {}) => ({
  metadata: { name, ...more },
  data,
});

/** The first events of a watch. */
async function take(events: AsyncIterable<KubeEvent>, count: number): Promise<KubeEvent[]> {
  const taken: KubeEvent[] = [];
  for await (const event of events) {
    if (event.type === 'bookmark') continue;
    taken.push(event);
    if (taken.length === count) break;
  }
  return taken;
}

/** What an API server does, held by the fake and by the real one. */
export const KUBE_CASES: readonly KubeCase[] = [
  {
    name: 'an object is made, read, listed and deleted; then it is missing',
    run: async ({ client, namespace }) => {
      expect(code(await client.create(CONFIG_MAPS, map('one', { a: '1' }), { namespace }))).toBe('ok');
      const read = await client.get(CONFIG_MAPS, { namespace, name: 'one' });
      expect(read.ok && read.value.raw['data']).toEqual({ a: '1' });
      const listed = await client.list(CONFIG_MAPS, { namespace });
      expect(listed.ok && listed.value.items.map(({ meta }) => meta.name)).toContain('one');
      expect(code(await client.remove(CONFIG_MAPS, { namespace, name: 'one' }))).toBe('ok');
      expect(code(await client.get(CONFIG_MAPS, { namespace, name: 'one' }))).toBe('E_KUBE_MISSING');
      expect(code(await client.remove(CONFIG_MAPS, { namespace, name: 'one' }))).toBe('E_KUBE_MISSING');
    },
  },
  {
    name: 'the same name twice, and a version that is no more, are conflicts',
    run: async ({ client, namespace }) => {
      const made = await client.create(CONFIG_MAPS, map('one', { a: '1' }), { namespace });
      expect(code(await client.create(CONFIG_MAPS, map('one', {}), { namespace }))).toBe('E_KUBE_CONFLICT');
      const resourceVersion = made.ok ? made.value.meta.resourceVersion : '';
      const place = { namespace, name: 'one' };
      expect(code(await client.update(CONFIG_MAPS, map('one', { a: '2' }, { resourceVersion }), place))).toBe(
        'ok',
      );
      expect(code(await client.update(CONFIG_MAPS, map('one', { a: '3' }, { resourceVersion }), place))).toBe(
        'E_KUBE_CONFLICT',
      );
    },
  },
  {
    name: 'apply makes an object, and sets only what it is given',
    run: async ({ client, namespace }) => {
      const place = { namespace, name: 'one' };
      expect(code(await client.apply(CONFIG_MAPS, map('one', { a: '1' }), place))).toBe('ok');
      expect(code(await client.apply(CONFIG_MAPS, map('one', { a: '2' }), place, { force: true }))).toBe(
        'ok',
      );
      const read = await client.get(CONFIG_MAPS, place);
      expect(read.ok && read.value.raw['data']).toEqual({ a: '2' });
    },
  },
  {
    name: 'a list is read in pages',
    run: async ({ client, namespace }) => {
      for (const name of ['p1', 'p2', 'p3'])
        await client.create(SECRETS, { metadata: { name }, type: 'Opaque' }, { namespace });
      const first = await client.list(SECRETS, { namespace, limit: 2 });
      const next = first.ok ? first.value.next : undefined;
      expect(next).toBeTypeOf('string');
      const second = await client.list(SECRETS, { namespace, limit: 2, next: next ?? '' });
      const names = [first, second].flatMap((page) =>
        page.ok ? page.value.items.map(({ meta }) => meta.name) : [],
      );
      expect(names).toEqual(['p1', 'p2', 'p3']);
      expect(second.ok && second.value.next).toBeUndefined();
    },
  },
  {
    name: 'a watch tells in order what happened after the version it begins with',
    run: async ({ client, namespace }) => {
      await client.create(SECRETS, { metadata: { name: 'before' } }, { namespace });
      const listed = await client.list(SECRETS, { namespace });
      const resourceVersion = listed.ok ? listed.value.resourceVersion : '';
      const watch = await client.watch(SECRETS, { namespace, resourceVersion, timeoutS: 30 });
      if (!watch.ok) throw new Error(watch.error.detail);
      const told = take(watch.value.events, 3);
      await client.create(SECRETS, { metadata: { name: 'one' } }, { namespace });
      await client.apply(
        SECRETS,
        { metadata: { name: 'one' }, stringData: { a: 'b' } },
        { namespace, name: 'one' },
      );
      await client.remove(SECRETS, { namespace, name: 'one' });
      const events = await told;
      watch.value.cancel();
      expect(events.map((event) => event.type)).toEqual(['upsert', 'upsert', 'gone']);
    },
  },
  {
    name: 'a watch from a version long gone is expired',
    run: async ({ client, namespace, late }) => {
      const listed = await client.list(SECRETS, { namespace });
      const resourceVersion = listed.ok ? listed.value.resourceVersion : '';
      for (const name of ['e1', 'e2', 'e3'])
        await client.create(SECRETS, { metadata: { name } }, { namespace });
      const watch = await (await late()).watch(SECRETS, { resourceVersion, timeoutS: 5 });
      if (!watch.ok) return expect(watch.error.code).toBe('E_KUBE_EXPIRED');
      const [event] = await take(watch.value.events, 1);
      watch.value.cancel();
      expect(event?.type === 'failed' && event.error.code).toBe('E_KUBE_EXPIRED');
    },
  },
  {
    name: 'what may not be read is not permitted, and never missing',
    run: async ({ restricted, namespace }) => {
      expect(code(await restricted.list(SECRETS, { namespace }))).toBe('E_KUBE_NOT_PERMITTED');
      expect(code(await restricted.get(SECRETS, { namespace, name: 'none' }))).toBe('E_KUBE_NOT_PERMITTED');
      expect(code(await restricted.watch(SECRETS, { namespace, resourceVersion: '0', timeoutS: 5 }))).toBe(
        'E_KUBE_NOT_PERMITTED',
      );
    },
  },
  {
    name: 'of a secret come only names and dates where no more is asked for, listed and watched',
    run: async ({ client, namespace }) => {
      const noted: Resource = { ...SECRETS, metadataOnly: true };
      const before = await client.list(noted, { namespace });
      const resourceVersion = before.ok ? before.value.resourceVersion : '';
      await client.create(SECRETS, { metadata: { name: 'kept' }, data: { key: 'dmFsdWU=' } }, { namespace });
      const listed = await client.list(noted, { namespace });
      const [object] = listed.ok ? listed.value.items : [];
      expect(object?.meta.name).toBe('kept');
      const watch = await client.watch(noted, { namespace, resourceVersion, timeoutS: 5 });
      if (!watch.ok) throw new Error(watch.error.code);
      const [event] = await take(watch.value.events, 1);
      watch.value.cancel();
      expect(event).toMatchObject({ type: 'upsert', object: { meta: { name: 'kept' } } });
      for (const told of [object, event]) expect(JSON.stringify(told)).not.toContain('dmFsdWU');
    },
  },
  {
    name: 'labels and annotations come with what is listed by its names alone, and a version that rises',
    run: async ({ client, namespace }) => {
      const more = { labels: { 'example.org/of': 'case' }, annotations: { 'example.org/note': 'n' } };
      const place = { namespace, name: 'labelled' };
      const applied = await client.apply(CONFIG_MAPS, map('labelled', { a: '1' }, more), place);
      const noted: Resource = { ...CONFIG_MAPS, metadataOnly: true };
      const listed = async () => {
        const page = await client.list(noted, { namespace, labelSelector: 'example.org/of=case' });
        return page.ok ? page.value.items.find(({ meta }) => meta.name === 'labelled') : undefined;
      };
      const before = await listed();
      expect(before?.raw['metadata']).toMatchObject(more);
      expect(before?.raw).not.toHaveProperty('data');
      expect(before?.meta.resourceVersion).toBe(applied.ok && applied.value.meta.resourceVersion);
      await client.apply(CONFIG_MAPS, map('labelled', { a: '2' }, more), place, { force: true });
      expect((await listed())?.meta.resourceVersion).not.toBe(before?.meta.resourceVersion);
    },
  },
  {
    name: 'a kind that the server does not have is missing',
    run: async ({ client, namespace }) => {
      expect(code(await client.list(NONE, { namespace }))).toBe('E_KUBE_MISSING');
    },
  },
  {
    name: 'the server says its version',
    run: async ({ client }) => {
      const version = await client.version();
      expect(version.ok && version.value).toMatch(/^v1\.\d+\.\d+/);
    },
  },
];
