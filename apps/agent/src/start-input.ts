// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Where an agent finds its configuration when nobody writes it to its standard input. */
export interface InputPlaces {
  /** JSON file. */
  readonly config: string;
  /** Folder in which each file is one more field: what the controller publishes. */
  readonly fields?: string;
  readonly nodeName?: string;
}

const FIELD_BYTES_MAX = 64 * 1024;
const CONFIG_BYTES_MAX = 1024 * 1024;

function readBounded(path: string, max: number): string {
  if (statSync(path).size > max) throw new Error(`${path} is larger than ${max} bytes`);
  return readFileSync(path, 'utf8');
}

/** The configuration as JSON text. Kubernetes keeps its own links beside the files; their names begin with a dot. */
export function readPlacedInput({ config, fields, nodeName }: InputPlaces): string {
  const parsed: unknown = JSON.parse(readBounded(config, CONFIG_BYTES_MAX));
  if (typeof parsed !== 'object' || parsed === null) throw new Error(`${config} holds no object`);
  const read: Record<string, unknown> = { ...parsed };
  if (fields !== undefined) {
    for (const name of readdirSync(fields))
      if (!name.startsWith('.')) read[name] = readBounded(join(fields, name), FIELD_BYTES_MAX).trim();
  }
  return JSON.stringify(nodeName === undefined ? read : { ...read, nodeName });
}

/** What gives the join token of a configuration: the one it was started with, or what its file holds now. */
export const joinTokenReader = (config: {
  readonly joinToken: string | undefined;
  readonly joinTokenPath: string | undefined;
}): (() => string | undefined) => {
  const path = config.joinTokenPath;
  if (path === undefined) return () => config.joinToken;
  return () => {
    try {
      return readBounded(path, FIELD_BYTES_MAX).trim() || undefined;
    } catch {
      // The kubelet has not written it yet; it is read again at the next try.
      return undefined;
    }
  };
};
