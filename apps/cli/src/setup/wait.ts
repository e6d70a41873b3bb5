// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { setTimeout as sleep } from 'node:timers/promises';
import type { ResponseOf } from '@bartizan/contracts';
import type { ApiClient } from '../api/client.ts';
import type { InstancePaths } from '../instance/paths.ts';
import { readStatus } from '../instance/status.ts';

/** State of the installation as the API gives it. */
export type SystemState = ResponseOf<'system.status'>;
/** Nodes as the API gives them. */
export type NodeState = ResponseOf<'node.list'>['items'][number];

/** What is known at the end of `up`. */
export interface UpView {
  readonly system: SystemState | undefined;
  readonly nodes: readonly NodeState[];
}
/** Until when to wait for what. */
export interface WaitOptions {
  readonly scanMs: number;
  readonly sensorMs: number;
  /** Advisories were given: wait until they are loaded, at most a minute. */
  readonly hasAdvisories: boolean;
  readonly onProgress: (view: UpView, sensorProgress: string) => void;
}

const STEP_MS = 250;
const PACK_MS = 60_000;

/** Asks once. */
export async function look(client: ApiClient): Promise<UpView> {
  const [system, nodes] = await Promise.all([client.call('system.status'), client.call('node.list')]);
  return { system: system.ok ? system.value : undefined, nodes: nodes.ok ? nodes.value.items : [] };
}

/** Whether a sensor runs on the local node. */
export const hasSensor = (view: UpView): boolean =>
  view.nodes.some((node) => node.sensor.state === 'running');

/**
 * Waits until the local node has joined, the first scan is judged and, when asked, the sensor runs; never longer than
 * the limits. What is still under way is in the answer.
 */
export async function waitFirstResults(
  client: ApiClient,
  paths: InstancePaths,
  options: WaitOptions,
): Promise<UpView> {
  const startMs = performance.now();
  for (;;) {
    const view = await look(client);
    const elapsedMs = performance.now() - startMs;
    const build = readStatus(paths)?.sensor;
    const isSensorOver = hasSensor(view) || build?.state === 'off' || build?.state === 'failed';
    const isScanOver = view.nodes.length > 0 && view.system?.firstScanDone === true;
    const isPackOver =
      !options.hasAdvisories || view.system?.advisories.present === true || elapsedMs > PACK_MS;
    if (
      isPackOver &&
      (isScanOver || elapsedMs > options.scanMs) &&
      (isSensorOver || elapsedMs > options.sensorMs)
    )
      return view;
    options.onProgress(view, build?.progress ?? build?.state ?? '');
    await sleep(STEP_MS);
  }
}
