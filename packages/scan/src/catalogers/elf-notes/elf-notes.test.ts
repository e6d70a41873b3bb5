// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elfWithSection } from '../../testing/elf.ts';
import { names, runCataloger, treeOf } from '../../testing/trees.ts';
import { elfNotesCataloger } from './elf-notes.ts';

const note = (text: string, type = 0xcafe1a7e): Buffer => {
  const header = Buffer.alloc(16);
  header.writeUInt32LE(4, 0);
  header.writeUInt32LE(text.length, 4);
  header.writeUInt32LE(type, 8);
  header.write('FDO\0', 12);
  return Buffer.concat([header, Buffer.from(text), Buffer.alloc(4)]);
};
const JSON_NOTE =
  '{"type":"rpm","name":"coreutils","version":"9.3-5.fc39","architecture":"x86_64","os":"fedora"}';
const find = (content: Buffer) =>
  runCataloger(
    elfNotesCataloger,
    treeOf({ '/usr/bin/ls': elfWithSection('.note.package', content, 5_000) }, 0o755),
  ).packages;

describe('the elf-notes cataloger', () => {
  it('reads which package an executable says it belongs to', () => {
    const packages = find(note(JSON_NOTE));
    expect(names(packages)).toEqual(['coreutils 9.3-5.fc39']);
    expect(packages[0]?.purl).toBe('pkg:rpm/fedora/coreutils@9.3-5.fc39?arch=x86_64');
  });

  it('does not count it as a package of the database, which lists it itself', () => {
    expect(find(note(JSON_NOTE))[0]?.type).toBe('generic');
  });

  it.each([
    ['of another type', note(JSON_NOTE, 1)],
    ['that is no JSON', note('{')],
    ['without a version', note('{"name":"x"}')],
    ['cut short', note(JSON_NOTE).subarray(0, 9)],
  ])('passes over a note %s', (_name, content) => {
    expect(find(content)).toEqual([]);
  });

  it('never throws on a note of noise', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(find(Buffer.from(bytes)).length).toBeLessThanOrEqual(1);
      }),
      { seed: 9, numRuns: 200 },
    );
  });
});
