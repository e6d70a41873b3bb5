// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Finding, PackageUseReport } from '@bartizan/contracts';
import {
  aFinding,
  aNode,
  aWorkload,
  openTestStore,
  type TestStore,
  workloadRef,
} from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Change, Log } from '../ports.ts';
import { Turnstile } from '../turnstile.ts';
import { PackageUses } from './package-uses.ts';

const SCOPE = { kind: 'tenant', cluster: 'local', tenant: 'default' } as const;
const AGENT = { cluster: 'local', tenant: 'default', node: 'n-1' };
const quiet = (): void => undefined;
const log: Log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const PACKAGES = ['left-pad', 'rare', 'unwatched'] as const;
const purlOf = (name: string): string => `pkg:npm/${name}@1`;

let test: TestStore;
let uses: PackageUses;
let changes: Change[];

const vulnerable = (name: string, more: Partial<Finding> = {}): Finding => {
  const base = aFinding({ id: `f-${name}`, ...more });
  if (base.package === undefined) throw new Error('the builder makes no package');
  return { ...base, package: { ...base.package, name, purl: purlOf(name) } };
};
const report = (
  states: Partial<Record<string, PackageUseReport['packages'][number]['state']>>,
  more: Partial<PackageUseReport> = {},
): PackageUseReport => ({
  type: 'package-use',
  subject: workloadRef(),
  watchedSinceMs: test.clock.value - 60_000,
  complete: true,
  packages: Object.entries(states).map(([name, state = 'not-seen']) => ({
    purl: purlOf(name),
    state,
    ...(state === 'not-seen' ? {} : { lastSeenAtMs: test.clock.value }),
  })),
  atMs: test.clock.value,
  ...more,
});
const take = async (one: PackageUseReport, agent = AGENT): Promise<void> => {
  expect((await uses.take(agent, one)).ok).toBe(true);
  await uses.settled();
};
const stored = async (): Promise<Finding[]> => {
  const page = await test.store.findings.list(SCOPE, { filter: [], limit: 100 });
  if (!page.ok) throw new Error(page.error.detail);
  return [...page.value.items];
};
const statesOf = async (): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await stored()).map((one) => [one.package?.name ?? '', one.package?.use?.state ?? 'unknown']),
  );

beforeEach(async () => {
  test = await openTestStore();
  changes = [];
  uses = new PackageUses({
    store: test.store,
    clock: test.clock,
    log,
    publish: (change) => changes.push(change),
    turnstile: new Turnstile(),
  });
  await test.store.workloads.put(SCOPE, [aWorkload()]);
  await test.store.nodes.put(SCOPE, [aNode({ lastSeenAtMs: test.clock.value })]);
  await test.store.findings.put(
    SCOPE,
    PACKAGES.map((name) => vulnerable(name)),
  );
});
afterEach(async () => {
  uses.close();
  await test.remove();
});

describe('use of packages in findings', () => {
  it('reaches the findings of its packages, and only those; nothing is closed', async () => {
    await take(report({ 'left-pad': 'loaded', rare: 'not-seen' }));
    expect(await statesOf()).toEqual({ 'left-pad': 'loaded', rare: 'not-seen', unwatched: 'unknown' });
    expect((await stored()).map(({ state }) => state)).toEqual(['open', 'open', 'open']);
    expect(changes).toMatchObject([{ topic: 'finding', data: { workload: 'w-1' } }]);
  });

  it('ranks findings of one severity: loaded, then unknown, then not seen', async () => {
    await take(report({ 'left-pad': 'not-seen', rare: 'loaded' }));
    expect((await stored()).map((one) => one.package?.name)).toEqual(['rare', 'unwatched', 'left-pad']);
    await take(report({ 'left-pad': 'touched' }, { complete: false }));
    expect((await stored()).map((one) => one.package?.name)).toEqual(['rare', 'left-pad', 'unwatched']);
  });

  it('puts known exploitation and severity before use', async () => {
    const exploited = vulnerable('exploited', { severity: 'low' });
    if (exploited.vulnerability === undefined) throw new Error('the builder makes no vulnerability');
    await test.store.findings.put(SCOPE, [
      { ...exploited, vulnerability: { ...exploited.vulnerability, knownExploited: true } },
      vulnerable('worse', { severity: 'critical' }),
      vulnerable('milder', { severity: 'low' }),
    ]);
    await take(report({ exploited: 'not-seen', worse: 'not-seen', milder: 'loaded', rare: 'loaded' }));
    const order = (await stored()).map((one) => one.package?.name);
    expect([order[0], order.at(-1)]).toEqual(['exploited', 'milder']);
    expect(order.indexOf('worse')).toBeLessThan(order.indexOf('rare'));
  });

  it('can be filtered by', async () => {
    await take(report({ 'left-pad': 'loaded', rare: 'not-seen' }));
    const ask = async (value: string): Promise<(string | undefined)[]> => {
      const page = await test.store.findings.list(SCOPE, {
        filter: [{ field: 'use', operator: 'in', values: [value], negated: false }],
        limit: 10,
      });
      return page.ok ? page.value.items.map((one) => one.package?.name) : [page.error.detail];
    };
    expect(await ask('loaded')).toEqual(['left-pad']);
    expect(await ask('unknown')).toEqual(['unwatched']);
  });

  it('takes "not seen" back when nobody watches any more, and keeps what was seen', async () => {
    await take(report({ 'left-pad': 'loaded', rare: 'not-seen' }));
    const { watchedSinceMs: _none, ...blind } = report({}, { complete: false });
    await take(blind);
    expect(await statesOf()).toEqual({ 'left-pad': 'loaded', rare: 'unknown', unwatched: 'unknown' });
  });

  it('keeps what was seen when a new list begins, and forgets packages that are gone', async () => {
    await take(report({ 'left-pad': 'loaded', rare: 'loaded' }));
    await take(report({ 'left-pad': 'not-seen' }));
    expect(await statesOf()).toEqual({ 'left-pad': 'loaded', rare: 'unknown', unwatched: 'unknown' });
  });

  it('lets a node speak only of workloads that run there', async () => {
    await take(report({ 'left-pad': 'loaded' }), { ...AGENT, node: 'n-other' });
    expect((await statesOf())['left-pad']).toBe('unknown');
  });

  it('brings findings up to date after a restart', async () => {
    expect((await uses.take(AGENT, report({ rare: 'loaded' }))).ok).toBe(true);
    uses.close();
    uses = new PackageUses({
      store: test.store,
      clock: test.clock,
      log,
      publish: quiet,
      turnstile: new Turnstile(),
    });
    expect((await statesOf())['rare']).toBe('unknown');
    await uses.resume();
    await uses.settled();
    expect((await statesOf())['rare']).toBe('loaded');
  });
});
