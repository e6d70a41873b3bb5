// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PolicySource } from '@bartizan/contracts';
import { EMPTY_CONTEXT } from '@bartizan/engine/admission';
import { ruleCelCompiler } from '@bartizan/engine/admission-cel';
import { policyDocument } from '@bartizan/engine/policy-objects';
import { toYaml } from '@bartizan/scan/yaml-writer';
import { anAdmissionRule, openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PolicyBook } from '../../decide/admission/policy-book.ts';
import { buildDesk, openSources } from './build-desk.ts';
import { FollowedDirectory } from './follow-directory.ts';

const owner = { cluster: 'local', tenant: 'default' };
const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

let test: TestStore;
let book: PolicyBook;
let followed: ReturnType<typeof openSources>;
let sources: ReturnType<typeof openSources>['sources'];
let directory: FollowedDirectory;
let folder = '';

const rule = (id: string, more: Parameters<typeof anAdmissionRule>[0] = {}) =>
  anAdmissionRule({ id, ...more });
const text = (id: string, more: Parameters<typeof anAdmissionRule>[0] = {}, enabled = true): string =>
  toYaml(policyDocument({ kind: 'AdmissionRule', id, rule: rule(id, more), enabled }));
const binding = (id: string, rules: readonly string[], parameters = {}): string =>
  toYaml(
    policyDocument({
      kind: 'AdmissionBinding',
      id,
      binding: { id, rules: [...rules], mode: 'warn', parameters },
    }),
  );
const write = (name: string, content: string): void => writeFileSync(join(folder, name), content);
/** Looks often enough for what lies there to be taken. */
const look = async (): Promise<PolicySource> => {
  await directory.round();
  await directory.round();
  const told = await sources.sources(owner);
  const found = told.ok ? told.value.find(({ source }) => source === 'directory') : undefined;
  if (found === undefined) throw new Error('no such source');
  return found;
};
const inForce = (): string[] =>
  (book.held(owner)?.policy.rules ?? [])
    .filter(({ origin }) => origin === 'directory')
    .map(({ rule: { id } }) => id)
    .sort();
const bindings = () => (book.held(owner)?.policy.bindings ?? []).map(({ id }) => id);

beforeEach(async () => {
  test = await openStoreInPlace();
  const { store, clock } = test;
  book = new PolicyBook({ store, clock, log, builtIn: [rule('admission.builtin')], celFor: ruleCelCompiler });
  await book.load(owner);
  followed = openSources({ store, clock, log, owner }, book);
  ({ sources } = followed);
  folder = mkdtempSync(join(tmpdir(), 'bartizan-directory-'));
  directory = new FollowedDirectory({ folder, sources, log });
});
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  await test.remove();
});

