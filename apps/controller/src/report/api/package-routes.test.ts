// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { aFinding, openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiStage, buildApiStage } from '../../testing/api-stage.ts';

const OURS = { kind: 'tenant', cluster: 'local', tenant: 'default' } as const;
/** Any package.json of an image may give a package such a name. */
const STARS = '*****';
const LONG = 'n'.repeat(512);
const found = (name: string) => ({
  ...{ name, version: '1', ecosystem: 'npm', purl: `pkg:npm/${encodeURIComponent(name)}@1` },
  ...{ cataloger: 'npm', locations: [] },
});
let test: TestStore;
let stage: ApiStage;
let token = '';

beforeAll(async () => {
  test = await openStoreInPlace();
  const put = [
    await test.store.scans.put(OURS, {
      ...{ workload: 'w-1', scan: 's', distribution: 'debian 12', distributionName: 'Debian' },
      packages: [STARS, LONG, 'plain'].map(found),
      ...{ coverage: [], incomplete: [], scannedAtMs: 1, matchedWith: '' },
    }),
    await test.store.findings.put(
      OURS,
      [STARS, 'plain'].map((name, at) => aFinding({ id: `f-${at}`, package: found(name) })),
    ),
  ];
  expect(put.every((one) => one.ok)).toBe(true);
  stage = await buildApiStage(test.store, test.clock);
  token = await stage.keyOf('admin');
}, 60_000);
afterAll(async () => {
  await stage?.report.server.close();
  await test?.remove();
});

describe('the list of packages', () => {
  it('has every package and its findings, whatever names they have', async () => {
    const answer = await stage.ask({ path: 'packages', token });
    expect([answer.status, answer.json]).toMatchObject([200, { total: 3 }]);
    const { items } = answer.json as { items: { name: string; openFindings: number }[] };
    expect(new Map(items.map(({ name, openFindings }) => [name, openFindings]))).toEqual(
      new Map([
        [STARS, 1],
        [LONG, 0],
        ['plain', 1],
      ]),
    );
  });

  it('is exported as a whole', async () => {
    const csv = await stage.ask({ path: 'packages', token, headers: { accept: 'text/csv' } });
    expect(csv.status).toBe(200);
    expect(csv.text.trim().split('\r\n')).toHaveLength(4);
  });
});
