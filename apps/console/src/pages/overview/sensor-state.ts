// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Node } from '@bartizan/contracts';

interface Answer {
  readonly isError: boolean;
  readonly data:
    | { readonly items: readonly Pick<Node, 'sensor'>[]; readonly total?: number | undefined }
    | undefined;
}
type State = Node['sensor']['state'];

/** What is known of the sensors of all nodes. */
export type SensorState =
  | { readonly kind: 'asking' | 'not-known' | 'no-node' | 'all-on' }
  | { readonly kind: 'some-off'; readonly running: number; readonly all: number; readonly state: State };

const isOff = ({ sensor }: Pick<Node, 'sensor'>): boolean => sensor.state !== 'running';

/**
 * Holds a page of nodes and the question for those without a running sensor against each other: the page alone does not
 * know of nodes behind it, the question alone not of what could not be stored yet.
 */
export const sensorStateOf = (nodes: Answer, withoutSensor: Answer): SensorState => {
  if (nodes.isError || withoutSensor.isError) return { kind: 'not-known' };
  if (nodes.data === undefined || withoutSensor.data === undefined) return { kind: 'asking' };
  const { items } = nodes.data;
  const { total: all } = nodes.data;
  const { total: stored } = withoutSensor.data;
  if (all === undefined || stored === undefined) return { kind: 'not-known' };
  if (all === 0) return { kind: 'no-node' };
  const off = Math.max(stored, items.filter(isOff).length);
  if (off === 0) return { kind: 'all-on' };
  const first = items.find(isOff) ?? withoutSensor.data.items.find(isOff);
  return { kind: 'some-off', running: Math.max(0, all - off), all, state: first?.sensor.state ?? 'unknown' };
};
