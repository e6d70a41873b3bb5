// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { randomBytes } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { err, type Failure, failure, ok, type Result } from '@bartizan/contracts';
import { type CliContext, perform, setupContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { writeAtomic } from '../instance/files.ts';
import type { InstancePaths } from '../instance/paths.ts';
import { type InstanceRecord, readRecord } from '../instance/record.ts';
import { readSecrets } from '../instance/secrets.ts';
import { isRunning, startSupervisor, stopSupervisor, waitController } from '../setup/processes.ts';
import { lastLine, runProgram } from '../setup/run-program.ts';
import { controllerPlan } from '../supervise/plans.ts';
import { passphraseOf } from './manage.ts';

const READY_MS = 120_000;

/** One operation on the data of a stopped controller. */
export type Operation =
  | { readonly operation: 'restore'; readonly file: string; readonly passphrase: string }
  | { readonly operation: 'rotate-key'; readonly newDataKey: string };

/** What the maintenance program answered: its last line. */
function answerOf(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** Runs the controller's maintenance program as the controller's user, without capabilities. */
async function maintain(
  paths: InstancePaths,
  record: InstanceRecord,
  operation: Operation & { readonly dataDir: string },
): Promise<Result<void, Failure>> {
  const secrets = readSecrets(paths);
  if (!secrets.ok) return secrets;
  const plan = controllerPlan({ paths, record, secrets: secrets.value });
  const program = plan.args.at(-1) ?? '';
  const end = await runProgram(
    plan.command,
    [...plan.args.slice(0, -1), program.replace(/main\.js$/, 'maintenance.js')],
    { env: plan.env, input: `${JSON.stringify({ dataKey: secrets.value.dataKey, ...operation })}\n` },
  );
  if (end.code === 0) return ok(undefined);
  const { code, detail } = answerOf(end.stdout.trim().split('\n').at(-1) ?? '');
  return err(
    failure(
      typeof code === 'string' ? code : 'E_INTERNAL',
      typeof detail === 'string' ? detail : lastLine(end.stderr),
    ),
  );
}

/** Stops the instance, works on its data, and starts it again if it ran. */
async function whileStopped(
  context: CliContext,
  work: (paths: InstancePaths, record: InstanceRecord) => Promise<Result<void, Failure>>,
): Promise<Result<number, Failure>> {
  const setup = setupContext(context);
  if (!setup.ok) return setup;
  const { paths } = setup.value;
  if (process.getuid?.() !== 0) return err(failure('E_NOT_ROOT', 'maintenance'));
  const record = readRecord(paths);
  if (!record.ok) return record;
  const wasRunning = isRunning(paths);
  const stopped = await stopSupervisor(paths);
  if (!stopped.ok) return stopped;
  const done = await work(paths, record.value);
  if (wasRunning) {
    startSupervisor(paths, record.value);
    const ready = await waitController(paths, READY_MS);
    if (done.ok && !ready.ok) return ready;
  }
  return done.ok ? ok(EXIT.fine) : done;
}

/** `restore FILE`. */
export function runRestore(
  context: CliContext,
  options: { readonly path: string; readonly passphraseFile?: string },
): Promise<void> {
  return perform(context, async () => {
    const file = resolve(options.path);
    if (!existsSync(file)) return err(failure('E_NOT_FOUND', file));
    const passphrase = await passphraseOf(context, options.passphraseFile);
    if (!passphrase.ok) return passphrase;
    const done = await whileStopped(context, (paths, record) =>
      restoreFrom(paths, record, { file, passphrase: passphrase.value }),
    );
    if (done.ok) context.process.stderr.write(`${context.t('restore.done', { path: file })}\n`);
    return done;
  });
}

/**
 * Restores beside the data and swaps the folders only when all of it is there; what was there before is kept as a
 * backup of its own. The controller's user may not read where the backup lies: it gets a copy for as long as it needs.
 */
async function restoreFrom(
  paths: InstancePaths,
  record: InstanceRecord,
  backup: { readonly file: string; readonly passphrase: string },
): Promise<Result<void, Failure>> {
  const work = join(paths.state, `restore-${process.pid}`);
  const dataDir = join(work, 'controller');
  const owned = ['-o', record.user, '-g', record.user];
  try {
    for (const args of [
      ['-d', '-m', '0700', ...owned, work],
      ['-m', '0400', ...owned, backup.file, join(work, 'backup')],
    ]) {
      const end = await runProgram('install', args);
      if (end.code !== 0) return err(failure('E_STORE_IO', lastLine(end.stderr)));
    }
    const file = join(work, 'backup');
    const done = await maintain(paths, record, {
      operation: 'restore',
      file,
      passphrase: backup.passphrase,
      dataDir,
    });
    if (!done.ok) return done;
    const old = join(paths.backups, `before-restore-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`);
    renameSync(paths.controller, old);
    renameSync(dataDir, paths.controller);
    // The authority may be another one now: the local agent joins again.
    rmSync(join(paths.agent, 'identity.json'), { force: true });
    if (existsSync(join(old, 'advisories')))
      await runProgram('cp', ['-a', join(old, 'advisories'), paths.controller]);
    return ok(undefined);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** `key rotate`: the new key is written beside the old one before anything is sealed with it, so that a crash loses none. */
export function runKeyRotate(context: CliContext): Promise<void> {
  return perform(context, async () => {
    const done = await whileStopped(context, async (paths, record) => {
      const newDataKey = randomBytes(32).toString('base64');
      const next = join(paths.etc, 'data.key.next');
      writeAtomic(next, `${newDataKey}\n`);
      const rotated = await maintain(paths, record, {
        operation: 'rotate-key',
        newDataKey,
        dataDir: paths.controller,
      });
      if (rotated.ok) writeAtomic(join(paths.etc, 'data.key'), `${newDataKey}\n`);
      await runProgram('rm', ['-f', next]);
      return rotated;
    });
    if (done.ok) context.process.stderr.write(`${context.t('key.rotated')}\n`);
    return done;
  });
}
