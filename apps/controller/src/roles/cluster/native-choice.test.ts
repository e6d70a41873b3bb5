// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { DEFAULT_TENANT, LOCAL_CLUSTER, tenantScope } from '@bartizan/contracts';
import { openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NativeChoice } from './native-choice.ts';

const SCOPE = tenantScope(LOCAL_CLUSTER, DEFAULT_TENANT);
let test: TestStore;

beforeAll(async () => {
  test = await openStoreInPlace();
}, 60_000);
afterAll(() => test?.remove());

describe('the choice of rules for the API server', () => {
  it('is replaced only by who read the newest', async () => {
    const choice = new NativeChoice(test.store, SCOPE);
    expect(await choice.load()).toMatchObject({ ok: true });
    expect(choice.chosen).toBeUndefined();
    const nobody = choice.revision;
    const read = (revision: string) => (now: string) => now === revision;
    expect(await choice.put(['a.*', 'b.*', 'c.*'], read(nobody))).toMatchObject({ ok: true });
    const three = choice.revision;
    // Two take one away each, from the same three: the second would bring the first one back.
    const both = await Promise.all([
      choice.put(['b.*', 'c.*'], read(three)),
      choice.put(['a.*', 'c.*'], read(three)),
    ]);
    expect(both).toMatchObject([{ ok: true }, { ok: false, error: { code: 'E_PRECONDITION' } }]);
    expect(choice.chosen).toEqual(['b.*', 'c.*']);
    expect(await choice.put(['c.*'], read(choice.revision))).toMatchObject({ ok: true });
    // Who does not say what it is based on replaces whatever is there.
    expect(await choice.put(['d.*', 'd.*'])).toMatchObject({ ok: true });
    const again = new NativeChoice(test.store, SCOPE);
    await again.load();
    expect([again.chosen, again.revision]).toEqual([['d.*'], choice.revision]);
  });

  it('holds globs and nothing else', async () => {
    const choice = new NativeChoice(test.store, SCOPE);
    expect(await choice.put(['b.*', ''])).toMatchObject({ ok: false, error: { code: 'E_BODY_INVALID' } });
  });
});
