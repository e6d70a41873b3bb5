// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { parseArgs } from 'node:util';
import { createLogger } from '@bartizan/adapters/telemetry';
import { readStartOptions, type StartOptions } from './settings.ts';
import { readPlacedInput } from './start-input.ts';
import { startController } from './wire.ts';

/**
 * The controller: one JSON object on standard input (or in the file of --config, with each file of the folder of
 * --secrets as one more field), one line on standard output when it is ready (or cannot be), JSON
 * lines as log on standard error. SIGTERM and SIGINT end it in order.
 */
const INPUT_MAX = 256 * 1024;

async function readInput(): Promise<string> {
  const { values } = parseArgs({ options: { config: { type: 'string' }, secrets: { type: 'string' } } });
  const { config, secrets } = values;
  if (config !== undefined) return readPlacedInput({ config, ...(secrets === undefined ? {} : { secrets }) });
  let input = '';
  for await (const part of process.stdin) {
    input += String(part);
    if (input.length > INPUT_MAX) break;
  }
  return input;
}

const say = (line: object): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};

async function run(options: StartOptions): Promise<number> {
  const log = createLogger({ name: 'controller', level: options.logLevel ?? 'info' });
  const started = await startController(options, { nowMs: () => Date.now() }, log);
  if (!started.ok) {
    say({ ready: false, code: started.error.code, detail: started.error.detail });
    log.error({ code: started.error.code, err: started.error.cause }, started.error.detail);
    return 1;
  }
  const { port, agentPort, fingerprint, caSha256, close } = started.value;
  const ended = new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
  say({ ready: true, port, agentPort, fingerprint, caSha256 });
  log.info({ port, agentPort }, 'ready');
  await ended;
  log.info({}, 'stopping');
  await close();
  return 0;
}

const input = await readInput().catch((cause: unknown) => {
  say({ ready: false, code: 'E_BODY_INVALID', detail: cause instanceof Error ? cause.message : 'no input' });
  process.exit(1);
});
const options = readStartOptions(input);
if (options.ok) process.exit(await run(options.value));
say({ ready: false, code: options.error.code, detail: options.error.detail });
process.exit(1);
