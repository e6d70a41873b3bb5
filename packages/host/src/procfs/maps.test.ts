// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMaps } from './maps.ts';
import { openProcfs } from './procfs.ts';

const MAPS = `55d4a000-55d4b000 r--p 00000000 fe:00 1234                       /usr/bin/python3.11
55d4b000-55d4d000 r-xp 00001000 fe:00 1234                       /usr/bin/python3.11
7f000000-7f001000 r--s 00000000 fe:00 99                         /usr/lib/locale/with blank
7f001000-7f002000 rw-p 00000000 00:00 0 
7f002000-7f003000 r-xp 00000000 00:00 0                          [vdso]
7f003000-7f004000 r-xp 00000000 fe:00 77                         /usr/lib/libold.so.1 (deleted)
7f004000-7f005000 rwxp 00000000 00:01 5                          /memfd:jit (deleted)
`;

describe('maps of a process', () => {
  it('gives files that have a name, each once, and which are mapped as code', () => {
    expect(parseMaps(MAPS)).toEqual([
      { path: '/usr/bin/python3.11', isExecutable: true },
      { path: '/usr/lib/locale/with blank', isExecutable: false },
    ]);
  });

  it('reads our own', () => {
    const own = openProcfs().mappedFiles(process.pid);
    expect(
      own.ok && own.value.some(({ path, isExecutable }) => path === process.execPath && isExecutable),
    ).toBe(true);
  });

  it('survives any text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 400 }), (text) => Array.isArray(parseMaps(text))),
      { seed: 3 },
    );
  });
});
