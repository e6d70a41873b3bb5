// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InspectStatus, parser, type SensorStatus } from '@bartizan/contracts';
import { silentLogger, systemClock } from '@bartizan/host';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { buildState, inspectStatusOf, linkSensor, type SensorLink } from './sensor-link.ts';

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

describe('what a node tells of lost events', () => {
  const golden = readFileSync(
    fileURLToPath(new URL('../../../../native/testdata/frames/fork.bin', import.meta.url)),
  );
  /** Frames as native/kernel/frames.h lays them out: the length first, the kind in byte 7, the sequence from 16. */
  const frame = (length: number, kind: number, counts: Readonly<Record<number, number>> = {}): Buffer => {
    const bytes = Buffer.concat([golden.subarray(0, 8), Buffer.alloc(length - 8)]);
    bytes.writeUInt32LE(length, 0);
    bytes.writeUInt8(kind, 7);
    for (const [at, count] of Object.entries(counts)) bytes.writeBigUInt64LE(BigInt(count), Number(at));
    return bytes;
  };
  const hello = frame(64, 1);
  const heartbeat = (dropped: number, shed: number): Buffer => frame(192, 2, { 56: dropped, 88: shed });
  const event = (sequence: number): Buffer => {
    const bytes = Buffer.from(golden);
    bytes.writeBigUInt64LE(BigInt(sequence), 16);
    return bytes;
  };

  let folder = '';
  let link: SensorLink | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bartizan-sensor-link-'));
  });
  afterEach(async () => {
    await link?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Status of a sensor that ends after its first frames and lives on with the second ones. */
  const statusOf = (first: readonly Buffer[], second: readonly Buffer[]): (() => SensorStatus) => {
    writeFileSync(join(folder, 'first'), Buffer.concat(first));
    writeFileSync(join(folder, 'second'), Buffer.concat(second));
    const binaryPath = join(folder, 'sensor');
    const program = `#!/bin/sh
      cd ${folder}
      if [ -e first ]; then cat first >&3; rm first; exit 1; fi
      cat second >&3
      exec head -c 1 <&3
    `;
    writeFileSync(binaryPath, program, { mode: 0o755 });
    const made = linkSensor({
      binaryPath,
      statusPath: undefined,
      hasTypeInformation: true,
      clock: systemClock(),
      logger: silentLogger,
      onEvent: () => undefined,
      onChange: () => undefined,
    });
    link = made;
    return () => made.status();
  };

  it('keeps what an earlier run of the sensor lost', async () => {
    const status = statusOf([hello, heartbeat(5, 0)], [hello, heartbeat(0, 0), event(1)]);
    await vi.waitFor(() => expect(status()).toMatchObject({ state: 'running', eventsTotal: 1 }), 10_000);
    expect(status().lostInKernelTotal).toBe(5);
  });

  it('counts an event that the sensor gave up once', async () => {
    const status = statusOf([hello], [hello, event(1), event(3), heartbeat(0, 1), event(4)]);
    await vi.waitFor(() => expect(status().eventsTotal).toBe(3), 10_000);
    expect(status().shedTotal).toBe(1);
  });
});
