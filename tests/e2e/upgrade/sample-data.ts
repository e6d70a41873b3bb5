// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { createSealer, openSqliteStore, type SqliteStore } from '@bartizan/adapters/store';
import { systemScope, tenantScope } from '@bartizan/contracts';
import {
  aFinding,
  aFlow,
  aNode,
  aSecurityEvent,
  aUser,
  aWorkload,
  good,
  OWNER,
} from '@bartizan/testkit/store';

/** The key the sample data is sealed with; it protects nothing. */
export const SAMPLE_KEY = Buffer.alloc(32, 5);
/** What the sealed setting says. */
export const SAMPLE_SECRET = 'a sealed secret of the sample';
/** When the sample was written. */
export const SAMPLE_NOW_MS = Date.UTC(2026, 10, 25, 4, 30);

const SCOPE = tenantScope(OWNER.cluster, OWNER.tenant);
const SYSTEM = systemScope('sample data');

/** Writes one of everything that an upgrade must not lose. */
export async function writeSample(store: SqliteStore): Promise<void> {
  good(await store.nodes.put(SCOPE, [aNode()]));
  good(await store.workloads.put(SCOPE, [aWorkload(), aWorkload({ id: 'w-2', name: 'db' })]));
  good(await store.findings.put(SCOPE, [aFinding()]));
  const user = { user: aUser(), passwordHash: 'hash', previousHashes: ['older'], failures: 1 };
  good(await store.users.put(SCOPE, user));
  good(
    await store.scans.put(SCOPE, {
      workload: 'w-1',
      scan: 's-1',
      distribution: 'debian 12',
      distributionName: 'Debian GNU/Linux 12',
      packages: ['bash', 'openssl', 'zlib1g'].map((name) => ({
        name,
        version: '1',
        ecosystem: 'Debian:12',
        purl: `pkg:deb/debian/${name}@1`,
        cataloger: 'dpkg',
        locations: [],
      })),
      coverage: [],
      incomplete: [],
      scannedAtMs: SAMPLE_NOW_MS,
      matchedWith: 'pack-1',
    }),
  );
  for (const action of ['user.create', 'session.create', 'api-key.create']) {
    good(
      await store.audit.append(SYSTEM, {
        tenant: OWNER.tenant,
        atMs: SAMPLE_NOW_MS,
        actor: 'aiko',
        actorKind: 'user',
        action,
        target: 'u-1',
        outcome: 'success',
        detail: '',
      }),
    );
  }
  good(await store.settings.put(SYSTEM, 'sample', createSealer(SAMPLE_KEY).seal(SAMPLE_SECRET)));
  good(await store.events.append(SCOPE, [aSecurityEvent(1), aFlow(1), aFlow(2)]));
  good(await store.events.acknowledge(SCOPE, { node: 'n-1', bootId: 'boot-1', stream: 'flow', sequence: 2 }));
}

/** Opens data as the sample is opened. */
export const openSample = (dataDir: string) =>
  openSqliteStore({ dataDir, sealKey: SAMPLE_KEY, clock: { nowMs: () => SAMPLE_NOW_MS } });

const files = (folder: string): string[] => [
  'core.db',
  ...readdirSync(join(folder, 'slices')).map((file) => join('slices', file)),
];

/** Packs the files of a closed store. */
export function packData(dataDir: string, into: string): void {
  for (const file of files(dataDir)) {
    mkdirSync(dirname(join(into, file)), { recursive: true });
    writeFileSync(join(into, `${file}.gz`), gzipSync(readFileSync(join(dataDir, file)), { level: 9 }));
  }
}

/** Unpacks what `packData` packed. */
export function unpackData(from: string, dataDir: string): void {
  mkdirSync(join(dataDir, 'slices'), { recursive: true });
  for (const packed of [
    'core.db.gz',
    ...readdirSync(join(from, 'slices')).map((file) => join('slices', file)),
  ]) {
    const file = packed.replace(/\.gz$/, '');
    writeFileSync(join(dataDir, file), gunzipSync(readFileSync(join(from, packed))));
  }
}
