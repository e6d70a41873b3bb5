// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AdvisoryPack, buildPack, matchPackages, openPack } from '@bartizan/scan';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const SAMPLE = join(import.meta.dirname, '..', '..', 'content', 'advisories');
let folder = '';
let pack: AdvisoryPack;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-sample-'));
  const built = buildPack({ from: SAMPLE, to: join(folder, 'pack'), nowMs: Date.now() });
  const opened = built.ok ? openPack(join(folder, 'pack')) : built;
  if (!opened.ok) throw new Error(opened.error.detail);
  pack = opened.value;
});
afterAll(() => {
  pack.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the advisory sample of the repository', () => {
  it('is small, dated, and says that it is a sample', () => {
    expect(pack.header).toMatchObject({ kind: 'sample', builtAt: '2026-11-25T00:00:00.000Z', refused: 0 });
    expect(pack.header.note).toContain('cannot judge a machine');
    expect(pack.header.rows).toBeGreaterThan(50);
    expect(pack.header.rows).toBeLessThanOrEqual(400);
    expect(statSync(join(SAMPLE, 'sample.jsonl')).size).toBeLessThan(200_000);
  });

  it('never makes a machine look covered', () => {
    const packages = ['less', 'no-such-package'].map((name) => ({
      name,
      version: '0',
      ecosystem: 'Debian:12',
      purl: `pkg:deb/debian/${name}@0`,
      cataloger: 'dpkg',
      locations: ['/'],
    }));
    const [entry] = matchPackages(packages, pack).coverage;
    expect(entry?.reason).toMatchObject({ en: expect.stringContaining('sample') });
    expect(entry?.withoutData).toBeGreaterThan(0);
    expect(entry?.state).not.toBe('covered');
  });
});
