// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { jsonLogger } from '@bartizan/host';
import { readConfig } from './config.ts';
import { readPlacedInput } from './start-input.ts';
import { startAgent } from './wire.ts';

const CONFIG_BYTES_MAX = 1024 * 1024;

const say = (line: object): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};

/** The configuration: on standard input, or where the arguments say, as in a pod. */
async function readInput(): Promise<string> {
  const { values } = parseArgs({
    options: { config: { type: 'string' }, fields: { type: 'string' }, 'node-name': { type: 'string' } },
  });
  const { config: place, fields, 'node-name': nodeName } = values;
  if (place === undefined) return text(process.stdin);
  return readPlacedInput({
    config: place,
    ...(fields === undefined ? {} : { fields }),
    ...(nodeName === undefined ? {} : { nodeName }),
  });
}

const json = await readInput().catch((cause: unknown) => {
  say({ ready: false, code: 'E_AGENT_CONFIG', detail: cause instanceof Error ? cause.message : 'no input' });
  process.exit(1);
});
const config = readConfig(json.slice(0, CONFIG_BYTES_MAX));
if (!config.ok) {
  say({ ready: false, code: config.error.code, detail: config.error.detail });
  process.exit(1);
}
const logger = jsonLogger(config.value.logLevel, (line) => process.stderr.write(line));
const agent = startAgent(config.value, logger);
await agent.ready;
say({ ready: true, node: agent.node });

/** The certificate has ended: whoever started this agent gives the next one a join token. */
const EXIT_MUST_REJOIN = 4;

let isStopping = false;
const stop = (status: number): void => {
  if (isStopping) return;
  isStopping = true;
  void agent.stop().finally(() => process.exit(status));
};
process.on('SIGTERM', () => stop(0));
process.on('SIGINT', () => stop(0));
void agent.mustRejoin.then(() => stop(EXIT_MUST_REJOIN));
// Timers of the agent do not hold the process: this one does, until it is told to stop.
setInterval(() => undefined, 60_000);
