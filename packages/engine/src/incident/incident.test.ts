// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { SecurityEvent } from '@bartizan/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupIncidents, INCIDENT_GAP_MS, incidentOf } from './index.ts';

const process = (pid: number, name: string) => ({ pid, startBootUs: pid * 1000, name });
const INIT = process(1, 'systemd');
const SHIM = process(500, 'containerd-shim-runc-v2');
const SERVER = process(600, 'node');

/** An event of a process, nearest first, in container `c1`. */
const of = (
  chain: readonly ReturnType<typeof process>[],
  more: { container?: string; node?: string } = {},
) => {
  const [first = SERVER, ...ancestors] = chain;
  return incidentOf({
    node: more.node ?? 'n-1',
    bootId: 'boot',
    workload: {
      workload: 'w',
      kind: 'container',
      namespace: '',
      name: 'w',
      container: more.container ?? 'c1',
    },
    chain: { process: first, ancestors, complete: true },
  } as unknown as SecurityEvent);
};

describe('the incident of an event', () => {
  const outer = process(700, 'bash');
  const inner = process(701, 'bash');

  it('is one for the two programs of a reverse shell that was started with bash -c', () => {
    expect(of([inner, outer, SHIM, INIT])).toBe(of([outer, SHIM, INIT]));
  });

  it('is one for all that comes out of one server', () => {
    expect(of([process(801, 'sh'), SERVER, SHIM, INIT])).toBe(of([process(802, 'nc'), SERVER, SHIM, INIT]));
  });

  it.each(['runc', 'conmon', 'crun', 'sshd', 'cron', 'containerd-shim'])(
    'differs for what %s started one after the other',
    (name) => {
      const starter = process(500, name);
      expect(of([process(701, 'sh'), starter, INIT])).not.toBe(of([process(702, 'sh'), starter, INIT]));
    },
  );

  it('differs for another container, another node, and another process with the same number', () => {
    const chain = [outer, SHIM, INIT];
    const later = [{ ...outer, startBootUs: 9 }, SHIM, INIT];
    const all = [of(chain), of(chain, { container: 'c2' }), of(chain, { node: 'n-2' }), of(later)];
    expect(new Set(all).size).toBe(4);
  });

  it('is not made up where the process is not known', () => {
    expect(incidentOf({ node: 'n', bootId: 'b', workload: {} })).toBeUndefined();
  });
});

const event = (
  id: string,
  atS: number,
  more: { incident?: string; severity?: SecurityEvent['severity'] } = {},
) => ({
  id,
  occurredAtMs: atS * 1000,
  severity: more.severity ?? ('medium' as const),
  ...(more.incident === undefined ? {} : { incident: more.incident }),
});
const shown = (events: Parameters<typeof groupIncidents>[0]) =>
  groupIncidents(events).map(({ lead, members }) => `${lead.id}: ${members.map(({ id }) => id).join(' ')}`);

describe('grouping incidents', () => {
  it('shows the worst of an incident, with all of its events from the earliest on', () => {
    const list = [
      event('c', 12, { incident: 'x' }),
      event('b', 11, { incident: 'x', severity: 'critical' }),
      event('a', 10, { incident: 'x' }),
    ];
    expect(shown(list)).toEqual(['b: a b c']);
  });

  it('keeps apart what is of another chain, of none, or too long after', () => {
    const gapS = INCIDENT_GAP_MS / 1000;
    const list = [
      event('late', 10 + 2 * gapS + 1, { incident: 'x' }),
      event('still', 10 + gapS, { incident: 'x' }),
      event('other', 11, { incident: 'y' }),
      event('none', 11),
      event('none too', 11),
      event('first', 10, { incident: 'x' }),
    ];
    expect(shown(list)).toEqual([
      'late: late',
      'first: first still',
      'other: other',
      'none: none',
      'none too: none too',
    ]);
  });

  it('takes an incident of more events than a call takes arguments', () => {
    const list = Array.from({ length: 200_000 }, (_, at) => event(String(at), 10, { incident: 'x' }));
    expect(groupIncidents(list)[0]?.members).toHaveLength(200_000);
  });

  it('loses no event and shows none twice, whatever the list', () => {
    const any = fc.record({
      id: fc.uuid(),
      occurredAtMs: fc.integer({ min: 0, max: 300_000 }),
      severity: fc.constantFrom('critical' as const, 'low' as const),
      incident: fc.constantFrom('x', 'y', 'z'),
    });
    fc.assert(
      fc.property(fc.uniqueArray(any, { selector: ({ id }) => id, maxLength: 40 }), (list) => {
        const groups = groupIncidents(list);
        expect(groups.flatMap(({ members }) => members.map(({ id }) => id)).sort()).toEqual(
          list.map(({ id }) => id).sort(),
        );
        for (const { lead, members } of groups) {
          expect(members).toContain(lead);
          expect(new Set(members.map(({ incident }) => incident)).size).toBe(1);
        }
      }),
      { seed: 20_261_128, numRuns: 200 },
    );
  });
});
