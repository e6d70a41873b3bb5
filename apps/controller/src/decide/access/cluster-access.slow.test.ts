// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { ClusterAccess } from './cluster-access.ts';

const BINDINGS = 1_000_000;
const ROLES = 100;
const MIB = 2 ** 20;
/** Measured: 1.1 GiB for the objects and the index over them. */
const GROWTH_MAX = 2048 * MIB;

function put(
  access: ClusterAccess,
  kind: string,
  name: string,
  object: object | undefined,
  namespace = '',
): void {
  const change = { group: '', version: 'v1', resource: '', kind, name, namespace };
  access.take({ ...change, ...(object === undefined ? {} : { object }) });
}
const binding = (at: number): object => ({
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: `role-${at % ROLES}` },
  subjects: [{ kind: 'ServiceAccount', namespace: `team-${at % 1000}`, name: `app-${at % 50_000}` }],
});
function fill(access: ClusterAccess, count: number): void {
  for (let at = 0; at < ROLES; at += 1)
    put(access, 'ClusterRole', `role-${at}`, {
      rules: [{ verbs: ['get'], apiGroups: [''], resources: [`things${at}`] }],
    });
  for (let at = 0; at < count; at += 1)
    put(access, 'RoleBinding', `binding-${at}`, binding(at), `team-${at % 1000}`);
}
const asked = (resource: string, namespace: string) => ({
  ...{ verb: 'get', group: '', resource, namespace },
});
const synced = { conditionOf: () => 'synced', onChange: () => undefined };

describe('a cluster with a million bindings', () => {
  it('is answered about whole, with bounded memory', { timeout: 300_000 }, () => {
    const before = process.memoryUsage.rss();
    const access = new ClusterAccess(synced);
    fill(access, BINDINGS);
    const { graph } = access.view();
    const who = graph.whoCan(asked('things7', 'team-7'));
    const grown = process.memoryUsage.rss() - before;
    process.stdout.write(`${BINDINGS} bindings: ${Math.round(grown / MIB)} MiB more memory\n`);
    expect(who).toHaveLength(BINDINGS / 1000);
    expect(graph.snapshot.unreadable).toEqual([]);
    expect(graph.snapshot.bindings).toHaveLength(BINDINGS);
    expect(grown).toBeLessThan(GROWTH_MAX);
  });

  it('leaves out what finds no room, and says that the kind is unknown, never that it is absent', () => {
    const access = new ClusterAccess({ ...synced, keptCharsMax: 20_000 });
    fill(access, 1000);
    const { graph } = access.view();
    expect(graph.snapshot.bindings.length).toBeLessThan(100);
    expect(graph.snapshot.unreadable).toEqual(['RoleBinding']);
    expect(access.unreadable()).toEqual(['RoleBinding']);
    // Room that becomes free is used again; what was left out stays unknown all the same.
    put(access, 'RoleBinding', 'binding-0', undefined, 'team-0');
    put(access, 'RoleBinding', 'late', binding(1), 'team-1');
    expect(access.view().graph.snapshot.bindings.map(({ name }) => name)).toContain('late');
    expect(access.unreadable()).toEqual(['RoleBinding']);
    put(access, 'NetworkPolicy', 'large', { spec: { note: 'x'.repeat(20_000) } }, 'team-1');
    expect(access.unreadPolicies()).toEqual(['NetworkPolicy']);
    put(access, 'Secret', 'x'.repeat(20_000), {}, 'team-1');
    expect(access.unreadUses()).toEqual(['Secret']);
  });

  it('counts an object once, however often it comes, and lets go of one that grew too large', () => {
    const access = new ClusterAccess({ ...synced, keptCharsMax: 2000 });
    for (let round = 0; round < 100; round += 1)
      put(access, 'RoleBinding', 'one', { ...binding(round) }, 'team-1');
    expect(access.unreadable()).toEqual([]);
    put(access, 'RoleBinding', 'one', { subjects: [{ kind: 'User', name: 'x'.repeat(4000) }] }, 'team-1');
    expect(access.view().graph.snapshot.bindings).toEqual([]);
    expect(access.unreadable()).toEqual(['RoleBinding']);
  });
});
