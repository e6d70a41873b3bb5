// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { FINDING_KINDS, LIST_FIELDS, SEVERITIES, VERDICTS, WORKLOAD_KINDS } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import { FILTER_FIELDS, type FilterField, suggest } from './fields.ts';

const valuesOf = (fields: readonly FilterField[], name: string): string[] =>
  [...(fields.find((field) => field.name === name)?.values ?? [])].sort();

describe('filter completion', () => {
  const fields = FILTER_FIELDS['finding.list'];
  it('offers every field before anything is typed', () => {
    expect(suggest(fields, '')).toHaveLength(fields.length);
  });
  it('offers fields that start as typed, negated ones too', () => {
    expect(suggest(fields, 'sev')).toEqual([{ text: 'severity:', label: 'severity:', whole: false }]);
    expect(suggest(fields, '-sev')[0]?.text).toBe('-severity:');
  });
  it('offers values after the colon and further ones after a comma', () => {
    expect(suggest(fields, 'severity:cr')).toEqual([
      { text: 'severity:critical', label: 'critical', whole: true },
    ]);
    expect(suggest(fields, 'severity:critical,h')[0]?.text).toBe('severity:critical,high');
    expect(suggest(fields, 'severity:critical,').map((option) => option.label)).not.toContain('critical');
  });
  it('offers nothing for a field it does not know', () => {
    expect(suggest(fields, 'nonsense:')).toEqual([]);
  });
  it.each(Object.entries(FILTER_FIELDS))('offers for %s only what the list takes', (route, offered) => {
    const taken: readonly string[] | undefined = Object.entries(LIST_FIELDS).find(
      ([id]) => id === route,
    )?.[1];
    expect(taken).toEqual(expect.arrayContaining(offered.map(({ name }) => name)));
  });
  it('offers workloads by the name that pages show, not by an id that none shows', () => {
    for (const route of ['event.list', 'finding.list'] as const) {
      const offered: readonly FilterField[] = FILTER_FIELDS[route];
      expect(offered.find(({ label }) => label === 'field.workload')?.name).toBe('name');
      expect(offered.map(({ name }) => name)).not.toContain('workload');
    }
  });
  it('knows all words of the closed lists', () => {
    expect(valuesOf(FILTER_FIELDS['finding.list'], 'severity')).toEqual([...SEVERITIES].sort());
    expect(valuesOf(FILTER_FIELDS['finding.list'], 'kind')).toEqual([...FINDING_KINDS].sort());
    expect(valuesOf(FILTER_FIELDS['event.list'], 'verdict')).toEqual([...VERDICTS].sort());
    expect(valuesOf(FILTER_FIELDS['workload.list'], 'kind')).toEqual([...WORKLOAD_KINDS].sort());
  });
});
