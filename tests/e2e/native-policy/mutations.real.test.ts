// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadAdmissionRules } from '@bartizan/adapters/content';
import type { AdmissionRule } from '@bartizan/contracts';
import { type AdmissionRequest, pssRules } from '@bartizan/engine/admission';
import { emitNativePolicies, type NativeObject } from '@bartizan/engine/admission-native';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asStored, workloadRequest } from '../../conformance/native/requests.ts';
import { basePods, mutatedPods, random } from '../../conformance/pss/pods.ts';
import { exampleRequest } from '../../content/admission-request.ts';
import { hasKubebox, Kubebox } from '../cluster-install/kubebox.ts';
import { Api } from './api.ts';
import { crossed, type Json, pantryOf, smaller } from './crossings.ts';
import { type AskedRule, askedRules, closures, GROUP_LABEL, warnedBy } from './warned.ts';
import { complete } from './workloads.ts';

const cluster = new Kubebox('native-mutations', 22);
const REGISTRATION = '/apis/admissionregistration.k8s.io/v1';
const SEED = 20261130;
/** Objects that the API server takes and that both sides judge. */
const WANTED = 10_000;
const AT_ONCE = 8;
const TRIES_MAX = 40_000;
const SHRINK_MAX = 300;
const USER = { name: 'kubebox-admin', groups: ['system:masters', 'system:authenticated'] };

function allRules(): AdmissionRule[] {
  const loaded = loadAdmissionRules(resolve(import.meta.dirname, '../../../content'));
  if (!loaded.ok) throw new Error(loaded.error.detail);
  const standards = [...pssRules('baseline'), ...pssRules('restricted')];
  const all = [...loaded.value.rules, ...standards].map(
    (rule): AdmissionRule => ({ ...rule, mode: 'enforce' }),
  );
  return [...new Map(all.map((rule) => [rule.id, rule])).values()];
}

const collectionOf = ({ kind }: NativeObject): string =>
  `${REGISTRATION}/${kind === 'ValidatingAdmissionPolicy' ? 'validatingadmissionpolicies' : 'validatingadmissionpolicybindings'}`;

/** An object as it is sent: named, and labelled with the rules that are asked. */
function labelled(object: unknown, group: string): Record<string, unknown> {
  const value = asStored(object) as Record<string, unknown>;
  const metadata = (value['metadata'] ?? {}) as Record<string, unknown>;
  const labels = { ...(metadata['labels'] as object | undefined), [GROUP_LABEL]: group };
  const { uid: _uid, resourceVersion: _version, creationTimestamp: _time, ...rest } = metadata;
  return { ...value, metadata: { name: 'judged', ...rest, labels } };
}

function pathFor({ group, resource, namespace }: AdmissionRequest, object: Record<string, unknown>): string {
  const scope = namespace === '' ? '' : `/namespaces/${namespace}`;
  return `${group === '' ? '/api' : '/apis'}/${String(object['apiVersion'])}${scope}/${resource}?dryRun=All`;
}

interface Asked {
  readonly request: AdmissionRequest;
  readonly group: string;
}

/** Requests without end: pods of the standards in all kinds, and every example of every rule crossed with the others. */
function* requests(examples: readonly AdmissionRequest[], groups: readonly string[]): Generator<Asked> {
  const pantry = pantryOf(examples.map(({ object }) => object as Json));
  const chance = random(SEED);
  const pods = mutatedPods(basePods(), TRIES_MAX, SEED);
  for (let turn = 0; ; turn += 1) {
    const group = groups[turn % groups.length] ?? '';
    const example = examples[Math.floor(chance() * examples.length)];
    const pod = turn % 3 === 0 ? pods.next() : undefined;
    if (pod?.done === false) yield { request: complete(workloadRequest(pod.value, turn)), group };
    else if (example !== undefined)
      yield { request: { ...example, object: crossed(example.object as Json, pantry, chance) }, group };
  }
}

