// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { readText, repositoryFiles } from '../architecture/repository.ts';
import { faultOf, type Told } from './cli-help.ts';

/** Commands of a page: lines of `sh` blocks and code spans that begin with the launcher or the CLI. */
function commandsOf(page: string, text: string): Told[] {
  const blocks = [...text.matchAll(/```(?:sh|console)\n([\s\S]*?)```/g)].flatMap((match) =>
    (match[1] ?? '').split('\n'),
  );
  const spans = [...text.replaceAll(/```[\s\S]*?```/g, '').matchAll(/`([^`\n]+)`/g)].map(
    (match) => match[1] ?? '',
  );
  return [...blocks, ...spans].flatMap((line) => {
    const command = /^(?:\$ )?(?:[A-Z_]+=\S+ )*(?:\.\/)?bartizan ([a-z][^#|&>]*)/
      .exec(line.trim())?.[1]
      ?.trim();
    if (command === undefined) return [];
    const all = command.split(/\s+/).map((word) => word.replace(/^\[|\]$/g, ''));
    const first = all.findIndex((word) => !/^[a-z][a-z-]*$/.test(word));
    const words = first < 0 ? all : all.slice(0, first);
    return [{ page, line, words, flags: all.filter((word) => /^--?[a-z]/.test(word)) }];
  });
}

const PAGES = repositoryFiles().filter((path) =>
  /^(README(\.ja)?\.md|CONTRIBUTING\.md|SECURITY\.md|docs\/guide\/.*\.md|controls\/.*README(\.ja)?\.md)$/.test(
    path,
  ),
);
const TOLD = PAGES.flatMap((page) => commandsOf(page, readText(page)));

describe('the documents', { timeout: 240_000 }, () => {
  it('tell only of commands and flags that exist', async () => {
    const distinct = [
      ...new Map(TOLD.map((told) => [[...told.words, ...told.flags].join(' '), told])).values(),
    ];
    expect(distinct.length).toBeGreaterThan(15);
    const faults: (string | undefined)[] = [];
    for (let at = 0; at < distinct.length; at += 2)
      faults.push(...(await Promise.all(distinct.slice(at, at + 2).map(faultOf))));
    expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
  });

  it.each(['bartizan workload shred', 'bartizan frobnicate', 'bartizan status --louder'])(
    'fail on `%s`',
    async (line) => {
      const [told] = commandsOf('a page', `\`${line}\``);
      if (told === undefined) throw new Error('not read');
      expect(await faultOf(told)).toContain(line);
    },
  );

  it('are read as a person reads them', () => {
    expect(
      commandsOf('p', '```sh\nBARTIZAN_INSTANCE=x ./bartizan db import FILE  # why\nnpm test\n```'),
    ).toEqual([expect.objectContaining({ words: ['db', 'import'], flags: [] })]);
    expect(commandsOf('p', 'say `./bartizan uninstall [--purge]`')).toEqual([
      expect.objectContaining({ words: ['uninstall'], flags: ['--purge'] }),
    ]);
  });
});
