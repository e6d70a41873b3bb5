// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readEntries, writeEnd, writeEntry } from './archive.ts';
import { ContainerReader, ContainerWriter } from './container.ts';

const folder = mkdtempSync(join(tmpdir(), 'bartizan-container-'));
afterAll(() => rmSync(folder, { recursive: true }));

const PASSPHRASE = 'four words are enough';
const big = Buffer.alloc(2_500_000, 'bartizan ');
let made = 0;

function write(): string {
  const path = join(folder, `${made++}.bak`);
  const container = new ContainerWriter(path, PASSPHRASE);
  writeEntry(container, 'small', Buffer.from('hello'));
  writeEntry(container, 'big', big);
  writeEntry(container, 'empty', Buffer.alloc(0));
  writeEnd(container);
  container.finish();
  return path;
}

function read(path: string, passphrase = PASSPHRASE): Map<string, Buffer> | string {
  const opened = ContainerReader.open(path, passphrase);
  if (!opened.ok) return opened.error.code;
  const found = new Map<string, Buffer[]>();
  const done = readEntries(opened.value, (name) => {
    const parts: Buffer[] = [];
    found.set(name, parts);
    return { ok: true, value: { write: (bytes) => parts.push(Buffer.from(bytes)), end: () => undefined } };
  });
  opened.value.close();
  if (!done.ok) return done.error.code;
  return new Map([...found].map(([name, parts]) => [name, Buffer.concat(parts)]));
}

const original = write();
const bytes = readFileSync(original);
const damaged = (change: (copy: Buffer) => Buffer): string => {
  const path = join(folder, `${made++}.bak`);
  writeFileSync(path, change(Buffer.from(bytes)));
  return path;
};

describe('a backup container', () => {
  it('gives back every entry', () => {
    const found = read(original);
    expect(found).toEqual(
      new Map([
        ['small', Buffer.from('hello')],
        ['big', big],
        ['empty', Buffer.alloc(0)],
      ]),
    );
  });

  it('shows nothing of its content', () => {
    expect(bytes.includes('bartizan bartizan')).toBe(false);
    expect(bytes.includes('hello')).toBe(false);
  });

  it('tells a wrong passphrase from a damaged file', () => {
    expect(read(original, 'four words are enougH')).toBe('E_BACKUP_PASSPHRASE');
  });

  it.each([0, 5, 11, 43, 44, 60, 100, 1000, 1_048_700, 2_000_000, bytes.length - 40, bytes.length - 1])(
    'is refused when cut off after %i bytes',
    (length) => {
      expect(['E_BACKUP_INVALID', 'E_BACKUP_PASSPHRASE']).toContain(
        read(damaged((copy) => copy.subarray(0, length))),
      );
    },
  );

  it.each([0, 3, 9, 47, 200, 1_048_700, 2_000_000, bytes.length - 1])(
    'is refused when byte %i is changed',
    (index) => {
      const path = damaged((copy) => {
        copy[index] = (copy[index] ?? 0) ^ 1;
        return copy;
      });
      expect(['E_BACKUP_INVALID', 'E_BACKUP_PASSPHRASE']).toContain(read(path));
    },
  );

  it('is refused when something follows the end', () => {
    expect(read(damaged((copy) => Buffer.concat([copy, Buffer.from('x')])))).toBe('E_BACKUP_INVALID');
  });

  it('is refused when it asks for an unreasonable key derivation', () => {
    const path = damaged((copy) => {
      copy[10] = 31;
      return copy;
    });
    expect(read(path)).toBe('E_BACKUP_INVALID');
  });

  it('does not write over a file that is there', () => {
    expect(() => new ContainerWriter(original, PASSPHRASE)).toThrow(/EEXIST/);
  });
});
