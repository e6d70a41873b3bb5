// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type Container,
  type ContainerSecretReport,
  type FileSignature,
  Finding,
  parser,
} from '@bartizan/contracts';
import { aContainer, openStoreInPlace, type TestStore, workloadRef } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TOLD_RULE } from '../testing/secret-rule.ts';
import { Turnstile } from '../turnstile.ts';
import { ContainerSecrets } from './container-secrets.ts';
import { FindingLedger } from './finding-ledger.ts';

const OWNER = { cluster: 'local', tenant: 'default' };
const SCOPE = { kind: 'tenant', ...OWNER } as const;
const AGENT = { ...OWNER, node: 'n-1' };
const DIGEST = `sha256:${'1'.repeat(64)}`;
const text = (en: string) => ({ en, ja: en });
const SIGNATURE: FileSignature = {
  id: 'malware.test-miner',
  title: text('Test miner'),
  description: text('A miner for tests'),
  severity: 'critical',
  kinds: ['program'],
  strings: [{ name: 'words', text: 'mining-words' }],
  groups: [{ of: ['words'], atLeast: 1 }],
  fix: text('Stop it'),
  control: ['k02-supply-chain'],
  owasp: { 2022: ['K02'], 2025: ['K04'] },
  attack: ['T1496'],
  tests: { mustMatch: [], mustNotMatch: [] },
} as FileSignature;
type Told = ContainerSecretReport['secrets'][number];

let test: TestStore;
let secrets: ContainerSecrets;
const published: unknown[] = [];
const runs = (changes: Partial<Container> = {}) =>
  test.store.containers.put(SCOPE, [aContainer({ imageDigest: DIGEST, ...changes })]);
beforeEach(async () => {
  test = await openStoreInPlace();
  published.length = 0;
  secrets = new ContainerSecrets({
    store: test.store,
    clock: test.clock,
    publish: (change) => {
      published.push(change.data);
    },
    findings: new FindingLedger(test.store, test.clock, new Turnstile()),
    rules: [TOLD_RULE],
    signatures: [SIGNATURE],
  });
  await runs();
});
afterEach(() => test.remove());

const told = (path: string, more: Partial<Told> = {}): Told => ({
  rule: TOLD_RULE.id,
  path,
  line: 2,
  column: 3,
  severity: 'high',
  preview: 'tok_…(20)',
  fingerprint: 'a'.repeat(64),
  verification: 'plausible',
  changed: false,
  why: [{ step: 'rule', detail: text('it has the form') }],
  ...more,
});
const WRITTEN = told('/srv/written.env', { changed: true });
const take = (found: readonly Told[], more: Partial<ContainerSecretReport> = {}, container = 'c-1') =>
  secrets.take(AGENT, {
    type: 'secrets',
    subject: { ...workloadRef(), container },
    scope: 'all',
    secrets: [...found],
    harmful: [],
    incomplete: [],
    searchedAtMs: 1,
    ...more,
  });
async function states() {
  const found = await test.store.findings.list(SCOPE, { filter: [], limit: 50 });
  if (!found.ok) throw new Error(found.error.detail);
  return found.value.items
    .map(({ location, state, subject }) => `${subject.container} ${location?.path} ${state}`)
    .sort();
}