describe.skipIf(!hasKubebox)('every rule that can be written for the API server, in a real one', () => {
  let api: Api;
  const rules = allRules();
  const { compiled, notExpressible } = emitNativePolicies({ rules }, { nowMs: 0 });
  const asked: readonly AskedRule[] = askedRules(compiled);
  const groups = [...new Set(asked.map(({ group }) => group))];
  const judge = closures(rules);
  const examples = rules.flatMap((rule) =>
    [...rule.tests.mustViolate, ...rule.tests.mustPass]
      .map((one) => exampleRequest(rule, one))
      .filter(({ operation, subResource }) => operation === 'CREATE' && subResource === ''),
  );
  const violated = new Map<string, number>();

  /** Both answers on one object; nothing when the API server takes no such object. */
  async function ask({ request, group }: Asked) {
    const sent = labelled(request.object, group);
    const answer = await api.ask('POST', pathFor(request, sent), sent);
    if (answer.status !== 201) return undefined;
    const { namespace } = request;
    const labels = { 'kubernetes.io/metadata.name': namespace };
    const context = { namespace: () => ({ labels, annotations: {} }) };
    const name = String((answer.body['metadata'] as { name?: unknown }).name);
    const ours = judge({ ...request, name, user: USER, dryRun: true, object: answer.body }, context);
    const theirs = warnedBy(asked, answer.warnings);
    const wrong = asked
      .filter((one) => one.group === group && ours.has(one.rule) !== theirs.has(one.rule))
      .map(({ rule }) => rule);
    for (const rule of theirs) violated.set(rule, (violated.get(rule) ?? 0) + 1);
    return { wrong, theirs, warnings: answer.warnings };
  }

  /** The smallest object found on which a rule is judged otherwise. */
  async function minimal(one: Asked, rule: string): Promise<string> {
    let object = one.request.object as Json;
    let isSmaller = true;
    for (let turn = 0; isSmaller && turn < SHRINK_MAX; ) {
      isSmaller = false;
      for (const less of smaller(object)) {
        turn += 1;
        const outcome = await ask({ ...one, request: { ...one.request, object: less } });
        if (turn >= SHRINK_MAX) break;
        if (outcome?.wrong.includes(rule) !== true) continue;
        object = less;
        isSmaller = true;
        break;
      }
    }
    const { theirs, warnings = '' } = (await ask({ ...one, request: { ...one.request, object } })) ?? {};
    const name = asked.find((known) => known.rule === rule)?.name ?? '';
    const at = warnings.indexOf(`'${name}.`);
    const said = at < 0 ? '' : warnings.slice(at, at + 400);
    return `${rule}: API server ${theirs?.has(rule) === true ? 'refuses' : 'lets in'} ${JSON.stringify(object)} ${said}`;
  }

  beforeAll(async () => {
    await cluster.up();
    api = new Api(cluster.kubeconfig);
    const spaces = new Set([...examples.map(({ namespace }) => namespace), 'shop']);
    for (const name of [...spaces].filter((one) => one !== ''))
      await api.ask('POST', '/api/v1/namespaces', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name },
      });
    const refused: string[] = [];
    for (const { rule, objects } of asked)
      for (const object of objects) {
        const made = await api.ask('POST', collectionOf(object), object);
        if (made.status !== 201) refused.push(`${rule}: ${made.message}`);
      }
    expect(refused).toEqual([]);
    // Policies come into force a little later, and namespaces get their accounts.
    await sleep(10_000);
  }, 1_600_000);
  afterAll(() => {
    api?.close();
    cluster.down();
  }, 120_000);

  it('judges its examples as its closure does', { timeout: 300_000 }, async () => {
    const different: string[] = [];
    let same = 0;
    for (const request of examples)
      for (const group of groups) {
        const outcome = await ask({ request, group });
        if (outcome === undefined) continue;
        same += 1;
        for (const rule of outcome.wrong) different.push(await minimal({ request, group }, rule));
      }
    process.stdout.write(
      `native-policy: ${asked.length} of ${compiled.length + notExpressible.length} rules in the API server; ${same} questions about ${examples.length} examples, ${different.length} different\n`,
    );
    expect(different).toEqual([]);
    expect(same).toBeGreaterThan(500);
  });

  it('judges 10,000 changed objects as its closure does', { timeout: 900_000 }, async () => {
    const different = new Map<string, Asked>();
    const source = requests(examples, groups);
    let judged = 0;
    let tried = 0;
    const startedMs = performance.now();
    const work = async (): Promise<void> => {
      while (judged < WANTED && tried < TRIES_MAX) {
        const next = source.next();
        if (next.done === true) return;
        tried += 1;
        const outcome = await ask(next.value);
        if (outcome === undefined) continue;
        judged += 1;
        for (const rule of outcome.wrong) if (!different.has(rule)) different.set(rule, next.value);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    const seconds = (performance.now() - startedMs) / 1000;
    const decisions = judged * (asked.length / groups.length);
    process.stdout.write(
      `native-policy: ${judged} changed objects judged (${tried - judged} not taken by the API server), about ${Math.round(decisions)} decisions, ${violated.size} of ${asked.length} rules violated at least once, ${different.size} rules different, ${Math.round(tried / seconds)} requests/s\n`,
    );
    const never = asked.map(({ rule }) => rule).filter((rule) => !violated.has(rule));
    if (never.length > 0) process.stdout.write(`native-policy: not violated by any: ${never.join(', ')}\n`);
    const told: string[] = [];
    for (const [rule, one] of different) told.push(await minimal(one, rule));
    expect(told).toEqual([]);
    expect(judged).toBeGreaterThanOrEqual(WANTED);
    expect(violated.size).toBeGreaterThan(asked.length * 0.8);
  });
});
