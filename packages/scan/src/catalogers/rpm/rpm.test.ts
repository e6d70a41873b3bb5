// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { berkeleyOf, ndbOf, rpmHeader } from '../../testing/rpm.ts';
import { names, runCataloger, treeOf } from '../../testing/trees.ts';
import { readBerkeleyValues } from './berkeley.ts';
import { readRpmHeader } from './header.ts';
import { readNdbBlobs } from './ndb.ts';
import { rpmCataloger } from './rpm.ts';
import { readSqliteBlobs } from './sqlite.ts';
import type { TellGap } from './value-budget.ts';

const OS = 'ID="almalinux"\nVERSION_ID="9.4"\n';
const scan = (files: Record<string, Buffer | string>, limits = {}) =>
  runCataloger(rpmCataloger, treeOf({ '/etc/os-release': OS, ...files }), limits);

const BASH = rpmHeader({
  name: 'bash',
  version: '5.1.8',
  release: '9.el9',
  arch: 'x86_64',
  source: 'bash-5.1.8-9.el9.src.rpm',
  files: ['/usr/bin/bash', '/usr/bin/sh', '/etc/skel/.bashrc'],
});
const BIND = rpmHeader({
  name: 'bind-libs',
  epoch: 32,
  version: '9.16.23',
  release: '18.el9',
  arch: 'x86_64',
  source: 'bind-9.16.23-18.el9.src.rpm',
});
const KEY = rpmHeader({ name: 'gpg-pubkey', version: 'abc', release: 'def' });
const LARGE = rpmHeader({
  name: 'large',
  version: '1',
  release: '1',
  files: Array.from({ length: 3_000 }, (_, at) => `/usr/share/large/file-${at}`),
});
const ALL = [BASH, KEY, BIND, LARGE];
const FOUND = ['bash 5.1.8-9.el9', 'bind-libs 32:9.16.23-18.el9', 'large 1-1'];

