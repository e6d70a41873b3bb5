// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { readText, repositoryFiles } from '../architecture/repository.ts';

const files = repositoryFiles();

/** The other language's path of a document, or undefined when the document is in one language on purpose. */
function twin(path: string): string | undefined {
  if (path.includes('/en/')) return path.replace('/en/', '/ja/');
  if (path.includes('/ja/')) return path.replace('/ja/', '/en/');
  if (/(^|\/)README\.md$/.test(path)) return path.replace('README.md', 'README.ja.md');
  if (/(^|\/)README\.ja\.md$/.test(path)) return path.replace('README.ja.md', 'README.md');
  return undefined;
}

const paired = (path: string): boolean =>
  /^(README|docs\/(guide|reference)\/(en|ja)\/|controls\/)/.test(path) && path.endsWith('.md');

/** Pages without their twin. */
const lonely = (paths: readonly string[]): string[] =>
  paths.filter(paired).filter((path) => {
    const other = twin(path);
    return other !== undefined && !paths.includes(other);
  });

describe('documents', () => {
  it('come in pairs, English and Japanese', () => {
    expect(files.filter(paired).length).toBeGreaterThan(20);
    expect(lonely(files)).toEqual([]);
  });

  it('fail when one of a pair is missing', () => {
    expect(lonely(files.filter((path) => path !== 'README.ja.md'))).toEqual(['README.md']);
  });

  it('have as many sections in one language as in the other', () => {
    const sections = (path: string): number => readText(path).match(/^#{1,3} /gm)?.length ?? 0;
    const uneven = files
      .filter((path) => paired(path) && (path.includes('/en/') || path.endsWith('README.md')))
      .map((path) => [path, sections(path), sections(twin(path) ?? path)] as const)
      .filter(([, left, right]) => left !== right);
    expect(uneven).toEqual([]);
  });

  it('have as many rows in the tables of the READMEs in both languages, and none twice', () => {
    const rowsOf = (path: string): string[] =>
      readText(path)
        .split('\n')
        .filter((line) => line.startsWith('| ') && !line.startsWith('| ---'))
        .map((line) => line.split(' | ')[0] ?? line);
    const [english, japanese] = [rowsOf('README.md'), rowsOf('README.ja.md')];
    const twice = [english, japanese].flatMap((rows) => rows.filter((row, at) => rows.indexOf(row) !== at));
    expect(english.length).toBeGreaterThan(40);
    expect(japanese.length).toBe(english.length);
    expect(twice).toEqual([]);
  });

  it('link only to files that exist', () => {
    const dead: string[] = [];
    for (const path of files.filter((file) => file.endsWith('.md'))) {
      for (const match of readText(path).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)/g)) {
        const target = new URL(match[1] ?? '', `file:///${path}`).pathname.slice(1);
        if (
          !files.includes(target) &&
          !files.some((file) => file.startsWith(`${target.replace(/\/$/, '')}/`))
        )
          dead.push(`${path}: ${match[1]}`);
      }
    }
    expect(dead).toEqual([]);
  });

  it('list every dependency of production code with its reason', () => {
    const page = readText('docs/dependencies.md');
    const names = files
      .filter((path) => /^(packages|apps)\/[^/]+\/package\.json$/.test(path))
      .flatMap((path) => {
        const manifest: { dependencies?: object; devDependencies?: object } = JSON.parse(readText(path));
        return [
          ...Object.keys(manifest.dependencies ?? {}),
          ...(path.startsWith('apps/console') ? Object.keys(manifest.devDependencies ?? {}) : []),
        ];
      })
      .filter((name) => !name.startsWith('@bartizan/') && !name.startsWith('@types/'));
    expect([...new Set(names)].filter((name) => !page.includes(`| ${name} |`))).toEqual([]);
  });
});
