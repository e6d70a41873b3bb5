// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadAdmissionRules } from '@bartizan/adapters/content';
import type { AdmissionRule } from '@bartizan/contracts';
import {
  type AdmissionRequest,
  compileAdmissionPolicy,
  EMPTY_CONTEXT,
  judgeAdmission,
  pssRules,
} from '@bartizan/engine/admission';
import { emitNativePolicies, type NativeObject } from '@bartizan/engine/admission-native';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endNodes } from '../../cluster/end-nodes.ts';
import { asStored, workloadRequest } from '../../conformance/native/requests.ts';
import { hasShared, SHARED } from '../../conformance/outside.ts';
import { basePods, mutatedPods } from '../../conformance/pss/pods.ts';
import { exampleRequest } from '../../content/admission-request.ts';
import { Api } from './api.ts';
import { complete } from './workloads.ts';

const NAME = 'native';
const NUMBER = '17';
const STATE = process.env['KUBEBOX_DIR'] ?? '/var/tmp/kubebox';
const KUBECONFIG = join(STATE, 'clusters', NAME, 'pki/admin.kubeconfig');
const REGISTRATION = '/apis/admissionregistration.k8s.io/v1';
const LABEL = 'bartizan.dev/judged-by';
const PODS = 300;
const PODS_EACH = 25;
const SEED = 20261129;
const USER = { name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] };

const script = (name: string, ...words: string[]): void => {
  const end = spawnSync(join(SHARED, 'kubebox', name), words, { stdio: 'ignore', timeout: 1_500_000 });
  if (end.status !== 0) throw new Error(`${name} ended with ${end.status}`);
};
const removeCluster = (): void => {
  if (!existsSync(join(STATE, 'clusters', NAME))) return;
  endNodes(STATE, NAME);
  script('down.sh', NAME);
};

const standards = (): AdmissionRule[] => {
  const restricted = pssRules('restricted');
  const ids = new Set(restricted.map(({ id }) => id));
  return [...restricted, ...pssRules('baseline').filter(({ id }) => !ids.has(id))];
};
const packRules = (): AdmissionRule[] => {
  const loaded = loadAdmissionRules(resolve(import.meta.dirname, '../../../content'));
  if (!loaded.ok) throw new Error(loaded.error.detail);
  return loaded.value.rules.map((rule) => ({ ...rule, mode: 'enforce' }));
};
const collectionOf = ({ kind }: NativeObject): string =>
  `${REGISTRATION}/${kind === 'ValidatingAdmissionPolicy' ? 'validatingadmissionpolicies' : 'validatingadmissionpolicybindings'}`;

/** Only objects that carry the label are judged, so that an answer is that of one rule. */
const onlyFor = (binding: NativeObject, label: string): NativeObject => ({
  ...binding,
  spec: { ...binding.spec, matchResources: { objectSelector: { matchLabels: { [LABEL]: label } } } },
});

const withLabel = (object: unknown, label: string | undefined): Record<string, unknown> => {
  const value = asStored(object) as Record<string, unknown>;
  const metadata = (value['metadata'] ?? {}) as Record<string, unknown>;
  const labels = { ...(metadata['labels'] as object | undefined) } as Record<string, string>;
  delete labels[LABEL];
  if (label !== undefined) labels[LABEL] = label;
  return { ...value, metadata: { name: 'judged', ...metadata, labels } };
};

/** Whether the closures of a rule refuse what the API server made of an object. */
const refuses = (rules: readonly AdmissionRule[]): ((request: AdmissionRequest) => boolean) => {
  const set = compileAdmissionPolicy({ rules });
  if (!set.ok) throw new Error(set.error.detail);
  return (request) =>
    judgeAdmission(set.value, { ...request, user: USER }, EMPTY_CONTEXT, 0).decision.verdict === 'deny';
};

