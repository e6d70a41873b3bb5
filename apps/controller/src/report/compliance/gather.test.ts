// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  DEFAULT_TENANT,
  type Finding,
  type Image,
  LOCAL_CLUSTER,
  ok,
  type Result,
  tenantScope,
} from '@bartizan/contracts';
import {
  aCheck,
  aContainer,
  aFinding,
  anAdmissionRule,
  anImage,
  aWorkload,
  good,
  openStoreInPlace,
  type TestStore,
  workloadRef,
} from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RuleReach } from '../../admission-ports.ts';
import type { ApiFailure } from '../../ports.ts';
import { admissionAnswers, artefactAnswers, checkAnswers, readChecks } from './gather.ts';

const SCOPE = tenantScope(LOCAL_CLUSTER, DEFAULT_TENANT);
const MAX = 2;

const answered = <T>(result: Result<T, ApiFailure>): T => {
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
};

let test: TestStore;
beforeEach(async () => {
  test = await openStoreInPlace();
});
afterEach(() => test.remove());

const outcomesOf = async (ref: string, recordsMax = MAX) => {
  const answers = answered(await artefactAnswers({ store: test.store, recordsMax }, SCOPE));
  return Object.fromEntries(
    answers.filter((one) => one.ref === ref).map((one) => [one.subject, one.outcome]),
  );
};
const secretOf = (subject: string): Partial<Finding> => ({
  id: `secret-${subject}`,
  kind: 'secret',
  severity: 'medium',
  subject: { ...workloadRef('sha256:aa', subject), namespace: '' },
});
const scanOf = (workload: string) => ({
  ...{ workload, scan: `s-${workload}`, distribution: 'debian 12', distributionName: 'Debian 12' },
  ...{ packages: [], incomplete: [], scannedAtMs: 1000, matchedWith: 'pack-1' },
  coverage: [{ ecosystem: 'Debian:12', packages: 1, withoutData: 0, state: 'covered' as const }],
});

describe('with more records than are read at once', () => {
  it('an image with a secret does not pass because other findings are more urgent', async () => {
    good(
      await test.store.images.put(
        SCOPE,
        ['shop:1', 'clean:1'].map((name) =>
          anImage({
            digest: `sha256:${name}`,
            references: [name],
            scan: { state: 'done', reasons: [], rulesVersion: 'rules-1', scannedAtMs: 1000 },
          }),
        ),
      ),
    );
    good(
      await test.store.findings.put(SCOPE, [
        aFinding({ id: 'f-1', severity: 'critical' }),
        aFinding({ id: 'f-2', severity: 'critical' }),
        aFinding(secretOf('shop:1')),
      ]),
    );
    expect(await outcomesOf('secret')).toEqual({ 'shop:1': 'fail', 'clean:1': 'pass' });
    // Two secrets fill what is held: nothing is known to be without one.
    good(
      await test.store.findings.put(
        SCOPE,
        ['x:1', 'y:1'].map((name) => aFinding(secretOf(name))),
      ),
    );
    expect((await outcomesOf('secret'))['clean:1']).toBe('unknown');
    expect((await outcomesOf('secret', 100))['clean:1']).toBe('pass');
  });

  it('a workload with a flaw that has a repair does not pass because others have more', async () => {
    const names = ['w-1', 'w-2', 'w-3'];
    for (const name of names) good(await test.store.scans.put(SCOPE, scanOf(name)));
    const flaws = names
      .slice(0, 2)
      .flatMap((name) =>
        Array.from({ length: 20 }, (_, index) =>
          aFinding({ id: `${name}-${index}`, severity: 'critical', subject: workloadRef(name, 'web') }),
        ),
      );
    good(await test.store.findings.put(SCOPE, flaws));
    // What is held of each workload is bounded, so that 32 stand for 40.
    expect(await outcomesOf('vulnerability', 32)).toEqual({ 'w-1': 'fail', 'w-2': 'fail', 'w-3': 'pass' });
    const cut = await outcomesOf('vulnerability');
    expect(Object.values(cut)).not.toContain('pass');
  });

  it('a check passes only where all failures were read', async () => {
    const one = (index: number, outcome: 'fail' | 'pass') =>
      aCheck({ check: `host.c${index}`, outcome, subject: workloadRef(`w-${index}`, 'web') });
    const outcomes = async (recordsMax: number) => {
      const parts = { store: test.store, recordsMax };
      const read = answered(await readChecks(parts, SCOPE));
      return answered(await checkAnswers(parts, SCOPE, read)).map(({ outcome }) => outcome);
    };
    good(
      await test.store.checks.put(SCOPE, [one(1, 'pass'), one(2, 'fail'), one(3, 'fail'), one(4, 'pass')]),
    );
    expect((await outcomes(MAX)).toSorted()).toEqual(['fail', 'fail', 'pass', 'pass']);
    good(await test.store.checks.put(SCOPE, [one(5, 'fail')]));
    expect((await outcomes(MAX)).toSorted()).toEqual(['fail', 'fail', 'unknown', 'unknown']);
  });

  it('says why it does not know, in both languages', async () => {
    good(await test.store.scans.put(SCOPE, scanOf('w-9')));
    const flaws = ['w-1', 'w-2', 'w-3'].map((name) =>
      aFinding({ id: name, subject: workloadRef(name, 'web') }),
    );
    good(await test.store.findings.put(SCOPE, flaws));
    const answers = answered(await artefactAnswers({ store: test.store, recordsMax: MAX }, SCOPE));
    const told = answers.find(({ subject }) => subject === 'w-9');
    expect(told).toMatchObject({ outcome: 'unknown' });
    expect(told?.detail.en).toMatch(/not all of it was read/);
    expect(told?.detail.ja).toMatch(/一部を読み取っていません/);
  });
});

