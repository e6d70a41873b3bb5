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

/** One file of the container. */
export interface AttackFile {
  readonly text: string;
  readonly mode?: number;
}
/** What a stage is set up for. */
export interface AttackPlan {
  /** The rules that are tried: in force at one controller, taken out of the knowledge of the other. */
  readonly rules: readonly string[];
  readonly files?: Readonly<Record<string, AttackFile>>;
  /** More to put into the read-only layer of the container. */
  readonly prepare?: (lower: string) => void;
}
/** An attack and its benign twin, which differs in the attack only. Words are run in the container. */
export interface Attack {
  readonly rule: string;
  readonly attack: readonly string[];
  readonly twin: readonly string[];
  /** User id that runs both; 0 unless said otherwise. */
  readonly user?: number;
  /** Runs both with a terminal. */
  readonly isTerminal?: { readonly attack: boolean; readonly twin: boolean };
}
/** What was seen of an attack. */
export interface AttackOutcome {
  /** The event of the rule at the controller that has it; the first when there are several. */
  readonly event: SecurityEvent | undefined;
  /** Events of the rule that the twin caused there. */
  readonly ofTwin: readonly SecurityEvent[];
  /** Events of the rule at the controller that does not have it. */
  readonly whenOff: readonly SecurityEvent[];
  /** From the start of the attack until the event was there for the asking. */
  readonly seenAfterMs: number;
}

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

/** A controller and the agent that speaks with it. */
class Watch {
  readonly controller = new ControllerProcess();
  readonly agent = new AgentProcess();

  async start(runcRoot: string): Promise<void> {
    writeFileSync(
      join(this.controller.contentDir, 'detections', `${SENTINEL_RULE.id}.json`),
      JSON.stringify(SENTINEL_RULE),
    );
    await this.controller.start();
    const token = await this.controller.call('POST', '/join-tokens', { lifetimeMinutes: 10 });
    await this.agent.start({
      controllerHost: '127.0.0.1',
      controllerPort: this.controller.agentPort,
      caSha256: this.controller.caSha256,
      joinToken: textOf(token, 'token'),
      sensorPath: builtSensor(),
      runcRoots: [runcRoot],
      runtimes: [],
    });
  }

  /** Security events since an instant, oldest first. */
  async events(fromMs: number): Promise<SecurityEvent[]> {
    const page = await this.controller.call('GET', `/events?limit=1000&from=${Math.floor(fromMs)}`);
    return itemsOf(page)
      .flatMap((item) => {
        const parsed = parseEvent(item);
        return parsed.ok ? [parsed.value] : [];
      })
      .toReversed();
  }

  get logs(): string {
    return `agent: ${this.agent.log.slice(-3000)}\ncontroller: ${this.controller.log.slice(-2000)}`;
  }

