// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bartizan } from '@bartizan/testkit/attack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'bartizan-k10-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A file system with one package in it. */
function plant(name: string, version: string): void {
  const at = join(folder, name, 'app/node_modules/left-pad');
  mkdirSync(at, { recursive: true });
  writeFileSync(join(at, 'package.json'), JSON.stringify({ name: 'left-pad', version }));
}

/** Made-up advisories: nothing in them is a real flaw. */
function writePack(to: string, flawed: string): void {
  const feeds = join(folder, `${to}-feeds`);
  mkdirSync(feeds);
  const advisory = {
    id: 'CVE-2026-90001',
    ecosystem: 'npm',
    package: flawed,
    ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '1.3.1' }] }],
    source: 'made up',
  };
  writeFileSync(join(feeds, 'npm.jsonl'), `${JSON.stringify(advisory)}\n`);
  expect(bartizan(folder, 'db', 'import', feeds, '--to', to)).toMatchObject({ status: 0 });
}

const found = (where: string, pack: string): Record<string, unknown>[] => {
  const { stdout, stderr } = bartizan(folder, 'scan', 'dir', where, '--pack', pack, '-o', 'json');
  if (stdout === '') throw new Error(stderr);
  const report: { findings: Record<string, unknown>[] } = JSON.parse(stdout);
  return report.findings;
};

describe('bringing in a component with a known flaw', () => {
  beforeAll(() => {
    plant('attack', '1.3.0');
    plant('twin', '1.3.1');
    writePack('advisories.pack', 'left-pad');
    writePack('other.pack', 'right-pad');
  }, 240_000);

  it('is found with the advisory, the fix and the reasons', () => {
    const findings = found('attack', 'advisories.pack');
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      kind: 'vulnerability',
      package: { name: 'left-pad', version: '1.3.0', ecosystem: 'npm' },
      vulnerability: { id: 'CVE-2026-90001' },
      verdict: 'affected',
      fixState: 'fixed',
      fixedVersion: '1.3.1',
      why: expect.arrayContaining([
        {
          step: 'range',
          rule: 'match.vendor-version',
          detail: { en: '1.3.0: introduced 0, fixed 1.3.1', ja: '1.3.0：0 で混入、1.3.1 で修正' },
        },
      ]),
    });
  }, 120_000);

  it('has a twin, the fixed version, that is not', () => {
    expect(found('twin', 'advisories.pack')).toEqual([]);
  }, 120_000);

  it('is not found without the advisory', () => {
    expect(found('attack', 'other.pack')).toEqual([]);
  }, 120_000);

  it('stops a pipeline that asks for it, and the twin does not', () => {
    const gate = (where: string) =>
      bartizan(folder, 'scan', 'dir', where, '--pack', 'advisories.pack', '--fail-on', 'unknown').status;
    expect([gate('attack'), gate('twin')]).toEqual([3, 0]);
  }, 120_000);
});