describe('a directory of policies', () => {
  it('is in force as it stands there: what is new, what changed, what is gone', async () => {
    write('one.yaml', `${text('git.one')}---\n${binding('b.one', ['git.*'])}`);
    write('two.yaml', text('git.two', {}, false));
    expect(await look()).toMatchObject({ state: 'current', rules: 2, bindings: 1, problems: [] });
    expect(inForce()).toEqual(['git.one', 'git.two']);
    const before = (await look()).revision;
    write('one.yaml', text('git.one', { order: 7 }));
    const changed = await look();
    expect(changed.revision).not.toBe(before);
    expect(changed.changes).toEqual([
      { action: 'update', kind: 'AdmissionRule', id: 'git.one' },
      { action: 'remove', kind: 'AdmissionBinding', id: 'b.one' },
    ]);
    rmSync(join(folder, 'two.yaml'));
    expect(await look()).toMatchObject({ rules: 1, bindings: 0 });
    const audited = await test.store.audit.list(
      { kind: 'system', purpose: 'test' },
      { filter: [], limit: 10 },
    );
    expect(audited.ok && audited.value.items.map(({ action, actor }) => [action, actor])).toEqual(
      Array(3).fill(['admission.source', 'directory']),
    );
  });

  it('keeps what a torn file brought, whole, and removes nothing while a file cannot be read', async () => {
    write('one.yaml', `${text('git.one')}---\n${text('git.two')}`);
    write('two.yaml', text('git.three'));
    await look();
    write('one.yaml', `${text('git.one', { order: 9 })}---\nkind: [torn\n`);
    rmSync(join(folder, 'two.yaml'));
    write('three.yaml', text('git.four'));
    const torn = await look();
    expect(torn).toMatchObject({ state: 'degraded', rules: 4 });
    expect(torn.problems.map(({ reason, place }) => [reason, place.split(':')[0]])).toEqual([
      ['Invalid', 'one.yaml'],
      ['Unreadable', 'one.yaml'],
    ]);
    const one = book.held(owner)?.policy.rules.find(({ rule: { id } }) => id === 'git.one');
    expect(one?.rule.order).toBe(rule('git.one').order);
    write('one.yaml', text('git.one', { order: 9 }));
    expect(await look()).toMatchObject({ state: 'current', rules: 2, problems: [] });
    expect(inForce()).toEqual(['git.four', 'git.one']);
  });

  it('judges each object alone, and an id belongs to the source that brought it first', async () => {
    const mine = rule('git.mine');
    await test.store.admissionRules.put({ kind: 'tenant', ...owner }, [
      {
        id: mine.id,
        ...owner,
        owner: 'kim',
        origin: 'user',
        revision: 1,
        contentHash: 'x',
        updatedAtMs: 0,
        rule: mine,
        enabled: true,
      },
    ]);
    await book.load(owner);
    write('a.yaml', text('git.mine', { order: 3 }));
    write('b.yaml', text('git.cel', { condition: { cel: 'size(object)' } }));
    write('c.yaml', text('admission.builtin'));
    write('d.yaml', binding('b.bad', ['admission.builtin'], { nothing: 1 }));
    write('e.yaml', text('git.good'));
    write('f.yaml', text('git.good', { order: 5 }));
    const told = await look();
    expect(told).toMatchObject({ state: 'degraded', rules: 1, problemsTotal: 5 });
    expect(
      Object.fromEntries(told.problems.map(({ place, reason }) => [place.split(':')[0], reason])),
    ).toEqual({
      'a.yaml': 'Conflict',
      'b.yaml': 'Invalid',
      'c.yaml': 'Conflict',
      'd.yaml': 'Invalid',
      'f.yaml': 'Conflict',
    });
    await test.store.admissionRules.remove({ kind: 'tenant', ...owner }, ['git.mine']);
    await book.load(owner);
    write('e.yaml', `# given up elsewhere\n${text('git.good')}`);
    await look();
    expect(inForce()).toEqual(['git.good', 'git.mine']);
  });

  it('is not known when it holds too much: nothing of it is taken, until there is less', async () => {
    write('one.yaml', text('git.one'));
    await look();
    const many = Array.from({ length: 501 }, (_none, at) => binding(`b.${at}`, ['git.*']));
    write('two.yaml', many.join('---\n'));
    rmSync(join(folder, 'one.yaml'));
    const refused = {
      state: 'unreachable',
      code: 'E_POLICY_TOO_MANY',
      detail: {
        en: 'more than 500 objects of the kind AdmissionBinding',
        ja: '種類 AdmissionBinding のオブジェクトが 500 件を超えています',
      },
      rules: 1,
      bindings: 0,
    };
    expect(await look()).toMatchObject(refused);
    // What was there before is not taken for what is there, however long that lasts.
    vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 3600_000);
    expect(await look()).toMatchObject(refused);
    vi.restoreAllMocks();
    expect(inForce()).toEqual(['git.one']);
    write('two.yaml', many.slice(1).join('---\n'));
    const taken = await look();
    expect(taken).toMatchObject({ state: 'current', rules: 0, bindings: 500 });
    expect(taken).not.toHaveProperty('code');
  });

  it('is changed there alone, as long as it is followed', async () => {
    write('one.yaml', `${text('git.one')}---\n${binding('b.one', ['git.*'])}`);
    await look();
    const { store, clock } = test;
    const desk = buildDesk(
      { store, clock, log, owner },
      book,
      {
        status: () => ({ state: 'off', kinds: [] }),
        context: EMPTY_CONTEXT,
        audit: undefined,
        custom: undefined,
        verdicts: () => new Map(),
        recorded: () => [],
        native: undefined,
        reports: undefined,
      },
      followed,
    );
    const kim = { owner, name: 'kim' };
    const owned = { ok: false, error: { code: 'E_POLICY_OWNED' } };
    const change = { rule: rule('git.one', { order: 4 }), enabled: true, isNew: false };
    expect(await desk.putRule(kim, change)).toMatchObject(owned);
    expect(await desk.removeRule(kim, 'git.one')).toMatchObject(owned);
    const revision = book.held(owner)?.policy.bindingsRevision ?? '';
    expect(await desk.putBindings(kim, [], revision)).toMatchObject(owned);
    const set = { rules: [], disabled: [], bindings: [], exceptions: [], pruneGone: false };
    const take = ['AdmissionRule/git.one'];
    const compared = await desk.sync(kim, { ...set, take, dryRun: true });
    const ifRevision = compared.ok ? compared.value.revision : '';
    expect(await desk.sync(kim, { ...set, take, dryRun: false, ifRevision })).toMatchObject(owned);
    expect(inForce()).toEqual(['git.one']);
    sources.note('directory', 'off');
    expect(await desk.removeRule(kim, 'git.one')).toMatchObject({ ok: true });
    expect(inForce()).toEqual([]);
  });

  it('keeps its order of bindings between those of others, and its objects over a restart', async () => {
    write('1.yaml', binding('b.one', ['a.*']));
    write('2.yaml', binding('b.two', ['b.*']));
    await look();
    expect(bindings()).toEqual(['b.one', 'b.two']);
    write('1.yaml', binding('b.two', ['b.*']));
    write('2.yaml', binding('b.one', ['a.*']));
    await look();
    expect(bindings()).toEqual(['b.two', 'b.one']);
    await book.load(owner);
    expect(bindings()).toEqual(['b.two', 'b.one']);
  });

  it('follows the link of a synchroniser to a hidden folder, and what it is swapped for', async () => {
    const checkout = (commit: string, id: string): void => {
      mkdirSync(join(folder, '.worktrees', commit, 'rules'), { recursive: true });
      write(`.worktrees/${commit}/rules/rule.yaml`, text(id));
      symlinkSync(join('.worktrees', commit), join(folder, 'next'));
      renameSync(join(folder, 'next'), join(folder, 'repo'));
    };
    checkout('a', 'git.first');
    write('.worktrees/a/broken.yaml', 'kind: [torn');
    const first = await look();
    expect(first).toMatchObject({ state: 'degraded', rules: 1 });
    expect(first.problems.map(({ place }) => place.split(':')[0])).toEqual(['repo/broken.yaml']);
    checkout('b', 'git.second');
    const second = await look();
    expect(second).toMatchObject({ state: 'current', rules: 1, problems: [] });
    expect(second.revision).not.toBe(first.revision);
    expect(inForce()).toEqual(['git.second']);
    rmSync(join(folder, '.worktrees'), { recursive: true });
    write('other.yaml', text('git.other'));
    await expect(directory.round()).rejects.toThrow('repo leads nowhere');
    expect(inForce()).toEqual(['git.second']);
  });

  it('takes each folder once, however links lead, and nothing from outside', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'bartizan-outside-'));
    writeFileSync(join(outside, 'rule.yaml'), text('git.outside'));
    mkdirSync(join(folder, 'a/b'), { recursive: true });
    write('a/b/rule.yaml', text('git.inside'));
    for (const [target, name] of [
      ['.', 'circle'],
      ['../..', 'a/b/up'],
      ['a/b', 'again'],
      [outside, 'elsewhere'],
      ['nothing.md', 'notes.md'],
    ] as const)
      symlinkSync(target, join(folder, name));
    expect(await look()).toMatchObject({ state: 'current', rules: 1, problems: [] });
    expect(inForce()).toEqual(['git.inside']);
    rmSync(outside, { recursive: true });
  });

  it('says what it cannot do: a folder that is empty, gone, too deep, or leads elsewhere', async () => {
    expect(await look()).toMatchObject({
      state: 'unreachable',
      detail: { en: 'it holds no policy objects' },
    });
    const outside = mkdtempSync(join(tmpdir(), 'bartizan-outside-'));
    writeFileSync(join(outside, 'rule.yaml'), text('git.outside'));
    symlinkSync(join(outside, 'rule.yaml'), join(folder, 'link.yaml'));
    write('.hidden.yaml', text('git.hidden'));
    write('seen.yaml', text('git.seen'));
    expect(await look()).toMatchObject({ state: 'current', rules: 1 });
    expect(inForce()).toEqual(['git.seen']);
    rmSync(outside, { recursive: true });
    rmSync(folder, { recursive: true });
    await expect(directory.round()).rejects.toThrow('ENOENT');
    expect(inForce()).toEqual(['git.seen']);
    mkdirSync(join(folder, ...Array(18).fill('d')), { recursive: true });
    await expect(directory.round()).rejects.toThrow('deeper than');
  });
});
