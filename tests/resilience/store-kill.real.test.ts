// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { eventId, systemScope, tenantScope } from '@bartizan/contracts';
import { all, good, OWNER, openTestStore } from '@bartizan/testkit/store';
import { afterEach, describe, expect, it } from 'vitest';

const BURST = join(dirname(fileURLToPath(import.meta.url)), 'burst.ts');
const SCOPE = tenantScope(OWNER.cluster, OWNER.tenant);
const STREAMS = ['flow', 'process', 'security'] as const;

const folder = mkdtempSync(join(tmpdir(), 'bartizan-kill-'));
const children = new Set<ChildProcess>();
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** Lets a process write until it has acknowledged some, then kills it in the middle; returns what it acknowledged. */
async function burst(dataDir: string, first: number, acknowledgements: number): Promise<Map<string, number>> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', BURST, dataDir, String(first)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  children.add(child);
  const said = new Map<string, number>();
  let lines = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const [name = '', sequence = ''] = line.split(' ');
    if (sequence === '') continue;
    said.set(name, Math.max(said.get(name) ?? -1, Number(sequence)));
    // Whatever is still in the pipe when it dies was acknowledged too: reading goes on to the end.
    if (++lines === acknowledgements) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  expect(child.signalCode).toBe('SIGKILL');
  return said;
}

describe('a store whose process is killed while it writes', () => {
  it('has every record that it acknowledged, three times over, and an intact audit chain', async () => {
    const dataDir = join(folder, 'data');
    for (const [round, acknowledgements] of [40, 90, 150].entries()) {
      const first = round * 1_000_000;
      const said = await burst(dataDir, first, acknowledgements);
      expect([...said.keys()].sort()).toEqual(['audit', ...STREAMS].sort());
      const test = await openTestStore({ dataDir });
      try {
        for (const stream of STREAMS) {
          const last = said.get(stream) ?? -1;
          const missing: number[] = [];
          for (let sequence = first; sequence <= last; sequence++) {
            const id = eventId('n-1', 'boot-1', stream, sequence);
            if (good(await test.store.events.get(SCOPE, id)) === undefined) missing.push(sequence);
          }
          expect(missing, `${stream} up to ${last}`).toEqual([]);
        }
        const chain = good(await test.store.audit.verify(systemScope('test')));
        expect(chain.intact).toBe(true);
        expect(chain.records).toBeGreaterThanOrEqual(said.get('audit') ?? 0);
        expect(good(await test.store.audit.list(SCOPE, all({ limit: 1 }))).total).toBe(chain.records);
      } finally {
        await test.store.close();
      }
    }
  }, 180_000);
});
