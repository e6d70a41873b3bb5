// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { err, type Failure, failure, ok, type Result } from '@bartizan/contracts';
import { readJson } from '../instance/files.ts';
import type { InstancePaths } from '../instance/paths.ts';

/** Ports of one instance. */
export interface Ports {
  readonly port: number;
  readonly agentPort: number;
}

const FIRST_PORT = 8443;
const LAST_PORT = 8543;

/** Whether nothing listens there. */
export function isFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Ports that other instances on this machine have been given. */
export function takenByInstances(paths: InstancePaths): ReadonlySet<number> {
  const taken = new Set<number>();
  let names: string[] = [];
  try {
    names = readdirSync(paths.etcRoot).filter((name) => name !== paths.instance);
  } catch {
    return taken;
  }
  for (const name of names) {
    const record = readJson(join(paths.etcRoot, name, 'instance.json'));
    if (typeof record !== 'object' || record === null) continue;
    for (const value of ['port' in record ? record.port : 0, 'agentPort' in record ? record.agentPort : 0])
      if (typeof value === 'number' && value > 0) taken.add(value);
  }
  return taken;
}

/**
 * Chooses the ports of a new instance: the wanted one, or 8443 and upwards past other instances. A port that a foreign
 * program holds is E_PORT_TAKEN, never passed over in silence.
 */
export async function choosePorts(
  paths: InstancePaths,
  host: string,
  wanted?: number,
): Promise<Result<Ports, Failure<'E_PORT_TAKEN'>>> {
  if (wanted === 0) return ok({ port: 0, agentPort: 0 });
  const others = takenByInstances(paths);
  let port = wanted ?? FIRST_PORT;
  while (wanted === undefined && port < LAST_PORT && (others.has(port) || others.has(port + 1))) port += 1;
  for (const [number, address] of [[port, host] as const, [port + 1, '127.0.0.1'] as const]) {
    if (others.has(number) || !(await isFree(number, address)))
      return err(failure('E_PORT_TAKEN', `${address}:${number}`));
  }
  return ok({ port, agentPort: port + 1 });
}