/** A database as SQLite itself writes it. */
const sqliteOf = (blobs: readonly Buffer[], pageBytes = 4096): Buffer => {
  const folder = mkdtempSync(join(tmpdir(), 'bartizan-rpm-'));
  try {
    const database = new DatabaseSync(join(folder, 'rpmdb.sqlite'));
    database.exec(
      `PRAGMA page_size = ${pageBytes}; CREATE TABLE Name (key TEXT, hnum INTEGER); CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)`,
    );
    const insert = database.prepare('INSERT INTO Packages (blob) VALUES (?)');
    database.exec('BEGIN');
    for (const blob of blobs) insert.run(blob);
    database.exec('COMMIT');
    database.close();
    return readFileSync(join(folder, 'rpmdb.sqlite'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const SQLITE = sqliteOf(ALL);

describe('the rpm cataloger', () => {
  it.each([
    ['nodejs:18:8060020221102:abc', 'nodejs:18'],
    ['nodejs:18', 'nodejs:18'],
    ['nodejs', undefined],
    [':18', undefined],
    [`${'x'.repeat(300)}:1`, undefined],
    [undefined, undefined],
  ])('reads the label %s as module %s', (modularity, module) => {
    const header = rpmHeader({
      ...{ name: 'a', version: '1', release: '1' },
      ...(modularity === undefined ? {} : { modularity }),
    });
    expect(scan({ '/var/lib/rpm/Packages.db': ndbOf([header]) }).packages[0]?.module).toBe(module);
  });

  it.each([
    ['SQLite', '/var/lib/rpm/rpmdb.sqlite', SQLITE],
    ['SQLite in the new folder', '/usr/lib/sysimage/rpm/rpmdb.sqlite', SQLITE],
    ['SQLite with small pages', '/var/lib/rpm/rpmdb.sqlite', sqliteOf(ALL, 512)],
    ['SQLite with the largest pages', '/var/lib/rpm/rpmdb.sqlite', sqliteOf(ALL, 65_536)],
    ['ndb', '/var/lib/rpm/Packages.db', ndbOf(ALL)],
    ['Berkeley DB', '/var/lib/rpm/Packages', berkeleyOf(ALL)],
    ['Berkeley DB of a big-endian machine', '/var/lib/rpm/Packages', berkeleyOf(ALL, { isLittle: false })],
  ])('reads %s', (_name, path, bytes) => {
    const { packages, problems } = scan({ [path]: bytes });
    expect(names(packages).sort()).toEqual(FOUND);
    expect(problems).toEqual([]);
  });

  it('knows epoch, architecture and source package', () => {
    const found = scan({ '/var/lib/rpm/rpmdb.sqlite': SQLITE }).packages.find(
      (one) => one.name === 'bind-libs',
    );
    expect(found).toMatchObject({
      version: '32:9.16.23-18.el9',
      architecture: 'x86_64',
      sourceName: 'bind',
      sourceVersion: '9.16.23-18.el9',
      purl: 'pkg:rpm/almalinux/bind-libs@9.16.23-18.el9?arch=x86_64&epoch=32',
    });
  });

  it('reads a table of many pages completely', () => {
    const many = Array.from({ length: 1_500 }, (_, at) =>
      rpmHeader({ name: `p${at}`, version: '1', release: '1' }),
    );
    expect(scan({ '/var/lib/rpm/rpmdb.sqlite': sqliteOf(many, 1024) }).packages).toHaveLength(1_500);
  });

  it('says that there are more packages than it keeps', () => {
    const path = '/var/lib/rpm/rpmdb.sqlite';
    const { packages, problems } = scan({ [path]: SQLITE }, { packages: 1 });
    expect(packages).toHaveLength(1);
    expect(problems).toMatchObject([{ code: 'scan.limit', path }]);
    expect(scan({ [path]: SQLITE }, { packages: FOUND.length }).problems).toEqual([]);
  });

  it('says which package owns a path', () => {
    const ownership = new Map<string, string>();
    rpmCataloger.owns?.(scan({ '/var/lib/rpm/Packages.db': ndbOf(ALL) }).context, ownership);
    expect(ownership.get('/usr/bin/bash')).toBe('bash');
    expect(ownership.get('/etc/skel/.bashrc')).toBe('bash');
    expect(ownership.get('/usr/share/large/file-2999')).toBe('large');
  });

  it('says that changes in a write-ahead log are not read', () => {
    const { problems } = scan({ '/var/lib/rpm/rpmdb.sqlite': SQLITE, '/var/lib/rpm/rpmdb.sqlite-wal': 'x' });
    expect(problems).toMatchObject([{ code: 'scan.unsupported', path: '/var/lib/rpm/rpmdb.sqlite-wal' }]);
  });

  it.each([
    ['rpmdb.sqlite', SQLITE],
    ['Packages.db', ndbOf(ALL)],
    ['Packages', berkeleyOf(ALL)],
  ])('says that %s is damaged when it is cut, and never throws', (file, bytes) => {
    for (const share of [0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99]) {
      const { problems, packages } = scan({
        [`/var/lib/rpm/${file}`]: bytes.subarray(0, Math.floor(bytes.length * share)),
      });
      expect(packages.length === 3 || problems.length > 0).toBe(true);
    }
  });

  it.each([
    ['rpmdb.sqlite', SQLITE],
    ['Packages.db', ndbOf(ALL)],
    ['Packages', berkeleyOf(ALL)],
  ])('survives any damage to %s', (file, bytes) => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20 }),
        (changes) => {
          const damaged = Buffer.from(bytes);
          for (const [at, value] of changes) damaged[at] = value;
          scan({ [`/var/lib/rpm/${file}`]: damaged });
        },
      ),
      { seed: 91, numRuns: 150 },
    );
  });

  it.each(['rpmdb.sqlite', 'Packages.db', 'Packages'])('says that text is no %s', (file) => {
    expect(scan({ [`/var/lib/rpm/${file}`]: 'hello '.repeat(1_000) }).problems).toMatchObject([
      { code: 'scan.malformed' },
    ]);
  });

  it('ends on a table whose pages point at each other', () => {
    const looping = Buffer.from(
      sqliteOf(
        Array.from({ length: 200 }, () => BASH),
        512,
      ),
    );
    for (let page = 1; page * 512 < looping.length; page += 1) {
      if (looping[page * 512] === 5) looping.writeUInt32BE(page + 1, page * 512 + 8);
    }
    const problems: string[] = [];
    for (const _blob of readSqliteBlobs(looping, 'Packages', ({ en }) => problems.push(en))) void _blob;
    expect(problems.length).toBeGreaterThan(0);
  });
});

/** Each page of SQLite that continues a row becomes its own continuation. */
const loopSqlite = (bytes: Buffer, pageBytes: number): void => {
  for (let at = pageBytes; at < bytes.length; at += pageBytes)
    if (bytes[at] === 0) bytes.writeUInt32BE(at / pageBytes + 1, at);
};

