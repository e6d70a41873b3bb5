// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { InspectStatus, parser } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import { inspectStatusOf } from './sensor-link.ts';

describe('the inspect worker of a heartbeat', () => {
  it('becomes what the contracts describe, with every kind of loss in it', () => {
    const status = inspectStatusOf({
      state: 'failed',
      pid: 0,
      restarts: 8,
      flows: 100,
      recognised: 70,
      unknown: 10,
      skipped: 3,
      dropped: 5,
      lost: 20,
    });
    expect(parser(InspectStatus)(status).ok).toBe(true);
    expect(status).toEqual({
      state: 'failed',
      restarts: 8,
      flowsTotal: 100,
      recognisedTotal: 70,
      unknownTotal: 10,
      skippedTotal: 3,
      lostTotal: 25,
    });
  });
});
