// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compileNativePolicy, judgeNativePolicy, type NativeRequest } from '@bartizan/engine/native-policy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endNodes } from '../../cluster/end-nodes.ts';
import { FAILING_EXPRESSIONS, TRUE_EXPRESSIONS } from '../../conformance/cel/kubernetes-examples.ts';
import { hasShared, SHARED } from '../../conformance/outside.ts';
import { EXPRESSIONS, KNOWN_DIFFERENCES, POLICY_CASES, type PolicyCase } from './cases.ts';

const NAME = 'cel';
const NUMBER = '7';
const STATE = process.env['KUBEBOX_DIR'] ?? '/var/tmp/kubebox';
const KUBECONFIG = join(STATE, 'clusters', NAME, 'pki/admin.kubeconfig');
const API_VERSION = 'admissionregistration.k8s.io/v1';

const script = (name: string, ...words: string[]): void => {
  const end = spawnSync(join(SHARED, 'kubebox', name), words, { stdio: 'ignore', timeout: 1_500_000 });
  if (end.status !== 0) throw new Error(`${name} ended with ${end.status}`);
};
const removeCluster = (): void => {
  if (!existsSync(join(STATE, 'clusters', NAME))) return;
  endNodes(STATE, NAME);
  script('down.sh', NAME);
};
/** What kubectl said, on both of its outputs, and whether it went well. */
const kubectl = (input: unknown, ...words: string[]): { readonly fine: boolean; readonly text: string } => {
  const end = spawnSync(
    join(STATE, 'bin/kubebox'),
    ['kubectl', '--kubeconfig', KUBECONFIG, ...words, '-f', '-'],
    {
      input: JSON.stringify(input),
      encoding: 'utf8',
      timeout: 60_000,
    },
  );
  return { fine: end.status === 0, text: `${end.stdout}${end.stderr}` };
};

const policyOf = (one: PolicyCase) => ({
  apiVersion: API_VERSION,
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name: one.name },
  spec: {
    matchConstraints: {
      resourceRules: [
        { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] },
      ],
      objectSelector: { matchLabels: { case: one.name } },
    },
    ...one.spec,
  },
});
const bindingOf = (one: PolicyCase) => ({
  apiVersion: API_VERSION,
  kind: 'ValidatingAdmissionPolicyBinding',
  metadata: { name: one.name },
  spec: {
    policyName: one.name,
    validationActions: ['Deny'],
    ...(one.params === undefined
      ? {}
      : { paramRef: { name: `params-${one.name}`, namespace: 'default', parameterNotFoundAction: 'Deny' } }),
    ...one.binding,
  },
});
const configMap = (name: string, fields: PolicyCase['object'], labels: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', labels },
  ...fields,
});
const listOf = (items: readonly unknown[]) => ({ apiVersion: 'v1', kind: 'List', items });

const expressionCase = (name: string, expression: string): PolicyCase => ({
  name,
  spec: { validations: [{ expression }] },
  object: {},
});
const FUNCTION_CASES = [
  ...TRUE_EXPRESSIONS.map((expression, at) => expressionCase(`true-${at}`, expression)),
  ...FAILING_EXPRESSIONS.map((expression, at) => expressionCase(`error-${at}`, expression)),
];
const ALL = [...POLICY_CASES, ...FUNCTION_CASES];
const LAST = expressionCase('zz-last', 'false');

/** What we say: whether it is let in, the sentences, the warnings. */
function ours(one: PolicyCase): {
  readonly admitted: boolean;
  readonly messages: readonly string[];
  readonly warned: boolean;
} {
  const compiled = compileNativePolicy(policyOf(one), { binding: bindingOf(one) });
  if (!compiled.ok) throw new Error(`${one.name}: ${compiled.error.detail}`);
  const resource = { group: '', version: 'v1' };
  const request: NativeRequest = {
    operation: 'CREATE',
    kind: { ...resource, kind: 'ConfigMap' },
    resource: { ...resource, resource: 'configmaps' },
    namespace: 'default',
    name: `object-${one.name}`,
    dryRun: true,
    userInfo: { username: 'kubernetes-admin', groups: ['system:masters'] },
    object: configMap(`object-${one.name}`, one.object, { case: one.name }) as unknown as NonNullable<
      NativeRequest['object']
    >,
    namespaceObject: { metadata: { name: 'default', labels: { 'kubernetes.io/metadata.name': 'default' } } },
  };
  const judged = judgeNativePolicy(compiled.value, request, {
    authorize: () => ({ allowed: true }),
    params: one.params === undefined ? [] : [one.params as NonNullable<NativeRequest['object']>],
  });
  return {
    admitted: judged.verdict !== 'deny',
    messages: judged.reasons.filter(({ kind }) => kind === 'validation').map(({ message }) => message),
    warned: judged.warnings.length > 0,
  };
}

const ask = (one: PolicyCase) =>
  kubectl(configMap(`object-${one.name}`, one.object, { case: one.name }), 'create', '--dry-run=server');

describe.skipIf(!hasShared('kubebox') || process.getuid?.() !== 0)(
  'native policies beside a real API server',
  () => {
    beforeAll(async () => {
      removeCluster();
      script('up.sh', NAME, NUMBER);
      const params = ALL.filter((one) => one.params !== undefined).map((one) =>
        configMap(`params-${one.name}`, one.params ?? {}, {}),
      );
      const made = kubectl(
        listOf([...params, ...[...ALL, LAST].flatMap((one) => [policyOf(one), bindingOf(one)])]),
        'create',
      );
      expect(made.fine, made.text).toBe(true);
      // Policies come into force a little later, the one that was made last after the others.
      for (let tries = 0; tries < 100 && ask(LAST).fine; tries += 1) await sleep(200);
      await sleep(2000);
    }, 1_600_000);
    afterAll(removeCluster, 120_000);

    it('let in what we let in, and say what we say', { timeout: 300_000 }, () => {
      const different = ALL.flatMap((one) => {
        const theirs = ask(one);
        const we = ours(one);
        const isSame =
          theirs.fine === we.admitted &&
          we.messages.every((message) => theirs.text.includes(message)) &&
          theirs.text.includes('Warning:') === we.warned;
        return isSame ? [] : [`${one.name}: we ${JSON.stringify(we)}, the API server: ${theirs.text.trim()}`];
      });
      process.stdout.write(
        `native-policy: ${ALL.length - different.length} of ${ALL.length} verdicts are those of the API server\n`,
      );
      expect(different).toEqual([]);
    });

    it('take the expressions that we take', { timeout: 300_000 }, () => {
      const asked = [...EXPRESSIONS, ...KNOWN_DIFFERENCES];
      const different = asked.flatMap((expression, at) => {
        const policy = policyOf(expressionCase(`expression-${at}`, expression));
        const theirs = kubectl(policy, 'create', '--dry-run=server');
        const we = compileNativePolicy(policy);
        if (theirs.fine === we.ok) return [];
        return [
          `${expression}: we ${we.ok ? 'take it' : we.error.detail}, the API server: ${theirs.text.trim().slice(0, 400)}`,
        ];
      });
      process.stdout.write(
        `native-policy: ${asked.length - different.length} of ${asked.length} expressions are taken or refused as by the API server\n`,
      );
      expect(different.map((line) => line.split(': we ', 1)[0])).toEqual(KNOWN_DIFFERENCES);
    });
  },
);
