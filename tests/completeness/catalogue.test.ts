// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ERRORS, PERMISSIONS, ROLE_PERMISSIONS, ROUTES, type Route } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import { isSource } from '../architecture/budgets.ts';
import { readText, repositoryFiles } from '../architecture/repository.ts';

const routes: readonly Route[] = ROUTES;
const codes = Object.keys(ERRORS);
const CATALOGUE = /^packages\/contracts\/src\/errors\//;

/** Codes that source text mentions. */
const mentioned = (texts: readonly string[]): Set<string> =>
  new Set(texts.flatMap((text) => text.match(/\bE_[A-Z][A-Z0-9_]+\b/g) ?? []));

const sources = repositoryFiles()
  .filter(
    (path) =>
      (isSource(path) || path === 'bartizan') &&
      !CATALOGUE.test(path) &&
      !/\.test\.tsx?$|_tests\.rs$/.test(path),
  )
  .filter((path) => /^(packages|apps|native|tools\/toolchain|bartizan)/.test(path));

/** Codes in use without an entry: the shell's own, which come before any TypeScript runs, are listed here. */
const LAUNCHER_ONLY = ['E_TOOLCHAIN_FETCH', 'E_TOOLCHAIN_DIGEST', 'E_NPM_MISSING'];
/** Codes the console shows for what happens inside the browser; no server knows them. */
const CONSOLE_ONLY = ['E_CONSOLE', 'E_UNREACHABLE'];

/** Codes whose remedy ends with a command to be copied. */
const COMMAND_LAST = new Set(['E_USER']);

/** Entries nobody uses, and uses without an entry. */
function catalogueFaults(used: ReadonlySet<string>, listed: readonly string[]): string[] {
  return [
    ...listed.filter((code) => !used.has(code)).map((code) => `${code}: in the catalogue but never used`),
    ...[...used]
      .filter((code) => !listed.includes(code) && ![...LAUNCHER_ONLY, ...CONSOLE_ONLY].includes(code))
      .map((code) => `${code}: used but not in the catalogue`),
  ];
}

describe('error catalogue', () => {
  const used = mentioned(sources.map((path) => readText(path)));

  it('lists exactly the codes that are used', () => {
    expect(catalogueFaults(used, codes)).toEqual([]);
  });

  it('fails when an entry is taken out, and when one is added that nothing uses', () => {
    expect(
      catalogueFaults(
        used,
        codes.filter((code) => code !== 'E_NOT_FOUND'),
      ),
    ).toContain('E_NOT_FOUND: used but not in the catalogue');
    expect(catalogueFaults(used, [...codes, 'E_EXTRA'])).toContain(
      'E_EXTRA: in the catalogue but never used',
    );
  });

  it('has titles that go on after a colon, and remedies that are sentences', () => {
    const faults = Object.entries(ERRORS).flatMap(([code, { title, remedy }]) => [
      ...(/[.。]$/u.test(title.en) || /[.。]$/u.test(title.ja) ? [`${code}: a title ends with a stop`] : []),
      // A command is copied as it stands.
      ...(COMMAND_LAST.has(code) || (/[.]$/u.test(remedy.en) && /。$/u.test(remedy.ja))
        ? []
        : [`${code}: a remedy ends without a stop`]),
    ]);
    expect(faults).toEqual([]);
  });

  it.each(['en', 'ja'])('is documented in full (%s)', (language) => {
    const page = readText(`docs/reference/${language}/errors.md`);
    const documented = [...page.matchAll(/^\| `(E_[A-Z0-9_]+)`/gm)].map((match) => match[1]);
    expect(documented).toEqual([...codes].sort((left, right) => left.localeCompare(right)));
  });
});

describe('permissions', () => {
  it('are each asked for by a route or granted for a later one that the README names', () => {
    const LATER = ['policies:write', 'federation:sync'];
    const idle = PERMISSIONS.filter((permission) => !routes.some((route) => route.permission === permission));
    expect(idle.filter((permission) => !LATER.includes(permission))).toEqual([]);
  });

  it('are held by at least one role', () => {
    for (const permission of PERMISSIONS)
      expect(Object.values(ROLE_PERMISSIONS).some((held) => held.includes(permission))).toBe(true);
  });
});
