// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CliContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { type Language, translator } from '../text/catalogue.ts';
import { runScan } from './scan.ts';
import type { TreeScanFlags } from './scan-flags.ts';

/** Made here, so that no text of the repository looks like a secret. */
const PASSWORD = ['h7Kq29s', 'dkLm2'].join('');
const TOKEN = ['glpat', 'Zq3vT8nKx2LmW9rYb4Hd'].join('-');

interface Ran {
  readonly out: string;
  readonly error: string;
  readonly exitCode: unknown;
}

describe('scan --scanners secret', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bartizan-cli-secrets-'));
    mkdirSync(join(folder, 'srv'));
    writeFileSync(join(folder, 'srv/.env'), `NAME=shop\nDB_PASSWORD=${PASSWORD}\nTOKEN=${TOKEN}\n`);
    writeFileSync(join(folder, 'srv/plain.txt'), 'nothing here\n');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const run = async (flags: Partial<TreeScanFlags>, language: Language = 'en'): Promise<Ran> => {
    const written = { out: '', error: '' };
    const stream = (name: 'out' | 'error') => ({
      write: (text: string) => {
        written[name] += text;
        return true;
      },
    });
    const process = { env: {}, stdout: stream('out'), stderr: stream('error'), exitCode: undefined };
    const context = {
      process,
      language,
      t: translator(language),
      checkout: resolve(import.meta.dirname, '../../../..'),
    } as unknown as CliContext;
    await runScan(
      context,
      { path: folder, kind: 'dir' },
      { output: 'table', vex: [], allowIncomplete: false, scanners: ['secret'], ...flags },
    );
    return { ...written, exitCode: process.exitCode };
  };

  it('lists secrets worst first, in both languages', async () => {
    const english = await run({});
    expect(english.out).toMatch(/critical +secret\.gitlab-personal-token +\/srv\/\.env:3:7/);
    expect(english.out).toMatch(/medium +secret\.environment-password +\/srv\/\.env:2:13/);
    expect(english.out.indexOf('gitlab')).toBeLessThan(english.out.indexOf('environment-password'));
    expect(english.error).toBe('2 secrets in 2 files; 0 left out with a reason; 0 files hold no text\n');
    const japanese = await run({}, 'ja');
    expect(japanese.out).toContain('「GitLab のアクセストークン」があります');
    expect(japanese.error).toContain('秘密情報 2 件');
  });

  it.each(['table', 'json', 'yaml', 'csv', 'sarif'] as const)('never shows a value as %s', async (output) => {
    const { out, error } = await run({ output });
    expect(out).toContain('/.env');
    for (const value of [PASSWORD, TOKEN, TOKEN.slice(6), Buffer.from(TOKEN).toString('base64')])
      expect(out + error).not.toContain(value);
  });

  it('gives SARIF a place for each', async () => {
    const { out } = await run({ output: 'sarif' });
    const log: unknown = JSON.parse(out);
    expect(log).toMatchObject({
      version: '2.1.0',
      runs: [
        {
          tool: {
            driver: {
              rules: [
                { id: 'secret.gitlab-personal-token', shortDescription: { text: 'GitLab access token' } },
                {},
              ],
            },
          },
          results: [
            {
              ruleId: 'secret.gitlab-personal-token',
              level: 'error',
              locations: [
                {
                  physicalLocation: {
                    artifactLocation: { uri: 'srv/.env' },
                    region: { startLine: 3, startColumn: 7 },
                  },
                },
              ],
            },
            { level: 'warning' },
          ],
        },
      ],
    });
  });

  it.each([
    ['critical', EXIT.findings],
    [undefined, EXIT.fine],
  ] as const)('with --fail-on %s ends with %i', async (failOn, exitCode) => {
    expect((await run(failOn === undefined ? {} : { failOn })).exitCode).toBe(exitCode);
  });

  it('ends with 0 when nothing is at least as bad', async () => {
    writeFileSync(join(folder, 'srv/.env'), `DB_PASSWORD=${PASSWORD}\n`);
    expect((await run({ failOn: 'high' })).exitCode).toBe(EXIT.fine);
    expect((await run({ failOn: 'medium' })).exitCode).toBe(EXIT.findings);
  });
});
