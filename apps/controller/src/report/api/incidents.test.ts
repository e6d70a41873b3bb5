// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { aSecurityEvent, openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ApiStage, buildApiStage, LOCAL_ROOT } from '../../testing/api-stage.ts';

let test: TestStore;
let stage: ApiStage;
beforeAll(async () => {
  test = await openStoreInPlace();
  stage = await buildApiStage(test.store, test.clock);
});
afterAll(async () => {
  await stage.report.server.close();
  await test.remove();
});

it('events of one process chain tell their incident, as they are listed and one by one', async () => {
  const base = aSecurityEvent(1);
  const outer = { ...(base.chain?.process ?? never()), pid: 700, startBootUs: 700, name: 'bash' };
  const shim = { ...outer, pid: 500, startBootUs: 500, name: 'containerd-shim' };
  const of = (sequence: number, chain: readonly (typeof outer)[]) => {
    const [process = outer, ...ancestors] = chain;
    return aSecurityEvent(sequence, { chain: { process, ancestors, complete: true } });
  };
  const inner = { ...outer, pid: 701, startBootUs: 701 };
  const foreign = { ...outer, pid: 702, startBootUs: 702 };
  const stored = [of(1, [outer, shim]), of(2, [inner, outer, shim]), of(3, [foreign, shim])];
  const appended = await test.store.events.append({ kind: 'system', purpose: 'test' }, stored);
  expect(appended.ok).toBe(true);
  const told = await stage.ask({ method: 'GET', path: 'events?sort=occurredAtMs', token: LOCAL_ROOT });
  const items = Reflect.get(told.json as object, 'items') as { id: string; incident?: string }[];
  const [one, two, three] = stored.map(({ id }) => items.find((item) => item.id === id)?.incident);
  expect(one).toMatch(/^[0-9a-f]{16}$/);
  expect(two).toBe(one);
  expect(three).not.toBe(one);
  const shown = await stage.ask({
    method: 'GET',
    path: `events/${encodeURIComponent(stored[1]?.id ?? '')}`,
    token: LOCAL_ROOT,
  });
  expect(shown.json).toMatchObject({ incident: one });
});

const never = (): never => {
  throw new Error('the built event has no chain');
};
