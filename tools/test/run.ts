// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { KeptPasses } from './kept-passes.ts';
import { cargoOutcome, exitOutcome, type Outcome, vitestOutcome } from './outcome.ts';
import { laneCount, laneEnvironment } from './real-parts.ts';
import { type AllowedSkip, forbiddenSkips } from './skips.ts';
import { allSteps, type Step } from './steps.ts';

const root = resolve(import.meta.dirname, '../..');
const args = process.argv.slice(2);
/** Phases of a whole run, in order. */
const PHASES: readonly Step['phase'][] = ['check', 'unit', 'slow', 'native', 'real'];
/** Quick runs keep passes and believe those of before; `--fresh` keeps them and believes none; the whole run does neither. */
const kept = args.includes('--fast') || args.includes('--check') ? new KeptPasses(root) : undefined;
const isFresh = args.includes('--fresh');
const OUTPUT_BYTES_MAX = 8 * 1024 * 1024;

/** Steps the command line asked for. */
function chosen(): Step[] {
  const only = args.filter((_word, at) => args[at - 1] === '--only');
  const phases = PHASES.slice(0, args.includes('--check') ? 1 : args.includes('--fast') ? 2 : PHASES.length);
  return allSteps(root).filter(
    (step) =>
      phases.some((phase) => phase === step.phase) &&
      (only.length === 0 || only.some((word) => step.name.includes(word))),
  );
}

const isLoud = !process.env['BARTIZAN_QUIET'];

/** Runs a command in its own process group, so that a time-out ends its children too. */
function run(step: Step, lane?: number): Promise<{ code: number; output: string }> {
  return new Promise((settle) => {
    const [file = '', ...rest] = step.command;
    const child = spawn(file, rest, {
      cwd: root,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...step.environment, ...(lane === undefined ? {} : laneEnvironment(lane)) },
    });
    let output = '';
    const take = (chunk: Buffer): void => {
      if (output.length < OUTPUT_BYTES_MAX) output += chunk.toString();
      // What runs beside something else is shown whole when it has ended.
      if (step.counting === 'vitest' && isLoud && lane === undefined) process.stdout.write(chunk);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const timer = setTimeout(() => {
      output += `\n${step.name}: stopped after ${step.timeoutMs / 1000} s\n`;
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, step.timeoutMs);
    child.on('error', (error) => settle({ code: 127, output: String(error) }));
    child.on('close', (code) => {
      clearTimeout(timer);
      settle({ code: code ?? 137, output });
    });
  });
}

function judge(step: Step, code: number, output: string): Outcome {
  if (step.counting === 'vitest') return vitestOutcome(resolve(root, step.report ?? ''), code);
  if (step.counting === 'cargo') return cargoOutcome(output, code);
  return exitOutcome(step.name, code);
}

if (args.includes('--fast')) process.env['BARTIZAN_TEST_QUICK'] = '1';
// Tests start hundreds of programs and threads, and each would strip and compile its modules anew: a controller takes
// 1.6 s of CPU to start by itself, and 0.8 with them. What `up` starts is told a folder of its own.
process.env['NODE_COMPILE_CACHE'] ??= resolve(root, 'node_modules/.cache/bartizan-compiled');
mkdirSync(resolve(root, 'artefacts'), { recursive: true });
const allowed: AllowedSkip[] = JSON.parse(readFileSync(resolve(root, 'tests/skips.json'), 'utf8'));
let passed = 0;
let keptCount = 0;
let skippedCount = 0;
const failures: string[] = [];
const startedMs = Date.now();

/** Adds an outcome to the whole and says it in one line; whether it is good. */
function count(step: Step, outcome: Outcome, how: string, output: string): boolean {
  const forbidden = forbiddenSkips(root, outcome.skipped, allowed);
  passed += outcome.passed;
  skippedCount += outcome.skipped.length - forbidden.length;
  failures.push(...outcome.failures.map((failure) => `${step.name}: ${failure}`));
  for (let extra = outcome.failures.length; extra < outcome.failed; extra += 1)
    failures.push(`${step.name}: a failure without a name`);
  failures.push(...forbidden.map((name) => `${step.name}: skipped without an allowed reason: ${name}`));
  const good = outcome.failed === 0 && forbidden.length === 0;
  process.stdout.write(`${good ? 'ok  ' : 'FAIL'} ${step.name}  (${how}, ${outcome.passed} passed)\n`);
  if (!good && step.counting !== 'vitest') process.stdout.write(`${output.slice(-12_000)}\n`);
  return good;
}

async function take(step: Step, lane?: number): Promise<void> {
  const { reads } = step;
  const keyOf = (): string | undefined =>
    kept === undefined || reads === undefined ? undefined : kept.keyOf({ ...step, reads });
  const key = keyOf();
  if (!isFresh && kept !== undefined && key !== undefined && kept.has(key, step.keptMs)) {
    keptCount += 1;
    process.stdout.write(`kept ${step.name}  (nothing it reads changed since it passed)\n`);
    return;
  }
  if (step.report !== undefined) rmSync(resolve(root, step.report), { force: true });
  const stepStartMs = Date.now();
  const { code, output } = await run(step, lane);
  if (lane !== undefined && isLoud) process.stdout.write(output);
  const took = `${((Date.now() - stepStartMs) / 1000).toFixed(1)} s`;
  const isGood = count(step, judge(step, code, output), took, output);
  if (isGood && code === 0 && key !== undefined && keyOf() === key) kept?.keep(key);
}

/** Takes steps that do not touch each other, some at once. */
async function takeBeside(
  steps: readonly Step[],
  atOnce: number,
  takeOne: (step: Step, lane: number) => Promise<void>,
): Promise<void> {
  const waiting = [...steps];
  const work = async (lane: number): Promise<void> => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) await takeOne(step, lane);
  };
  await Promise.all(Array.from({ length: atOnce }, (_, lane) => work(lane)));
}

const steps = chosen();
// Checks are one process each: as many at once as there are cores.
await takeBeside(
  steps.filter(({ phase }) => phase === 'check'),
  availableParallelism(),
  (step) => take(step),
);
// Three parts of the unit tests at once, each with workers for half of the cores: while one begins or ends, the others
// have work for all of them.
await takeBeside(
  steps.filter(({ phase }) => phase === 'unit'),
  3,
  take,
);
for (const step of steps.filter(({ phase }) => phase === 'slow' || phase === 'native')) await take(step);
// Real parts: most at once first, what needs the machine for itself last.
const real = Map.groupBy(
  steps.filter(({ phase }) => phase === 'real'),
  ({ atOnce = 1 }) => Math.min(atOnce, laneCount()),
);
for (const [lanes, some] of [...real].toSorted(([left], [right]) => right - left)) {
  if (lanes > 1)
    process.stdout.write(
      `real parts: ${some.length} groups, ${lanes} at once, each shown when it has ended\n`,
    );
  await takeBeside(some, lanes, (step, lane) => take(step, lanes === 1 ? undefined : lane));
}
for (const failure of failures) process.stdout.write(`  failed: ${failure}\n`);
process.stdout.write(`took ${((Date.now() - startedMs) / 1000).toFixed(0)} s\n`);
// What was not run is not counted as passed.
if (keptCount > 0)
  process.stdout.write(`${keptCount} of ${steps.length} steps were not run again: see "kept"\n`);
process.stdout.write(`${passed} passed, ${failures.length} failed, ${skippedCount} skipped\n`);
process.exitCode = failures.length === 0 && passed + keptCount > 0 ? 0 : 1;
