// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { cpSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DiskBuffer, openDiskBuffer } from './disk-buffer.ts';

const HOUR_MS = 3_600_000;
const EARLY_MS = 1_800_000_000_000;
const TAKEN = (EARLY_MS + 9 * HOUR_MS) * 1000;

let root = '';
let folder = '';
const open = (wallMs = EARLY_MS, bootId = 'boot-1'): DiskBuffer =>
  openDiskBuffer({ folder, bootId, maxBytes: 10_000_000, segmentBytes: 400, wallMs: () => wallMs });

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bartizan-taken-'));
  folder = join(root, 'buffer');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const write = (buffer: DiskBuffer, ...names: readonly string[]): number => {
  let last = 0;
  for (const name of names) {
    const written = buffer.append('security', () => ({ name, pad: 'x'.repeat(100) }));
    last = written.ok ? written.value : 0;
  }
  return last;
};
const settle = (buffer: DiskBuffer, sequence: number, bootId = 'boot-1'): void => {
  expect(buffer.settle([{ stream: 'security', bootId, sequence }])).toEqual({ ok: true, value: undefined });
};
/** What is sent after a mark: names, and the sequences they have for the controller. */
function sent(buffer: DiskBuffer, mark: number): { names: string[]; sequences: number[] } {
  const [names, sequences]: [string[], number[]] = [[], []];
  let after = mark;
  for (let batch = buffer.next(() => after); batch; batch = buffer.next(() => after)) {
    for (const [at, payload] of batch.payloads.entries()) {
      names.push(JSON.parse(payload.toString()).name);
      sequences.push(batch.firstSequence + at);
    }
    after = batch.firstSequence + batch.payloads.length - 1;
  }
  return { names, sequences };
}
const names = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, at) => `r${from + at}`);
const isRising = (list: readonly number[]): boolean =>
  list.every((one, at) => at === 0 || one > (list[at - 1] ?? 0));
const notesOf = (bootId = 'boot-1'): string[] =>
  readdirSync(join(folder, bootId, 'security')).filter((name) => name.endsWith('.unsent'));

describe('a buffer whose numbers the controller has from somewhere else', () => {
  it('sends what it holds, and what comes later, above them: the clock of an earlier state was ahead', () => {
    const buffer = open();
    write(buffer, ...names(0, 30));
    settle(buffer, TAKEN);
    expect(buffer.pending('security')).toBe(30);
    const first = sent(buffer, TAKEN);
    expect(first.names).toEqual(names(0, 30));
    expect(isRising([TAKEN, ...first.sequences])).toBe(true);
    const last = first.sequences.at(-1) ?? 0;
    expect(write(buffer, 'later')).toBe(last + 1);
    expect(sent(buffer, last)).toEqual({ names: ['later'], sequences: [last + 1] });
    buffer.acknowledge('security', 'boot-1', last + 1);
    expect(buffer.status()).toMatchObject({ records: 0, shedTotal: 0 });
    buffer.close();
  });

  it('starts above them when nothing waits, also after the next start', () => {
    const buffer = open();
    settle(buffer, TAKEN);
    buffer.close();
    const again = open();
    expect(write(again, 'a')).toBe(TAKEN + 1);
    again.close();
  });

  it('knows after starts without a connection that nothing was sent', () => {
    for (const part of [names(0, 5), names(5, 10), names(10, 15)]) {
      const run = open();
      write(run, ...part);
      run.close();
    }
    const buffer = open();
    settle(buffer, TAKEN);
    const told = sent(buffer, TAKEN);
    expect(told.names).toEqual(names(0, 15));
    expect(isRising([TAKEN, ...told.sequences])).toBe(true);
    expect(notesOf()).toEqual([]);
    buffer.close();
  });

  it('tells what was written since a state came back from a backup, and nothing of before', () => {
    const before = open();
    settle(before, 0);
    write(before, ...names(0, 10));
    before.close();
    cpSync(folder, join(root, 'backup'), { recursive: true });
    const original = open();
    settle(original, 0);
    const mark = write(original, ...names(10, 40));
    original.close();
    rmSync(folder, { recursive: true });
    renameSync(join(root, 'backup'), folder);
    const restored = open();
    write(restored, 'new-1');
    restored.close();
    const buffer = open();
    write(buffer, 'new-2');
    settle(buffer, mark);
    const told = sent(buffer, mark);
    expect(told.names).toEqual(['new-1', 'new-2']);
    expect(isRising([mark, ...told.sequences])).toBe(true);
    buffer.close();
  });

  it.each([0, 1, 3, 7])('sends each record once when it is killed after %i of the renamings', (renamed) => {
    const run = open();
    write(run, ...names(0, 30));
    const last = sent(run, 0).sequences.at(-1) ?? 0;
    run.close();
    const inside = join(folder, 'boot-1', 'security');
    const segments = readdirSync(inside)
      .filter((name) => name.endsWith('.seg'))
      .sort();
    expect(segments.length).toBeGreaterThan(7);
    const by = TAKEN + 1 - Number.parseInt(segments[0] ?? '', 10);
    for (const name of segments.toReversed().slice(0, renamed))
      renameSync(
        join(inside, name),
        join(inside, `${String(Number.parseInt(name, 10) + by).padStart(16, '0')}.seg`),
      );
    const again = open();
    write(again, 'after');
    settle(again, TAKEN);
    const told = sent(again, TAKEN);
    expect(told.names).toEqual([...names(0, 30), 'after']);
    expect(isRising([TAKEN, ...told.sequences])).toBe(true);
    expect(last).toBeLessThan(TAKEN);
    again.close();
  });

  it('of an earlier boot sends it above them too', () => {
    const old = open(EARLY_MS, 'boot-0');
    write(old, 'old');
    old.close();
    const buffer = open();
    settle(buffer, TAKEN, 'boot-0');
    expect(sent(buffer, TAKEN).names).toEqual(['old']);
    buffer.acknowledge('security', 'boot-0', TAKEN + 1);
    expect(readdirSync(folder)).toEqual(['boot-1']);
    buffer.close();
  });

  it('counts what lies in one file with what was sent, when the machine went back under it', () => {
    const buffer = open();
    settle(buffer, 0);
    const given = write(buffer, 'sent');
    expect(sent(buffer, 0).names).toEqual(['sent']);
    write(buffer, ...names(0, 20));
    const mark = given + 1000;
    settle(buffer, mark);
    const told = sent(buffer, mark);
    const [lost] = buffer.takeShed();
    expect(lost).toMatchObject({ stream: 'security', reason: 'sequence-taken' });
    expect(lost?.count).toBeGreaterThan(0);
    expect(told.names).toEqual(names(lost?.count ?? 0, 20));
    expect(isRising([mark, ...told.sequences])).toBe(true);
    buffer.close();
  });

  it('refuses to go on, and loses nothing, while the disk does not let it', () => {
    const buffer = open();
    write(buffer, ...names(0, 10));
    renameSync(join(folder, 'boot-1'), join(folder, 'away'));
    expect(buffer.settle([{ stream: 'security', bootId: 'boot-1', sequence: TAKEN }])).toMatchObject({
      ok: false,
      error: { code: 'E_BUFFER_FULL' },
    });
    expect(buffer.pending('security')).toBe(10);
    renameSync(join(folder, 'away'), join(folder, 'boot-1'));
    settle(buffer, TAKEN);
    expect(sent(buffer, TAKEN).names).toEqual(names(0, 10));
    buffer.close();
  });
});