describe('an accepted flaw', () => {
  const END = 9_000_000;
  const accepted = (id: string, expiresAtMs = END, owner = '@ann'): Finding =>
    aFinding({
      ...{ id, severity: 'critical', subject: workloadRef('w-1', 'web'), state: 'accepted' },
      acceptance: { owner, reason: 'behind a proxy', expiresAtMs },
    });
  const told = async () =>
    answered(await artefactAnswers({ store: test.store }, SCOPE)).find(({ ref }) => ref === 'vulnerability');
  beforeEach(async () => {
    good(await test.store.scans.put(SCOPE, scanOf('w-1')));
  });

  it('still fails, and is listed with owner, reason and the end that comes first', async () => {
    const all = [accepted('f-1', END + 1), accepted('f-2', END, '@bob'), accepted('f-3', END + 2)];
    good(await test.store.findings.put(SCOPE, all));
    expect(await told()).toMatchObject({
      outcome: 'fail',
      accepted: { owner: '@bob', reason: 'behind a proxy', until: END },
    });
  });

  it('does not make another one of the workload accepted, however many there are', async () => {
    const open = aFinding({ id: 'z', severity: 'critical', subject: workloadRef('w-1', 'web') });
    const many = Array.from({ length: 20 }, (_, index) => accepted(`a-${index}`));
    good(await test.store.findings.put(SCOPE, [...many, open]));
    const answer = await told();
    expect(answer?.outcome).toBe('fail');
    expect(answer).not.toHaveProperty('accepted');
  });

  it('is not said to be all there is where not all was read', async () => {
    const flaws = ['w-2', 'w-3', 'w-4'].map((name) =>
      aFinding({ id: name, severity: 'critical', subject: workloadRef(name, 'web') }),
    );
    good(await test.store.findings.put(SCOPE, [accepted('f-1'), ...flaws]));
    const parts = { store: test.store, recordsMax: MAX };
    const answers = answered(await artefactAnswers(parts, SCOPE));
    expect(answers.filter((one) => one.accepted !== undefined)).toEqual([]);
  });
});

