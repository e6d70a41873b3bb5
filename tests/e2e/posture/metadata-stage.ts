// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * Runs inside a node: a service at the metadata address, asked before and after it requires sessions. No cloud is at hand,
 * so the service answers as the documentation of AWS says (401 without a session token once they are required).
 */
import { createServer } from 'node:http';
import { askAsStranger } from '@bartizan/adapters/probe';
import { outcomeOf, probesOf, readPostureObjects } from '@bartizan/engine/cluster-posture';

const seen: string[] = [];
let mustHaveSession = false;
const server = createServer((request, response) => {
  seen.push(
    `${request.method} ${request.url} ${request.headers['x-aws-ec2-metadata-token'] ?? 'no session'}`,
  );
  response.writeHead(mustHaveSession ? 401 : 200).end('never read');
});
await new Promise<void>((resolve) => server.listen(80, '169.254.169.254', resolve));
const node = { kind: 'Node', metadata: { name: 'n' }, spec: { providerID: 'aws:///eu-1/i-1' } };
const [probe] = probesOf(readPostureObjects([node]), undefined);
if (probe === undefined) throw new Error('no probe is listed');
const before = outcomeOf(await askAsStranger(probe));
mustHaveSession = true;
const after = outcomeOf(await askAsStranger(probe));
server.close();
process.stdout.write(`${JSON.stringify({ before, after, seen })}\n`);
