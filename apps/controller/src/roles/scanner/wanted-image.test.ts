// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { openRegistry } from '@bartizan/adapters/registry';
import { tenantScope } from '@bartizan/contracts';
import { type BuiltImage, builtImage, MemoryRegistry } from '@bartizan/testkit/registry';
import { aRegistry, OWNER, openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FindingLedger } from '../../decide/finding-ledger.ts';
import { ImageLedger } from '../../decide/image-ledger.ts';
import { Turnstile } from '../../turnstile.ts';
import { entriesFor, findWanted } from './wanted-image.ts';

const entry = (id: string, host: string, repository: string, tag = '*') =>
  aRegistry({ id, host, includes: [{ repository, tag }] });
const asked = (registries: Parameters<typeof entriesFor>[0], reference: string): string[] =>
  entriesFor(registries, reference).map(({ id }) => id);

describe('the registries that are asked for an image', () => {
  const all = [
    entry('elsewhere', 'quay.io', '*'),
    entry('a', 'ghcr.io', 'a/*'),
    entry('releases', 'ghcr.io', 'b/*', 'v*'),
    entry('b', 'ghcr.io', 'b/*'),
  ];

  it('are the entries of its host, first those whose filters choose it', () => {
    expect(asked(all, 'ghcr.io/b/app:latest')).toEqual(['b', 'releases', 'a']);
    expect(asked(all, 'ghcr.io/b/app')).toEqual(['b', 'releases', 'a']);
    expect(asked(all, 'ghcr.io/b/app:v1')).toEqual(['releases', 'b', 'a']);
    expect(asked(all, `ghcr.io/b/app@sha256:${'a'.repeat(64)}`)).toEqual(['releases', 'b', 'a']);
    expect(asked(all, 'ghcr.io/c/app:1')).toEqual(['a', 'releases', 'b']);
    expect(asked(all, 'other.example/app:1')).toEqual([]);
  });

  it('are known by any spelling of their host, and bounded', () => {
    expect(asked([entry('hub', 'registry-1.docker.io', 'library/nginx')], 'nginx')).toEqual(['hub']);
    const many = Array.from({ length: 40 }, (_, at) => entry(`r-${at}`, 'ghcr.io', `${at}/*`));
    expect(asked(many, 'ghcr.io/39/app:1')).toHaveLength(8);
    expect(asked(many, 'ghcr.io/39/app:1')[0]).toBe('r-39');
  });
});

describe('a tag that a pod names or a push is told of', () => {
  let server: MemoryRegistry;
  let test: TestStore;
  beforeEach(async () => {
    server = await MemoryRegistry.start();
    test = await openStoreInPlace();
  });
  afterEach(async () => {
    await server.stop();
    await test.remove();
  });

  it('is taken from the image that it led to before, and a digest beside it takes it from none', async () => {
    const { store, clock } = test;
    const findings = new FindingLedger(store, clock, new Turnstile());
    const intake = new ImageLedger({
      ...{ store, clock, findings },
      publish: () => undefined,
      onList: () => undefined,
    });
    const registry = aRegistry({ host: server.host, plainHttp: true });
    const opened = await openRegistry({ kind: 'docker', host: server.host, plainHttp: true });
    if (!opened.ok) throw new Error(opened.error.detail);
    const parts = { opened: opened.value, intake, platforms: ['linux/amd64'], owner: OWNER };
    const name = `${server.host}/app:main`;
    const find = async (reference: string): Promise<void> =>
      expect(await findWanted(registry, reference, parts)).toMatchObject({ ok: true });
    const namesOf = async ({ digest }: BuiltImage): Promise<readonly string[] | undefined> => {
      const image = await store.images.get(tenantScope(OWNER.cluster, OWNER.tenant), digest);
      return image.ok ? image.value?.references : undefined;
    };
    const [one, other] = [builtImage([{ a: 'a' }]), builtImage([{ a: 'b' }])];
    server.push('app', 'main', one);
    await find(name);
    expect(await namesOf(one)).toEqual([name]);
    server.push('app', 'main', other);
    await find(`${name}@${one.digest}`);
    expect(await namesOf(one)).toContain(name);
    await find(name);
    expect(await namesOf(one)).not.toContain(name);
    expect(await namesOf(other)).toEqual([name]);
  });
});
