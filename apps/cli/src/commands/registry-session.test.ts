// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CliContext } from '../context.ts';
import { RegistrySession } from './registry-session.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-login-'));
  // Damaged on purpose: whoever reads it fails.
  mkdirSync(join(folder, '.docker'));
  writeFileSync(join(folder, '.docker/config.json'), 'damaged');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const open = (env: Readonly<Record<string, string>>) =>
  RegistrySession.open({ process: { env } } as unknown as CliContext, {});
const variables = (host: string, name: string, password: string) => ({
  BARTIZAN_REGISTRY: host,
  BARTIZAN_REGISTRY_USERNAME: name,
  BARTIZAN_REGISTRY_PASSWORD: password,
});

describe('the credentials of a call', () => {
  it.each([
    ['nothing is set', {}, undefined],
    ['a pipeline sets all three to nothing, for it has no registry', variables('', '', ''), undefined],
    ['only the registry is named', variables('ghcr.io', '', ''), undefined],
    ['all three are given', variables('ghcr.io', 'me', 'p'), undefined],
    ['the password is missing', variables('ghcr.io', 'me', ''), 'go together'],
    ['the registry is missing', variables('', 'me', 'p'), 'go together'],
    ['the registry is none', variables('not a host', 'me', 'p'), 'HOST[:PORT]'],
  ])('are read where %s', (_what, env, wrong) => {
    const opened = open(env);
    expect(opened.ok ? undefined : opened.error.detail).toEqual(
      wrong === undefined ? undefined : expect.stringContaining(wrong),
    );
  });

  it.each<[string, (home: string) => Readonly<Record<string, string>>, boolean]>([
    ['the home folder', (home) => ({ HOME: home }), true],
    [
      'the home folder, where an unbound workspace leaves DOCKER_CONFIG empty',
      (home) => ({ HOME: home, DOCKER_CONFIG: '' }),
      true,
    ],
    ['the folder that is named', (home) => ({ HOME: '/absent', DOCKER_CONFIG: join(home, '.docker') }), true],
    ['nowhere, where the home is empty too', () => ({ HOME: '', DOCKER_CONFIG: '' }), false],
  ])("come from Docker's configuration in %s", (_what, env, isRead) => {
    expect(open(env(folder)).ok).toBe(!isRead);
  });
});
