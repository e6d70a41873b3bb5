// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { loadAdmissionRules } from '@bartizan/adapters/content';
import type { AdmissionRule } from '@bartizan/contracts';
import {
  type AdmissionRequest,
  type AdmissionRuleSet,
  applyPatch,
  compileAdmissionPolicy,
  EMPTY_CONTEXT,
  judgeAdmission,
  POD_PATHS,
  pssRules,
  wholeRepair,
} from '@bartizan/engine/admission';
import {
  emitNativePolicies,
  MUTATE_LABEL,
  type NativeMutation,
  type NativeObject,
} from '@bartizan/engine/admission-native';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asStored } from '../../conformance/native/requests.ts';
import { basePods, mutatedPods } from '../../conformance/pss/pods.ts';
import { exampleRequest } from '../../content/admission-request.ts';
import { hasKubebox, Kubebox } from '../cluster-install/kubebox.ts';
import { eventually } from '../first-run/product.ts';
import { Api } from './api.ts';

const cluster = new Kubebox('native-defaults', 31);
const REGISTRATION = '/apis/admissionregistration.k8s.io/v1';
const PLURALS: Readonly<Record<string, string>> = {
  MutatingAdmissionPolicy: 'mutatingadmissionpolicies',
  MutatingAdmissionPolicyBinding: 'mutatingadmissionpolicybindings',
};
const LABEL = 'bartizan.dev/completed-by';
const SEED = 20261129;
const PODS_EACH = 25;
const PODS_ALL = 300;
const USER = { name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] };

type Json = Record<string, unknown>;

/** All rules, in a mode in which the webhook fills in what they miss. */
function allRules(): AdmissionRule[] {
  const loaded = loadAdmissionRules(resolve(import.meta.dirname, '../../../content'));
  if (!loaded.ok) throw new Error(loaded.error.detail);
  const all = [...loaded.value.rules, ...pssRules('baseline'), ...pssRules('restricted')];
  return [...new Map(all.map((rule) => [rule.id, { ...rule, mode: 'warn' } as AdmissionRule])).values()];
}

const setOf = (rules: readonly AdmissionRule[]): AdmissionRuleSet => {
  const set = compileAdmissionPolicy({ rules });
  if (!set.ok) throw new Error(set.error.detail);
  return set.value;
};

/** What the mutating webhook makes of a pod: the same calls. */
function completed(
  set: AdmissionRuleSet,
  object: Json,
): { readonly object: unknown; readonly steps: number } {
  const request: AdmissionRequest = {
    ...{ operation: 'CREATE', group: '', resource: 'pods', subResource: '', kind: 'Pod', namespace: 'shop' },
    ...{ name: 'judged', user: USER, dryRun: true, object },
  };
  const violationsOf = (judged: unknown) =>
    judgeAdmission(set, { ...request, object: judged }, EMPTY_CONTEXT, 0).violations;
  const patch = wholeRepair(object, violationsOf(object), violationsOf);
  return { object: applyPatch(object, patch), steps: patch.length };
}

/** The pods that the examples of all rules are about, also those that stand in another kind. */
function examplePods(rules: readonly AdmissionRule[]): readonly unknown[] {
  const pods = rules.flatMap((rule) =>
    [...rule.tests.mustViolate, ...rule.tests.mustPass].flatMap((one) => {
      const { group, resource, object } = exampleRequest(rule, one);
      const path = POD_PATHS.find((row) => row.group === group && row.resource === resource);
      const pod = path?.template.reduce<unknown>((held, key) => (held as Json | undefined)?.[key], object);
      return (pod as Json | undefined)?.['spec'] === undefined ? [] : [asStored(pod) as Json];
    }),
  );
  const known = new Map(pods.map((pod) => [JSON.stringify([pod['spec'], pod['metadata']]), pod]));
  return [...known.values()];
}

