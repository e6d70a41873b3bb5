// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ControllerProcess } from '@bartizan/testkit/attack';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

interface Chain {
  readonly intact: boolean;
  readonly records: number;
  readonly firstBroken?: number;
}
const controller = new ControllerProcess();

/** What somebody with root on the machine does to the file of a controller that is not running. */
async function onFile(...statements: readonly string[]): Promise<void> {
  await controller.stop();
  const file = new DatabaseSync(join(controller.folder, 'data/core.db'));
  for (const statement of statements) file.exec(statement);
  file.close();
  await controller.start();
}
const verified = async (): Promise<Chain> => (await controller.call('GET', '/audit/verify')) as Chain;
const listed = async (): Promise<{ sequence: number; actor: string; action: string }[]> =>
  ((await controller.call('GET', '/audit?sort=sequence&limit=200')) as { items: never[] }).items;

let made = 0;
describe('covering tracks in the audit log', () => {
  beforeAll(async () => {
    await controller.start();
  }, 120_000);
  afterAll(() => controller.close(), 60_000);
  /** Something to hide, for each attack anew. */
  beforeEach(async () => {
    made += 1;
    await controller.call('POST', '/users', { name: `intruder${made}`, displayName: 'I', role: 'admin' });
  }, 60_000);

  it('leaves the chain whole when only other tables are touched (twin)', async () => {
    await onFile("INSERT OR REPLACE INTO meta(name,value) VALUES('probe',1)");
    expect(await verified()).toMatchObject({ intact: true });
  }, 120_000);

  it('is found when a record was changed, although the list shows the lie as if nothing had happened', async () => {
    const before = await listed();
    const target = before.find(({ action }) => action === 'user.create');
    expect(target).toBeDefined();
    await onFile(
      `UPDATE audit SET doc=json_set(doc,'$.actor','nobody') WHERE f_sequence=${target?.sequence ?? 0}`,
    );
    // Without the check nobody would know: this is what the check is for.
    expect((await listed()).find(({ sequence }) => sequence === target?.sequence)?.actor).toBe('nobody');
    expect(await verified()).toMatchObject({ intact: false, firstBroken: target?.sequence });
    await onFile(
      `UPDATE audit SET doc=json_set(doc,'$.actor','${target?.actor ?? ''}') WHERE f_sequence=${target?.sequence ?? 0}`,
    );
    expect(await verified(), 'put back as it was, it is whole again').toMatchObject({ intact: true });
  }, 240_000);

  it('is found when the newest records were cut off', async () => {
    const last = (await listed()).at(-1)?.sequence ?? 0;
    await onFile(`DELETE FROM audit WHERE f_sequence>=${last}`);
    expect(await verified()).toMatchObject({ intact: false });
  }, 120_000);
});
