// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Discovery, Place, RuntimeContainer } from '@bartizan/host';
import type { SensorProcess } from '@bartizan/host/sensor';

/** A process as the sensor tells it; its pid is of no process of this machine. */
export const aSensorProcess = (more: Partial<SensorProcess> = {}): SensorProcess => ({
  pid: 4_000_000,
  startBootUs: 10,
  parentPid: 1,
  parentStartBootUs: 0,
  nsPid: 7,
  uid: 0,
  euid: 0,
  gid: 0,
  capsEffective: '0000000000000000',
  cgroupId: '42',
  unifiedCgroupId: '43',
  mountNamespace: 1,
  pidNamespace: 1,
  inContainer: false,
  executable: '/bin/sh',
  arguments: ['sh'],
  argumentsTruncated: false,
  argumentsRedacted: false,
  cwd: '/',
  tty: 0,
  stdio: ['none', 'none', 'none'],
  fileless: false,
  upperLayer: null,
  filesystem: '',
  known: true,
  ...more,
});

/** A discovery that knows no container; everything is at one place. */
export const noDiscovery = (place: Place, more: Partial<Discovery> = {}): Discovery => ({
  containers: () => [],
  runtimes: () => [],
  placeOf: () => place,
  byAddress: () => undefined,
  meet: () => undefined,
  giveUp: () => undefined,
  addUnknown: () => undefined,
  cgroupRemoved: () => undefined,
  processEnded: () => undefined,
  refresh: () => undefined,
  settled: Promise.resolve(),
  stop: () => undefined,
  ...more,
});

/** A container that runc tells of, with nothing known but its id. */
export const aRuntimeContainer = (id: string): RuntimeContainer => ({
  runtime: 'runc',
  endpoint: '/run/runc',
  id,
  name: id,
  state: 'running',
  pid: undefined,
  image: undefined,
  imageDigest: undefined,
  labels: {},
  pod: undefined,
  namespace: undefined,
  createdAtMs: undefined,
  startedAtMs: undefined,
  endedAtMs: undefined,
  cgroupPath: undefined,
  privileged: undefined,
  mounts: [],
  isSandbox: false,
});
