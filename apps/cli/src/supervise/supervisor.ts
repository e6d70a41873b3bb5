// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { join } from 'node:path';
import { cutText } from '@bartizan/contracts';
import { writeAtomic } from '../instance/files.ts';
import { keptVariables } from '../instance/kept-environment.ts';
import {
  type AgentStatus,
  type ControllerStatus,
  type SensorBuildStatus,
  type SupervisorStatus,
  statusPath,
} from '../instance/status.ts';
import { type ChildUpdate, SupervisedChild } from './child.ts';
import { LogFile } from './log-file.ts';
import {
  agentPlan,
  childEnvironment,
  controllerPlan,
  type PlanContext,
  releaseFolder,
  sensorPath,
  sensorStatusPath,
} from './plans.ts';
import { SensorBuild } from './sensor-build.ts';

/**
 * Keeps one instance alive: the controller, the local agent and the build of the sensor. Everything it knows is in
 * status.json, rewritten whole at each change.
 */
export class Supervisor {
  readonly #context: PlanContext;
  readonly #status: SupervisorStatus;
  readonly #log: LogFile;
  readonly #controller: SupervisedChild;
  readonly #agent: SupervisedChild;
  #isAgentStarted = false;
  readonly #build: SensorBuild;

  constructor(context: PlanContext) {
    this.#context = context;
    const { paths, record } = context;
    const now = Date.now();
    this.#status = {
      supervisor: { pid: process.pid, startedAtMs: now },
      release: record.release,
      controller: { state: 'starting', restarts: 0, sinceMs: now },
      agent: { state: record.agentEnabled ? 'waiting' : 'off', restarts: 0, sinceMs: now },
      sensor: { state: 'off', reason: { en: 'not started yet', ja: 'まだ開始していません' } },
    };
    this.#log = new LogFile(join(paths.log, 'supervisor.log'));
    this.#controller = new SupervisedChild({
      log: new LogFile(join(paths.log, 'controller.log')),
      plan: async () => controllerPlan(context, this.#status.controller),
      onState: (update) => this.#onController(update),
      stopMs: 15_000,
      readyMs: 120_000,
    });
    this.#agent = new SupervisedChild({
      log: new LogFile(join(paths.log, 'agent.log')),
      plan: () => agentPlan(context, this.#status.controller),
      onState: (update) => this.#onAgent(update),
    });
    this.#build = new SensorBuild({
      release: releaseFolder(context),
      target: sensorPath(context),
      env: {
        ...childEnvironment(context, '/root'),
        ...keptVariables(),
        PATH: process.env['PATH'] ?? '/usr/bin:/bin',
      },
      log: new LogFile(join(paths.log, 'sensor-build.log')),
      onState: (state) => this.#onSensor(state),
    });
  }

  /** Starts everything; returns at once. */
  start(): void {
    this.#log.line('info', 'supervisor started', { pid: process.pid, release: this.#status.release });
    this.#save();
    this.#controller.start();
    this.buildSensor();
  }

  /** Ends everything in order: the agent first, so that it can still hand over what it holds. */
  async stop(): Promise<void> {
    this.#log.line('info', 'supervisor stops');
    this.#build.stop();
    if (this.#isAgentStarted) await this.#agent.stop();
    await this.#controller.stop();
    this.#save();
    this.#log.close();
  }

  /** Builds the sensor if it is wanted and neither there nor under way; what `up` asks of an instance that runs. */
  buildSensor(): void {
    if (this.#context.record.agentEnabled) this.#build.start();
  }

  #onController(update: ChildUpdate): void {
    const { answer } = update;
    const before = this.#status.controller;
    const kept =
      answer === undefined
        ? pick(before, ['port', 'agentPort', 'fingerprint', 'caSha256'])
        : {
            port: Number(answer['port']),
            agentPort: Number(answer['agentPort']),
            fingerprint: String(answer['fingerprint']),
            caSha256: String(answer['caSha256']),
          };
    const next: ControllerStatus = { ...statusOf(update), ...kept };
    this.#status.controller = next;
    this.#save();
    if (update.state === 'running' && this.#context.record.agentEnabled && !this.#isAgentStarted) {
      this.#isAgentStarted = true;
      this.#agent.start();
    }
  }

  #onAgent(update: ChildUpdate): void {
    const node = update.answer?.['node'];
    const next: AgentStatus = { ...statusOf(update), ...(typeof node === 'string' ? { node } : {}) };
    this.#status.agent = next;
    this.#save();
  }

  #onSensor(state: SensorBuildStatus): void {
    if (state.state !== 'building') this.#log.line('info', 'sensor build', { ...state });
    this.#status.sensor = state;
    writeAtomic(sensorStatusPath(this.#context), JSON.stringify(state), 0o644);
    this.#save();
  }

  #save(): void {
    try {
      writeAtomic(statusPath(this.#context.paths), `${JSON.stringify(this.#status)}\n`, 0o644);
    } catch (error) {
      this.#log.line('error', 'status.json', {
        error: error instanceof Error ? error.message : String(error),
      });
    }
  }
}

function statusOf(update: ChildUpdate): Omit<ControllerStatus, 'port'> {
  const { state, restarts, pid, detail, code } = update;
  return {
    state,
    restarts,
    sinceMs: Date.now(),
    ...(pid === undefined ? {} : { pid }),
    ...(detail === undefined ? {} : { detail: cutText(detail, 2000) }),
    ...(code === undefined ? {} : { code: code.slice(0, 64) }),
  };
}

function pick<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Partial<Pick<T, K>> {
  const picked: Partial<Pick<T, K>> = {};
  for (const key of keys) if (from[key] !== undefined) picked[key] = from[key];
  return picked;
}