/** The first cell of every leaf gets many pointers. */
const repeatSqlite = (bytes: Buffer, pageBytes: number, times: number): Buffer => {
  for (let at = pageBytes; at < bytes.length; at += pageBytes) {
    if (bytes[at] !== 13 || bytes.readUInt16BE(at + 3) === 0) continue;
    const cell = bytes.readUInt16BE(at + 8);
    bytes.writeUInt16BE(times, at + 3);
    for (let pointer = 0; pointer < times; pointer += 1) bytes.writeUInt16BE(cell, at + 8 + pointer * 2);
  }
  return bytes;
};

const manyOfOne = (isLooping: boolean) => {
  const value = rpmHeader({
    ...{ name: 'one', version: '1', release: '1' },
    files: Array.from({ length: 16_000 }, (_, at) => `/usr/share/one/file-${at}`),
  });
  const sqlite = sqliteOf([value], 65_536);
  const berkeley = berkeleyOf([value]);
  const ndb = ndbOf([value]);
  if (isLooping) loopSqlite(sqlite, 65_536);
  repeatSqlite(sqlite, 65_536, 1_000);
  for (let page = 2; isLooping && page * 4096 < berkeley.length; page += 1)
    berkeley.writeUInt32LE(page, page * 4096 + 16);
  berkeley.writeUInt16LE(1_000, 4096 + 20);
  for (let index = 0; index < 1_000; index += 1) berkeley.writeUInt16LE(4096 - 17, 4096 + 26 + index * 2);
  for (let at = 48; at < 4096; at += 16) ndb.copy(ndb, at, 32, 48);
  return { sqlite, berkeley, ndb };
};

describe('a database of which many entries name one value', () => {
  const read = (reader: (problem: TellGap) => Generator<Buffer>) => {
    const codes: string[] = [];
    let readBytes = 0;
    for (const blob of reader((_told, code = 'scan.malformed') => codes.push(code))) readBytes += blob.length;
    return { codes, readBytes };
  };

  it.each([true, false])(
    'is read for twice its size at most, and says so; its own continuation: %s',
    (isLooping) => {
      const { sqlite, berkeley, ndb } = manyOfOne(isLooping);
      const readers: readonly (readonly [Buffer, (problem: TellGap) => Generator<Buffer>])[] = [
        [sqlite, (problem) => readSqliteBlobs(sqlite, 'Packages', problem)],
        [berkeley, (problem) => readBerkeleyValues(berkeley, problem)],
        [ndb, (problem) => readNdbBlobs(ndb, problem)],
      ];
      for (const [bytes, reader] of readers) {
        const { codes, readBytes } = read(reader);
        expect(codes.filter((code) => code === 'scan.limit')).toHaveLength(1);
        expect(codes.length).toBeLessThan(200);
        expect(readBytes).toBeLessThanOrEqual(2 * bytes.length);
      }
    },
  );

  it('is a problem of the scan, however many others it has', () => {
    const { problems } = scan({ '/var/lib/rpm/rpmdb.sqlite': manyOfOne(true).sqlite });
    expect(problems.at(-1)).toMatchObject({ code: 'scan.limit', path: '/var/lib/rpm/rpmdb.sqlite' });
  });

  it('is not read beyond the time of the scan', () => {
    const { context, problems } = scan({ '/var/lib/rpm/rpmdb.sqlite': SQLITE });
    expect(rpmCataloger.fixed?.({ ...context, now: () => 2, deadlineMs: 1 })).toEqual([]);
    expect(problems).toMatchObject([{ code: 'scan.timeout', path: '/var/lib/rpm/rpmdb.sqlite' }]);
  });
});

describe('readRpmHeader', () => {
  it('refuses counts that do not fit', () => {
    expect(readRpmHeader(Buffer.alloc(4))).toBeUndefined();
    expect(readRpmHeader(Buffer.from('ffffffffffffffff', 'hex'))).toBeUndefined();
    const huge = Buffer.from(BASH);
    huge.writeUInt32BE(1_000_000, 0);
    expect(readRpmHeader(huge)).toBeUndefined();
  });

  it('does not read a text beyond the data', () => {
    const lying = Buffer.from(BASH);
    lying.writeUInt32BE(0x7fffffff, 8 + 8);
    expect(readRpmHeader(lying)).toBeUndefined();
  });
});
