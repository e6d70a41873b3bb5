// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readdirSync, readlinkSync } from 'node:fs';
import { tenantScope } from '@bartizan/contracts';
import { aFlow, all, good, OWNER, openTestStore, type TestStore } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const SCOPE = tenantScope(OWNER.cluster, OWNER.tenant);
const HOUR_MS = 3_600_000;

let test: TestStore;
beforeEach(async () => {
  // Nothing has room: each slice goes as soon as it is finished.
  test = await openTestStore({ retention: { flow: { days: 7, maxBytes: 0, minFreeDiskPercent: 0 } } });
});
afterEach(() => test.remove());

/** Files of the store that are deleted and take room all the same, since somebody holds them open. */
const deletedAndOpen = (): string[] =>
  readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`);
      return path.startsWith(test.dataDir) && path.endsWith('(deleted)') ? [path] : [];
    } catch {
      return [];
    }
  });

describe('a store that deletes slices', () => {
  it('gives their room back to the disk, also when they were read before and nobody asks after', async () => {
    for (let hour = 1; hour <= 3; hour++) {
      good(await test.store.events.append(SCOPE, [aFlow(hour)]));
      test.clock.value += HOUR_MS;
    }
    expect(good(await test.store.events.list(SCOPE, 'flow', all())).items).toHaveLength(3);
    expect(good(await test.store.applyRetention(test.clock.value)).removedSlices).toBe(2);
    expect(deletedAndOpen()).toEqual([]);
    expect(good(await test.store.events.list(SCOPE, 'flow', all())).items).toHaveLength(1);
  });
});
