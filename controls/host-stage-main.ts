// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { type PostureJob, surveyPosture } from '@bartizan/agent';
import { openProcfs } from '@bartizan/host';

/**
 * The survey of a host as the agent makes it, in a network namespace of its own: everything that listens in there was
 * put there by the test. In: the root to look at and where to listen, as JSON. Out: the facts, as JSON.
 */
const asked: { root: string; listen: string[] } = JSON.parse(await text(process.stdin));
execFileSync('ip', ['link', 'set', 'lo', 'up']);
const servers = await Promise.all(
  asked.listen.map(
    (host) =>
      new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
        const server = createServer();
        server.once('error', reject);
        server.listen(8080, host, () => resolve(server));
      }),
  ),
);
const job = {
  kind: 'posture',
  subject: { workload: 'w-host', kind: 'Host', namespace: '', name: 'host' },
  root: asked.root,
  container: undefined,
  pendingSecurity: undefined,
  sensorIsRunning: true,
  runtimeSockets: [],
  containerPids: [],
} satisfies PostureJob;
// Its files are in a folder of the test: it is this process that stands for the first one of the host.
const { facts } = surveyPosture(job, () => undefined, { procfs: openProcfs(), pid: process.pid });
process.stdout.write(JSON.stringify(facts));
for (const server of servers) server.close();