describe.skipIf(!hasShared('kubebox') || process.getuid?.() !== 0)(
  'policies that were written from rules, in a real API server',
  () => {
    let api: Api;
    const refused: string[] = [];
    const rules = [...standards(), ...packRules()];
    const { compiled, notExpressible } = emitNativePolicies({ rules }, { nowMs: 0 });
    const labelOf = (id: string): string => `r${compiled.findIndex(({ rule }) => rule === id)}`;

    const pathFor = (
      { group, resource, namespace }: AdmissionRequest,
      object: Record<string, unknown>,
    ): string => {
      const version = String(object['apiVersion']);
      const scope = namespace === '' ? '' : `/namespaces/${namespace}`;
      return `${group === '' ? '/api' : '/apis'}/${version}${scope}/${resource}?dryRun=All`;
    };
    /** Asks for an object as a trial; what the API server would keep, or the refusal. */
    const tryOut = (request: AdmissionRequest, label: string | undefined) => {
      const object = withLabel(request.object, label);
      return api.ask('POST', pathFor(request, object), object);
    };
    const byPolicy = (message: string): boolean => message.includes("ValidatingAdmissionPolicy '");
    /** Compares one rule, or several as one, on a request; nothing when the API server takes no such object at all. */
    const compare = async (
      judge: (request: AdmissionRequest) => boolean,
      request: AdmissionRequest,
      label: string,
    ): Promise<string | undefined | 'not-taken'> => {
      const kept = await tryOut(request, undefined);
      if (kept.status !== 201) {
        expect(byPolicy(kept.message), kept.message).toBe(false);
        return 'not-taken';
      }
      const judged = await tryOut(request, label);
      const theirs = judged.status === 201 ? false : byPolicy(judged.message) ? true : undefined;
      const ours = judge({ ...request, object: withLabel(kept.body, label) });
      if (theirs === ours) return undefined;
      return `${label}: closure ${ours ? 'refuses' : 'lets in'}, API server ${judged.status} ${judged.message}: ${JSON.stringify(request.object)}`;
    };

    beforeAll(async () => {
      removeCluster();
      script('up.sh', NAME, NUMBER);
      api = new Api(KUBECONFIG);
      for (const { rule, pairs } of compiled)
        for (const { policy, binding } of pairs)
          for (const object of [policy, onlyFor(binding, labelOf(rule))]) {
            const made = await api.ask('POST', collectionOf(object), object);
            if (made.status !== 201) refused.push(`${rule}: ${made.message}`);
          }
      const namespaces = new Set(
        rules.flatMap((rule) =>
          [...rule.tests.mustViolate, ...rule.tests.mustPass].map(
            (one) => exampleRequest(rule, one).namespace,
          ),
        ),
      );
      for (const name of [...namespaces, 'shop'].filter((one) => one !== ''))
        await api.ask('POST', '/api/v1/namespaces', {
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: { name },
        });
      // Policies come into force a little later, and namespaces get their accounts.
      await sleep(10_000);
    }, 1_600_000);
    afterAll(() => {
      api.close();
      removeCluster();
    }, 120_000);

    it('say on the examples of each rule what its closure says', { timeout: 600_000 }, async () => {
      expect(refused).toEqual([]);
      const different: string[] = [];
      const counts = { same: 0, notTaken: 0 };
      for (const rule of rules) {
        if (!compiled.some((one) => one.rule === rule.id)) continue;
        const judge = refuses([rule]);
        const requests = [...rule.tests.mustViolate, ...rule.tests.mustPass]
          .map((example) => exampleRequest(rule, example))
          .filter(({ operation, subResource }) => operation === 'CREATE' && subResource === '');
        for (const request of requests) {
          const outcome = await compare(judge, request, labelOf(rule.id));
          if (outcome === undefined) counts.same += 1;
          else if (outcome === 'not-taken') counts.notTaken += 1;
          else different.push(`${rule.id} ${outcome}`);
        }
      }
      process.stdout.write(
        `native-policy: ${compiled.length} of ${compiled.length + notExpressible.length} rules in the API server; ${counts.same} examples the same, ${different.length} different, ${counts.notTaken} not taken by the API server at all\n`,
      );
      expect(different).toEqual([]);
      expect(counts.same).toBeGreaterThan(100);
    });

    it('say of changed pods in all kinds what the closures of the standards say', {
      timeout: 600_000,
    }, async () => {
      const different: string[] = [];
      const counts = { same: 0, refused: 0, notTaken: 0 };
      let turn = 0;
      for (const rule of standards()) {
        const refusing = refuses([rule]);
        const judge = (request: AdmissionRequest): boolean => {
          const refused = refusing(request);
          if (refused) counts.refused += 1;
          return refused;
        };
        for (const pod of mutatedPods(basePods(), PODS_EACH, SEED + turn)) {
          turn += 1;
          const outcome = await compare(judge, complete(workloadRequest(pod, turn)), labelOf(rule.id));
          if (outcome === undefined) counts.same += 1;
          else if (outcome === 'not-taken') counts.notTaken += 1;
          else different.push(`${rule.id} ${outcome}`);
        }
      }
      process.stdout.write(
        `native-policy: ${counts.same} decisions of the standards the same (${counts.refused} refusals), ${different.length} different, ${counts.notTaken} not taken\n`,
      );
      expect(different).toEqual([]);
      expect(counts.refused).toBeGreaterThan(30);
    });

    it('hold the standards together as they were written, while nothing of ours runs', {
      timeout: 600_000,
    }, async () => {
      const ids = new Set(standards().map(({ id }) => id));
      for (const { rule, pairs } of compiled)
        for (const { binding } of pairs) {
          await api.ask('DELETE', `${collectionOf(binding)}/${binding.metadata.name}`);
          if (!ids.has(rule)) continue;
          const made = await api.ask('POST', collectionOf(binding), binding);
          expect(made.status, made.message).toBe(201);
        }
      await sleep(5000);
      const judge = refuses(standards());
      const different: string[] = [];
      const counts = { refused: 0, taken: 0 };
      let turn = 0;
      for (const pod of mutatedPods(basePods(), PODS, SEED)) {
        turn += 1;
        const request = complete(workloadRequest(pod, turn));
        const answer = await tryOut(request, undefined);
        const refused = byPolicy(answer.message);
        if (answer.status !== 201 && !refused) continue;
        counts[refused ? 'refused' : 'taken'] += 1;
        const object = refused ? withLabel(request.object, undefined) : answer.body;
        if (judge({ ...request, object }) !== refused)
          different.push(`${answer.status} ${answer.message}: ${JSON.stringify(request.object)}`);
      }
      process.stdout.write(
        `native-policy: with nothing of ours running ${counts.refused} workloads refused and ${counts.taken} taken, ${different.length} different\n`,
      );
      expect(different).toEqual([]);
      expect(counts.refused).toBeGreaterThan(50);
      expect(counts.taken).toBeGreaterThan(0);
    });
  },
);
