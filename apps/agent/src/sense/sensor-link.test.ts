// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InspectStatus, parser } from '@bartizan/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildState, inspectStatusOf } from './sensor-link.ts';

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

describe('the build of the sensor', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bartizan-sensor-link-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const told = (state: unknown) => {
    const path = join(folder, 'sensor.json');
    writeFileSync(path, JSON.stringify(state));
    return buildState(path);
  };

  it('is told in both languages, and by an older builder in one', () => {
    const reason = {
      en: 'Debian packages are missing: clang',
      ja: 'Debian パッケージが不足しています：clang',
    };
    expect(told({ state: 'off', reason })).toEqual({ state: 'off', reason });
    expect(told({ state: 'failed', reason: 'status 1' })).toEqual({ state: 'failed', reason: 'status 1' });
    expect(told({ state: 'building', progress: 'x' })).toEqual({ state: 'building' });
  });

  it.each([[{ reason: { ja: 4 } }], [[]], [{ state: 'dancing', reason: '' }]])(
    'is off where %j is said of it',
    (said) => {
      expect(told(said)).toEqual({ state: 'off' });
      expect(buildState(join(folder, 'gone')).state).toBe('off');
    },
  );
});
