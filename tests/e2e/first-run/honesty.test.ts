// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { nodeRows, translator } from '@bartizan/cli';
import type { Node } from '@bartizan/contracts';
import { aNode } from '@bartizan/testkit/store';
import { describe, expect, it } from 'vitest';
import { hiddenLosses, sensorFaults } from './honesty.ts';

const inspect = {
  state: 'running' as const,
  restarts: 0,
  flowsTotal: 9,
  recognisedTotal: 2,
  unknownTotal: 3,
  skippedTotal: 4,
  lostTotal: 5,
};
const base = aNode();
const sensor: Node['sensor'] = {
  ...base.sensor,
  state: 'running',
  eventsTotal: 10,
  lostInKernelTotal: 6,
  shedTotal: 7,
  malformedTotal: 8,
  inspect,
};
const node = aNode({ sensor, uplink: { ...base.uplink, state: 'connected', shedTotal: 11 } });
const shown = nodeRows(translator('en'), node)
  .map((row) => row.join('  '))
  .join('\n');

describe('what the first run believes', () => {
  it('is a running sensor, and events that all came from it', () => {
    expect(sensorFaults(node, ['sensor', 'sensor'])).toEqual([]);
  });

  it.each<[string, Node | undefined, string[], string]>([
    ['a sensor that is off', aNode({ ...node, sensor: { ...sensor, state: 'off' } }), ['sensor'], 'is off'],
    [
      'a sensor that told nothing',
      aNode({ ...node, sensor: { ...sensor, eventsTotal: 0 } }),
      ['sensor'],
      'nothing',
    ],
    ['an event from polling', node, ['sensor', 'fallback'], '1 of 2 events'],
    ['no event at all', node, [], 'no event'],
    ['no node', undefined, ['sensor'], 'no node'],
    [
      'a cut link',
      aNode({ ...node, uplink: { ...node.uplink, state: 'buffering' } }),
      ['sensor'],
      'buffering',
    ],
  ])('is not %s', (_name, given, sources, fault) => {
    expect(sensorFaults(given, sources).join()).toContain(fault);
  });

  it('is that every loss is told: each counter that status leaves out is found', () => {
    expect(hiddenLosses(node, shown)).toEqual([]);
    expect(hiddenLosses(node, '')).toHaveLength(6);
  });

  it.each(['skipped 4', 'lost 5', 'lost in kernel 6', 'shed 7', 'malformed 8', 'shed 11'])(
    'is not a status that tells less than "%s"',
    (words) => {
      expect(shown).toContain(words);
      expect(hiddenLosses(node, shown.replace(words, words.replace(/\d+$/, '0')))).toHaveLength(1);
    },
  );
});
