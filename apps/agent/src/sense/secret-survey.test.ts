// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { ContainerSecretReport, parser, type WorkloadRef } from '@bartizan/contracts';
import { makeHashKey } from '@bartizan/scan';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SecretPlan } from './secret-plan.ts';
import { type SecretJob, surveySecrets } from './secret-survey.ts';

const RULES = resolve(import.meta.dirname, '../../../../content');
/** Made here, so that no text of the repository looks like a secret. */
const OF_IMAGE = ['glpat', 'Zq3vT8nKx2LmW9rYb4Hd'].join('-');
const WRITTEN = ['glpat', 'Hd4bYr9WmL2xKn8Tv3qZ'].join('-');
const SUBJECT: WorkloadRef = {
  workload: 'w-1',
  kind: 'Container',
  namespace: '',
  name: 'shop',
  container: 'c-1',
  imageDigest: 'sha256:one',
};

let folder = '';
const write = (path: string, content: string): void => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-secret-survey-'));
  // As the processes of the container see it, and what of it lies in the upper directory of its overlay.
  write('root/srv/image.env', `TOKEN=${OF_IMAGE}\n`);
  write('root/srv/written.env', `x\nTOKEN=${WRITTEN}\n`);
  write('upper/srv/written.env', `x\nTOKEN=${WRITTEN}\n`);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A container of which no image is known: what that holds beside its files is looked at in image-parts.test.ts. */
const { imageDigest: _none, ...WITHOUT_IMAGE } = SUBJECT;

const job = (more: Partial<SecretJob> = {}): SecretJob => ({
  kind: 'secrets',
  subject: WITHOUT_IMAGE,
  pid: 1,
  hostRoot: '/',
  scope: 'all',
  rules: RULES,
  hashKey: makeHashKey(),
  ...more,
});
const survey = (more: Partial<SecretJob> = {}, upper: string | undefined = join(folder, 'upper')) =>
  surveySecrets(job(more), () => undefined, { root: join(folder, 'root'), upper }).report;
const told = (report: ContainerSecretReport): unknown[] =>
  report.secrets.map(({ path, line, changed }) => [path, line, changed]);

describe('a search of a running container for secrets', () => {
  it('tells those of its image from those it wrote', () => {
    const report = survey();
    expect(told(report)).toEqual([
      ['/srv/image.env', 1, false],
      ['/srv/written.env', 2, true],
    ]);
    expect(report).toMatchObject({ type: 'secrets', subject: WITHOUT_IMAGE, scope: 'all', incomplete: [] });
    expect(report.secrets[0]).toMatchObject({ rule: 'secret.gitlab-personal-token', severity: 'critical' });
    expect(parser(ContainerSecretReport)(report)).toMatchObject({ ok: true });
  });

  it('reads only what it wrote, where its image was searched', () => {
    const report = survey({ scope: 'changes' });
    expect(told(report)).toEqual([['/srv/written.env', 2, true]]);
    expect(report.scope).toBe('changes');
  });

  it('takes all for its image, where it is no overlay', () => {
    const report = surveySecrets(job({ scope: 'changes' }), () => undefined, {
      root: join(folder, 'root'),
      upper: undefined,
    }).report;
    expect(report.scope).toBe('all');
    expect(report.secrets.map(({ changed }) => changed)).toEqual([false, false]);
  });

  it('never tells a value, and hashes it with the key of the node', () => {
    const hashKey = makeHashKey();
    const report = survey({ hashKey });
    const text = JSON.stringify(report);
    for (const value of [OF_IMAGE, WRITTEN])
      for (const form of [value, value.slice(6), Buffer.from(value).toString('base64')])
        expect(text).not.toContain(form);
    const fingerprints = (one: ContainerSecretReport): string[] =>
      one.secrets.map(({ fingerprint }) => fingerprint);
    expect(fingerprints(survey({ hashKey }))).toEqual(fingerprints(report));
    expect(fingerprints(survey())).not.toEqual(fingerprints(report));
  });

  it('finds harmful files by signature and by checksum, and quotes nothing of them', () => {
    // The test file that every scanner knows, and a start of a miner, both put together here.
    const eicar = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR', 'STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('-');
    const start = [
      '#!/bin/sh\n./run -o stratum+tcp://',
      'pool.example:3333 --donate-level 1 -u wallet\n',
    ].join('');
    for (const part of ['root', 'upper']) write(`${part}/tmp/eicar.com`, eicar);
    write('root/opt/start.sh', start);
    const report = survey();
    expect(report.harmful.map(({ path, changed, knownAs }) => [path, changed, knownAs])).toEqual([
      ['/opt/start.sh', false, undefined],
      ['/tmp/eicar.com', true, 'EICAR test file'],
    ]);
    expect(report.harmful[0]?.signature).toMatch(/^malware\./);
    expect(parser(ContainerSecretReport)(report)).toMatchObject({ ok: true });
    expect(JSON.stringify(report.harmful)).not.toContain('pool.example');
    expect(survey({ scope: 'changes' }).harmful.map(({ path }) => path)).toEqual(['/tmp/eicar.com']);
  });

  it('is not led to files of the host by a link that the container made', () => {
    write('outside/host.env', `TOKEN=${WRITTEN}x\n`);
    symlinkSync(join(folder, 'outside'), join(folder, 'upper/srv/out'));
    symlinkSync(join(folder, 'outside/host.env'), join(folder, 'upper/srv/out.env'));
    expect(told(survey({ scope: 'changes' }))).toEqual([['/srv/written.env', 2, true]]);
  });

  it('says which file was searched in part', () => {
    write('upper/srv/large.log', `${'x'.repeat(4 * 1024 * 1024)}\n`);
    expect(survey({ scope: 'changes' }).incomplete).toMatchObject([
      {
        path: '/srv/large.log',
        reason: { en: expect.stringContaining('scan.limit: only the first') as string },
      },
    ]);
  });

  it('tells no more than two hundred, and that there are more', () => {
    const lines = Array.from({ length: 230 }, (_, at) => `TOKEN=glpat-${`Zq3vT8nKx2LmW9rY${1000 + at}`}`);
    write('upper/srv/many.env', lines.join('\n'));
    const report = survey({ scope: 'changes' });
    expect(report.secrets).toHaveLength(200);
    expect(report.incomplete).toEqual([
      { path: '/', reason: { en: '31 more secrets are not told', ja: 'ほかに 31 件の秘密情報があります' } },
    ]);
  });

  it('fails, and finds nothing, with rules that have another form', () => {
    write('rules/secrets/a.json', '{"id":"secret.x"}');
    expect(() => survey({ rules: join(folder, 'rules') })).toThrow(/a\.json .* has another form/);
  });
});