describe('what was not looked into', () => {
  const searched = { reasons: [], rulesVersion: 'rules-1', scannedAtMs: 1000 };
  const images = async (...states: NonNullable<Image['scan']>['state'][]) =>
    good(
      await test.store.images.put(
        SCOPE,
        states.map((state) =>
          anImage({ digest: `sha256:${state}`, references: [`${state}:1`], scan: { ...searched, state } }),
        ),
      ),
    );
  const running = async (...digests: string[]) => {
    const containers = digests.map((imageDigest) => aContainer({ id: `c-${imageDigest}`, imageDigest }));
    good(await test.store.containers.put(SCOPE, containers));
  };

  it('is no image without secrets, while something runs it', async () => {
    await images('done', 'failed', 'incomplete', 'queued', 'scanning', 'never');
    const byAgent = { state: 'done' as const, reasons: [], scannedAtMs: 1000 };
    const listed = anImage({ digest: 'sha256:listed', references: ['listed:1'], scan: byAgent });
    const { scan: _, ...unseen } = anImage({ digest: 'sha256:unseen', references: ['unseen:1'] });
    good(await test.store.images.put(SCOPE, [listed, unseen]));
    const names = ['failed', 'incomplete', 'queued', 'scanning', 'never', 'listed'];
    await running(...names.map((name) => `sha256:${name}`));
    // Nobody told of its containers: the workload says what it runs.
    good(await test.store.workloads.put(SCOPE, [aWorkload({ id: 'w-2', imageDigest: 'sha256:unseen' })]));
    expect(await outcomesOf('secret', 100)).toEqual({
      'done:1': 'pass',
      ...{ 'failed:1': 'unknown', 'incomplete:1': 'unknown', 'queued:1': 'unknown' },
      ...{ 'scanning:1': 'unknown', 'never:1': 'unknown', 'listed:1': 'unknown', 'unseen:1': 'unknown' },
    });
  });

  it('says nothing where nothing runs it', async () => {
    good(
      await test.store.workloads.put(SCOPE, [
        aWorkload({ id: 'w-1', running: 0, imageDigest: 'sha256:failed' }),
      ]),
    );
    await images('done', 'failed');
    good(await test.store.images.put(SCOPE, [anImage({ digest: 'sha256:gone', usedBy: ['w-gone'] })]));
    expect(await outcomesOf('secret', 100)).toEqual({ 'done:1': 'pass' });
  });

  it('says nothing where a workload that ran it runs another by now', async () => {
    await images('done', 'failed');
    good(
      await test.store.workloads.put(SCOPE, [
        aWorkload({ id: 'w-1', running: 1, imageDigest: 'sha256:done' }),
      ]),
    );
    const ended = aContainer({ id: 'c-old', state: 'exited', imageDigest: 'sha256:failed' });
    good(await test.store.containers.put(SCOPE, [ended]));
    expect(await outcomesOf('secret', 100)).toEqual({ 'done:1': 'pass' });
    // While the rollout is under way, both run.
    await running('sha256:failed');
    expect(await outcomesOf('secret', 100)).toEqual({ 'done:1': 'pass', 'failed:1': 'unknown' });
  });

  it('is no image that was searched to the end and is read again, or could not be read again', async () => {
    const states = ['queued', 'scanning', 'failed'] as const;
    const known = states.map((state) =>
      anImage({
        digest: `sha256:${state}`,
        references: [`${state}:1`],
        scan: { ...searched, state, searchedAtMs: 500 },
      }),
    );
    good(await test.store.images.put(SCOPE, known));
    await running(...known.map(({ digest }) => digest));
    const answers = answered(await artefactAnswers({ store: test.store }, SCOPE));
    expect(answers.map(({ outcome, at }) => [outcome, at])).toEqual(states.map(() => ['pass', 500]));
  });

  it('of an index is what was not looked into of the images below it', async () => {
    const scan = { state: 'done' as const, reasons: [], scannedAtMs: 1000 };
    const below = (platform: string, changes: Partial<Image> = {}) =>
      anImage({
        digest: `sha256:${platform}`,
        references: [`${platform}:1`, 'r.example/app@sha256:index'],
        ...{ usedBy: [], scan: { ...searched, ...scan }, ...changes },
      });
    // A node names the index it pulled, and tells of packages only.
    const index = anImage({ digest: 'sha256:index', references: ['app:1'], scan });
    await running('sha256:index');
    good(await test.store.images.put(SCOPE, [index]));
    expect(await outcomesOf('secret', 100)).toEqual({ 'app:1': 'unknown' });
    const later = { references: ['arm64:1'], formerReferences: ['r.example/app@sha256:index'] };
    good(await test.store.images.put(SCOPE, [below('amd64'), below('arm64', later)]));
    expect(await outcomesOf('secret', 100)).toEqual({ 'amd64:1': 'pass', 'arm64:1': 'pass' });
    const failed = { scan: { state: 'failed' as const, reasons: ['E_LAYER'] } };
    good(await test.store.images.put(SCOPE, [below('arm64', failed)]));
    expect(await outcomesOf('secret', 100)).toEqual({ 'amd64:1': 'pass', 'app:1': 'unknown' });
  });

  it('still fails by what was found there', async () => {
    await images('incomplete');
    await running('sha256:incomplete');
    good(await test.store.findings.put(SCOPE, [aFinding(secretOf('incomplete:1'))]));
    expect(await outcomesOf('secret', 100)).toEqual({ 'incomplete:1': 'fail' });
  });

  it('is no workload without flaws', async () => {
    const workloads = ['w-1', 'w-2', 'w-3'].map((id) =>
      aWorkload({ id, namespace: '', name: id, running: id === 'w-3' ? 0 : 1 }),
    );
    good(await test.store.workloads.put(SCOPE, workloads));
    good(await test.store.scans.put(SCOPE, scanOf('w-1')));
    expect(await outcomesOf('vulnerability')).toEqual({ 'w-1': 'pass', 'w-2': 'unknown' });
    const answers = answered(await artefactAnswers({ store: test.store }, SCOPE));
    expect(answers.find(({ subject }) => subject === 'w-2')?.detail.en).toBe('It runs and was not scanned');
  });
});

