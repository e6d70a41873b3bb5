// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type Image,
  type ImageScan,
  type ImageSignature,
  type Registry,
  tenantScope,
} from '@bartizan/contracts';
import { aRegistry, OWNER, openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FindingLedger } from '../../decide/finding-ledger.ts';
import { type ImageIntake, ImageLedger } from '../../decide/image-ledger.ts';
import { judgeRevision } from '../../decide/signature-verdicts.ts';
import { Turnstile } from '../../turnstile.ts';
import { currentVerdicts } from './current-verdicts.ts';
import { entryOf } from './image-entry.ts';

const SCOPE = tenantScope(OWNER.cluster, OWNER.tenant);
const DIGEST = `sha256:${'a'.repeat(64)}`;
const DONE: ImageScan = { state: 'done', reasons: [] };
const BEFORE = aRegistry({ signingKeys: ['before'] });
const AFTER = aRegistry({ signingKeys: ['after'] });
const by = (registry: Registry, state: ImageSignature['state'], checkedAtMs: number): ImageSignature => ({
  ...{ state, signers: [], checkedAtMs },
  ...{ registry: registry.id, repository: 'app', revision: judgeRevision(registry) },
});
const place = { digest: DIGEST, platform: '', references: ['registry.example/app:1'] };
const judged = (signature: ImageSignature): Image => ({ ...entryOf(BEFORE, place, undefined), signature });

let test: TestStore;
let ledger: ImageLedger;
beforeEach(async () => {
  test = await openStoreInPlace();
  const { store, clock } = test;
  const findings = new FindingLedger(store, clock, new Turnstile());
  ledger = new ImageLedger({
    ...{ store, clock, findings },
    publish: () => undefined,
    onList: () => undefined,
  });
  await store.registries.put(SCOPE, [BEFORE]);
});
afterEach(() => test.remove());

const stored = async (): Promise<Image> => {
  const image = await test.store.images.get(SCOPE, DIGEST);
  if (!image.ok || image.value === undefined) throw new Error('the image is not there');
  return image.value;
};
/** As it is set otherwise, or removed. */
const change = async (intake: ImageIntake, to?: Registry): Promise<void> => {
  const { registries } = test.store;
  const done =
    to === undefined ? await registries.remove(SCOPE, [BEFORE.id]) : await registries.put(SCOPE, [to]);
  expect(done.ok).toBe(true);
  await intake.unjudge(OWNER, BEFORE.id, to && judgeRevision(to));
};
const scanned = (image: Image) => ({
  ...{ image, packages: [], distribution: '', incomplete: [], catalogueVersion: '1', scannedAtMs: 5 },
});

describe('a verdict about signatures', () => {
  it('is kept as long as its registry judges by the same', async () => {
    const intake = currentVerdicts({ intake: ledger, store: test.store }, BEFORE);
    await intake.mark(OWNER, DIGEST, DONE, judged(by(BEFORE, 'signed', 1)));
    expect(await stored()).toMatchObject({ signature: { state: 'signed' } });
    await intake.put(OWNER, scanned(judged(by(BEFORE, 'invalid', 2))));
    expect(await stored()).toMatchObject({ signature: { state: 'invalid' }, scan: { scannedAtMs: 5 } });
  });

  it.each([
    ['has other keys', AFTER],
    ['is gone', undefined],
  ])('of work that began before its registry %s is not kept, and the image is', async (_, to) => {
    const intake = currentVerdicts({ intake: ledger, store: test.store }, BEFORE);
    await change(ledger, to);
    await intake.mark(OWNER, DIGEST, DONE, judged(by(BEFORE, 'signed', 9)));
    expect(await stored()).toMatchObject({ references: place.references });
    expect(await stored()).not.toHaveProperty('signature');
    if (to !== undefined) await ledger.mark(OWNER, DIGEST, DONE, judged(by(to, 'unsigned', 3)));
    await intake.put(OWNER, scanned(judged(by(BEFORE, 'signed', 9))));
    expect(await stored()).toMatchObject({ scan: { scannedAtMs: 5 } });
    expect((await stored()).signatures?.map(({ state }) => state)).toEqual(
      to === undefined ? undefined : ['unsigned'],
    );
  });

  it('that is written while the keys change is forgotten, too', async () => {
    const late: ImageIntake = currentVerdicts({ intake: ledger, store: test.store }, BEFORE);
    const slow = currentVerdicts(
      {
        store: test.store,
        intake: {
          ...late,
          unjudge: (...asked) => ledger.unjudge(...asked),
          mark: async (...told) => {
            await change(ledger, AFTER);
            return ledger.mark(...told);
          },
        },
      },
      BEFORE,
    );
    expect(await slow.mark(OWNER, DIGEST, DONE, judged(by(BEFORE, 'signed', 9)))).toMatchObject({ ok: true });
    expect(await stored()).not.toHaveProperty('signature');
  });

  it('of before is not brought back by an image that waited in line with it', async () => {
    await ledger.mark(OWNER, DIGEST, DONE, judged(by(BEFORE, 'signed', 1)));
    const waiting = entryOf(BEFORE, place, await stored());
    await change(ledger, AFTER);
    await ledger.mark(OWNER, DIGEST, { state: 'failed', reasons: [] }, waiting);
    expect(await stored()).toMatchObject({ scan: { state: 'failed' } });
    expect(await stored()).not.toHaveProperty('signature');
  });
});
