// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PackBuilder } from '@bartizan/scan';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { scriptsOf, type TemplateName } from '../../content/ci-templates.ts';
import { run } from '../first-run/run.ts';
import { given, Shelf } from './images.ts';
import { RegistryServer } from './server.ts';

// Real parts on a machine that may be busy with other tests: each test starts the program several times.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const MINIMIST = JSON.stringify({ name: 'minimist', version: '1.2.5' });
let server: RegistryServer;
let folder = '';
const at = (...names: string[]): string => join(folder, ...names);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-templates-'));
  server = await RegistryServer.start();
  const shelf = await Shelf.open(server);
  await shelf.push(
    { 'app/node_modules/minimist/package.json': MINIMIST },
    { repository: 'acme/app', tag: 'v1' },
  );
  const builder = new PackBuilder();
  builder.addRow('npm', 'minimist', {
    id: 'CVE-2021-44906',
    kind: 'vulnerability',
    source: 's',
    versions: ['1.2.5'],
    rating: { label: 'critical', source: 's' },
  });
  writeFileSync(at('pack'), given(builder.finish({ builtAtMs: 0, kind: 'full' })));
  // Stands for the launcher, which would first fetch the pinned Node.js.
  writeFileSync(
    at('bartizan'),
    `#!/bin/sh\nexec '${process.execPath}' '${resolve('apps/cli/src/main.ts')}' "$@"\n`,
  );
  chmodSync(at('bartizan'), 0o755);
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a script of a template in a folder with sources, as its runner does. */
async function play(
  name: TemplateName,
  script: string,
  flags = '',
): Promise<{ code: number; folder: string; out: string }> {
  const work = mkdtempSync(at(`${name}-`));
  mkdirSync(join(work, 'node_modules/minimist'), { recursive: true });
  writeFileSync(join(work, 'node_modules/minimist/package.json'), MINIMIST);
  const env = {
    HOME: folder,
    BARTIZAN: at('bartizan'),
    BARTIZAN_INSTANCE: 'templates',
    BARTIZAN_PACK: at('pack'),
    BARTIZAN_FLAGS: `--plain-http ${flags}`,
    BARTIZAN_REGISTRY: server.host,
    BARTIZAN_REGISTRY_USERNAME: 'tester',
    BARTIZAN_REGISTRY_PASSWORD: server.password,
    IMAGE: `${server.host}/acme/app:v1`,
    FAIL_ON: 'high',
    REPORTS: work,
  };
  const ended = await run('sh', ['-eu', '-c', script], { cwd: work, env });
  return { code: ended.code, folder: work, out: `${ended.stdout}${ended.stderr}` };
}

const imageScript = (name: TemplateName): string =>
  scriptsOf(name).find((script) => script.includes('scan image')) ?? '';
const sourcesScript = (name: TemplateName): string =>
  scriptsOf(name).find((script) => script.includes('scan dir')) ?? '';

describe('the templates for pipelines, played against a real registry', () => {
  it.each<[TemplateName, string[]]>([
    ['github', ['bartizan-image.sarif', 'bartizan-image.xml']],
    ['gitlab', ['gl-container-scanning-report.json', 'bartizan-image.xml']],
    ['jenkins', ['bartizan-image.xml', 'bartizan-image.sarif']],
    ['tekton', ['bartizan-image.sarif', 'bartizan-image.xml']],
  ])(
    'of %s fail with 3 on an image with a critical finding, and leave their reports',
    async (name, files) => {
      const played = await play(name, imageScript(name));
      expect([played.code, played.out]).toEqual([3, expect.stringContaining('CVE-2021-44906')]);
      for (const file of files)
        expect(readFileSync(join(played.folder, file), 'utf8')).toContain('CVE-2021-44906');
    },
  );

  it.each<[TemplateName, string]>([
    ['github', 'bartizan-sources.sarif'],
    ['gitlab', 'bartizan-quality.json'],
    ['jenkins', 'bartizan-sources.xml'],
  ])('of %s fail with 3 on such sources', async (name, file) => {
    const played = await play(name, sourcesScript(name));
    expect([played.code, existsSync(join(played.folder, file))]).toEqual([3, true]);
  });

  it('pass once an exception answers for the finding, by the flags a pipeline brings', async () => {
    const exception = { id: 'CVE-2021-44906', owner: 'team-web', reason: 'test', expires: '2999-01-01' };
    writeFileSync(at('exceptions.json'), JSON.stringify({ version: 1, exceptions: [exception] }));
    const played = await play('gitlab', imageScript('gitlab'), `--exceptions ${at('exceptions.json')}`);
    expect(played.code).toBe(0);
    expect(readFileSync(join(played.folder, 'bartizan-image.xml'), 'utf8')).toContain('skipped="1"');
  });
});
