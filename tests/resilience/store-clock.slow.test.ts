// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { tenantScope } from '@bartizan/contracts';
import {
  aFlow,
  all,
  aSecurityEvent,
  good,
  OWNER,
  openTestStore,
  type TestStore,
} from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const SCOPE = tenantScope(OWNER.cluster, OWNER.tenant);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WEEK = { days: 7, maxBytes: Number.MAX_SAFE_INTEGER, minFreeDiskPercent: 0 };

let test: TestStore;
beforeEach(async () => {
  test = await openTestStore({ retention: { flow: WEEK, security: WEEK, process: WEEK, file: WEEK } });
});
afterEach(() => test.remove());

let sequence = 0;
async function appendOne(): Promise<void> {
  sequence++;
  good(await test.store.events.append(SCOPE, [aFlow(sequence), aSecurityEvent(sequence)]));
}
const flows = async () =>
  good(await test.store.events.list(SCOPE, 'flow', all({ limit: 1000 }))).items.length;
const retain = async () => good(await test.store.applyRetention(test.clock.value)).removedSlices;

describe('a store whose clock jumps', () => {
  it.each([10 * 365 * DAY_MS, -10 * 365 * DAY_MS])(
    'deletes nothing after a jump of %i ms',
    async (jumpMs) => {
      await appendOne();
      test.clock.value += HOUR_MS;
      await appendOne();
      test.clock.value += jumpMs;
      expect(await retain()).toBe(0);
      await appendOne();
      expect(await retain()).toBe(0);
      test.clock.value -= jumpMs;
      expect(await retain()).toBe(0);
      await appendOne();
      expect(await flows()).toBe(4);
    },
  );

  it('keeps what it knows of the age over a restart with a wrong clock', async () => {
    await appendOne();
    test.clock.value += 400 * DAY_MS;
    test = await test.reopen();
    expect(await retain()).toBe(0);
    expect(await flows()).toBe(1);
  });

  it('still deletes what is really older than its days, and only that', async () => {
    await appendOne();
    for (let hour = 1; hour <= 8 * 24; hour++) {
      test.clock.value += HOUR_MS;
      if (hour % 24 === 0) await appendOne();
      else await retain();
    }
    await retain();
    // Written on days 0 to 8: days 0 is gone, what is at most seven days old is kept.
    expect(await flows()).toBe(8);
    const oldest = test.store.state().oldestEventAtMs ?? 0;
    expect(test.clock.value - oldest).toBeLessThanOrEqual(7 * DAY_MS + 2 * HOUR_MS);
  }, 60_000);

  it('lists what was written before and after a jump back, each once', async () => {
    await appendOne();
    test.clock.value -= 5 * HOUR_MS;
    await appendOne();
    test.clock.value += 9 * HOUR_MS;
    await appendOne();
    const sort = { field: 'receivedAtMs', descending: true };
    const page = good(await test.store.events.list(SCOPE, 'flow', all({ sort })));
    expect(page.items.map((event) => event.sequence)).toEqual([sequence, sequence - 1, sequence - 2]);
  });
});
