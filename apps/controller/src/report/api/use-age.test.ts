// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Finding, PackageUse } from '@bartizan/contracts';
import { aFinding, aNode, openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withUseAge } from './use-age.ts';

const SCOPE = { kind: 'tenant', cluster: 'local', tenant: 'default' } as const;
let test: TestStore;
beforeAll(async () => {
  test = await openStoreInPlace();
  await test.store.nodes.put(SCOPE, [aNode({ id: 'n-1', lastSeenAtMs: 90_000 })]);
});
afterAll(() => test.remove());

const finding = (use: PackageUse | undefined, node = 'n-1'): Finding => {
  const base = aFinding({ node });
  if (base.package === undefined) throw new Error('the builder makes no package');
  return { ...base, package: { ...base.package, ...(use === undefined ? {} : { use }) } };
};
const aged = async (one: Finding): Promise<number | undefined> => {
  const found = await withUseAge(test.store, SCOPE, [one]);
  return found.ok ? found.value[0]?.package?.use?.observedMs : -1;
};

describe('the time of watching', () => {
  it('goes on as long as the node is heard of, whatever was stored', async () => {
    expect(await aged(finding({ state: 'not-seen', observedMs: 5, sinceMs: 30_000 }))).toBe(60_000);
  });

  it('stands still at nothing for a node that nobody knows', async () => {
    expect(await aged(finding({ state: 'not-seen', observedMs: 5, sinceMs: 30_000 }, 'gone'))).toBe(0);
  });

  it('is left as it is where nobody watches, and where nothing is known', async () => {
    expect(await aged(finding({ state: 'loaded', observedMs: 0 }))).toBe(0);
    expect(await aged(finding(undefined))).toBeUndefined();
  });
});