  async close(): Promise<void> {
    await this.agent.close();
    await this.controller.close();
  }
}

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
const textOf = (value: unknown, name: string): string => String(fieldOf(value, name) ?? '');
const itemsOf = (value: unknown): readonly unknown[] => {
  const items = fieldOf(value, 'items');
  return Array.isArray(items) ? items : [];
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * A container under attack, watched by two real controllers with a real agent and sensor each: one has the rules that
 * are tried, the other has not. Everything goes with `close`.
 */
export class AttackStage {
  readonly #containers = new RuncContainers();
  readonly #armed = new Watch();
  readonly #disarmed = new Watch();
  readonly #plan: AttackPlan;
  #root: AttackRoot | undefined;
  #listener: ReturnType<typeof spawn> | undefined;
  #sentinels = 0;
  /** Port in the container's network where an attacker listens; 0 before `listen`. */
  port = 0;

  constructor(plan: AttackPlan) {
    this.#plan = plan;
  }

  /** Starts the container, both controllers and both agents, and waits until a program in the container is seen. */
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
      arguments: ['/bin/sleep', '100000'],
      rootPath: this.#root.path,
      mayGainPrivileges: true,
    });
    this.#disarmed.controller.disarm(this.#plan.rules);
    await Promise.all([
      this.#armed.start(this.#containers.root),
      this.#disarmed.start(this.#containers.root),
    ]);
    await this.#settle(Date.now(), 120_000);
  }

  /** Opens the attacker's port in the container's network: it says `id` to whoever connects, then hangs up. */
  async listen(): Promise<number> {
    const pid = await this.#containers.pid(VICTIM);
    const inside = ['--net', '--target', String(pid)];
    execFileSync('nsenter', [...inside, 'ip', 'link', 'set', 'lo', 'up']);
    const program =
      "const s=require('node:net').createServer(c=>{c.on('error',()=>0);c.write('id\\n');setTimeout(()=>c.end('exit\\n'),1500)});" +
      "s.listen(0,'127.0.0.1',()=>console.log(s.address().port))";
    const child = spawn('nsenter', [...inside, process.execPath, '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#listener = child;
    this.port = await new Promise<number>((resolve, reject) => {
      child.stdout.setEncoding('utf8').once('data', (text: string) => resolve(Number(text)));
      child.once('exit', (code) => reject(new Error(`the listener ended with ${code}`)));
    });
    return this.port;
  }

  /** Runs words in the container; gives what they printed, whatever their exit code. */
  async play(
    given: readonly string[],
    options: { readonly user?: number; readonly isTerminal?: boolean } = {},
  ): Promise<string> {
    const user = options.user === undefined ? [] : ['--user', String(options.user)];
    const exec = ['--root', this.#containers.root, 'exec', ...user];
    const limits = { timeout: 30_000, maxBuffer: 4 * 1024 * 1024 };
    const ended = options.isTerminal
      ? run('script', ['-qec', ['runc', ...exec, '--tty', VICTIM, ...given].join(' '), '/dev/null'], limits)
      : run('runc', [...exec, VICTIM, ...given], limits);
    return ended.then(
      ({ stdout }) => stdout,
      (error: { readonly stdout?: string; readonly stderr?: string }) =>
        `${error.stdout ?? ''}${error.stderr ?? ''}`,
    );
  }

  /** Plays the twin, then the attack, and tells what each controller had to say. */
  async prove(plan: Attack): Promise<AttackOutcome> {
    const options = plan.user === undefined ? {} : { user: plan.user };
    const fromMs = Date.now();
    await this.play(plan.twin, { ...options, isTerminal: plan.isTerminal?.twin ?? false });
    await this.#settle(fromMs);
    const ofTwin = await this.#of(this.#armed, plan.rule, fromMs);
    const startedMs = performance.now();
    const attackedAtMs = Date.now();
    const played = this.play(plan.attack, { ...options, isTerminal: plan.isTerminal?.attack ?? false });
    const event = await this.#first(plan.rule, attackedAtMs);
    const seenAfterMs = performance.now() - startedMs;
    await played;
    await this.#settle(attackedAtMs);
    return { event, ofTwin, whenOff: await this.#of(this.#disarmed, plan.rule, fromMs), seenAfterMs };
  }

  /** Events of both controllers, for a test that fails to say what was there. */
  async report(): Promise<string> {
    const events = await this.#armed.events(0);
    const lines = events.map((event) => `${event.rule}: ${event.message.en}`);
    return `${lines.join('\n')}\n${this.#armed.logs}`;
  }

  async close(): Promise<void> {
    this.#listener?.kill('SIGKILL');
    await this.#armed.close();
    await this.#disarmed.close();
    await this.#containers.close();
    this.#root?.close();
  }

  async #of(watch: Watch, rule: string, fromMs: number): Promise<SecurityEvent[]> {
    const events = await watch.events(fromMs);
    return events.filter((event) => event.rule === rule && event.workload.name === VICTIM);
  }

  async #first(rule: string, fromMs: number): Promise<SecurityEvent | undefined> {
    for (let tries = 0; tries < 100; tries += 1) {
      const [event] = await this.#of(this.#armed, rule, fromMs);
      if (event !== undefined) return event;
      await pause(50);
    }
    return undefined;
  }

  /** Runs a sentinel and waits until both controllers have it: what came before it has arrived. */
  async #settle(fromMs: number, timeoutMs = 20_000): Promise<void> {
    const endMs = performance.now() + timeoutMs;
    const missing = new Set([this.#armed, this.#disarmed]);
    while (missing.size > 0) {
      this.#sentinels += 1;
      const mark = `${SENTINEL}${this.#sentinels}`;
      await this.play(['/bin/true', mark]);
      const untilMs = performance.now() + 2000;
      while (missing.size > 0 && performance.now() < untilMs) {
        for (const watch of [...missing])
          if ((await watch.events(fromMs)).some((event) => event.message.en.includes(mark)))
            missing.delete(watch);
        await pause(30);
      }
      if (performance.now() > endMs) {
        const logs = [...missing].map((watch) => watch.logs).join('\n');
        throw new Error(`a sentinel was not seen within ${timeoutMs} ms\n${logs}`);
      }
    }
  }
}
