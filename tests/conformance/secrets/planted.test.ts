// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DEFAULT_LIMITS, DirectoryTree, type SecretReport, searchTree, secretFinding } from '@bartizan/scan';
import { fillTemplate, PLANTED_KINDS, SeededRandom } from '@bartizan/testkit/secrets';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { report } from '../outside.ts';
import { shippedScanner } from './content-rules.ts';

const OF_EACH = 12;
const NOISE_FILES = 200;

/** Text of programs and data with much in it that looks random and is no secret. */
const noise = (random: SeededRandom): string => {
  const hex = (length: number): string => random.text('0123456789abcdef', length);
  const lines = [
    () => `import { ${random.text('abcdefgh', 6)} } from './${random.text('abcdefgh', 8)}.js';`,
    () => `sha256:${hex(64)}  package-${random.below(99)}.tgz`,
    () => `"integrity": "sha512-${random.bytes(64).toString('base64')}"`,
    () => `commit ${hex(40)}`,
    () => `id: ${fillTemplate('{uuid:1}', String(random.next()))}`,
    () => `const passwordField = document.querySelector('#password');`,
    () => `password: \${DB_PASSWORD}`,
    () => `if (token === undefined) throw new TypeError('no token');`,
    () => `data:image/png;base64,${random.bytes(120).toString('base64')}`,
    () => `background: #${hex(6)}; /* ${random.text('abcdefghij ', 30)} */`,
    () => `etag = "${hex(32)}"`,
    () => 'git clone https://git.internal/shop/web.git',
    () => `api_key: <your-api-key>`,
  ];
  return Array.from({ length: 30 + random.below(60) }, () => random.pick(lines)()).join('\n');
};

/** Words of the lines themselves, which are no secrets. */
const OPEN_WORDS = /internal|access_key|TOKEN|PASSWORD|Authorization|PRIVATE KEY/;

/** Whether twelve characters or more of a planted value occur in a text. */
const isShown = (value: string, text: string): boolean =>
  value
    .split(/[\s"=@/:]+/)
    .filter((part) => part.length >= 12 && !OPEN_WORDS.test(part))
    .some((part) => text.includes(part.slice(0, 12)) || text.includes(part.slice(-12)));

describe('planted secrets', () => {
  let folder: string;
  let found: SecretReport;
  const planted: { path: string; value: string }[] = [];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bartizan-planted-'));
    const random = new SeededRandom('planted secrets');
    const put = (path: string, text: string): void => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    };
    for (const { line, file } of PLANTED_KINDS) {
      for (let at = 0; at < OF_EACH; at += 1) {
        const path = `srv/app-${random.below(40)}/${at}-${random.below(1_000)}/${file}`;
        const value = fillTemplate(line, `${line} ${at}`);
        put(path, `${noise(random)}\n${value}\n${noise(random)}\n`);
        planted.push({ path: `/${path}`, value });
      }
    }
    for (let at = 0; at < NOISE_FILES; at += 1)
      put(`srv/noise/${at}.${random.pick(['ts', 'css', 'txt', 'yaml'])}`, noise(random));
    const tree = new DirectoryTree(folder);
    found = searchTree({ tree, scanner: shippedScanner(), limits: DEFAULT_LIMITS, now: Date.now });
    tree.close();
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are all found, and nothing beside them is', () => {
    expect(found.incomplete).toEqual([]);
    const paths = new Set(found.matches.map(({ path }) => path));
    const missed = planted.filter(({ path }) => !paths.has(path)).map(({ path }) => path);
    const wrong = found.matches
      .filter(({ path }) => !planted.some((one) => one.path === path))
      .map(({ path, rule }) => `${rule.id} ${path}`);
    process.stdout.write(
      `secrets-planted: ${wrong.length} false positives in ${NOISE_FILES} files of noise\n`,
    );
    expect(missed).toEqual([]);
    expect(wrong).toEqual([]);
    expect(new Set(found.matches.map(({ rule }) => rule.id)).size).toBeGreaterThanOrEqual(7);
    report('secrets-planted', planted.length - missed.length, planted.length);
  });

  it('leave no trace of their values in anything the engine gives out', () => {
    const place = {
      cluster: 'local',
      tenant: 'default',
      subject: { workload: 'scan', kind: 'Host', namespace: '', name: folder },
      nowMs: 0,
    } as const;
    const everything = JSON.stringify([found, found.matches.map((match) => secretFinding(match, place))]);
    expect(planted.filter(({ value }) => isShown(value, everything)).map(({ path }) => path)).toEqual([]);
    for (const { value } of planted) expect(isShown(value, `${everything} ${value}`)).toBe(true);
  });
});