describe('a plan of searches', () => {
  const other = { ...SUBJECT, container: 'c-2' };
  const plan = (key: () => string | undefined = () => undefined) =>
    new SecretPlan({ root: '/', rules: RULES, stateDir: folder }, key);

  it('searches the files of an image once, while the container it was done in runs', () => {
    const searches = plan();
    const [first, second] = [searches.job(SUBJECT, 7), searches.job(other, 8)];
    expect([first.scope, second.scope]).toEqual(['all', 'all']);
    searches.done(first);
    expect(searches.now(second).scope).toBe('changes');
    expect(searches.job({ ...other, imageDigest: 'sha256:two' }, 8).scope).toBe('all');
    searches.keep(new Set(['c-1', 'c-2']));
    expect(searches.job(other, 8).scope).toBe('changes');
    searches.keep(new Set(['c-2']));
    expect(searches.job(other, 8).scope).toBe('all');
  });

  it('keeps one key over restarts, for its owner only', () => {
    const key = plan().job(SUBJECT, 7).hashKey;
    expect(Buffer.from(plan().job(other, 8).hashKey)).toEqual(Buffer.from(key));
    const path = join(folder, 'fingerprint.key');
    expect(Buffer.from(key)).toEqual(readFileSync(path));
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('hashes with the key of the tenant once a controller gave it, and searches everything anew then', () => {
    const tenantKey = Buffer.alloc(32, 9).toString('base64');
    let given: string | undefined;
    const searches = plan(() => given);
    const own = Buffer.from(searches.job(SUBJECT, 7).hashKey);
    searches.done(searches.job(SUBJECT, 7));
    expect([searches.isRekeyed(), searches.job(other, 8).scope]).toEqual([false, 'changes']);
    given = tenantKey;
    expect([searches.isRekeyed(), searches.isRekeyed()]).toEqual([true, false]);
    expect(searches.job(other, 8)).toMatchObject({ scope: 'all', hashKey: Buffer.alloc(32, 9) });
    expect(searches.environment(SUBJECT, { pid: 7, startBootUs: 1 })).toMatchObject({
      hashKey: Buffer.alloc(32, 9),
      first: { pid: 7, startBootUs: 1 },
    });
    expect(own).not.toEqual(Buffer.alloc(32, 9));
    // What is known from before the start is no other key.
    expect(plan(() => tenantKey).isRekeyed()).toBe(false);
  });
});
