// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { askedPod, breaks } from './pod-questions.ts';

const podOf = (...containers: object[]) =>
  askedPod({
    kind: 'Pod',
    metadata: { namespace: 'shop', name: 'web' },
    spec: { containers: containers.map((securityContext) => ({ securityContext })) },
  });
const capable = (capabilities: object, more: object = {}) => podOf({ capabilities, ...more });

describe('whether a container holds NET_RAW', () => {
  it.each([
    ['nothing is dropped', capable({})],
    ['another one is dropped', capable({ drop: ['SYS_ADMIN'] })],
    ['all are dropped and it is added again', capable({ drop: ['ALL'], add: ['NET_RAW'] })],
    ['it is added by another of its names', capable({ drop: ['ALL'], add: ['cap_net_raw'] })],
    ['all are dropped and added', capable({ drop: ['ALL'], add: ['ALL'] })],
    ['it is privileged', capable({ drop: ['ALL'] }, { privileged: true })],
    [
      'one of two does',
      podOf({ capabilities: { drop: ['ALL'] } }, { capabilities: { drop: ['ALL'], add: ['NET_RAW'] } }),
    ],
  ])('it does where %s', (_, pod) => expect(breaks('net-raw-pods', pod)).toBe(true));
  it.each([
    ['all are dropped', capable({ drop: ['ALL'] })],
    ['it is dropped', capable({ drop: ['NET_RAW'] })],
    ['another one is added', capable({ drop: ['ALL'], add: ['NET_BIND_SERVICE'] })],
    ['all are added but this one', capable({ drop: ['NET_RAW'], add: ['ALL'] })],
  ])('it does not where %s', (_, pod) => expect(breaks('net-raw-pods', pod)).toBe(false));
});
