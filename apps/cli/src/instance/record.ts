// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { join } from 'node:path';
import {
  err,
  type Failure,
  failure,
  flag,
  inline,
  instant,
  integer,
  list,
  ok,
  optional,
  parser,
  type Result,
  text,
} from '@bartizan/contracts';
import { readJson, readText, writeAtomic } from './files.ts';
import type { ParsedBy } from './parsed-by.ts';
import type { InstancePaths } from './paths.ts';

const InstanceRecordSchema = inline('What `up` decided for an instance', {
  version: integer('Form of this file', '1'),
  port: integer('Port of console and API', '1', { maximum: 65_535 }),
  agentPort: integer('Port of the agents', '1', { maximum: 65_535 }),
  host: text('Address of console and API', 64),
  release: text('Digest of the release that runs', 64),
  previousRelease: optional(text('Digest of the release before', 64)),
  checkout: text('Folder the release was made from', 4096),
  advisories: optional(text('Pack or folder of packs', 4096)),
  kubeconfig: optional(text('kubeconfig of the cluster to watch', 4096)),
  user: text('System user of the controller', 32),
  node: text('Node.js that runs the release', 4096),
  publicNames: list(text('Name', 253), 'Names in the certificate', 16),
  agentEnabled: flag('The local agent is started'),
  searchContainers: optional(
    flag('Files of running containers are searched for secrets and harmful files; true unless said'),
  ),
  runcRoots: list(text('Folder', 4096), 'State folders of runc', 16),
  runtimes: list(
    inline('A runtime', { runtime: text('Kind', 32), endpoint: text('Socket', 4096) }),
    'More runtime sockets',
    16,
  ),
  service: flag('systemd starts it'),
  createdAtMs: instant('Created'),
});
const parseRecord = parser(InstanceRecordSchema);

/** What `up` decided for an instance; kept in instance.json beside the secrets. */
export type InstanceRecord = ParsedBy<typeof parseRecord>;

const recordPath = (paths: InstancePaths): string => join(paths.etc, 'instance.json');

/** The record of an instance; E_NOT_UP when `up` never ran here. */
export function readRecord(
  paths: InstancePaths,
): Result<InstanceRecord, Failure<'E_NOT_UP' | 'E_INSTANCE_RECORD'>> {
  if (readText(recordPath(paths)) === undefined) return err(failure('E_NOT_UP', paths.instance));
  const parsed = parseRecord(readJson(recordPath(paths)));
  if (parsed.ok) return ok(parsed.value);
  const fault = parsed.error[0];
  return err(
    failure('E_INSTANCE_RECORD', `${recordPath(paths)}: ${fault?.pointer ?? ''} ${fault?.detail ?? ''}`),
  );
}

/** Writes the record of an instance. */
export const writeRecord = (paths: InstancePaths, record: InstanceRecord): void =>
  writeAtomic(recordPath(paths), `${JSON.stringify(record, null, 2)}\n`);
