// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  compileGatekeeperConstraint,
  judgeGatekeeperConstraint,
  type NativeRequest,
} from '@bartizan/engine/native-policy';
import { describe, expect, it } from 'vitest';
import { hasShared, report, SHARED } from '../outside.ts';

const FOLDER = 'fixtures/gatekeeper';

interface Template {
  readonly id: string;
  readonly cel: readonly unknown[] | null;
}
interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
}
interface Expectation {
  readonly violations: boolean | number;
  readonly message?: string;
}
interface GateCase {
  readonly id: string;
  readonly template: string;
  readonly constraint: unknown;
  readonly objects: readonly KubernetesObject[];
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
function requestOf(object: KubernetesObject): NativeRequest {
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

/** Messages of what a constraint finds, or the reason why it cannot be asked. */
function violations(cel: readonly unknown[], one: GateCase): readonly string[] | string {
  const constraint = compileGatekeeperConstraint(cel[0], one.constraint);
  if (!constraint.ok) return constraint.error.detail;
  return one.objects.flatMap((object) =>
    (judgeGatekeeperConstraint(constraint.value, requestOf(object))?.reasons ?? []).map(
      (reason) => reason.message,
    ),
  );
}

function holds({ violations: wanted, message }: Expectation, found: readonly string[]): boolean {
  const count = found.filter((text) => message === undefined || new RegExp(message).test(text)).length;
  return typeof wanted === 'number' ? count === wanted : count > 0 === wanted;
}

function faultOf(one: GateCase, template: Template | undefined): string | undefined {
  if (template?.cel === undefined || template.cel === null) return 'no CEL in the template';
  const found = violations(template.cel, one);
  if (typeof found === 'string') return found;
  const wrong = one.expect.find((expected) => !holds(expected, found));
  return wrong === undefined
    ? undefined
    : `wanted ${JSON.stringify(wrong)}, found ${JSON.stringify(found).slice(0, 200)}`;
}

describe.skipIf(!hasShared(FOLDER))('the library of Gatekeeper', () => {
  it('is judged as its own tests say, where its templates are written in CEL', () => {
    const templates = new Map(readLines<Template>('templates.jsonl.gz').map((one) => [one.id, one]));
    const cases = readLines<GateCase>('cases.jsonl.gz');
    const faults = cases.flatMap((one) => {
      const fault = faultOf(one, templates.get(one.template));
      return fault === undefined ? [] : [{ id: one.id, fault }];
    });
    process.stdout.write(faults.map(({ id, fault }) => `gatekeeper, missed: ${id}: ${fault}\n`).join(''));
    report('gatekeeper', cases.length - faults.length, cases.length);
    expect(faults.filter(({ fault }) => fault !== 'no CEL in the template')).toEqual([]);
  });
});
