// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  type AdmissionRequest,
  compileAdmissionPolicy,
  judgeAdmission,
  resourceOf,
} from '@bartizan/engine/admission';
import { ruleCelCompiler } from '@bartizan/engine/admission-cel';
import { importGatekeeper } from '@bartizan/engine/admission-import';
import {
  compileGatekeeperConstraint,
  judgeGatekeeperConstraint,
  type NativeRequest,
} from '@bartizan/engine/native-policy';
import { describe, expect, it } from 'vitest';
import { hasShared, report, SHARED } from '../outside.ts';

const FOLDER = 'fixtures/gatekeeper';
const NOW_MS = 1_790_000_000_000;

interface Template {
  readonly id: string;
  readonly cel: readonly unknown[] | null;
}
interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
  /** Of a review that stands for an object. */
  readonly request?: {
    readonly operation?: string;
    readonly object?: KubernetesObject;
    readonly oldObject?: unknown;
    readonly kind?: { readonly group: string; readonly kind: string };
  };
}
interface Expectation {
  /** At least one, unless it says otherwise. */
  readonly violations?: boolean | number;
  readonly message?: string;
}
interface GateCase {
  readonly id: string;
  readonly template: string;
  readonly constraint: unknown;
  readonly objects: readonly KubernetesObject[];
  readonly inventory: readonly unknown[];
  readonly expect: readonly Expectation[];
}

const readLines = <T>(name: string): readonly T[] =>
  gunzipSync(readFileSync(join(SHARED, FOLDER, name)))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);

const CLUSTER_KINDS = new Set(['Namespace', 'ClusterRole', 'ClusterRoleBinding', 'PersistentVolume']);

/** Objects of a test without a namespace lie in the default one. */
function nativeRequest(object: KubernetesObject): NativeRequest {
  const [version = '', group = ''] = object.apiVersion.split('/').reverse();
  return {
    operation: 'CREATE',
    kind: { group, version, kind: object.kind },
    resource: { group, version, resource: `${object.kind.toLowerCase()}s` },
    name: object.metadata?.name ?? '',
    ...(CLUSTER_KINDS.has(object.kind) ? {} : { namespace: object.metadata?.namespace ?? 'default' }),
    object: object as unknown as NonNullable<NativeRequest['object']>,
  };
}

const OPERATIONS = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'] as const;

function requestOf(written: KubernetesObject): AdmissionRequest {
  const { request } = written;
  const object = written.kind === 'AdmissionReview' ? request?.object : written;
  const kind = request?.kind?.kind ?? object?.kind ?? '';
  const [, group = ''] = (object?.apiVersion ?? '').split('/').reverse();
  return {
    operation: OPERATIONS.find((one) => one === request?.operation) ?? 'CREATE',
    group: request?.kind?.group ?? group,
    resource: resourceOf(request?.kind?.group ?? group, kind),
    subResource: '',
    kind,
    namespace: CLUSTER_KINDS.has(kind) ? '' : (object?.metadata?.namespace ?? 'default'),
    name: object?.metadata?.name ?? '',
    object,
    ...(request?.oldObject === undefined ? {} : { oldObject: request.oldObject }),
    user: { name: 'somebody', groups: [] },
  };
}

/** Messages and places of what a constraint finds when its template is asked, or why it cannot be. */
function byTemplate(cel: readonly unknown[], one: GateCase): readonly string[] | string {
  const constraint = compileGatekeeperConstraint(cel[0], one.constraint);
  if (!constraint.ok) return constraint.error.detail;
  return one.objects.flatMap((object) =>
    (judgeGatekeeperConstraint(constraint.value, nativeRequest(object))?.reasons ?? []).map(
      (reason) => reason.message,
    ),
  );
}

/** The same of the rule that is made of the constraint. */
function byRule(one: GateCase): readonly string[] | string {
  const imported = importGatekeeper(one.constraint);
  if (!imported.ok) return imported.error.detail;
  const { rules, notes } = imported.value;
  const dropped = notes.find(({ effect }) => effect === 'dropped');
  if (dropped !== undefined) return dropped.detail.en;
  const set = compileAdmissionPolicy({ rules }, { compileCel: ruleCelCompiler() });
  if (!set.ok) return set.error.detail;
  return one.objects.flatMap((object) => {
    const { violations } = judgeAdmission(set.value, requestOf(object), {}, NOW_MS);
    return violations.map(({ state, message, path }) =>
      state === 'violated' ? `${message.en} at ${path}` : `not known at ${path}`,
    );
  });
}

function holds({ violations: wanted = true, message }: Expectation, found: readonly string[]): boolean {
  const count = found.filter((text) => message === undefined || new RegExp(message).test(text)).length;
  return typeof wanted === 'number' ? count === wanted : count > 0 === wanted;
}

function faultOf(one: GateCase, found: readonly string[] | string): string | undefined {
  if (typeof found === 'string') return found;
  const wrong = one.expect.find((expected) => !holds(expected, found));
  return wrong === undefined
    ? undefined
    : `wanted ${JSON.stringify(wrong)}, found ${JSON.stringify(found).slice(0, 200)}`;
}

interface Fault {
  readonly id: string;
  readonly fault: string;
}
const faultsOf = (
  cases: readonly GateCase[],
  judge: (one: GateCase) => readonly string[] | string,
): readonly Fault[] =>
  cases.flatMap((one) => {
    const fault = faultOf(one, judge(one));
    return fault === undefined ? [] : [{ id: one.id, fault }];
  });

/** What no rule can do: look at other objects of the cluster. */
const KNOWN_LIMITS = /other objects of the cluster/;

describe.skipIf(!hasShared(FOLDER))('the library of Gatekeeper', () => {
  const cases = hasShared(FOLDER) ? readLines<GateCase>('cases.jsonl.gz') : [];

  it('is judged as its own tests say by the rules that its constraints become', () => {
    const faults = faultsOf(cases, byRule);
    process.stdout.write(faults.map(({ id, fault }) => `gatekeeper, missed: ${id}: ${fault}\n`).join(''));
    report('gatekeeper', cases.length - faults.length, cases.length);
    expect(faults.filter(({ fault }) => !KNOWN_LIMITS.test(fault))).toEqual([]);
  });

  it('is judged so by its templates too, where they are written in CEL', () => {
    const templates = new Map(readLines<Template>('templates.jsonl.gz').map((one) => [one.id, one]));
    const inCel = cases.filter(({ template }) => (templates.get(template)?.cel ?? null) !== null);
    expect(inCel).toHaveLength(5);
    expect(faultsOf(inCel, (one) => byTemplate(templates.get(one.template)?.cel ?? [], one))).toEqual([]);
  });
});
