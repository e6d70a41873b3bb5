// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Running } from '../controller/running.ts';
import { doorTo } from './door.ts';
import { type Cluster, enterScript } from './kubebox.ts';

const MAIN = fileURLToPath(new URL('../../apps/agent/src/main.ts', import.meta.url));

/**
 * Hides the first API server of the cluster from an agent: the node does not live without it, so tests change and judge
 * another one.
 */
export const HIDE_FIRST = 'mount -t tmpfs none /proc/$(cat /run/kubebox/kube-apiserver.pid)';

/** A real agent inside a node of a cluster: it sees the processes and files of that node and nothing else. */
export class NodeAgent {
  readonly #cluster: Cluster;
  readonly #controller: Running;
  /** Where it keeps what waits, until `close`. */
  readonly stateDir = mkdtempSync(join(tmpdir(), 'bartizan-node-agent-'));
  #door: Server | undefined;
  #child: ChildProcess | undefined;
  log = '';

  constructor(cluster: Cluster, controller: Running) {
    this.#cluster = cluster;
    this.#controller = controller;
  }

  /**
   * Starts it and waits until it is ready; the first time it joins. `prepare`: commands of a shell that run before, in a
   * mount namespace of its own.
   */
  async start(config: Readonly<Record<string, unknown>> = {}, prepare = ':'): Promise<void> {
    const { agentPort, caSha256 } = this.#controller.controller;
    this.#door ??= await doorTo(agentPort, this.#cluster.machine);
    const joining = await this.#controller.call({
      method: 'POST',
      path: 'join-tokens',
      body: { lifetimeMinutes: 10 },
    });
    // The agent ends with whoever entered the node, whatever ends that.
    const words = [
      'setpriv',
      '--pdeathsig=KILL',
      process.execPath,
      '--disable-warning=ExperimentalWarning',
      MAIN,
    ];
    const before = ['unshare', '--mount', 'sh', '-c', `set -e; ${prepare}; exec "$@"`, 'sh'];
    const child = spawn(enterScript, [`${this.#cluster.name}-1`, ...before, ...words], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child = child;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.log = (this.log + text).slice(-20_000);
    });
    child.stdin.end(
      JSON.stringify({
        ...{ instance: 'test', stateDir: this.stateDir, sensorPath: '/nonexistent/bartizan-sensor' },
        ...{
          controllerHost: this.#cluster.machine,
          controllerPort: (this.#door.address() as AddressInfo).port,
        },
        ...{ caSha256, joinToken: joining.json['token'], nodeName: `${this.#cluster.name}-1` },
        ...config,
      }),
    );
    await new Promise<void>((resolve, reject) => {
      child.stdout
        .setEncoding('utf8')
        .once('data', (text: string) =>
          text.includes('"ready":true') ? resolve() : reject(new Error(text)),
        );
      child.on('exit', (code) => reject(new Error(`the agent ended with ${code}: ${this.log.slice(-2000)}`)));
    });
  }

  /** Ends it at once, as a crash does. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  /** Ends it and removes what it left. */
  async close(): Promise<void> {
    await this.kill();
    await new Promise((resolve) =>
      this.#door === undefined ? resolve(undefined) : this.#door.close(resolve),
    );
    rmSync(this.stateDir, { recursive: true, force: true });
  }
}
