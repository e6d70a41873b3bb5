// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadBenchmarks } from '@bartizan/adapters/content';
import { type ComplianceControl, OWASP_2022, OWASP_2025 } from '@bartizan/contracts';
import { VULNERABILITY_CHECKS } from '@bartizan/engine';
import { ACCESS_CHECKS } from '@bartizan/engine/access';
import { CLUSTER_CHECKS } from '@bartizan/engine/cluster-posture';
import { benchmarkCheckId } from '@bartizan/engine/compliance';
import { NETWORK_CHECKS } from '@bartizan/engine/reachability';
import { describe, expect, it } from 'vitest';
import { collectControls } from '../tools/controls.ts';

const root = resolve(import.meta.dirname, '..');
const controls = await collectControls(import.meta.dirname);

const benchmarks = loadBenchmarks(join(root, 'content'));
if (!benchmarks.ok) throw new Error(benchmarks.error.detail);
/** Questions of benchmarks that a program answers: what people or posture checks answer is no check of its own. */
const questions = [
  ...new Set(
    benchmarks.value.benchmarks.flatMap(({ checks }) =>
      checks.flatMap(({ question, ask }) =>
        question === undefined || ask.kind === 'manual' || ask.kind === 'posture' ? [] : [question],
      ),
    ),
  ),
];

/** Ids of checks that have no file of their own. */
const CODED: readonly string[] = [
  ...VULNERABILITY_CHECKS.map(({ id }) => id),
  ...[ACCESS_CHECKS, NETWORK_CHECKS, CLUSTER_CHECKS].flatMap((checks) =>
    Object.values(checks).map(({ id }) => id),
  ),
  ...questions.map(benchmarkCheckId),
];

/** Ids of everything in content/ that a control has to claim. */
function knownIds(): string[] {
  const ids = (folder: string): string[] =>
    readdirSync(join(root, 'content', folder))
      .filter((name) => name.endsWith('.json') && !['facts.json', 'known-files.json'].includes(name))
      .map((name) => name.replace(/\.json$/, ''));
  return [...ids('detections'), ...ids('posture'), ...ids('malware'), ...ids('admission'), ...CODED];
}

/** What is wrong between controls, both editions of the list, and content. */
function faults(list: readonly ComplianceControl[], known: readonly string[]): string[] {
  const claimed = new Set(list.flatMap((control) => [...control.detects, ...control.prevents]));
  return [
    ...OWASP_2022.filter((item) => !list.some((control) => control.owasp[2022].includes(item))).map(
      (item) => `2022 ${item} is not claimed`,
    ),
    ...OWASP_2025.filter((item) => !list.some((control) => control.owasp[2025].includes(item))).map(
      (item) => `2025 ${item} is not claimed`,
    ),
    ...known.filter((id) => !claimed.has(id)).map((id) => `${id} is claimed by no control`),
    ...[...claimed].filter((id) => !known.includes(id)).map((id) => `${id} is claimed but does not exist`),
  ];
}

/** Sentences that are no longer true of a control once it claims what is named: a gap that is closed lowers its coverage. */
const CLOSED: readonly (readonly [id: string, gap: RegExp])[] = [
  ['admission.image-signed', /nothing asks for them before|起動前に自動で検証することはありません/u],
  ['admission.image-signed', /cannot tell us of a push|プッシュの通知は受け取れず/u],
  ['secret.token-without-end', /long-lived tokens.* not found|長命トークンは検出しません/iu],
  ['network.default-deny', /of a whole cluster.* not read|クラスター全体.*読み取り.*未対応/u],
  ['version.known-vulnerability', /not yet against advisories|脆弱性情報との照合には未対応/u],
  ['version.supported', /versions of kubernetes components are not read|版は読み取りません/iu],
];

/** Gaps that a rule or check of the same control closes, in texts of gaps. */
function closedGaps({ detects, prevents }: ComplianceControl, texts: readonly string[]): string[] {
  return CLOSED.filter(([id]) => detects.includes(id) || prevents.includes(id)).flatMap(([id, gap]) =>
    texts.filter((text) => gap.test(text)).map((text) => `${id}: ${text}`),
  );
}

