// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type DetectionRule, parser, SecurityEvent } from '@bartizan/contracts';
import { AgentProcess } from '../host/agent-process.ts';
import { RuncContainers } from '../host/runc-containers.ts';
import { AttackRoot } from './attack-root.ts';
import { ControllerProcess } from './controller-process.ts';

const run = promisify(execFile);
const BUILD = fileURLToPath(new URL('../../../../native/build.sh', import.meta.url));
const VICTIM = 'victim';
const SENTINEL = 'bartizan-sentinel-';
/** Who runs it: root gains what the container may have at most, which a rule may be about. */
const NOBODY = 65534;

/** One file of the container. */
export interface AttackFile {
  readonly text: string;
  readonly mode?: number;
}
/** What a stage is set up for. */
export interface AttackPlan {
  /** The rules that are tried: in force until `disarm`. */
  readonly rules: readonly string[];
  readonly files?: Readonly<Record<string, AttackFile>>;
  /** More to put into the read-only layer of the container. */
  readonly prepare?: (lower: string) => void;
  /** Capabilities programs inside can gain. */
  readonly boundingCapabilities?: readonly string[];
}
/** An attack and its benign twin, which differs in the attack only. Words are run in the container. */
export interface Attack {
  readonly rule: string;
  readonly attack: readonly string[];
  readonly twin: readonly string[];
  /** The application inside starts the twin, instead of somebody outside. */
  readonly isTwinOfApplication?: boolean;
  /** User id that runs both; 0 unless said otherwise. */
  readonly user?: number;
  /** Runs both with a terminal. */
  readonly isTerminal?: { readonly attack: boolean; readonly twin: boolean };
}
/** What was seen of an attack. */
export interface AttackOutcome {
  /** The event of the rule, as the API gives it; the first when there are several. */
  readonly event: SecurityEvent | undefined;
  /** Events of the rule that the twin caused. */
  readonly ofTwin: readonly SecurityEvent[];
  /** From the start of the attack until the event was there for the asking. */
  readonly seenAfterMs: number;
}

/** The workload: runs the job it finds, each only once. Its waiting is one program, so that it says nothing else. */
const APPLICATION =
  'mkdir -p /tmp/jobs; mkfifo /tmp/jobs/queue; while :; do read -r job < /tmp/jobs/queue; $job; done';

const words = (text: string) => ({ en: text, ja: text });
/** Proves that everything before it has arrived: events of one node come in order. */
const SENTINEL_RULE: DetectionRule = {
  id: 'test.sentinel',
  title: words('A sentinel of the test'),
  description: words('Not part of the product'),
  severity: 'info',
  triggers: ['exec'],
  scope: 'any',
  condition: { field: 'process.arguments', operator: 'any-glob', value: [`${SENTINEL}*`] },
  message: words('{process.command-line}'),
  fix: words('Nothing'),
  control: ['x-other-risks'],
  owasp: { 2022: [], 2025: [] },
  attack: [],
  foldSeconds: 0,
  tests: { mustMatch: [], mustNotMatch: [] },
};
const parseEvent = parser(SecurityEvent);

