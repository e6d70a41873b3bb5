// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Finding, LEVELS, type MapEdge, type MapNode, ROLES, SEVERITIES } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import { buildForest } from '../widgets/process-forest.ts';
import { SEVERITY_ORDER } from '../widgets/severity-order.ts';
import { groupByCve } from './findings/group-by-cve.ts';
import { groupByWorkload } from './findings/group-by-workload.ts';
import { withOpenState } from './findings/open-state.ts';
import { findSelection, sortEdges, toggleExpanded } from './map/map-model.ts';
import { LEVEL_ORDER } from './nodes/level-order.ts';
import { viewOperations } from './settings/openapi.ts';
import { ROLE_CHOICES } from './settings/role-choices.ts';

describe('closed lists', () => {
  it('are those of the contracts, in their order', () => {
    expect(SEVERITY_ORDER).toEqual(SEVERITIES);
    expect(LEVEL_ORDER).toEqual(LEVELS);
    expect(ROLE_CHOICES).toEqual(ROLES);
  });
});

describe('findings', () => {
  it('are the open ones unless the filter speaks of the state', () => {
    expect(withOpenState('severity:high')).toBe('severity:high state:open');
    expect(withOpenState('')).toBe('state:open');
    expect(withOpenState('-state:fixed')).toBe('-state:fixed');
  });
  it('group by vulnerability: exploited first, then worst, then most widespread', () => {
    const finding = (
      id: string,
      more: { severity?: Finding['severity']; workload?: string; isExploited?: boolean },
    ): Finding =>
      ({
        severity: more.severity ?? 'high',
        subject: { workload: more.workload ?? 'w-1' },
        package: { name: 'openssl' },
        vulnerability: { id, knownExploited: more.isExploited ?? false },
      }) as unknown as Finding;
    const groups = groupByCve([
      finding('CVE-1', { severity: 'critical' }),
      finding('CVE-2', {}),
      finding('CVE-2', { workload: 'w-2' }),
      finding('CVE-3', { severity: 'low', isExploited: true }),
      { ...finding('x', {}), vulnerability: undefined } as unknown as Finding,
    ]);
    expect(groups.map((group) => group.id)).toEqual(['CVE-3', 'CVE-1', 'CVE-2']);
    expect(groups[2]).toMatchObject({ findings: 2, workloads: 2, packages: ['openssl'] });
  });
  it('group by where they are: the place with more of the worst first, then by name', () => {
    const finding = (name: string, severity: Finding['severity']): Finding =>
      ({ severity, subject: { workload: `id-${name}`, name } }) as unknown as Finding;
    const groups = groupByWorkload([
      finding('many', 'low'),
      finding('many', 'low'),
      finding('b', 'critical'),
      finding('a', 'critical'),
      finding('worst', 'critical'),
      finding('worst', 'critical'),
    ]);
    expect(groups.map(({ subject }) => subject.name)).toEqual(['worst', 'a', 'b', 'many']);
    expect(groups[0]).toMatchObject({ findings: 2, counts: { critical: '2', low: '0' } });
  });
});

describe('processes', () => {
  const row = (pid: number, parentPid: number | undefined, startBootUs: number) => ({
    process: { pid, startBootUs, ...(parentPid === undefined ? {} : { parentPid }) },
    firstAtMs: 0,
  });
  it('hang below their parent whatever the order they come in', () => {
    const [root, ...more] = buildForest([row(3, 2, 30), row(1, undefined, 10), row(2, 1, 20)]);
    expect(more).toEqual([]);
    expect(root?.children[0]?.children[0]?.row.process.pid).toBe(3);
  });
  it('never hang below a process that started later or below themselves', () => {
    const roots = buildForest([row(7, 8, 10), row(8, 7, 20), row(9, 9, 30)]);
    expect(roots.map((node) => node.row.process.pid)).toEqual([7, 9]);
    expect(roots[0]?.children.map((node) => node.row.process.pid)).toEqual([8]);
  });
  it('of a pid that was used twice hang below the younger one', () => {
    const roots = buildForest([row(5, undefined, 10), row(5, undefined, 50), row(6, 5, 60)]);
    expect(roots[1]?.children).toHaveLength(1);
  });
});

describe('the map', () => {
  const edge = (id: string, verdict: MapEdge['verdict'], connections: number): MapEdge => ({
    id,
    from: 'a',
    to: 'b',
    protocols: [],
    connections,
    bytes: 0,
    verdict,
    firstAtMs: 0,
    lastAtMs: 0,
  });
  const node: MapNode = { id: 'a', kind: 'group', label: 'a', namespace: 'a', members: 2, x: 0, y: 0 };
  const map = {
    nodes: [node],
    edges: [edge('1', 'allow', 9), edge('2', 'deny', 1), edge('3', 'allow', 10)],
    workloads: 2,
    asOfMs: 0,
  };
  it('lists the worst verdict first, then the busiest', () => {
    expect(sortEdges(map.edges).map((item) => item.id)).toEqual(['2', '3', '1']);
  });
  it('finds what the address names, edge or node, and nothing else', () => {
    expect(findSelection(map, 'e:2')?.kind).toBe('edge');
    expect(findSelection(map, 'n:a')?.kind).toBe('node');
    expect(findSelection(map, 'n:gone')).toBeUndefined();
    expect(findSelection(map, undefined)).toBeUndefined();
  });
  it('opens and closes groups by address', () => {
    expect(toggleExpanded(undefined, 'a')).toBe('a');
    expect(toggleExpanded('a,b', 'a')).toBe('b');
    expect(toggleExpanded('a', 'a')).toBeUndefined();
  });
});

describe('the API reference', () => {
  it('reads operations, references and units, and survives a schema that contains itself', () => {
    const operations = viewOperations({
      paths: {
        '/things/{id}': {
          get: {
            operationId: 'thing.show',
            'x-permission': 'inventory:read',
            tags: ['things'],
            parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
            responses: {
              200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } } },
            },
          },
        },
      },
      components: {
        schemas: {
          Thing: {
            title: 'Thing',
            type: 'object',
            required: ['size'],
            properties: {
              size: { type: 'integer', unit: 'bytes' },
              inner: { $ref: '#/components/schemas/Thing' },
            },
          },
        },
      },
    });
    expect(operations).toHaveLength(1);
    expect(operations[0]).toMatchObject({ id: 'thing.show', method: 'GET', permission: 'inventory:read' });
    expect(operations[0]?.answer?.fields[0]).toMatchObject({
      name: 'size',
      isRequired: true,
      schema: { unit: 'bytes' },
    });
  });
  it.each([null, 7, [], { paths: { '/x': null } }, { paths: { '/x': { get: { parameters: 'no' } } } }])(
    'takes %j without an error',
    (document) => {
      expect(Array.isArray(viewOperations(document))).toBe(true);
    },
  );
});
