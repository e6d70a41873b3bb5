// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Cluster, serviceAccountToken } from '../../cluster/kubebox.ts';
import type { Stage } from './audit-cases.ts';

const MAIN = fileURLToPath(new URL('../../../apps/cli/src/main.ts', import.meta.url));

/** What the real program prints; rejects with what it said when it fails. */
export function cli(args: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env['PATH'], BARTIZAN_LANG: 'en', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  });
  let [out, said] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    out += part;
  });
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    said += part;
  });
  return new Promise((resolve, reject) =>
    child.on('close', (code) => (code === 0 ? resolve(out) : reject(new Error(`${code}: ${said}`)))),
  );
}

/** Namespaces, accounts and pods that the cases are played on. */
export async function seedStage(cluster: Cluster): Promise<Stage> {
  const { kubectl } = cluster;
  for (const namespace of ['shop', 'bank']) await kubectl(['create', 'namespace', namespace]);
  const account = { namespace: 'shop' };
  const reading = [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] }];
  const reader = await serviceAccountToken(cluster, { ...account, name: 'reader', rules: reading });
  const nobody = await serviceAccountToken(cluster, { ...account, name: 'nobody', rules: [] });
  for (const namespace of ['shop', 'kube-system'])
    await kubectl([
      'run',
      'alive',
      '-n',
      namespace,
      '--image=localhost/busybox:1',
      '--restart=Never',
      '--',
      'sleep',
      '1000',
    ]);
  for (const namespace of ['shop', 'kube-system'])
    await kubectl(['wait', 'pod/alive', '-n', namespace, '--for=condition=Ready', '--timeout=50s']);
  const csr = execFileSync(
    'openssl',
    [
      'req',
      '-new',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-keyout',
      '/dev/null',
      '-subj',
      '/CN=mallory',
    ],
    { timeout: 30_000, stdio: ['ignore', 'pipe', 'ignore'] },
  ).toString('base64');
  const node = JSON.parse(await kubectl(['get', 'nodes', '-o', 'json'])).items[0].metadata.name;
  return { reader, nobody, node, csr };
}