const builtSensor = (): string => {
  if (process.env['BARTIZAN_SENSOR']) return process.env['BARTIZAN_SENSOR'];
  const printed = execFileSync('sh', [BUILD], {
    encoding: 'utf8',
    timeout: 900_000,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return join(printed.trim().split('\n').at(-1) ?? '', 'bartizan-sensor');
};

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
const textOf = (value: unknown, name: string): string => String(fieldOf(value, name) ?? '');
const itemsOf = (value: unknown): readonly unknown[] => {
  const items = fieldOf(value, 'items');
  return Array.isArray(items) ? items : [];
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** How long a sentinel may take; the machine may be busy with other tests. */
const SETTLE_MS = 90_000;
const START_MS = 240_000;
/** How long the event of an attack may take before the test calls it missing. */
const EVENT_MS = 30_000;

/**
 * A container under attack, watched by a real controller with a real agent and sensor. Everything goes with `close`.
 */
export class AttackStage {
  readonly #containers = new RuncContainers();
  readonly #controller = new ControllerProcess();
  readonly #agent = new AgentProcess();
  readonly #plan: AttackPlan;
  #root: AttackRoot | undefined;
  readonly #listeners: ReturnType<typeof spawn>[] = [];
  #sentinels = 0;

  constructor(plan: AttackPlan) {
    this.#plan = plan;
  }

  /** Starts the container, the controller and the agent, and waits until a program in the container is seen. */
  async start(): Promise<void> {
    this.#root = new AttackRoot((lower) => {
      for (const [path, { text, mode = 0o644 }] of Object.entries(this.#plan.files ?? {})) {
        mkdirSync(dirname(join(lower, path)), { recursive: true });
        writeFileSync(join(lower, path), text, { mode });
      }
      this.#plan.prepare?.(lower);
    });
    await this.#containers.start({
      id: VICTIM,
      arguments: ['/bin/sh', '-c', APPLICATION],
      rootPath: this.#root.path,
      mayGainPrivileges: true,
      boundingCapabilities: this.#plan.boundingCapabilities ?? [],
    });
    writeFileSync(
      join(this.#controller.contentDir, 'detections', `${SENTINEL_RULE.id}.json`),
      JSON.stringify(SENTINEL_RULE),
    );
    await this.#controller.start();
    const token = await this.#controller.call('POST', '/join-tokens', { lifetimeMinutes: 10 });
    await this.#agent.start({
      controllerHost: '127.0.0.1',
      controllerPort: this.#controller.agentPort,
      caSha256: this.#controller.caSha256,
      joinToken: textOf(token, 'token'),
      sensorPath: builtSensor(),
      runcRoots: [this.#containers.root],
      runtimes: [],
    });
    await this.#settle(Date.now(), START_MS);
  }

  /**
   * Opens an attacker's port in the container's network, on all its addresses: it says `id` to whoever connects, then
   * hangs up. `addresses` are added to the loopback interface first.
   */
  async listen(
    options: { readonly port?: number; readonly addresses?: readonly string[] } = {},
  ): Promise<number> {
    const pid = await this.#containers.pid(VICTIM);
    const inside = ['--net', '--target', String(pid)];
    execFileSync('nsenter', [...inside, 'ip', 'link', 'set', 'lo', 'up']);
    for (const address of options.addresses ?? [])
      execFileSync('nsenter', [...inside, 'ip', 'addr', 'add', `${address}/32`, 'dev', 'lo']);
    const program = [
      "const s=require('node:net').createServer(c=>{c.on('error',()=>0);",
      "c.write('id\\n');setTimeout(()=>c.end('exit\\n'),1500)});",
      `s.listen(${options.port ?? 0},'0.0.0.0',()=>console.log(s.address().port))`,
    ].join('');
    const child = spawn('nsenter', [...inside, process.execPath, '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#listeners.push(child);
    return new Promise<number>((resolve, reject) => {
      child.stdout.setEncoding('utf8').once('data', (text: string) => resolve(Number(text)));
      child.once('exit', (code) => reject(new Error(`the listener ended with ${code}`)));
    });
  }

  /** Runs words in the container; gives what they printed, whatever their exit code. */
  async play(
    given: readonly string[],
    options: { readonly user?: number; readonly isTerminal?: boolean } = {},
  ): Promise<string> {
    const user = options.user === undefined ? [] : ['--user', String(options.user)];
    const exec = ['--root', this.#containers.root, 'exec', ...user];
    const limits = { timeout: 60_000, maxBuffer: 4 * 1024 * 1024 };
    const ended = options.isTerminal
      ? run('script', ['-qec', ['runc', ...exec, '--tty', VICTIM, ...given].join(' '), '/dev/null'], limits)
      : run('runc', [...exec, VICTIM, ...given], limits);
    return ended.then(
      ({ stdout }) => stdout,
      (error: { readonly stdout?: string; readonly stderr?: string }) =>
        `${error.stdout ?? ''}${error.stderr ?? ''}`,
    );
  }

  /** Plays the twin, then the attack, and tells what the API had to say. */
  async prove(plan: Attack): Promise<AttackOutcome> {
    const fromMs = Date.now();
    await this.#playPart(plan, 'twin');
    await this.#settle(fromMs);
    const ofTwin = await this.#of(plan.rule, fromMs);
    const startedMs = performance.now();
    const attackedAtMs = Date.now();
    const played = this.#playPart(plan, 'attack');
    const event = await this.#first(plan.rule, attackedAtMs);
    const seenAfterMs = performance.now() - startedMs;
    await played;
    return { event, ofTwin, seenAfterMs };
  }

  /** Takes the rules out of the controller's knowledge and waits until the agent works without them. */
  async disarm(): Promise<void> {
    const before = await this.#revision();
    await this.#controller.stop();
    this.#controller.disarm(this.#plan.rules);
    await this.#controller.start();
    const endMs = performance.now() + START_MS;
    for (;;) {
      const now = await this.#revision();
      if (now !== '' && now !== before) return;
      if (performance.now() > endMs) throw new Error(`the rules stay in force\n${this.#logs}`);
      await pause(100);
    }
  }

  /** Plays attacks again after `disarm`; gives the events of the rules that were taken out. */
  async playDisarmed(attacks: readonly Attack[]): Promise<SecurityEvent[]> {
    const fromMs = Date.now();
    for (const attack of attacks) await this.#playPart(attack, 'attack');
    await this.#settle(fromMs);
    const events = await this.#events(fromMs);
    return events.filter(({ rule }) => this.#plan.rules.includes(rule));
  }

  /** What there was, for a test that fails. */
  async report(): Promise<string> {
    const events = await this.#events(0);
    const lines = events.map((event) => `${event.rule}: ${event.workload.name}: ${event.message.en}`);
    return `${lines.slice(-30).join('\n')}\n${this.#logs}`;
  }

  async close(): Promise<void> {
    for (const listener of this.#listeners) listener.kill('SIGKILL');
    await this.#agent.close();
    await this.#controller.close();
    await this.#containers.close();
    this.#root?.close();
  }

  #playPart(plan: Attack, part: 'attack' | 'twin'): Promise<string> {
    const { attack, twin, user, isTerminal } = plan;
    if (part === 'twin' && plan.isTwinOfApplication) return this.#give(twin);
    return this.play(part === 'attack' ? attack : twin, {
      ...(user === undefined ? {} : { user }),
      isTerminal: isTerminal?.[part] ?? false,
    });
  }

  /** Hands the application words to run, without entering the container. */
  async #give(job: readonly string[]): Promise<string> {
    await run(
      'sh',
      ['-c', 'echo "$1" > "$2"', 'sh', job.join(' '), join(this.#root?.path ?? '', 'tmp/jobs/queue')],
      {
        timeout: 30_000,
      },
    );
    return '';
  }

  get #logs(): string {
    return `agent: ${this.#agent.log.slice(-3000)}\ncontroller: ${this.#controller.log.slice(-2000)}`;
  }

  /** Security events since an instant, oldest first. */
  async #events(fromMs: number): Promise<SecurityEvent[]> {
    const page = await this.#controller.call('GET', `/events?limit=1000&from=${Math.floor(fromMs)}`);
    return itemsOf(page)
      .flatMap((item) => {
        const parsed = parseEvent(item);
        return parsed.ok ? [parsed.value] : [];
      })
      .toReversed();
  }

  async #of(rule: string, fromMs: number): Promise<SecurityEvent[]> {
    const events = await this.#events(fromMs);
    return events.filter((event) => event.rule === rule && event.workload.name === VICTIM);
  }

  async #first(rule: string, fromMs: number): Promise<SecurityEvent | undefined> {
    const endMs = performance.now() + EVENT_MS;
    while (performance.now() < endMs) {
      const [event] = await this.#of(rule, fromMs);
      if (event !== undefined) return event;
      await pause(30);
    }
    return undefined;
  }

  /** Revision of the rules the agent works with; empty when the controller does not know. */
  async #revision(): Promise<string> {
    return textOf(itemsOf(await this.#controller.call('GET', '/nodes'))[0], 'rulesRevision');
  }

  /** Runs a sentinel and waits until it is in the API: what came before it has arrived. */
  async #settle(fromMs: number, timeoutMs = SETTLE_MS): Promise<void> {
    const endMs = performance.now() + timeoutMs;
    while (performance.now() < endMs) {
      this.#sentinels += 1;
      const mark = `${SENTINEL}${this.#sentinels}`;
      await this.play(['/bin/true', mark], { user: NOBODY });
      const untilMs = performance.now() + 3000;
      while (performance.now() < untilMs) {
        if ((await this.#events(fromMs)).some((event) => event.message.en.includes(mark))) return;
        await pause(30);
      }
    }
    throw new Error(`a sentinel was not seen within ${timeoutMs} ms\n${this.#logs}`);
  }
}
