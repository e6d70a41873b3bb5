// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { kubeconfigPath, readKubeconfig } from './kubeconfig.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-kubeconfig-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const CONFIG = `
apiVersion: v1
kind: Config
current-context: one
contexts:
  - {name: one, context: {cluster: near, user: person}}
  - {name: two, context: {cluster: far, user: robot}}
  - {name: three, context: {cluster: far, user: program}}
  - {name: four, context: {cluster: plain, user: robot}}
  - {name: five, context: {cluster: gone, user: robot}}
clusters:
  - {name: near, cluster: {server: "https://near:6443", certificate-authority-data: ${base64('ca')}}}
  - {name: far, cluster: {server: "https://far:6443", certificate-authority: ca.pem, tls-server-name: api}}
  - {name: plain, cluster: {server: "http://plain:8080"}}
users:
  - {name: person, user: {client-certificate-data: ${base64('cert')}, client-key-data: ${base64('key')}}}
  - {name: robot, user: {token: secret}}
  - {name: program, user: {exec: {command: steal}}}
`;

const read = (text: string, context?: string) => {
  const path = join(folder, 'config');
  writeFileSync(path, text);
  return readKubeconfig(path, context);
};

describe('a kubeconfig', () => {
  it('gives the current context, with certificates inside', () => {
    expect(read(CONFIG)).toEqual({
      ok: true,
      value: {
        context: 'one',
        server: { url: 'https://near:6443', caPem: 'ca', certificatePem: 'cert', keyPem: 'key' },
      },
    });
  });

  it('gives a named context, with files beside it', () => {
    writeFileSync(join(folder, 'ca.pem'), 'far ca');
    const found = read(CONFIG, 'two');
    if (!found.ok) throw new Error(found.error.detail);
    expect(found.value.server).toMatchObject({ url: 'https://far:6443', caPem: 'far ca', serverName: 'api' });
    expect(found.value.server.token?.()).toBe('secret');
  });

  it.each([
    ['a user that a program proves', CONFIG, 'three', 'proved by a program'],
    ['an address without encryption', CONFIG, 'four', 'not https'],
    ['a missing cluster', CONFIG, 'five', 'is not in it'],
    ['a missing context', CONFIG, 'six', 'no context six'],
    ['a file that is missing beside it', CONFIG, 'two', 'ca.pem'],
    ['no mapping', '- a', undefined, 'not a kubeconfig'],
    ['no YAML', 'a: [', undefined, 'config'],
    ['no current context', 'a: b', undefined, 'no current context'],
    [
      'a bomb of aliases',
      `a: &a [${'x,'.repeat(50)}]\nb: &b [${'*a,'.repeat(50)}]\nc: [${'*b,'.repeat(50)}]`,
      undefined,
      'config',
    ],
    ['a file without end', `#${'x'.repeat(1024 * 1024)}`, undefined, 'larger than'],
  ])('refuses %s', (_name, text, context, words) => {
    const found = read(text, context);
    expect(found).toMatchObject({ ok: false, error: { code: 'E_CLUSTER_CONFIG' } });
    expect(found.ok ? '' : found.error.detail).toContain(words);
  });

  it('is the file that kubectl would take', () => {
    expect(kubeconfigPath({ KUBECONFIG: '/a:/b' }, '/c')).toBe('/c');
    expect(kubeconfigPath({ KUBECONFIG: ':/a:/b' }, undefined)).toBe('/a');
    expect(kubeconfigPath({}, undefined)).toMatch(/\/\.kube\/config$/);
  });
});
