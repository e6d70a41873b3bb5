// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Node } from '@bartizan/contracts';

type Seen = Pick<Node, 'sensor' | 'uplink'>;

/** Every counter of something lost on a node, by the words before its number in `status`. */
const LOSSES: readonly (readonly [words: string, of: (node: Seen) => number])[] = [
  ['lost in kernel', ({ sensor }) => sensor.lostInKernelTotal],
  ['events \\d+, lost in kernel \\d+, shed', ({ sensor }) => sensor.shedTotal],
  ['malformed', ({ sensor }) => sensor.malformedTotal],
  ['skipped', ({ sensor }) => sensor.inspect?.skippedTotal ?? 0],
  ['recognised \\d+, unknown \\d+, skipped \\d+, lost', ({ sensor }) => sensor.inspect?.lostTotal ?? 0],
  ['acknowledged \\d+, shed', ({ uplink }) => uplink.shedTotal],
];

/** Losses that a node counted and that the text of `status`, asked for later, does not tell: none may be hidden. */
export function hiddenLosses(node: Seen, status: string): string[] {
  return LOSSES.flatMap(([words, of]) => {
    const told = Number(new RegExp(`${words} (\\d+)`).exec(status)?.[1] ?? -1);
    const lost = of(node);
    return lost > 0 && told < lost ? [`${words}: ${lost} lost, ${told < 0 ? 'nothing' : told} told`] : [];
  });
}

/** Why what was shown did not come from the sensor, whole; nothing where it did. */
export function sensorFaults(node: Seen | undefined, sources: readonly string[]): string[] {
  if (node === undefined) return ['there is no node'];
  const other = sources.filter((source) => source !== 'sensor').length;
  return [
    ...(node.sensor.state === 'running' ? [] : [`the sensor is ${node.sensor.state}`]),
    ...(node.uplink.state === 'connected' ? [] : [`the link is ${node.uplink.state}`]),
    ...(node.sensor.eventsTotal > 0 ? [] : ['the sensor told nothing']),
    ...(sources.length > 0 ? [] : ['no event was seen']),
    ...(other === 0 ? [] : [`${other} of ${sources.length} events came from a fallback`]),
  ];
}
