// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { catalogTree, DEFAULT_LIMITS, DirectoryTree } from '@bartizan/scan';
import { describe, expect, it } from 'vitest';
import { goModule, hasGo, report } from '../outside.ts';

/** Epoch, name, version, release, architecture and source package, as the tables of go-rpmdb state them (read as data). */
const ROW = /\{intRef\((\d*)\), "([^"]*)", "([^"]*)", "([^"]*)", "([^"]*)", "([^"]*)"/g;

const readTables = (text: string): Map<string, string[]> => {
  const tables = new Map<string, string[]>();
  const starts = [...text.matchAll(/^\s*(\w+) = func\(\) \[\]\*PackageInfo/gm)];
  for (const [at, start] of starts.entries()) {
    const body = text.slice(start.index, starts[at + 1]?.index ?? text.length);
    const rows = [...body.matchAll(ROW)]
      .filter(([, , name]) => name !== 'gpg-pubkey')
      .map(([, epoch, name, version, release, architecture, source]) => {
        const full = `${epoch === '' || epoch === '0' ? '' : `${epoch}:`}${version}-${release}`;
        const isSource = /\.src\.rpm$/.test(source ?? '');
        return `${name} ${full} ${architecture} ${isSource ? source : ''}`;
      });
    tables.set(start[1] ?? '', rows);
  }
  return tables;
};

const readCases = (text: string): { file: string; table: string }[] =>
  [...text.matchAll(/file:\s+"(testdata\/[^"]+)",[^}]*?pkgList:\s+(\w+)\(\)/g)].map(([, file, table]) => ({
    file: file ?? '',
    table: table ?? '',
  }));

const readDatabase = (path: string): string[] => {
  const root = mkdtempSync(join(tmpdir(), 'bartizan-rpmdb-'));
  try {
    mkdirSync(join(root, 'var/lib/rpm'), { recursive: true });
    cpSync(path, join(root, 'var/lib/rpm', basename(path)));
    const tree = new DirectoryTree(root);
    const catalog = catalogTree({ tree, limits: DEFAULT_LIMITS, now: Date.now });
    tree.close();
    expect(catalog.problems).toEqual([]);
    return catalog.packages.map((found) => {
      const source =
        found.sourceName === undefined ? '' : `${found.sourceName}-${found.sourceVersion}.src.rpm`;
      return `${found.name} ${found.version} ${found.architecture === undefined ? '' : found.architecture} ${source}`;
    });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
};

describe.skipIf(!hasGo)('the outside rpm databases', () => {
  it('give every package with epoch, version, release, architecture and source', { timeout: 600_000 }, () => {
    const folder = join(goModule('github.com/anchore/go-rpmdb@v0.2.2'), 'pkg');
    const tables = readTables(readFileSync(join(folder, 'rpmdb_testcase_test.go'), 'utf8'));
    const cases = readCases(readFileSync(join(folder, 'rpmdb_test.go'), 'utf8'));
    const wrong: string[] = [];
    for (const { file, table } of cases) {
      const expected = [...(tables.get(table) ?? [])].sort();
      const found = readDatabase(join(folder, file)).sort();
      expect(expected.length, `${table} has no rows`).toBeGreaterThan(10);
      const missing = expected.filter((row) => !found.includes(row));
      if (missing.length > 0 || found.length !== expected.length) {
        wrong.push(
          `${file}: ${found.length} found, ${expected.length} expected, missing ${missing.slice(0, 3).join(' | ')}; have ${found
            .filter((row) => !expected.includes(row))
            .slice(0, 3)
            .join(' | ')}`,
        );
      }
    }
    expect(wrong).toEqual([]);
    report('rpmdb', cases.length - wrong.length, cases.length);
  });
});
