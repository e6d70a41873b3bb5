// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Image } from '@bartizan/contracts';
import { anImage, openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Log } from '../ports.ts';
import { BaseBook } from './base-book.ts';

const SCOPE = { kind: 'tenant', cluster: 'local', tenant: 'default' } as const;
const quiet = () => undefined;
const log: Log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const digestOf = (at: number): string => `sha256:${String(at).repeat(64).slice(0, 64)}`;

let test: TestStore;
let book: BaseBook;
beforeEach(async () => {
  test = await openStoreInPlace();
  book = new BaseBook({ store: test.store, log });
});
afterEach(() => test.remove());

const image = (at: number, layers: readonly string[], more: Partial<Image> = {}): Image => {
  const { base: _base, labels: _labels, ...plain } = anImage({ digest: digestOf(at) });
  return {
    ...plain,
    references: [],
    platform: 'linux/amd64',
    layers: layers.map((diffId) => ({ diffId, packages: 0, openFindings: 0 })),
    ...more,
  };
};
async function keep(...images: readonly Image[]): Promise<void> {
  await test.store.images.put(SCOPE, images);
  await book.load();
}

describe('the base of an image', () => {
  it('is the known image with the most of its lowest layers, never itself nor what is built on it', async () => {
    const [one, two, app] = [image(1, ['a']), image(2, ['a', 'b']), image(3, ['a', 'b', 'c'])];
    await keep(one, two, app, image(4, ['a', 'x']), image(5, ['a', 'b', 'c', 'd']));
    expect(book.baseOf(app)).toEqual({ how: 'layers', digest: two.digest, layers: 2 });
    expect(book.baseOf(two)).toMatchObject({ digest: one.digest, layers: 1 });
    expect(book.baseOf(one)).toBeUndefined();
    expect(book.baseOf({ ...app, layers: [] })).toBeUndefined();
    expect(book.baseOf({ ...app, tenant: 'other' })).toBeUndefined();
  });

  it('is what the label says where its layers agree, and a label that lies counts for nothing', async () => {
    const label = (digest: string) => ({
      'org.opencontainers.image.base.digest': digest,
      'org.opencontainers.image.base.name': 'acme/base:1',
    });
    await keep(image(1, ['a']), image(2, ['a', 'b']), image(4, ['z']));
    const app = (digest: string): Image => image(3, ['a', 'b', 'c'], { labels: label(digest) });
    expect(book.baseOf(app(digestOf(1)))).toMatchObject({ how: 'label', layers: 1 });
    expect(book.baseOf(app(digestOf(4)))).toMatchObject({ how: 'layers', digest: digestOf(2) });
    const elsewhere = image(3, ['q'], { labels: label(digestOf(9)) });
    expect(book.baseOf(elsewhere)).toEqual({ how: 'label', digest: digestOf(9), reference: 'acme/base:1' });
    expect(book.newerOf(elsewhere, book.baseOf(elsewhere))).toEqual({
      ...{ state: 'unknown', reason: 'base-not-known' },
    });
  });

  it('has as many layers as the longest known beginning, whatever images there are', async () => {
    const layers = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.array(layers, { maxLength: 6 }), layers, async (known, own) => {
        const other = new BaseBook({ store: test.store, log });
        const old = await test.store.images.list(SCOPE, { filter: [], limit: 100 });
        for (const { digest } of old.ok ? old.value.items : [])
          await test.store.images.remove(SCOPE, [digest]);
        await test.store.images.put(
          SCOPE,
          known.map((one, at) => image(at, one)),
        );
        await other.load();
        const begins = known.filter(
          (one) => one.length < own.length && one.every((id, at) => own[at] === id),
        );
        const most = Math.max(0, ...begins.map(({ length }) => length));
        expect(other.baseOf(image(9, own))?.layers ?? 0).toBe(most);
      }),
      { numRuns: 40 },
    );
  });
});

describe('a newer base', () => {
  const app = image(3, ['a', 'c']);

  it('is where the name leads that the base had, for the same platform and made later', async () => {
    const old = image(1, ['a'], { formerReferences: ['r/base:1'], createdAtMs: 10 });
    const later = image(2, ['b'], { references: ['r/base:1'], createdAtMs: 20 });
    const arm = image(4, ['e'], { references: ['r/base:1'], createdAtMs: 30, platform: 'linux/arm64' });
    await keep(old, later, arm, app);
    expect(book.newerOf(app, book.baseOf(app))).toEqual({
      ...{ state: 'newer', digest: later.digest, reference: 'r/base:1', createdAtMs: 20 },
    });
  });

  it('is none while the name leads to the base itself, or back to an older one', async () => {
    const base = image(1, ['a'], { references: ['r/base:1'], createdAtMs: 10 });
    await keep(base, app);
    expect(book.newerOf(app, book.baseOf(app))).toEqual({ state: 'current' });
    await keep(
      { ...base, references: [], formerReferences: ['r/base:1'] },
      image(2, ['b'], { references: ['r/base:1'], createdAtMs: 5 }),
    );
    expect(book.newerOf(app, book.baseOf(app))).toEqual({ state: 'current' });
  });

  it('is unknown where the base is, or has no name', async () => {
    expect(book.newerOf(app, undefined)).toEqual({ state: 'unknown', reason: 'no-base' });
    await keep(image(1, ['a']), app);
    expect(book.newerOf(app, book.baseOf(app))).toEqual({ state: 'unknown', reason: 'no-name' });
  });

  it('is noticed when it is told of, and forgotten with the image', async () => {
    const base = image(1, ['a'], { formerReferences: ['r/base:1'], createdAtMs: 10 });
    await keep(base, app);
    const later = image(2, ['b'], { references: ['r/base:1'], createdAtMs: 20 });
    const told = { topic: 'image', cluster: 'local', tenant: 'default', data: { id: later.digest } } as const;
    await test.store.images.put(SCOPE, [later]);
    book.note(told);
    const state = () => book.newerOf(app, book.baseOf(app)).state;
    await expect.poll(state).toBe('newer');
    await test.store.images.remove(SCOPE, [later.digest]);
    book.note(told);
    await expect.poll(state).toBe('current');
  });
});
