// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ChildProcess } from 'node:child_process';
import type { Configure, InventoryRecord, LocalText, PostureFacts, WorkloadRef } from '@bartizan/contracts';
import type { Clock, KnownContainer, Logger } from '@bartizan/host';
import type { PathTable } from '@bartizan/scan';
import type { EnvironmentSurvey } from './environment-survey.ts';
import { failedReport } from './failed-report.ts';
import type { PackageSurvey } from './package-survey.ts';
import type { PostureJob } from './posture/survey.ts';
import { SecretPlan } from './secret-plan.ts';
import type { SecretSurvey } from './secret-survey.ts';
import { JOB_MAX_MS } from './survey-times.ts';
import { type Job, spawnSurveyor } from './surveyor.ts';
import { brokenSurvey, lateSurvey, toldProblem } from './told-problem.ts';

/** What surveys need and tell. */
export interface SurveyOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly place: {
    readonly root: string;
    readonly stateDir: string;
    /** Folder of the knowledge that files of running containers are searched with; absent = they are not searched. */
    readonly searchRules?: string | undefined;
  };
  readonly host: () => WorkloadRef;
  readonly workloadOf: (container: KnownContainer) => WorkloadRef;
  readonly containers: () => readonly KnownContainer[];
  readonly configuration: () => Pick<Configure, 'scanIntervalS' | 'postureIntervalS' | 'fingerprintKey'>;
  readonly sensorIsRunning: () => boolean;
  readonly runtimeSockets: readonly string[];
  readonly onRecord: (record: InventoryRecord) => void;
  /** Which packages own which files of a file system. */
  readonly onOwners: (subject: WorkloadRef, owners: PathTable) => void;
  readonly onChange: () => void;
  /** Starts the process that surveys are made in. */
  readonly startSurveyor?: () => ChildProcess;
}

type Answer =
  | {
      readonly ok: true;
      readonly value:
        | PackageSurvey
        | EnvironmentSurvey
        | SecretSurvey
        | { readonly kind: 'posture'; readonly facts: PostureFacts };
    }
  | { readonly ok: false; readonly detail: string; readonly told?: LocalText };

const IDLE_ENDS_MS = 5000;
const LOOK_EVERY_MS = 1000;
/** A container is left alone while it starts: what its entry point unpacks is seen then. */
const SETTLE_MS = 1500;
const QUEUE_MAX = 5000;
/** However often a controller asks. */
const SCAN_S_MIN = 60;
const POSTURE_S_MIN = 30;

/**
 * Surveys packages and settings of host and containers, one after the other, in a process of its own with a memory
 * ceiling and a low priority: what a survey took is given back when it ends.
 */
export class Surveys {
  readonly #options: SurveyOptions;
  readonly #stopTimer: () => void;
  readonly #queue: Job[] = [];
  readonly #done = new Map<
    string,
    { packagesAtUs: number; postureAtUs: number; searchedAtUs: number; readonly foundAtUs: number }
  >();
  #surveyor: ChildProcess | undefined;
  #running: Job | undefined;
  #runsSinceUs = 0;
  #idleSinceUs = 0;
  #problems = new Map<string, LocalText>();
  #pendingSecurity: number | undefined;
  readonly #secrets: SecretPlan | undefined;

