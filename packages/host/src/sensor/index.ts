// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * The native sensor seen from TypeScript: frames in, events out. Starts and supervises the program, decodes
 * lazily, counts every loss. Serves k05 (logging and monitoring) and every runtime detection.
 */
export type {
  ApplicationEvent,
  CgroupEvent,
  FileUseEvent,
  InspectState,
  OpenEvent,
  ProgramEvent,
  SensorAncestor,
  SensorCredentials,
  SensorEvent,
  SensorEventKind,
  SensorHeartbeat,
  SensorInspect,
  SensorProcess,
  SensorProgram,
  StdioKind,
} from './events.ts';
export { readLevels } from './levels.ts';
export type { SensorLosses } from './losses.ts';
export {
  type SensorHandle,
  type SensorOptions,
  type SensorState,
  type SensorStats,
  startSensor,
  type WatchedPath,
} from './sensor.ts';
export type { SensorFailure } from './sensor-run.ts';
