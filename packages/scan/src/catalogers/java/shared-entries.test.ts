// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { syncBuiltinESMExports } from 'node:module';
import zlib from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runCataloger, treeOf, zipOf } from '../../testing/trees.ts';
import { javaCataloger } from './java.ts';

/** What was inflated, at most: the limit of each call. */
const inflated = { mostBytes: 0, times: 0 };

const MIB = 1024 * 1024;

/** An archive of which many entries share the local header and the bytes of one. */
const sharedBy = (names: readonly string[], content: Buffer, sizeBytes = content.length): Buffer => {
  const one = zipOf({ [names[0] ?? '']: content }, { sizeBytes });
  const offset = one.indexOf(Buffer.from('504b0102', 'hex'));
  const directory = names.map((name) => {
    const central = Buffer.from(one.subarray(offset, one.length - 22));
    central.write(name, 46);
    return central;
  });
  const end = Buffer.from(one.subarray(one.length - 22));
  end.writeUInt16LE(names.length, 8);
  end.writeUInt16LE(names.length, 10);
  end.writeUInt32LE(
    directory.reduce((sum, { length }) => sum + length, 0),
    12,
  );
  return Buffer.concat([one.subarray(0, offset), ...directory, end]);
};
const numbered = (count: number, nameOf: (number: string) => string): string[] =>
  Array.from({ length: count }, (_, at) => nameOf(String(at).padStart(3, '0')));
const scan = (bytes: Buffer, limits = {}) => runCataloger(javaCataloger, treeOf({ '/x.jar': bytes }), limits);

describe('entries of a Java archive that share the bytes of one', () => {
  beforeEach(() => {
    Object.assign(inflated, { mostBytes: 0, times: 0 });
    const inflate = zlib.inflateRawSync;
    vi.spyOn(zlib, 'inflateRawSync').mockImplementation((bytes, options) => {
      inflated.mostBytes += options?.maxOutputLength ?? Number.POSITIVE_INFINITY;
      inflated.times += 1;
      return inflate(bytes, options);
    });
    // Modules that are loaded already see it too.
    syncBuiltinESMExports();
  });
  afterEach(() => {
    vi.restoreAllMocks();
    syncBuiltinESMExports();
  });

  it('inflate to what they claim at most, where they claim too little', () => {
    const bytes = sharedBy(
      numbered(500, (number) => `${number}.jar`),
      Buffer.alloc(4 * MIB),
      10,
    );
    const { problems } = scan(bytes, { archiveBytes: MIB });
    expect(inflated.times).toBeGreaterThan(0);
    expect(inflated.mostBytes).toBeLessThanOrEqual(MIB);
    expect(problems[0]).toMatchObject({ code: 'scan.malformed', path: '/x.jar!000.jar' });
    expect(problems.at(-1)).toMatchObject({ code: 'scan.limit' });
  });

  it.each([
    ['archives', (number: string) => `${number}.jar`],
    ['Maven metadata', (number: string) => `META-INF/maven/g/${number}/pom.properties`],
  ])('inflate to no more than one archive may take together: %s', (_what, nameOf) => {
    const bytes = sharedBy(numbered(100, nameOf), Buffer.alloc(MIB));
    const { problems } = scan(bytes, { archiveBytes: 5 * MIB });
    expect(inflated.times).toBe(5);
    expect(inflated.mostBytes).toBe(5 * MIB);
    expect(problems.map(({ code }) => code)).toContain('scan.limit');
  });

  it('are left when the time of the scan is over', () => {
    const files = treeOf({ '/x.jar': sharedBy(['000.jar', '001.jar'], Buffer.alloc(10)) });
    const { context, problems } = runCataloger(javaCataloger, treeOf({}));
    const file = { path: '/x.jar', name: 'x.jar', stat: () => undefined };
    javaCataloger.inspect?.(file, { ...context, tree: files, now: () => 2, deadlineMs: 1 });
    expect(inflated.times).toBe(0);
    expect(problems).toMatchObject([{ code: 'scan.timeout', path: '/x.jar!000.jar' }]);
  });
});