/** Detection rules that no attack test plays. */
function unplayed(rules: readonly string[], tests: readonly string[]): string[] {
  return rules.filter((id) => !tests.some((text) => text.includes(`'${id}'`)));
}
const attackTests = controls.flatMap(({ id }) => {
  const path = join(import.meta.dirname, id, 'attack.real.test.ts');
  return existsSync(path) ? [readFileSync(path, 'utf8')] : [];
});

describe('controls', () => {
  it('play every detection rule on real parts', () => {
    const rules = knownIds().filter((id) => id.startsWith('runtime.'));
    expect(rules.length).toBeGreaterThanOrEqual(12);
    expect(unplayed(rules, attackTests)).toEqual([]);
    expect(unplayed([...rules, 'runtime.extra'], attackTests)).toEqual(['runtime.extra']);
    expect(unplayed(rules, attackTests.slice(1))).not.toEqual([]);
  });

  it('each play an attack on what protects against it today', () => {
    const without = (ids: readonly string[]): string[] =>
      ids.filter(
        (id) =>
          !['real', 'slow'].some((kind) =>
            existsSync(join(import.meta.dirname, id, `attack.${kind}.test.ts`)),
          ),
      );
    expect(without(controls.map(({ id }) => id))).toEqual([]);
    expect(without(['k99-nothing'])).toEqual(['k99-nothing']);
  });

  it('are thirteen, and together claim both editions and all content', () => {
    expect(controls.length).toBe(13);
    expect(faults(controls, knownIds())).toEqual([]);
  });

  it('fail when a rule is claimed by nobody, when one is invented, and when an item is left out', () => {
    expect(faults(controls, [...knownIds(), 'runtime.extra'])).toEqual([
      'runtime.extra is claimed by no control',
    ]);
    expect(
      faults(
        controls,
        knownIds().filter((id) => id !== 'runtime.reverse-shell'),
      ),
    ).toEqual(['runtime.reverse-shell is claimed but does not exist']);
    expect(
      faults(
        controls.filter((control) => control.id !== 'k03-rbac'),
        [],
      ),
    ).toContain('2022 K03 is not claimed');
  });

  it.each(controls.map((control): [string, ComplianceControl] => [control.id, control]))(
    '%s is honest about its gaps in both languages',
    (_id, control) => {
      expect(control.notYetCovered.length).toBeGreaterThan(0);
      for (const part of [control.title, control.goal, ...control.notYetCovered])
        expect(part.ja).toMatch(/[\u3040-\u30ff\u4e00-\u9fff]/u);
    },
  );

  it.each(controls.map((control): [string, ComplianceControl] => [control.id, control]))(
    '%s names no gap that is closed, nor do its pages',
    (id, control) => {
      const gaps = control.notYetCovered.flatMap(({ en, ja }) => [en, ja]);
      const pages = ['README.md', 'README.ja.md'].map((name) =>
        readFileSync(join(import.meta.dirname, id, name), 'utf8'),
      );
      expect(closedGaps(control, gaps)).toEqual([]);
      expect(closedGaps(control, pages).map((fault) => fault.slice(0, 60))).toEqual([]);
    },
  );

  it('are told of a gap that a check closes, of no other', () => {
    const k06 = controls.find(({ id }) => id === 'k06-authentication');
    if (k06 === undefined) throw new Error('no control');
    const gap = 'Long-lived tokens in the cluster are not found.';
    expect(closedGaps(k06, [gap])).toEqual([`secret.token-without-end: ${gap}`]);
    expect(closedGaps({ ...k06, detects: [] }, [gap])).toEqual([]);
  });

  it('name their own folder in the rules and checks they claim', () => {
    const mismatched = controls.flatMap((control) =>
      [...control.detects, ...control.prevents]
        .filter((id) => !CODED.includes(id))
        .filter((id) => {
          const folder = /^(runtime|audit|cluster)\./.test(id)
            ? 'detections'
            : id.startsWith('malware.')
              ? 'malware'
              : id.startsWith('admission.')
                ? 'admission'
                : 'posture';
          const entry: { control: string[] } = JSON.parse(
            readFileSync(join(root, 'content', folder, `${id}.json`), 'utf8'),
          );
          return !entry.control.includes(control.id);
        })
        .map((id) => `${control.id}: ${id}`),
    );
    expect(mismatched).toEqual([]);
  });
});