  constructor(options: SurveyOptions) {
    this.#options = options;
    const { searchRules: rules, ...place } = options.place;
    this.#secrets =
      rules === undefined
        ? undefined
        : new SecretPlan({ ...place, rules }, () => options.configuration().fingerprintKey);
    this.#stopTimer = options.clock.every(LOOK_EVERY_MS, () => {
      this.#endLate();
      this.#look();
    });
    this.#look();
  }

  /** Why surveys are incomplete, by subject. */
  problems(): LocalText[] {
    return [...this.#problems.values()];
  }

  /** Surveys again, soon: all, or one workload. */
  again(what: 'packages' | 'posture', workload: string | undefined): void {
    for (const [key, state] of this.#done) {
      if (workload !== undefined && !key.startsWith(`${workload} `)) continue;
      if (what === 'packages') state.packagesAtUs = state.searchedAtUs = Number.NEGATIVE_INFINITY;
      else state.postureAtUs = Number.NEGATIVE_INFINITY;
    }
    this.#look();
  }

  /** Process id of the surveyor, whose own reading is not an event. */
  pid(): number | undefined {
    return this.#surveyor?.pid;
  }

  stop(): void {
    this.#stopTimer();
    this.#queue.length = 0;
    this.#surveyor?.kill('SIGKILL');
  }

  /** Puts into the queue what is due. */
  #look(): void {
    const { clock, containers, workloadOf, host, place } = this.#options;
    const nowUs = clock.bootUs();
    if (this.#secrets?.isRekeyed())
      for (const state of this.#done.values()) state.searchedAtUs = Number.NEGATIVE_INFINITY;
    const present = new Set<string>();
    this.#lookAt({ subject: host(), container: undefined, root: place.root, nowUs }, present);
    const running = new Set<string>();
    for (const container of containers()) {
      const pid = container.kernel?.pid;
      if (!container.isRunning || container.description.isSandbox || pid === undefined) continue;
      const subject = workloadOf(container);
      if (subject.container !== undefined) running.add(subject.container);
      this.#lookAt({ subject, container, root: `/proc/${pid}/root`, nowUs }, present);
    }
    this.#secrets?.keep(running);
    for (const key of this.#done.keys()) {
      if (present.has(key)) continue;
      this.#done.delete(key);
      for (const kind of ABOUT) this.#problems.delete(`${key}${kind}`);
    }
    this.#next();
  }

  #lookAt(
    place: {
      readonly subject: WorkloadRef;
      readonly container: KnownContainer | undefined;
      readonly root: string;
      readonly nowUs: number;
    },
    present: Set<string>,
  ): void {
    const { subject, container, root, nowUs } = place;
    const key = keyOf(subject);
    present.add(key);
    const never = {
      packagesAtUs: Number.NEGATIVE_INFINITY,
      postureAtUs: Number.NEGATIVE_INFINITY,
      searchedAtUs: Number.NEGATIVE_INFINITY,
      foundAtUs: nowUs,
    };
    const state = this.#done.get(key) ?? never;
    this.#done.set(key, state);
    const isSettled = container === undefined || nowUs - state.foundAtUs >= SETTLE_MS * 1000;
    if (!isSettled || this.#queue.length >= QUEUE_MAX) return;
    const { scanIntervalS, postureIntervalS } = this.#options.configuration();
    if (nowUs - state.postureAtUs > Math.max(POSTURE_S_MIN, postureIntervalS) * 1e6) {
      state.postureAtUs = nowUs;
      this.#queue.push(this.#postureJob(subject, container, root));
    }
    const scanUs = Math.max(SCAN_S_MIN, scanIntervalS) * 1e6;
    if (nowUs - state.packagesAtUs > scanUs) {
      state.packagesAtUs = nowUs;
      this.#queue.push({ kind: 'packages', root, isHost: container === undefined, subject });
    }
    if (nowUs - state.searchedAtUs > scanUs) {
      state.searchedAtUs = nowUs;
      this.#queue.push(...this.#searches(subject, container));
    }
  }

  /** In jobs of their own: whatever a search for secrets meets costs no list of packages. */
  #searches(subject: WorkloadRef, container: KnownContainer | undefined): readonly Job[] {
    if (this.#secrets === undefined) return [];
    if (container === undefined) return [this.#secrets.environment(subject)];
    const { pid, startBootUs } = container.kernel ?? {};
    if (pid === undefined || startBootUs === undefined) return [];
    return [this.#secrets.environment(subject, { pid, startBootUs }), this.#secrets.job(subject, pid)];
  }

  #postureJob(subject: WorkloadRef, container: KnownContainer | undefined, root: string): PostureJob {
    return {
      kind: 'posture',
      subject,
      root,
      container,
      pendingSecurity: this.#pendingSecurity,
      sensorIsRunning: this.#options.sensorIsRunning(),
      runtimeSockets: this.#options.runtimeSockets.map((path) => onHost(this.#options.place.root, path)),
      containerPids: this.#options
        .containers()
        .flatMap((one) => (one.isRunning && one.kernel ? [one.kernel.pid] : [])),
    };
  }

  #next(): void {
    if (this.#running) return;
    const [next] = this.#queue.splice(this.#nextAt(), 1);
    const job = next?.kind === 'secrets' ? (this.#secrets?.now(next) ?? next) : next;
    if (!job) {
      this.#endIdleSurveyor();
      return;
    }
    this.#running = job;
    this.#idleSinceUs = this.#options.clock.bootUs();
    this.#runsSinceUs = this.#idleSinceUs;
    this.#surveyor ??= this.#startSurveyor();
    this.#surveyor.send(job);
  }

  /** What takes milliseconds waits for no list of packages, and no list of packages waits for a search for secrets. */
  #nextAt(): number {
    const quick = this.#queue.findIndex(({ kind }) => kind === 'environment');
    return quick >= 0
      ? quick
      : Math.max(
          0,
          this.#queue.findIndex(({ kind }) => kind !== 'secrets'),
        );
  }

  #startSurveyor(): ChildProcess {
    const surveyor = (this.#options.startSurveyor ?? spawnSurveyor)();
    const end = (detail: string): void => {
      if (this.#surveyor !== surveyor) return;
      this.#surveyor = undefined;
      if (this.#running) this.#take({ ok: false, detail });
    };
    surveyor.on('message', (answer: Answer) => {
      // What a surveyor sent before it was ended is no answer to the job of its successor.
      if (this.#surveyor === surveyor) this.#take(answer);
    });
    surveyor.on('error', (thrown) => end(thrown.message));
    surveyor.on('exit', (code, signal) =>
      end(`the survey ended with ${signal ?? `status ${code}`}: too little memory?`),
    );
    return surveyor;
  }

  /** A job past its time ends with its process, and is told as failed: those behind it do not wait for it. */
  #endLate(): void {
    const job = this.#running;
    if (!job) return;
    const maxMs = JOB_MAX_MS[job.kind];
    if (this.#options.clock.bootUs() - this.#runsSinceUs < maxMs * 1000) return;
    const surveyor = this.#surveyor;
    this.#surveyor = undefined;
    surveyor?.kill('SIGKILL');
    const told = lateSurvey(maxMs / 60_000);
    this.#take({ ok: false, detail: told.en, told });
  }

  #take(answer: Answer): void {
    const job = this.#running;
    this.#running = undefined;
    this.#idleSinceUs = this.#options.clock.bootUs();
    if (job) this.#tell(job, answer);
    this.#look();
  }

  #tell(job: Job, answer: Answer): void {
    const { onRecord, onOwners, onChange, clock, logger } = this.#options;
    const isHost = job.subject.container === undefined;
    if (!answer.ok) {
      const told = answer.told ?? brokenSurvey(answer.detail);
      logger.info('a survey could not be made', { subject: job.subject.name, detail: answer.detail });
      this.#problems.set(aboutOf(job), toldProblem(job.subject.name, told));
      if (job.kind === 'packages') onRecord(failedReport(job.subject, told, clock.wallMs()));
    } else if (answer.value.kind === 'packages') {
      const incomplete = answer.value.reports[0]?.incomplete ?? [];
      if (incomplete.length === 0) this.#problems.delete(keyOf(job.subject));
      else this.#problems.set(keyOf(job.subject), toldProblem(job.subject.name, incomplete[0] ?? ''));
      // The host's settings include how many security updates wait, which only its scan tells.
      if (isHost) {
        const isNews = this.#pendingSecurity !== answer.value.pendingSecurity;
        this.#pendingSecurity = answer.value.pendingSecurity;
        const state = this.#done.get(keyOf(job.subject));
        if (isNews && state) state.postureAtUs = Number.NEGATIVE_INFINITY;
      }
      answer.value.reports.forEach(onRecord);
      onOwners(job.subject, answer.value.owners);
    } else if (answer.value.kind === 'posture') {
      this.#problems.delete(aboutOf(job));
      onRecord(answer.value.facts);
    } else if (answer.value.kind === 'environment') this.#tellEnvironment(job, answer.value);
    else this.#tellSecrets(job, answer.value);
    onChange();
  }

  #tellEnvironment(job: Job, { report }: EnvironmentSurvey): void {
    const [gap] = report.incomplete;
    if (gap === undefined) this.#problems.delete(aboutOf(job));
    else this.#problems.set(aboutOf(job), toldProblem(job.subject.name, gap));
    this.#options.onRecord(report);
  }

  #tellSecrets(job: Job, { report }: SecretSurvey): void {
    const gap = report.incomplete.find(({ path }) => path === '/');
    if (gap === undefined) this.#problems.delete(aboutOf(job));
    else this.#problems.set(aboutOf(job), toldProblem(job.subject.name, gap.reason));
    if (job.kind === 'secrets' && report.scope === 'all') this.#secrets?.done(job);
    this.#options.onRecord(report);
  }

  #endIdleSurveyor(): void {
    if (!this.#surveyor || this.#options.clock.bootUs() - this.#idleSinceUs < IDLE_ENDS_MS * 1000) return;
    const surveyor = this.#surveyor;
    this.#surveyor = undefined;
    surveyor.kill('SIGKILL');
  }
}

/** A path of the agent as one of the host, whose root is mounted where the agent runs in a container. */
const onHost = (root: string, path: string): string =>
  root !== '/' && path.startsWith(`${root}/`) ? path.slice(root.length) : path;

const keyOf = (subject: WorkloadRef): string => `${subject.workload} ${subject.container ?? ''}`;

/** What a problem is about, behind the key of its subject: problems of packages stand alone. */
const ABOUT = ['', ' posture', ' secrets', ' environment'] as const;

/** Under which problems of a job are kept: one kind of survey neither hides nor ends the problem of another. */
const aboutOf = ({ kind, subject }: Job): string =>
  kind === 'packages' ? keyOf(subject) : `${keyOf(subject)} ${kind}`;