/** A pod as it is sent: named, in the namespace, and labelled with the rule that completes it. */
function sent(object: unknown, label: string | undefined): Json {
  const { spec, metadata: known = {} } = asStored(object) as { spec: Json; metadata?: Json };
  const labels = { ...(known['labels'] as object | undefined) } as Record<string, string>;
  delete labels[LABEL];
  if (label !== undefined) labels[LABEL] = label;
  const annotations = known['annotations'] ?? {};
  const metadata = { name: 'judged', namespace: 'shop', labels, annotations };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec };
}

/** What two answers are compared by: the volume of the token has another name each time. */
const comparable = (object: unknown): unknown =>
  JSON.parse(JSON.stringify(sent(object, undefined)).replaceAll(/kube-api-access-\w{5}/g, 'kube-api-access'));

describe.skipIf(!hasKubebox)('safe defaults that the API server fills in, in a real one', () => {
  let api: Api;
  const rules = allRules();
  const { compiled } = emitNativePolicies({ rules }, { nowMs: 0 });
  const filling = compiled.filter(({ mutations }) => mutations.length > 0);
  const left = compiled.filter(({ notMutable }) => notMutable !== undefined).map(({ rule }) => rule);
  const labelOf = (id: string): string => `r${filling.findIndex(({ rule }) => rule === id)}`;

  const post = (object: NativeObject, spec = object.spec) =>
    api.ask('POST', `${REGISTRATION}/${PLURALS[object.kind] ?? ''}`, { ...object, spec });
  const tryOut = (object: unknown, label: string | undefined) =>
    api.ask('POST', '/api/v1/namespaces/shop/pods?dryRun=All', sent(object, label));
  const removeAll = async (): Promise<void> => {
    for (const plural of Object.values(PLURALS)) await api.ask('DELETE', `${REGISTRATION}/${plural}`);
  };
  /** Binds mutations, only for objects with a label when one is given. */
  async function bind(mutations: readonly NativeMutation[], label?: string): Promise<void> {
    for (const { policy, binding } of mutations) {
      const { matchResources, ...rest } = binding.spec as { matchResources: object };
      const objectSelector = label === undefined ? {} : { matchLabels: { [LABEL]: label } };
      for (const made of [
        await post(policy),
        await post(binding, { ...rest, matchResources: { ...matchResources, objectSelector } }),
      ])
        expect(made.status, `${policy.metadata.name}: ${made.message}`).toBe(201);
    }
  }
  /** What the API server makes of pods that nothing of ours completes; those it does not take are left out. */
  async function taken(pods: Iterable<unknown>): Promise<readonly Json[]> {
    const kept: Json[] = [];
    for (const pod of pods) {
      const answer = await tryOut(pod, undefined);
      if (answer.status === 201) kept.push(answer.body);
    }
    return kept;
  }
  /** Compares what is made of a pod by the policy of one rule, and by its closure. */
  async function compare(set: AdmissionRuleSet, kept: Json, label: string) {
    const ours = completed(set, kept);
    const theirs = await tryOut(kept, label);
    const plain = { status: 201, body: kept, message: '' };
    const expected = ours.steps === 0 ? plain : await tryOut(ours.object, undefined);
    const isSame =
      expected.status === theirs.status &&
      (theirs.status !== 201 || isDeepStrictEqual(comparable(theirs.body), comparable(expected.body)));
    return {
      steps: ours.steps,
      wrong: isSame
        ? undefined
        : `${theirs.status} ${theirs.message} ${JSON.stringify(comparable(theirs.body))} instead of ${expected.status} ${expected.message} ${JSON.stringify(comparable(expected.body))} of ${JSON.stringify(comparable(kept))}`,
    };
  }

  beforeAll(async () => {
    await cluster.up();
    api = new Api(cluster.kubeconfig);
    const metadata = { name: 'shop', labels: { [MUTATE_LABEL]: 'true' } };
    await api.ask('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata });
    await eventually('the account of the namespace', async () =>
      (await api.ask('GET', '/api/v1/namespaces/shop/serviceaccounts/default')).status === 200
        ? true
        : undefined,
    );
    // Accounts that the examples name.
    const accounts = new Set(
      examplePods(rules).map((pod) =>
        String((pod as { spec: Json }).spec['serviceAccountName'] ?? 'default'),
      ),
    );
    for (const name of accounts)
      await api.ask('POST', '/api/v1/namespaces/shop/serviceaccounts', {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name },
      });
  }, 1_600_000);
  afterAll(() => {
    api?.close();
    cluster.down();
  }, 120_000);

  it('are those that the webhook fills in, rule by rule', { timeout: 600_000 }, async () => {
    for (const { rule, mutations } of filling) await bind(mutations, labelOf(rule));
    // Policies come into force a little later.
    await sleep(5000);
    const different: string[] = [];
    const counts = { same: 0, changed: 0 };
    const never: string[] = [];
    const hostPid = { spec: { hostPID: true, containers: [{ name: 'c', image: 'a.example/a:1' }] } };
    const examples = await taken([...examplePods(rules), hostPid]);
    for (const [turn, { rule: id }] of filling.entries()) {
      const set = setOf(rules.filter((one) => one.id === id));
      let changed = 0;
      const pods = await taken(mutatedPods(basePods(), PODS_EACH, SEED + turn));
      for (const kept of [...examples, ...pods]) {
        const { steps, wrong } = await compare(set, kept, labelOf(id));
        if (wrong === undefined) counts.same += 1;
        else different.push(`${id}: ${wrong}`);
        if (steps > 0) changed += 1;
      }
      counts.changed += changed;
      if (changed === 0) never.push(id);
    }
    process.stdout.write(
      `native-policy: ${filling.length} of ${filling.length + left.length} repairs in the API server (not ${left.join(', ')}); ${counts.same} pods the same, ${counts.changed} of them changed, ${different.length} different; never changed: ${never.join(', ') || 'none'}\n`,
    );
    expect(different).toEqual([]);
    expect(counts.changed).toBeGreaterThan(300);
    // No pod that the API server takes violates these: it asks for user namespaces, or for a host of Windows, by itself.
    const refusedAnyway = /proc-mount|windows-host-process/;
    expect(never.filter((id) => !refusedAnyway.test(id))).toEqual([]);
  });

  it('leave the webhook nothing to fill in, all together', { timeout: 600_000 }, async () => {
    await removeAll();
    await bind(filling.flatMap(({ mutations }) => mutations));
    await sleep(5000);
    const ids = new Set(filling.map(({ rule }) => rule));
    const set = setOf(rules.filter(({ id }) => ids.has(id)));
    const counts = { complete: 0, changed: 0 };
    const different: string[] = [];
    for (const pod of mutatedPods(basePods(), PODS_ALL, SEED - 1)) {
      const answer = await tryOut(pod, undefined);
      if (answer.status !== 201) continue;
      const before = completed(set, sent(pod, undefined));
      const after = completed(set, answer.body);
      if (before.steps > 0) counts.changed += 1;
      if (after.steps === 0) counts.complete += 1;
      else different.push(`${after.steps} steps left of ${JSON.stringify(comparable(answer.body))}`);
    }
    process.stdout.write(
      `native-policy: ${counts.complete} pods completed by all policies together (${counts.changed} needed it), ${different.length} of them not whole\n`,
    );
    expect(different).toEqual([]);
    expect(counts.changed).toBeGreaterThan(200);
  });

  it('are filled in nowhere but where somebody asked for it', async () => {
    const metadata = { name: 'elsewhere' };
    await api.ask('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata });
    const path = '/api/v1/namespaces/elsewhere/serviceaccounts/default';
    await eventually('its account', async () =>
      (await api.ask('GET', path)).status === 200 ? true : undefined,
    );
    const pod = sent({ spec: { containers: [{ name: 'c', image: 'a.example/a:1' }] } }, undefined);
    const ask = async (namespace: string): Promise<string> => {
      const object = { ...pod, metadata: { name: 'judged', namespace } };
      const made = await api.ask('POST', `/api/v1/namespaces/${namespace}/pods?dryRun=All`, object);
      expect(made.status, made.message).toBe(201);
      return JSON.stringify(made.body);
    };
    expect(await ask('shop')).toContain('"allowPrivilegeEscalation":false');
    expect(await ask('elsewhere')).not.toContain('allowPrivilegeEscalation');
  });
});
