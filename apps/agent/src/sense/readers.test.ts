// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { ScanPackage } from '@bartizan/scan';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { readConfig } from '../config.ts';
import { aptUpdates } from './apt-updates.ts';
import { readLevelsOutput } from './levels.ts';
import { decompressLz4 } from './lz4.ts';
import { redactArguments } from './redact.ts';

const folder = mkdtempSync(join(tmpdir(), 'bartizan-agent-readers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('LZ4 frames', () => {
  /** "aaaaaaaaaaaaaaaaaaaaab": one literal, a match that overlaps itself, one literal; made by hand from the format. */
  const block = Buffer.from([0x1f, 0x61, 0x01, 0x00, 0x01, 0x10, 0x62]);
  const frame = (body: Buffer, stored = false): Buffer => {
    const size = Buffer.alloc(4);
    size.writeUInt32LE(body.length + (stored ? 0x80000000 : 0));
    return Buffer.concat([
      Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x40, 0x40, 0xc0]),
      size,
      body,
      Buffer.alloc(4),
    ]);
  };

  it('are read, overlapping matches included', () => {
    expect(decompressLz4(frame(block), 1000)?.toString()).toBe(`${'a'.repeat(21)}b`);
    expect(decompressLz4(frame(Buffer.from('stored'), true), 1000)?.toString()).toBe('stored');
  });

  it('are refused when cut, above the bound, or pointing before their start', () => {
    expect(decompressLz4(frame(block).subarray(0, 12), 1000)).toBeUndefined();
    expect(decompressLz4(frame(block), 10)).toBeUndefined();
    expect(decompressLz4(frame(Buffer.from([0x10, 0x61, 0x05, 0x00])), 1000)).toBeUndefined();
  });

  it('survive any bytes (property)', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const whole = decompressLz4(frame(Buffer.from(bytes)), 100_000);
        expect(whole === undefined || whole.length <= 100_000).toBe(true);
      }),
      { seed: 7, numRuns: 500 },
    );
  });
});

describe("apt's lists", () => {
  const root = join(folder, 'apt');
  const lists = join(root, 'var/lib/apt/lists');
  const deb = (name: string, version: string): ScanPackage => ({
    type: 'deb',
    name,
    version,
    ecosystem: 'Debian:12',
    purl: '',
    location: '/x',
    foundBy: 'dpkg',
  });
  mkdirSync(lists, { recursive: true });
  const write = (name: string, content: string | Buffer) => writeFileSync(join(lists, name), content);
  write('deb.example_debian_dists_bookworm_InRelease', 'Origin: Debian\nLabel: Debian\n');
  write(
    'deb.example_debian_dists_bookworm_main_binary-amd64_Packages',
    'Package: curl\nVersion: 7.88.1-10\n\nPackage: zlib\nVersion: 2.0-1\n\n',
  );
  write(
    'deb.example_debian-security_dists_bookworm-security_InRelease',
    'Origin: Debian\nLabel: Debian-Security\n',
  );
  write(
    'deb.example_debian-security_dists_bookworm-security_main_binary-amd64_Packages.gz',
    gzipSync('Package: curl\nVersion: 7.88.1-10+deb12u8\n\nPackage: other\nVersion: 9\n'),
  );

  it('give updates of installed packages, and which are of security', () => {
    const { updates, problems } = aptUpdates(root, [
      deb('curl', '7.88.1-10+deb12u7'),
      deb('zlib', '1.0-1'),
      deb('bash', '5.2'),
    ]);
    expect(problems).toEqual([]);
    expect(updates).toMatchObject([
      {
        name: 'curl',
        candidate: '7.88.1-10+deb12u8',
        security: true,
        origin: 'Debian-Security bookworm-security',
      },
      { name: 'zlib', installed: '1.0-1', candidate: '2.0-1', security: false, origin: 'Debian bookworm' },
    ]);
  });

  it('say nothing, not "none", where there are no lists', () => {
    expect(aptUpdates(join(folder, 'nothing'), [deb('curl', '1')]).updates).toBeUndefined();
  });

  it('name a list that cannot be read and use the others', () => {
    write('broken_dists_x_main_Packages.lz4', 'not lz4');
    const { updates, problems } = aptUpdates(root, [deb('zlib', '1.0-1')]);
    expect(problems).toEqual(['broken_dists_x_main_Packages.lz4: cannot be read']);
    expect(updates).toHaveLength(1);
  });
});

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
        '[{"action":"exec","level":"detect-only","reason":"x"},{"action":"y","level":"magic","reason":""},7]',
      ),
    ).toEqual([{ action: 'exec', level: 'detect-only', reason: 'x' }]);
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
