// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFile, spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeClient, kubeconfigAccess } from '@bartizan/adapters/kube';
import { afterAll, beforeAll } from 'vitest';
import { SHARED } from '../conformance/outside.ts';
import { endNodes } from './end-nodes.ts';

/** Where the scripts lie that start real clusters. */
const SCRIPTS = join(SHARED, 'kubebox');
/** Whether a real cluster can be started here. */
export const hasKubebox = existsSync(join(SCRIPTS, 'up.sh')) && process.getuid?.() === 0;

/** Runs a command inside a node: NAME-INDEX COMMAND... */
export const enterScript = join(SCRIPTS, 'enter.sh');

/** Picks the addresses; clusters side by side need different ones. */
const NUMBER = Number(process.env['BARTIZAN_CLUSTER_NUMBER'] ?? 11);
const STATE = process.env['KUBEBOX_DIR'] ?? '/var/tmp/kubebox';
/** A cold build of Kubernetes takes minutes, a start seconds. */
const UP_MS = 20 * 60_000;
const DOWN_MS = 120_000;

/** A real cluster. */
export interface Cluster {
  readonly name: string;
  /** kubeconfig of an administrator. */
  readonly kubeconfig: string;
  /** The address of this machine as nodes and Pods see it: servers of tests listen here. */
  readonly machine: string;
  /** First address of the cluster's first node. */
  readonly node: string;
  readonly client: KubeClient;
  /** Runs kubectl as an administrator; rejects with what it said when it fails. */
  readonly kubectl: (args: readonly string[], input?: string) => Promise<string>;
  /** As `kubectl`, with what it warned of too. */
  readonly kubectlSays: (args: readonly string[], input?: string) => Promise<string>;
  /** Runs a command inside a node; rejects with what it said when it fails. */
  readonly enter: (command: readonly string[]) => Promise<string>;
}

/** Runs a command without standing in the way of a server in this process, which it may call. */
function run(command: string, args: readonly string[], input = '', withWarnings = false): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      command,
      args,
      { timeout: 60_000, maxBuffer: 16 * 1024 ** 2 },
      (failed, out, warned) => {
        if (failed === null) resolve(withWarnings ? `${warned}${out}` : out);
        else reject(new Error(`${command} ${args.join(' ')}: ${warned || failed.message}`));
      },
    );
    // A command that ended before it read everything says why by itself.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

/** Runs a script whose children stay: its words go to a file, which no child keeps open for us. */
function runScript(script: string, args: readonly string[], timeoutMs: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bartizan-kubebox-'));
  const path = join(folder, 'log');
  const log = openSync(path, 'w');
  return new Promise((resolve, reject) => {
    const child = spawn(join(SCRIPTS, script), args, { stdio: ['ignore', log, log], timeout: timeoutMs });
    child.on('error', reject);
    child.on('exit', (code) => {
      closeSync(log);
      const said = readFileSync(path, 'utf8').slice(-2000);
      rmSync(folder, { recursive: true, force: true });
      if (code === 0) resolve();
      else reject(new Error(`${script} ${args.join(' ')}: ${code} ${said}`));
    });
  });
}

const isUp = (name: string): boolean => existsSync(join(STATE, 'clusters', name, 'cluster'));

async function removeCluster(name: string): Promise<void> {
  if (!isUp(name)) return;
  endNodes(STATE, name);
  await runScript('down.sh', [name], DOWN_MS);
}

async function startCluster(name: string): Promise<Cluster> {
  // What a run left that was killed.
  await removeCluster(name);
  await runScript('up.sh', [name, String(NUMBER)], UP_MS);
  const kubeconfig = join(STATE, 'clusters', name, 'pki/admin.kubeconfig');
  const access = await kubeconfigAccess(kubeconfig);
  if (!access.ok) throw new Error(access.error.detail);
  const kubebox = join(STATE, 'bin/kubebox');
  return {
    name,
    kubeconfig,
    machine: '10.99.0.1',
    node: `10.99.${NUMBER}.11`,
    client: new KubeClient(access.value),
    kubectl: (args, input) => run(kubebox, ['kubectl', '--kubeconfig', kubeconfig, ...args], input),
    kubectlSays: (args, input) => run(kubebox, ['kubectl', '--kubeconfig', kubeconfig, ...args], input, true),
    enter: (command) => run(join(SCRIPTS, 'enter.sh'), [`${name}-1`, ...command]),
  };
}

/** One cluster for the tests of a file: started before, taken down after, also when they fail. */
export function useCluster(): () => Cluster {
  const name = `test${NUMBER}`;
  let cluster: Cluster | undefined;
  const downNow = (): void => {
    if (!isUp(name)) return;
    endNodes(STATE, name);
    spawnSync(join(SCRIPTS, 'down.sh'), [name], { stdio: 'ignore', timeout: DOWN_MS });
  };
  beforeAll(async () => {
    process.once('exit', downNow);
    cluster = await startCluster(name);
  }, UP_MS);
  afterAll(async () => {
    await cluster?.client.close();
    await removeCluster(name);
    process.removeListener('exit', downNow);
  }, DOWN_MS);
  return () => {
    if (cluster === undefined) throw new Error('the cluster is not up');
    return cluster;
  };
}

/** A kubeconfig file for a token; the caller removes its folder. */
export function tokenKubeconfig(cluster: Cluster, folder: string, token: string, server?: string): string {
  const admin = readFileSync(cluster.kubeconfig, 'utf8');
  const value = (name: string): string => new RegExp(`${name}: "?([^"\\s]+)"?`).exec(admin)?.[1] ?? '';
  const path = join(folder, `kubeconfig-${Date.now()}`);
  const config = {
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    clusters: [
      {
        name: 'test',
        cluster: {
          server: server ?? value('server'),
          'certificate-authority-data': value('certificate-authority-data'),
        },
      },
    ],
    users: [{ name: 'test', user: { token } }],
  };
  writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
  return path;
}

/** A token of a service account that may do what the rules say. */
export async function serviceAccountToken(
  cluster: Cluster,
  account: { readonly namespace: string; readonly name: string; readonly rules: readonly object[] },
): Promise<string> {
  const { namespace, name, rules } = account;
  const objects = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name }, rules },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    },
  ];
  await cluster.kubectl(
    ['apply', '-f', '-'],
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }),
  );
  return (await cluster.kubectl(['create', 'token', name, '-n', namespace])).trim();
}
