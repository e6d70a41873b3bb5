// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { EnvironmentSecretReport, InventoryRecord, parser, type WorkloadRef } from '@bartizan/contracts';
import { openProcfs } from '@bartizan/host';
import { makeHashKey } from '@bartizan/scan';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { surveyEnvironment } from './environment-survey.ts';

const RULES = resolve(import.meta.dirname, '../../../../content');
/** Made here, so that no text of the repository looks like a secret. */
const [ONE, OTHER] = ['Zq3vT8nKx2LmW9rYb4Hd', 'Hd4bYr9WmL2xKn8Tv3qZ'].map((text) =>
  ['glpat', text].join('-'),
);
const CONTAINER: WorkloadRef = {
  workload: 'w-1',
  kind: 'Container',
  namespace: '',
  name: 'shop',
  container: 'c-1',
};
const HOST: WorkloadRef = { workload: 'host', kind: 'Host', namespace: '', name: 'node-1' };
const hashKey = makeHashKey();

let folder = '';
/** A process as procfs shows it; `start` in ticks since boot. */
function runs(
  pid: number,
  environ: string,
  more: { parent?: number; name?: string; pids?: string; root?: string } = {},
): void {
  const { parent = 1, name = 'shop', pids = '1', root = 'root' } = more;
  const place = join(folder, 'proc', String(pid));
  mkdirSync(join(place, 'ns'), { recursive: true });
  mkdirSync(join(folder, root), { recursive: true });
  const fields = ['S', parent, ...Array.from({ length: 17 }, () => 0), 700, 0, 0];
  writeFileSync(join(place, 'stat'), `${pid} (${name}) ${fields.join(' ')}\n`);
  writeFileSync(join(place, 'environ'), environ);
  symlinkSync(`pid:[${pids}]`, join(place, 'ns/pid'));
  symlinkSync(join(folder, root), join(place, 'root'));
}
const survey = (subject: WorkloadRef, first?: { pid: number; startBootUs: number }) =>
  surveyEnvironment(
    { kind: 'environment', subject, rules: RULES, hashKey, hostRoot: folder, ...(first && { first }) },
    () => undefined,
    openProcfs(join(folder, 'proc')),
  ).report;
const told = ({ secrets }: EnvironmentSecretReport) =>
  secrets.map(({ service, variable }) => [service, variable]);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-environment-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the environment of the first process of a container', () => {
  const first = { pid: 40, startBootUs: 7_000_000 };

  it('gives the rule, the variable, a masked preview and a keyed hash, and no value', () => {
    runs(40, `PATH=/bin\0DEPLOY_TOKEN=${ONE}\0A=plain\0${ONE}=y\0`, { pids: '2' });
    const report = survey(CONTAINER, first);
    expect(told(report)).toEqual([
      [undefined, 'DEPLOY_TOKEN'],
      [undefined, '3'],
    ]);
    expect(report).toMatchObject({ subject: CONTAINER, incomplete: [] });
    expect(report.secrets[0]).toMatchObject({
      rule: 'secret.gitlab-personal-token',
      preview: 'glpa…(26)',
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(parser(EnvironmentSecretReport)(report)).toMatchObject({ ok: true });
    expect(parser(InventoryRecord)(report)).toMatchObject({ ok: true });
    expect(JSON.stringify(report)).not.toContain(String(ONE).slice(6));
  });

  it('is not taken from another process that has its number now', () => {
    runs(40, `TOKEN=${ONE}\0`);
    expect(() => survey(CONTAINER, { ...first, startBootUs: 6_990_000 })).toThrow('the container is gone');
    expect(() => survey(CONTAINER, { ...first, pid: 41 })).toThrow('the container is gone');
  });

  it('says when one variable holds more than is kept', () => {
    const many = Array.from({ length: 1_010 }, (_, at) =>
      ['glpat', `Zq3vT8nKx2LmW9rY${1000 + at}`].join('-'),
    );
    runs(40, `MANY=${many.join(' ')}\0LAST_TOKEN=${ONE}\0`, { pids: '2' });
    const report = survey(CONTAINER, first);
    expect(report.incomplete).toContainEqual({
      en: 'env[MANY]: more matches than are kept',
      ja: 'env[MANY]：記録できる件数を超えて見つかりました',
    });
    expect(parser(EnvironmentSecretReport)(report)).toMatchObject({ ok: true });
  });

  it('says when not all of it was read, and tells no more than two hundred', () => {
    const many = Array.from({ length: 230 }, (_, at) => `T${at}=glpat-${`Zq3vT8nKx2LmW9rY${1000 + at}`}`);
    runs(40, `${many.join('\0')}\0FILL=${'x'.repeat(1024 * 1024)}\0`);
    const report = survey(CONTAINER, first);
    expect(report.secrets).toHaveLength(200);
    expect(report.incomplete).toEqual([
      { en: '30 more secrets are not told', ja: 'ほかに 30 件の秘密情報があります' },
      {
        en: 'only the first 1048576 bytes are read',
        ja: '先頭の 1048576 バイトだけを調べました',
      },
    ]);
  });
});

describe('the environments of the services of a host', () => {
  it('are those of what its init started: not of their children, and not of containers', () => {
    runs(1, 'TERM=linux\0', { parent: 0, name: 'systemd' });
    runs(20, `API_TOKEN=${ONE}\0`, { name: 'payments' });
    runs(21, `API_TOKEN=${ONE}\0`, { name: 'payments' });
    runs(22, `B_TOKEN=${OTHER}\0`, { name: 'we ird)' });
    runs(30, `CHILD=${OTHER}\0`, { parent: 20 });
    runs(31, `OTHER_PROCESSES=${OTHER}\0`, { pids: '2' });
    runs(32, `OTHER_ROOT=${OTHER}\0`, { root: 'elsewhere' });
    const report = survey(HOST);
    expect(told(report)).toEqual([
      ['payments', 'API_TOKEN'],
      ['22', 'B_TOKEN'],
    ]);
    expect(report.incomplete).toEqual([]);
    expect(parser(InventoryRecord)(report)).toMatchObject({ ok: true });
  });
});
