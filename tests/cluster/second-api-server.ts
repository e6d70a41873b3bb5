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

  constructor(up: () => Cluster, port = 6444) {
    this.#up = up;
    this.#port = port;
  }

  get url(): string {
    return `https://${this.#up().node}:${this.#port}`;
  }

  /** Starts it with the command line of the first one, and waits until it is ready. */
  async start(): Promise<void> {
    const script = `
      cd /etc/kubernetes/pki
      mapfile -d '' -t words < /proc/$(cat /run/kubebox/kube-apiserver.pid)/cmdline
      words=("\${words[@]/--secure-port=6443/--secure-port=${this.#port}}")
      words=("\${words[@]/#--audit-log-path=*/--audit-log-path=/var/log/audit-second.log}")
      setsid "\${words[@]}" </dev/null >/var/log/kube-apiserver-second.log 2>&1 &
      echo $! > /run/kubebox/second.pid`;
    this.#up().enter(['bash', '-c', script]);
    for (let tries = 0; tries < 150; tries += 1) {
      if (this.#isReady()) return;
      await sleep(200);
    }
    throw new Error('the second API server does not become ready');
  }

  /** Ends it at once, as a crash does. */
  kill(): void {
    this.#signal('KILL');
  }

  /** Lets it stand still: connections stay, nothing is answered. */
  freeze(): void {
    this.#signal('STOP');
  }

  /** Lets it go on. */
  thaw(): void {
    this.#signal('CONT');
  }

  #signal(name: 'KILL' | 'STOP' | 'CONT'): void {
    this.#up().enter(['bash', '-c', `kill -${name} $(cat /run/kubebox/second.pid) 2>/dev/null || true`]);
  }

  #isReady(): boolean {
    try {
      return this.#up().kubectl(['--server', this.url, 'get', '--raw', '/readyz']) === 'ok';
    } catch {
      return false;
    }
  }
}