describe('admission rules', () => {
  const OWNER = { cluster: LOCAL_CLUSTER, tenant: DEFAULT_TENANT };
  const answersOf = async (
    reach: RuleReach,
    violations = 0,
  ): Promise<readonly { outcome: string; detail: { en: string } }[]> => {
    const rule = anAdmissionRule({ id: 'admission.ingress-tls' });
    return answered(
      await admissionAnswers(
        {
          counts: () => new Map(violations === 0 ? [] : [[rule.id, { violations, unknown: 0 }]]),
          policy: () =>
            Promise.resolve(
              ok({
                ...{ revision: 'p', bindings: [], bindingsRevision: 'b', exceptions: [] },
                rules: [{ rule, revision: 'r', origin: 'built-in', enabled: true }],
              }),
            ),
          reach: () => reach,
        },
        OWNER,
        1000,
      ),
    );
  };

  it('pass only where all they are about was asked', async () => {
    expect(await answersOf('all')).toMatchObject([
      { ref: 'admission:admission.ingress-tls', outcome: 'pass' },
    ]);
    expect(await answersOf('some')).toMatchObject([
      {
        outcome: 'unknown',
        detail: { en: expect.stringMatching(/not all of what it is about was asked: .*not followed/) },
      },
    ]);
    expect(await answersOf('none')).toMatchObject([
      { outcome: 'unknown', detail: { en: 'It is not asked of what exists' } },
    ]);
  });

  it('fail by what was seen, though not all was', async () => {
    expect(await answersOf('some', 2)).toMatchObject([{ outcome: 'fail' }]);
  });
});