describe('a buffer whose records the controller has', () => {
  it('sends none of them again after a kill before the acknowledgement, and keeps its numbers', () => {
    const run = open();
    write(run, ...names(0, 4));
    settle(run, 0);
    expect(sent(run, 0).names).toEqual(names(0, 4));
    const mark = write(run, 'last');
    expect(sent(run, mark - 1).names).toEqual(['last']);
    const again = open();
    const next = write(again, 'next');
    expect(next).toBe(mark + 1);
    settle(again, mark);
    expect(sent(again, mark)).toEqual({ names: ['next'], sequences: [mark + 1] });
    run.close();
    again.close();
  });

  it('goes on in the same numbers over lost connections', () => {
    const buffer = open();
    settle(buffer, 0);
    let mark = 0;
    for (let turn = 0; turn < 5; turn += 1) {
      const last = write(buffer, ...names(turn * 4, turn * 4 + 4));
      expect(sent(buffer, mark).names).toEqual(names(turn * 4, turn * 4 + 4));
      mark = last - 2;
      settle(buffer, mark);
      expect(sent(buffer, mark).names).toHaveLength(2);
      mark = last;
    }
    expect(buffer.takeShed()).toEqual([]);
    buffer.close();
  });

  it('takes a state of the release before as sent, as it may have been', () => {
    const inside = join(folder, 'boot-1', 'security');
    const run = open();
    const mark = write(run, ...names(0, 4));
    run.close();
    for (const name of notesOf()) rmSync(join(inside, name));
    const buffer = open();
    settle(buffer, mark);
    expect(buffer.pending('security')).toBe(0);
    buffer.close();
  });

  it('sends on while a note on disk cannot be removed', () => {
    const buffer = open();
    const first = write(buffer, 'a');
    const [note = ''] = notesOf();
    rmSync(join(folder, 'boot-1', 'security', note));
    mkdirSync(join(folder, 'boot-1', 'security', note));
    settle(buffer, 0);
    expect(sent(buffer, 0)).toEqual({ names: ['a'], sequences: [first] });
    buffer.close();
  });
});
