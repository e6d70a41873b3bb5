// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parser } from '@bartizan/contracts';
import { type Framework, Framework as FrameworkSchema } from '@bartizan/contracts/compliance';
import { ACCESS_CHECKS, RISK_PATTERNS } from '@bartizan/engine/access';
import { CLUSTER_CHECKS } from '@bartizan/engine/cluster-posture';
import { NETWORK_CHECKS } from '@bartizan/engine/reachability';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../architecture/repository.ts';

const content = join(ROOT, 'content');
const idsOf = (folder: string): string[] =>
  readdirSync(join(content, folder))
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -5));

/** Everything a framework may refer to. Benchmarks count once they are there; until then only the form is held. */
function knownRefs(): Set<string> {
  return new Set([
    'vulnerability',
    'secret',
    ...idsOf('posture').map((id) => `posture:${id}`),
    ...[...Object.values(NETWORK_CHECKS), ...Object.values(CLUSTER_CHECKS)].map(({ id }) => `posture:${id}`),
    ...idsOf('admission').map((id) => `admission:${id}`),
    ...[...RISK_PATTERNS, ...Object.values(ACCESS_CHECKS)].map(({ id }) => `access:${id}`),
    ...idsOf('detections').map((id) => `audit:${id}`),
  ]);
}

/** Numbers of a benchmark; undefined while the repository has none. */
function numbersOf(benchmark: string): ReadonlySet<string> | undefined {
  const path = join(content, 'benchmarks', `${benchmark}.json`);
  if (!existsSync(path)) return undefined;
  const edition: { checks: { id: string }[] } = JSON.parse(readFileSync(path, 'utf8'));
  return new Set(edition.checks.map(({ id }) => id));
}

const JAPANESE = /[\u3040-\u30ff\u4e00-\u9fff]/u;

/** What is wrong with a framework; empty when it is complete. */
function faultsOf(framework: Framework, known: ReadonlySet<string>): string[] {
  const twice = <T>(items: readonly T[]): T[] => items.filter((item, n) => items.indexOf(item) !== n);
  const words = (place: string, { en, ja }: { en: string; ja: string }): string[] => [
    ...(en.trim() === '' || JAPANESE.test(en) ? [`${place}: no English`] : []),
    ...(ja.trim() === '' ? [`${place}: no Japanese`] : []),
  ];
  const refFaults = (ref: string): string[] => {
    const [, benchmark, number] = /^benchmark:([^/]+)\/(.+)$/u.exec(ref) ?? [];
    if (benchmark === undefined || number === undefined)
      return known.has(ref) ? [] : [`${ref} does not exist`];
    const numbers = numbersOf(benchmark);
    return numbers === undefined || numbers.has(number) ? [] : [`${ref} does not exist`];
  };
  return [
    ...twice(framework.controls.map(({ id }) => id)).map((id) => `${id} twice`),
    ...words('title', framework.title),
    ...words('limits', framework.limits),
    ...framework.controls.flatMap(({ id, title, checks }) => [
      ...words(id, title),
      ...twice(checks.map(({ ref }) => ref)).map((ref) => `${id}: ${ref} twice`),
      ...checks.flatMap(({ ref, reason }) => [
        ...refFaults(ref),
        ...words(`${id} ${ref}`, reason),
        ...(JAPANESE.test(reason.ja) ? [] : [`${id} ${ref}: the reason is not Japanese`]),
      ]),
    ]),
  ];
}

const parse = parser(FrameworkSchema);
const read = (id: string): Framework => {
  const parsed = parse(JSON.parse(readFileSync(join(content, 'frameworks', `${id}.json`), 'utf8')));
  if (!parsed.ok) throw new Error(`${id}: ${parsed.error[0]?.pointer} ${parsed.error[0]?.detail}`);
  return parsed.value;
};
const ids = idsOf('frameworks').filter((id) => id !== 'owasp-kubernetes');

describe('frameworks', () => {
  it('are all there, named as their files', () => {
    expect(ids).toEqual([
      'disa-stig-kubernetes',
      'fisc',
      'gdpr',
      'hipaa',
      'ismap',
      'iso-27001-2022',
      'nist-800-190',
      'nist-800-53-r5',
      'nsa-cisa-kubernetes',
      'pci-dss-4',
      'soc2',
    ]);
    for (const id of ids) expect(read(id).id).toBe(id);
  });
  it.each(ids)(
    '%s: every reference exists, every mapping has a reason in both languages, no id is there twice',
    (id) => {
      expect(faultsOf(read(id), knownRefs())).toEqual([]);
    },
  );
  it('say for every one of them what people have to judge', () => {
    // The guides for Kubernetes alone have hardly a control that a tool cannot look at; their limits say the rest.
    for (const id of ids.filter((one) => !['disa-stig-kubernetes'].includes(one)))
      expect([id, read(id).controls.filter(({ checks }) => checks.length === 0).length]).not.toEqual([id, 0]);
  });
  it('say what the numbers of these three were compared with, and mark each that could not be', () => {
    const marked = (id: string): string[] =>
      read(id).controls.flatMap((control) => (control.isNumberUnverified === true ? [control.id] : []));
    for (const id of ['disa-stig-kubernetes', 'fisc', 'ismap']) {
      expect(read(id).numbers?.en, id).toMatch(/\d{4}-\d{2}-\d{2}/u);
      expect(read(id).numbers?.ja, id).toMatch(JAPANESE);
    }
    expect(marked('disa-stig-kubernetes')).toEqual([]);
    // JIS Q 27002:2014 has no such numbers: they are ISMAP's own.
    expect(marked('ismap')).toEqual(['9.5.1.P', '9.5.2.P']);
    expect(marked('fisc')).toHaveLength(read('fisc').controls.length);
  });
  it('give each mapping of one control a reason of its own', () => {
    for (const id of ids)
      for (const { id: control, checks } of read(id).controls) {
        const reasons = new Set(checks.map(({ reason }) => reason.en));
        expect([id, control, reasons.size]).toEqual([id, control, checks.length]);
      }
  });
  it('are seen to be broken by this test: an unknown reference, a lost reason, an id twice', () => {
    const whole = read('ismap');
    const [first] = whole.controls;
    const known = knownRefs();
    known.delete('secret');
    expect(faultsOf(whole, known)).not.toEqual([]);
    expect(
      faultsOf({ ...whole, controls: first === undefined ? [] : [first, first] }, knownRefs()),
    ).not.toEqual([]);
    expect(
      faultsOf({ ...whole, controls: [{ id: 'x', title: { en: 'x', ja: '' }, checks: [] }] }, knownRefs()),
    ).toEqual(['x: no Japanese']);
  });
});
