// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { INCIDENT_GAP_MS } from '@bartizan/engine/incident';
import { describe, expect, it } from 'vitest';
import { incidentFacts } from './incident-facts.ts';

const NOW_MS = 1_000_000_000;
const event = (id: string, agoMs: number, incident = 'x') => ({
  ...{ id, occurredAtMs: NOW_MS - agoMs, severity: 'high' as const, incident },
});
const ids = ({ others }: ReturnType<typeof incidentFacts>): string[] =>
  others.map((other) => (other as { id: string }).id);

describe('the incident of an event', () => {
  const own = event('own', 500_000);
  const before = event('before', 510_000);
  const later = Array.from({ length: 101 }, (_, at) => event(`later-${at}`, at * 1_000, 'y'));

  it('is not known while the event is behind what was read', () => {
    const facts = incidentFacts(own, later.slice(0, 100), true);
    expect(facts).toEqual({ others: [], isWhole: false });
  });
  it('goes on before what was read, until a pause shows that it does not', () => {
    const read = [...later, own];
    expect(incidentFacts(own, read, true).isWhole).toBe(false);
    const more = incidentFacts(own, [...read, before], true);
    expect([ids(more), more.isWhole]).toEqual([['before'], false]);
    const after = event('much-before', 510_000 + INCIDENT_GAP_MS + 1, 'y');
    const all = incidentFacts(own, [...read, before, after], true);
    expect([ids(all), all.isWhole]).toEqual([['before'], true]);
  });
  it('is whole where nothing is left to be read', () => {
    expect(incidentFacts(own, [...later, own, before], false).isWhole).toBe(true);
    expect(incidentFacts(own, [own], false)).toEqual({ others: [], isWhole: true });
  });
});
