// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHmac } from 'node:crypto';
import { failure, ok, tenantScope } from '@bartizan/contracts';
import { aRegistry, OWNER, openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PushNote } from '../../ports.ts';
import { PushInbox, type PushInboxParts } from './push-inbox.ts';

const SECRET = 'a secret for pushes';
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const noteOf = (tags: readonly string[], repository = 'shop/web'): Buffer =>
  Buffer.from(JSON.stringify({ repository, updated_tags: tags }));
const from = (body: Buffer, more: Partial<PushNote> = {}): PushNote => ({
  body,
  authorization: `Bearer ${SECRET}`,
  ...more,
});

let test: TestStore;
let asked: string[];
let looked: string[];
let inbox: PushInbox;
const build = (read: PushInboxParts['read'], secret: string | undefined = SECRET): PushInbox =>
  new PushInbox({ store: test.store, log, secretOf: async () => ok(secret), read, look, retryMs: 5 });

const look: PushInboxParts['look'] = async (_registry, reference) => {
  looked.push(reference);
  return ok(0);
};

beforeEach(async () => {
  looked = [];
  test = await openStoreInPlace();
  const registry = aRegistry({
    includes: [{ repository: 'shop/*', tag: '*' }],
    excludes: [{ repository: '*', tag: '*-rc*' }],
  });
  await test.store.registries.put(tenantScope(OWNER.cluster, OWNER.tenant), [registry]);
  asked = [];
  inbox = build(async (_registry, reference) => {
    asked.push(reference);
    return ok(1);
  });
});
afterEach(async () => {
  inbox.close();
  await test.remove();
});

