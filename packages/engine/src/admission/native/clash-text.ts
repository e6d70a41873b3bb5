// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionFixStep } from '@bartizan/contracts';
import { canClash } from '../rules/clash.ts';
import { literal } from './cel-text.ts';

/** One step of a repair: what it stands under, and the way from there. */
export interface RepairStep {
  readonly op: AdmissionFixStep['op'];
  readonly word: string;
  readonly steps: readonly string[];
  readonly value: unknown;
}

/** Whether a quantity is above or below one that is given. */
const measured = (place: string, name: string, than: 'isGreaterThan' | 'isLessThan', value: string): string =>
  `${place}[?${literal(name)}].optMap(q, quantity(string(q)).${than}(quantity(${literal(value)}))).orValue(false)`;

const HOST_USERS = [
  ...['hostNetwork', 'hostPID', 'hostIPC'].map((name) => `pod.?${name}.orValue(false)`),
  'allContainers.exists(one, one.?volumeDevices.orValue([]).size() > 0)',
].join(' || ');
const ESCALATION = [
  'container.?securityContext.?privileged.orValue(false)',
  'container.?securityContext.?capabilities.?add.orValue([]).exists(one, one == "CAP_SYS_ADMIN")',
].join(' || ');

function ofContainer(steps: readonly string[], value: unknown): string | undefined {
  const [first, second, name, ...more] = steps;
  if (steps.join('/') === 'securityContext/allowPrivilegeEscalation') return ESCALATION;
  if (first !== 'resources' || name === undefined || more.length > 0 || typeof value !== 'string')
    return undefined;
  if (second === 'requests') return measured('container.?resources.?limits', name, 'isLessThan', value);
  if (second !== 'limits') return undefined;
  return [
    measured('container.?resources.?requests', name, 'isGreaterThan', value),
    measured('pod.?resources.?limits', name, 'isLessThan', value),
  ].join(' || ');
}

/**
 * Where the API server would refuse what a step sets, in CEL: the same as the closure of a repair finds. `none` for a step
 * that nothing stands against, undefined for one of which it cannot be said.
 */
export function clashText(step: RepairStep): string | 'none' | undefined {
  const { op, word, steps, value } = step;
  if (!canClash({ op, value, path: '' }, steps)) return 'none';
  if (word === 'item' || word === 'container') return ofContainer(steps, value);
  return word === 'pod' && steps.join('/') === 'hostUsers' ? HOST_USERS : undefined;
}
