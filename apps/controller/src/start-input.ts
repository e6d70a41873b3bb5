// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Where a controller finds its start options when nobody writes them to its standard input. */
export interface InputPlaces {
  /** JSON file. */
  readonly config: string;
  /** Folder in which each file is one option: how Kubernetes hands over secrets. */
  readonly secrets?: string;
}

const SECRET_BYTES_MAX = 64 * 1024;
const CONFIG_BYTES_MAX = 256 * 1024;

function readBounded(path: string, max: number): string {
  if (statSync(path).size > max) throw new Error(`${path} is larger than ${max} bytes`);
  return readFileSync(path, 'utf8');
}

/** The start options as JSON text. Kubernetes keeps its own links beside the files; their names begin with a dot. */
export function readPlacedInput({ config, secrets }: InputPlaces): string {
  const options: Record<string, unknown> = JSON.parse(readBounded(config, CONFIG_BYTES_MAX));
  if (secrets !== undefined) {
    for (const name of readdirSync(secrets))
      if (!name.startsWith('.')) options[name] = readBounded(join(secrets, name), SECRET_BYTES_MAX).trim();
  }
  return JSON.stringify(options);
}