describe('who sent a note', () => {
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
  const signed = (secret: string, body: Buffer) =>
    `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  const ofNexus = (secret: string, body: Buffer) => createHmac('sha1', secret).update(body).digest('hex');
  const body = noteOf(['v1']);

  it.each([
    ['a bearer token', { authorization: `Bearer ${SECRET}` }],
    ['the header alone', { authorization: SECRET }],
    ['basic authentication', { authorization: basic(`harbor:${SECRET}`) }],
    ['a signature of Nexus', { authorization: 'Bearer other', nexusSignature: ofNexus(SECRET, body) }],
    ['a signature of the body', { authorization: 'Bearer other', signature: signed(SECRET, body) }],
  ])('is known by %s', async (_name, more) => {
    expect(await inbox.receive('r-1', from(body, more))).toEqual(ok({ queued: 1, refused: 0 }));
  });

  it.each([
    ['nothing', { body }],
    ['another secret', from(body, { authorization: 'Bearer another-secret-x' })],
    ['an empty secret', from(body, { authorization: '' })],
    ['another password', from(body, { authorization: basic('harbor:x') })],
    ['a signature of Nexus with another secret', from(body, { nexusSignature: ofNexus('another', body) })],
    ['a signature of Nexus of another body', from(noteOf(['v2']), { nexusSignature: ofNexus(SECRET, body) })],
    ['a signature with another secret', from(body, { signature: signed('another', body) })],
    ['a signature of another body', from(noteOf(['v2']), { signature: signed(SECRET, body) })],
  ])('is not proved by %s, and nothing is read', async (_name, note) => {
    expect(await inbox.receive('r-1', note)).toMatchObject({
      ok: false,
      error: { code: 'E_REGISTRY_PUSH_SECRET' },
    });
    expect(asked).toEqual([]);
  });

  it('is one answer for an unknown registry, one without a secret, and a wrong one', async () => {
    const answers = [
      await inbox.receive('r-2', from(body)),
      await build(async () => ok(1), '').receive('r-1', from(body, { authorization: '' })),
      await inbox.receive('r-1', from(body, { authorization: 'x' })),
    ];
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });
});

describe('a note', () => {
  it('has chosen images read under the host of the registry, and the others refused', async () => {
    const receipt = await inbox.receive('r-1', from(noteOf(['v1', 'v2-rc1'])));
    expect(receipt).toEqual(ok({ queued: 1, refused: 1 }));
    expect(await inbox.receive('r-1', from(noteOf(['v1'], 'other/thing')))).toEqual(
      ok({ queued: 0, refused: 1 }),
    );
    await vi.waitFor(() => expect(asked).toEqual(['registry.example/shop/web:v1']));
  });

  it('of a signature has the image looked at that it is about, and is about no image itself', async () => {
    const digest = `sha256:${'ab'.repeat(32)}`;
    const tag = digest.replace(':', '-');
    const receipt = await inbox.receive('r-1', from(noteOf([`${tag}.sig`, tag, 'v1'])));
    expect(receipt).toEqual(ok({ queued: 1, refused: 0 }));
    expect(await inbox.receive('r-1', from(noteOf([`${tag}.att`], 'other/thing')))).toEqual(
      ok({ queued: 0, refused: 0 }),
    );
    await vi.waitFor(() => expect(asked).toEqual(['registry.example/shop/web:v1']));
    expect(looked).toEqual([`registry.example/shop/web@${digest}`]);
  });

  it('of a digest that no filter chooses may be of a signature, and is looked at as one', async () => {
    const scope = tenantScope(OWNER.cluster, OWNER.tenant);
    await test.store.registries.put(scope, [aRegistry({ includes: [{ repository: 'shop/*', tag: 'v*' }] })]);
    const digest = `sha256:${'ab'.repeat(32)}`;
    const mediaType = 'application/vnd.oci.image.manifest.v1+json';
    const target = { mediaType, digest, repository: 'shop/web' };
    const body = Buffer.from(JSON.stringify({ events: [{ action: 'push', target }] }));
    expect(await inbox.receive('r-1', from(body))).toEqual(ok({ queued: 0, refused: 1 }));
    await vi.waitFor(() => expect(looked).toEqual([`registry.example/shop/web@${digest}`]));
    expect(asked).toEqual([]);
  });

  it('that is none is refused after its sender is known', async () => {
    for (const text of ['', '{', '[]', '{"hello":"there"}'])
      expect(await inbox.receive('r-1', from(Buffer.from(text)))).toMatchObject({
        ok: false,
        error: { code: 'E_REGISTRY_PUSH' },
      });
  });

  it('told again while it waits is one', async () => {
    let go = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      go = resolve;
    });
    inbox = build(async (_registry, reference) => {
      asked.push(reference);
      await held;
      return ok(1);
    });
    await inbox.receive('r-1', from(noteOf(['first'])));
    for (let at = 0; at < 5; at += 1) await inbox.receive('r-1', from(noteOf(['v1', 'v2'])));
    go();
    await vi.waitFor(() => expect(asked).toHaveLength(3));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(asked).toHaveLength(3);
  });

  it('is refused when too many wait, with a time to come again', async () => {
    inbox = build(() => new Promise(() => undefined));
    const tags = (part: number) => Array.from({ length: 200 }, (_, at) => `v${part}-${at}`);
    const answers = [];
    for (let part = 0; part < 6; part += 1)
      answers.push(await inbox.receive('r-1', from(noteOf(tags(part)))));
    expect(answers.slice(0, 5).every((answer) => answer.ok)).toBe(true);
    expect(answers[5]).toMatchObject({
      ok: false,
      error: { code: 'E_REGISTRY_PUSHES', retryAfterS: 60 },
    });
  });

  it('is tried again where the registry does not have the image yet, and given up after three times', async () => {
    inbox = build(async (_registry, reference) => {
      asked.push(reference);
      return { ok: false, error: failure('E_REGISTRY_UNREACHABLE', 'not yet') };
    });
    await inbox.receive('r-1', from(noteOf(['v1'])));
    await vi.waitFor(() => expect(asked).toHaveLength(3));
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(asked).toHaveLength(3);
  });
});