describe('secrets of running containers', () => {
  it('are findings of the container, with place, image and fix, and say what it wrote', async () => {
    expect(await take([told('/srv/image.env'), WRITTEN])).toMatchObject({ ok: true });
    const found = await test.store.findings.list(SCOPE, { filter: [], limit: 10 });
    const items = found.ok ? found.value.items : [];
    for (const one of items) expect(parser(Finding)(one)).toMatchObject({ ok: true });
    const written = items.find(({ location }) => location?.path === '/srv/written.env');
    expect(written).toMatchObject({
      kind: 'secret',
      ...OWNER,
      node: 'n-1',
      check: TOLD_RULE.id,
      severity: 'high',
      title: { en: 'Test token in /srv/written.env' },
      subject: { workload: 'w-1', container: 'c-1', imageDigest: DIGEST },
      location: { kind: 'file', line: 2, column: 3 },
      secret: { preview: 'tok_…(20)', verification: 'plausible' },
      fix: { action: TOLD_RULE.fix },
      state: 'open',
    });
    expect(written?.why.map(({ step }) => step)).toEqual(['rule', 'changed-file']);
    const ofImage = items.find(({ location }) => location?.path === '/srv/image.env');
    expect(ofImage?.why.map(({ step }) => step)).toEqual(['rule']);
    expect(published).toEqual([{ workload: 'w-1' }]);
  });

  it('are fixed once they are gone, and only what the search could see', async () => {
    await take([told('/srv/image.env'), WRITTEN, told('/srv/x/cut.log', { changed: true })]);
    await take([], { scope: 'changes', incomplete: [{ path: '/srv/x', reason: 'scan.unreadable' }] });
    expect(await states()).toEqual([
      'c-1 /srv/image.env open',
      'c-1 /srv/written.env fixed',
      'c-1 /srv/x/cut.log open',
    ]);
    await take([], { incomplete: [{ path: '/', reason: 'scan.timeout' }] });
    expect(await states()).toContain('c-1 /srv/image.env open');
    await take([]);
    expect((await states()).filter((one) => one.endsWith('open'))).toEqual([]);
  });

  it('are told at the image once a registry gave it to read; what the container wrote stays here', async () => {
    await take([told('/srv/image.env'), WRITTEN]);
    await test.store.images.put(SCOPE, [
      {
        digest: DIGEST,
        ...OWNER,
        references: [],
        usedBy: [],
        scan: { state: 'done', reasons: [], catalogueVersion: '1', rulesVersion: '1' },
      },
    ]);
    await take([WRITTEN], { scope: 'changes' });
    expect(await states()).toEqual(['c-1 /srv/image.env fixed', 'c-1 /srv/written.env open']);
    await take([told('/srv/image.env'), WRITTEN]);
    expect(await states()).toEqual(['c-1 /srv/image.env fixed', 'c-1 /srv/written.env open']);
  });

  it('have those beside them that the container does not show: of its configuration, and of deleted files', async () => {
    const layer = `sha256:${'2'.repeat(64)}`;
    const parts = [
      told('config.Env[TOKEN]', { place: 'image-config' }),
      told('/srv/gone.env', { place: 'deleted-file', layer }),
    ];
    expect(await take(parts)).toMatchObject({ ok: true });
    const found = await test.store.findings.list(SCOPE, { filter: [], limit: 10 });
    const items = found.ok ? found.value.items : [];
    for (const one of items) expect(parser(Finding)(one)).toMatchObject({ ok: true });
    expect(items.map(({ location }) => [location?.kind, location?.path, location?.layer]).sort()).toEqual([
      ['deleted-file', '/srv/gone.env', layer],
      ['image-config', 'config.Env[TOKEN]', undefined],
    ]);
    // What could not be read this time says nothing of what was found in it.
    await take([], { incomplete: [{ path: 'image:configuration', reason: 'x' }] });
    expect(await states()).toEqual(['c-1 /srv/gone.env fixed', 'c-1 config.Env[TOKEN] open']);
    await take([], { scope: 'changes' });
    expect(await states()).toContain('c-1 config.Env[TOKEN] open');
    await take([]);
    expect(await states()).toEqual(['c-1 /srv/gone.env fixed', 'c-1 config.Env[TOKEN] fixed']);
  });

  it('go with their container, and those of another one that runs stay', async () => {
    await runs({ id: 'c-2' });
    await take([WRITTEN]);
    await take([WRITTEN], {}, 'c-2');
    expect(await states()).toEqual(['c-1 /srv/written.env open', 'c-2 /srv/written.env open']);
    await runs({ state: 'exited' });
    await take([WRITTEN], { incomplete: [{ path: '/', reason: 'scan.timeout' }] }, 'c-2');
    expect(await states()).toEqual(['c-1 /srv/written.env fixed', 'c-2 /srv/written.env open']);
  });

  it('are believed of the node on which the container runs, and of no other', async () => {
    await runs({ id: 'c-9', node: 'n-2' });
    for (const container of ['c-9', 'c-unknown'])
      expect(await take([WRITTEN], {}, container)).toMatchObject({
        ok: false,
        error: { code: 'E_NODE_MISMATCH' },
      });
    const { container: _none, ...subject } = { ...workloadRef(), container: 'c-1' };
    expect(await take([WRITTEN], { subject })).toMatchObject({ error: { code: 'E_NODE_MISMATCH' } });
    expect(await states()).toEqual([]);
  });

  it('have harmful files beside them, which go as they do', async () => {
    const harmful = [
      { path: '/tmp/m', signature: SIGNATURE.id, evidence: ['"words" ends at byte 12'], changed: true },
      { path: '/tmp/e', knownAs: 'EICAR test file', evidence: ['SHA-256 27'], changed: true },
      { path: '/usr/bin/x', signature: SIGNATURE.id, evidence: [], changed: false },
      { path: '/tmp/z', signature: 'malware.of-tomorrow', evidence: [], changed: true },
    ];
    await take([], { harmful });
    const found = await test.store.findings.list(SCOPE, { filter: [], limit: 10 });
    const items = found.ok ? found.value.items : [];
    for (const one of items) expect(parser(Finding)(one)).toMatchObject({ ok: true });
    expect(items.map(({ kind, check }) => `${kind} ${check}`).sort()).toEqual([
      'malware malware.known-file',
      'malware malware.test-miner',
      'malware malware.test-miner',
    ]);
    const miner = items.find(({ location }) => location?.path === '/tmp/m');
    expect(miner).toMatchObject({ severity: 'critical', subject: { container: 'c-1' }, state: 'open' });
    expect(miner?.why.map(({ step }) => step)).toEqual(['signature', 'changed-file']);
    await take([], { scope: 'changes' });
    expect(await states()).toEqual(['c-1 /tmp/e fixed', 'c-1 /tmp/m fixed', 'c-1 /usr/bin/x open']);
  });

  it('of a rule that is not known here are passed over', async () => {
    await take([told('/srv/a', { rule: 'secret.of-tomorrow' }), WRITTEN]);
    expect(await states()).toEqual(['c-1 /srv/written.env open']);
  });
});
