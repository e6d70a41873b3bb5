// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readConfig } from '../config.ts';
import { readLevelsOutput } from './levels.ts';
import { redactArguments } from './redact.ts';

const folder = mkdtempSync(join(tmpdir(), 'bartizan-agent-readers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('arguments read from /proc', () => {
  it.each([
    [
      ['mysql', '--password=hunter2'],
      ['mysql', '--password=[redacted]'],
    ],
    [
      ['x', '--token', 'hunter2', 'y'],
      ['x', '--token', '[redacted]', 'y'],
    ],
    [
      ['curl', 'https://user:hunter2@host/a'],
      ['curl', 'https://[redacted]@host/a'],
    ],
    [
      ['env', 'API_KEY=hunter2'],
      ['env', 'API_KEY=[redacted]'],
    ],
    [
      ['sh', '-c', 'export TOKEN=hunter2; app'],
      ['sh', '-c', 'export TOKEN=[redacted]; app'],
    ],
    [
      ['curl', '-H', 'Authorization: Splunk hunter2'],
      ['curl', '-H', 'Authorization: Splunk [redacted]'],
    ],
    [
      ['ls', '-la'],
      ['ls', '-la'],
    ],
  ])('%j lose their secrets', (given, expected) => {
    const { arguments: found, redacted } = redactArguments(given);
    expect(found).toEqual(expected);
    expect(redacted).toBe(JSON.stringify(given) !== JSON.stringify(expected));
    expect(found.join(' ')).not.toContain('hunter2');
  });
});

describe('levels', () => {
  it('are read as the sensor prints them; rows of another form are left out', () => {
    expect(
      readLevelsOutput(
        '[{"action":"exec","level":"detect-only","reason":{"en":"x","ja":"あ"}},{"action":"y","level":"magic","reason":""},7]',
      ),
    ).toEqual([{ action: 'exec', level: 'detect-only', reason: { en: 'x', ja: 'あ' } }]);
    expect(readLevelsOutput('usage: ...')).toEqual([]);
  });
});

describe('the configuration', () => {
  const good = { stateDir: '/s', sensorPath: '/b', controllerPort: 8444, caSha256: 'a'.repeat(64) };

  it('has defaults for what may be left out', () => {
    const config = readConfig(JSON.stringify(good));
    expect(config).toMatchObject({
      ok: true,
      value: { instance: 'main', controllerHost: '127.0.0.1', root: '/', logLevel: 'info' },
    });
    expect(
      config.ok && config.value.places.some((one) => one.client === 'runc' && one.endpoint === '/run/runc'),
    ).toBe(true);
  });

  it('takes extra sockets, containerd with its CRI, and other runc roots', () => {
    const config = readConfig(
      JSON.stringify({
        ...good,
        runtimes: [
          { runtime: 'containerd', endpoint: '/c.sock' },
          { runtime: 'magic', endpoint: '/m' },
        ],
        runcRoots: ['/r'],
      }),
    );
    const places = config.ok ? config.value.places : [];
    expect(places.filter((one) => one.endpoint === '/c.sock').map((one) => one.client)).toEqual([
      'containerd',
      'containerd-cri',
    ]);
    expect(places.filter((one) => one.client === 'runc').map((one) => one.endpoint)).toEqual(['/r']);
  });

  it.each([
    ['no JSON', 'x'],
    ['a relative folder', JSON.stringify({ ...good, stateDir: 's' })],
    ['a port out of range', JSON.stringify({ ...good, controllerPort: 70_000 })],
    ['no fingerprint', JSON.stringify({ ...good, caSha256: 'zz' })],
  ])('is refused with %s', (_, json) => {
    expect(readConfig(json)).toMatchObject({ ok: false, error: { code: 'E_AGENT_CONFIG' } });
  });
});
