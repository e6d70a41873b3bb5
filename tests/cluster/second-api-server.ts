// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from './kubebox.ts';

/**
 * A second API server of the cluster, on a port of its own: one that a test may end and start again. (The first one takes
 * its node with it.)
 */
export class SecondApiServer {
  readonly #up: () => Cluster;
  readonly #port: number;
  readonly #flags: () => readonly string[];

  /** `flags` stand last and win over those of the first server. */
  constructor(up: () => Cluster, port = 6444, flags: () => readonly string[] = () => []) {
    this.#up = up;
    this.#port = port;
    this.#flags = flags;
  }

  get url(): string {
    return `https://${this.#up().node}:${this.#port}`;
  }

  /** Starts it with the command line of the first one, and waits until it is ready. */
  async start(): Promise<void> {
    const script = `
      cd /etc/kubernetes/pki
      kill -KILL $(cat /run/kubebox/second.pid 2>/dev/null) 2>/dev/null || true
      mapfile -d '' -t words < /proc/$(cat /run/kubebox/kube-apiserver.pid)/cmdline
      words=("\${words[@]/--secure-port=6443/--secure-port=${this.#port}}")
      words=("\${words[@]/#--audit-log-path=*/--audit-log-path=/var/log/audit-second.log}")
      words+=(${this.#flags()
        .map((flag) => `'${flag}'`)
        .join(' ')})
      setsid "\${words[@]}" </dev/null >/var/log/kube-apiserver-second.log 2>&1 &
      echo $! > /run/kubebox/second.pid`;
    await this.#up().enter(['bash', '-c', script]);
    for (let tries = 0; tries < 600; tries += 1) {
      if (await this.#isReady()) return;
      await sleep(200);
    }
    throw new Error('the second API server does not become ready');
  }

  /** Ends it at once, as a crash does. */
  kill(): Promise<void> {
    return this.#signal('KILL');
  }

  /** Lets it stand still: connections stay, nothing is answered. */
  freeze(): Promise<void> {
    return this.#signal('STOP');
  }

  /** Lets it go on. */
  thaw(): Promise<void> {
    return this.#signal('CONT');
  }

  async #signal(name: 'KILL' | 'STOP' | 'CONT'): Promise<void> {
    await this.#up().enter([
      'bash',
      '-c',
      `kill -${name} $(cat /run/kubebox/second.pid) 2>/dev/null || true`,
    ]);
  }

  #isReady(): Promise<boolean> {
    return this.#up()
      .kubectl(['--server', this.url, 'get', '--raw', '/readyz'])
      .then(
        (answer) => answer === 'ok',
        () => false,
      );
  }
}
