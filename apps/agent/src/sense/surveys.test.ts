// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import type { InventoryRecord, WorkloadRef } from '@bartizan/contracts';
import { type Clock, type KnownContainer, silentLogger } from '@bartizan/host';
import { beforeEach, describe, expect, it } from 'vitest';
import { JOB_MAX_MS } from './survey-times.ts';
import type { Job } from './surveyor.ts';
import { Surveys } from './surveys.ts';

const subjectOf = (id: string): WorkloadRef => ({
  workload: `w-${id}`,
  kind: 'Container',
  namespace: '',
  name: id,
  container: id,
});
const { container: _none, ...HOST } = subjectOf('host');

/** The process that surveys are made in, as the agent sees it. */
class FakeSurveyor extends EventEmitter {
  readonly jobs: Job[] = [];
  isKilled = false;

  send(job: Job): boolean {
    this.jobs.push(job);
    return true;
  }

  kill(): boolean {
    this.isKilled = true;
    return true;
  }

  answer(): void {
    const kind = this.jobs.at(-1)?.kind;
    const facts = { type: 'posture-facts', subject: HOST, facts: {}, unknown: {}, collectedAtMs: 0 };
    const value = kind === 'packages' ? { kind, reports: [], owners: undefined } : { kind, facts };
    this.emit('message', { ok: true, value });
  }
}

describe('surveys of a node', () => {
  let nowMs = 0;
  let tick = (): void => undefined;
  let started: FakeSurveyor[] = [];
  let told: InventoryRecord[] = [];
  const clock: Clock = {
    wallMs: () => nowMs,
    bootUs: () => nowMs * 1000,
    after: () => () => undefined,
    every: (_intervalMs, run) => {
      tick = run;
      return () => undefined;
    },
  };
  const start = (postureIntervalS = Number.POSITIVE_INFINITY, root = '/'): Surveys => {
    const running = [{ id: 'c-1', isRunning: true, kernel: { pid: 1 }, description: { isSandbox: false } }];
    return new Surveys({
      ...{ clock, logger: silentLogger, place: { root, stateDir: '/' } },
      host: () => HOST,
      workloadOf: ({ id }) => subjectOf(id),
      containers: () => running as unknown as readonly KnownContainer[],
      configuration: () => ({ scanIntervalS: 86_400, postureIntervalS }),
      sensorIsRunning: () => false,
      runtimeSockets: ['/host/run/crio/crio.sock', '/hosts/x.sock'],
      onRecord: (record) => told.push(record),
      onOwners: () => undefined,
      onChange: () => undefined,
      startSurveyor: () => {
        const surveyor = new FakeSurveyor();
        started.push(surveyor);
        return surveyor as unknown as ChildProcess;
      },
    });
  };
  const passMs = (ms: number): void => {
    nowMs += ms;
    tick();
  };
  beforeEach(() => {
    nowMs = 1000;
    started = [];
    told = [];
  });

  it('go on after one that never answers, whose subject has a problem until it is surveyed', () => {
    const surveys = start();
    passMs(5000);
    expect(started.map(({ jobs }) => jobs.map(({ subject }) => subject.name))).toEqual([['host']]);
    passMs(JOB_MAX_MS.packages - 6000);
    expect([started.length, surveys.problems()]).toEqual([1, []]);
    passMs(1000);
    expect(started.map(({ isKilled }) => isKilled)).toEqual([true, false]);
    expect(started[1]?.jobs.map(({ subject }) => subject.name)).toEqual(['c-1']);
    const en = 'the survey was ended: it took longer than 20 minutes';
    expect(told).toMatchObject([{ type: 'packages', subject: HOST, packages: [], incomplete: [{ en }] }]);
    expect(surveys.problems()).toMatchObject([{ en: `host: ${en}` }]);

    // What the first one had sent before its end is not taken for the answer of the second.
    started[0]?.answer();
    started[0]?.emit('exit', null, 'SIGKILL');
    expect(told).toHaveLength(1);
    started[1]?.answer();
    surveys.again('packages', HOST.workload);
    started[1]?.answer();
    expect(surveys.problems()).toEqual([]);
    surveys.stop();
  });

  it.each([
    ['/host', ['/run/crio/crio.sock', '/hosts/x.sock']],
    ['/', ['/host/run/crio/crio.sock', '/hosts/x.sock']],
  ])('name the sockets of runtimes as paths of the host that is at %s', (root, runtimeSockets) => {
    start(3600, root).stop();
    expect(started[0]?.jobs[0]).toMatchObject({ kind: 'posture', root, runtimeSockets });
  });

  it('keep the problem of one kind of survey apart from the others of its subject', () => {
    const surveys = start(3600);
    started[0]?.emit('message', { ok: false, detail: 'out of luck' });
    expect(started[0]?.jobs.map(({ kind }) => kind)).toEqual(['posture', 'packages']);
    started[0]?.answer();
    expect(surveys.problems()).toMatchObject([{ en: 'host: out of luck' }]);
    surveys.again('posture', HOST.workload);
    started[0]?.answer();
    expect(surveys.problems()).toEqual([]);
    surveys.stop();
  });
});
