// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The file, or nothing where it is gone by now. */
const read = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');

/**
 * Ends the nodes of a cluster at once; `down.sh` then removes what they leave. By itself it asks them to end, and waits
 * the ten seconds that it allows each time, for what nobody needs: the parts of a cluster that is thrown away.
 */
export function endNodes(state: string, name: string): void {
  const folder = join(state, 'clusters', name);
  if (!existsSync(folder)) return;
  for (const node of readdirSync(folder).filter((entry) => entry.startsWith('node-'))) {
    const pid = Number(read(join(folder, node, 'pid')));
    // The number may belong to another process by now.
    if (pid > 1 && read(`/proc/${pid}/cmdline`).includes(`node.sh\0${name}\0`)) process.kill(pid, 'SIGKILL');
  }
}
