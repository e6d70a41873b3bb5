// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type ImageSignature, type Registry, tenantScope } from '@bartizan/contracts';
import { aRegistry, OWNER, openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { judgeRevision } from '../signature-verdicts.ts';
import { ImageJudges, placesOf } from './image-judges.ts';

const DEV = aRegistry({ id: 'dev', host: 'dev.example', signingKeys: ['DEV'] });
const PROD = aRegistry({ id: 'prod', host: 'prod.example', signingKeys: ['PROD'] });
const by = (registry: Registry, state: ImageSignature['state'], repository = 'app'): ImageSignature => ({
  ...{ state, signers: state === 'signed' ? [registry.id] : [] },
  ...{ registry: registry.id, repository, revision: judgeRevision(registry) },
});
const at = (...references: readonly string[]) => placesOf(references);

let test: TestStore;
beforeEach(async () => {
  test = await openStoreInPlace();
});
afterEach(() => test.remove());

async function judges(...registries: readonly Registry[]): Promise<ImageJudges> {
  await test.store.registries.put(tenantScope(OWNER.cluster, OWNER.tenant), registries);
  const made = new ImageJudges(test.store, OWNER);
  expect((await made.load()).ok).toBe(true);
  return made;
}

describe('who signed an image', () => {
  it('is what the registry says that it is taken from, whatever another one says', async () => {
    const both = await judges(DEV, PROD);
    const verdicts = [by(DEV, 'signed'), by(PROD, 'unsigned')];
    expect(both.signed(verdicts, at('dev.example/app:1'))).toEqual({ signed: true, verifiers: ['dev'] });
    expect(both.signed(verdicts, at('prod.example/app:1'))).toEqual({ signed: false });
    expect(both.signed(verdicts, at('prod.example/app:1', 'dev.example/app:1'))).toEqual({ signed: false });
    const copied = [by(DEV, 'invalid'), by(PROD, 'signed')];
    expect(both.signed(copied, at('prod.example/app:1'))).toEqual({ signed: true, verifiers: ['prod'] });
  });

  it('is unknown where that registry has not looked, and then it is asked to', async () => {
    const both = await judges(DEV, PROD);
    const [prod] = at('prod.example/app:1');
    const [other] = at('other.example/app:1');
    if (prod === undefined || other === undefined) throw new Error('two places');
    const verdicts = [by(DEV, 'signed')];
    expect(both.signed(verdicts, [prod])).toEqual({});
    expect(both.signed(verdicts, at('dev.example/app:1', 'prod.example/app:1'))).toEqual({});
    expect(both.isUnjudged(verdicts, prod)).toBe(true);
    expect(both.isUnjudged([{ ...by(PROD, 'unknown'), checkedAtMs: 1 }], prod)).toBe(false);
    // It tried, and the registry did not answer.
    expect(both.isUnjudged([by(PROD, 'unknown')], prod)).toBe(true);
    expect(both.signed([by(PROD, 'unknown')], [prod])).toEqual({});
    expect(both.isUnjudged(verdicts, other)).toBe(false);
    expect(both.signed([{ state: 'signed', signers: ['us'] }], [prod])).toEqual({});
    expect(both.signed(verdicts, [])).toEqual({});
  });

  it('is unknown once the registry has other keys, another policy or another host, or is gone', async () => {
    const verdicts = [by(PROD, 'signed')];
    const places = at('prod.example/app:1');
    const signaturePolicy = { document: '{}', files: [] };
    for (const changed of [
      { ...PROD, signingKeys: ['NEW'] },
      { ...PROD, signingKeys: [], signaturePolicy },
      { ...PROD, host: 'prod.example:443' },
      { ...PROD, id: 'another' },
    ])
      expect((await judges(changed)).signed(verdicts, places)).toEqual({});
    expect((await judges({ ...PROD, name: 'renamed' })).signed(verdicts, places)).toMatchObject({
      signed: true,
    });
  });

  it('is what the entry says whose filters choose the repository, where a host has several', async () => {
    const of = (id: string, signingKeys: string[]) =>
      aRegistry({ id, host: 'ghcr.io', signingKeys, includes: [{ repository: `${id}/*`, tag: '*' }] });
    const [a, b] = [of('a', ['A']), of('b', ['B'])];
    const both = await judges(a, b);
    const verdicts = ['a/app', 'b/app', 'c/app'].flatMap((repository) => [
      by(a, 'signed', repository),
      by(b, 'invalid', repository),
    ]);
    expect(both.signed(verdicts, at('ghcr.io/a/app:1'))).toMatchObject({ signed: true });
    expect(both.signed(verdicts, at('ghcr.io/b/app:1'))).toEqual({ signed: false });
    expect(both.signed(verdicts, at('ghcr.io/c/app:1'))).toEqual({ signed: false });
  });

  it('is what was found in the repository that it is taken from: a copy elsewhere changes nothing', async () => {
    const one = await judges(PROD);
    const verdicts = [by(PROD, 'signed', 'shop/app'), by(PROD, 'unsigned', 'anybody/app')];
    expect(one.signed(verdicts, at('prod.example/shop/app:1'))).toMatchObject({ signed: true });
    expect(one.signed(verdicts, at('prod.example/anybody/app:1'))).toEqual({ signed: false });
    expect(one.signed(verdicts, at('prod.example/other/app:1'))).toEqual({});
  });
});
