// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { err, type Failure, failure, ok, type Result } from '@bartizan/contracts';
import { type CliContext, perform, setupContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { asideOf, removeHalfMade, replaceData, settleData, stamp } from '../instance/data-folder.ts';
import type { InstancePaths } from '../instance/paths.ts';
import { type InstanceRecord, readRecord } from '../instance/record.ts';
import { removeOneTimePassword } from '../instance/secrets.ts';
import { isRunning, waitController } from '../setup/processes.ts';
import { lastLine, runProgram } from '../setup/run-program.ts';
import { startInstance, stopInstance } from '../setup/service.ts';
import { type Maintain, rotateDataKey, settleDataKey } from '../supervise/data-key.ts';
import { maintain } from '../supervise/maintain.ts';
import { passphraseOf } from './manage.ts';

const READY_MS = 120_000;

/** Stops the instance, works on its data, and starts it again if it ran: all of it, whoever presses Ctrl-C. */
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
  if (context.interrupted.aborted) return ok(EXIT.interrupted);
  const wasRunning = isRunning(paths);
  let started: Result<void, Failure> = ok(undefined);
  const done = await context.unbroken(async () => {
    const stopped = await stopInstance(paths, record.value);
    if (!stopped.ok) return stopped;
    const whole = settleData(paths);
    if (!whole.ok) return whole;
    removeHalfMade(paths);
    try {
      return await work(paths, record.value);
    } finally {
      started = wasRunning ? await startInstance(paths, record.value) : ok(undefined);
    }
  });
  const ready = wasRunning && started.ok ? await waitController(paths, READY_MS) : started;
  if (!done.ok) return done;
  return ready.ok ? ok(EXIT.fine) : ready;
}

/** The maintenance program on the data of an instance. */
const maintainer =
  (paths: InstancePaths, record: InstanceRecord): Maintain =>
  (operation) =>
    maintain(paths, record, { ...operation, dataDir: paths.controller });

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
    const done = await whileStopped(context, async (paths, record) => {
      // What is there is kept as a backup: with the key that opens it, where that can be told.
      await settleDataKey(paths, maintainer(paths, record));
      return restoreFrom(paths, record, { file, passphrase: passphrase.value });
    });
    if (done.ok && done.value === EXIT.fine)
      context.process.stderr.write(`${context.t('restore.done', { path: file })}\n`);
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
      const end = await runProgram('install', args, { detached: true });
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
    if (existsSync(join(paths.controller, 'advisories')))
      await runProgram('cp', ['-a', join(paths.controller, 'advisories'), dataDir], { detached: true });
    replaceData(paths, dataDir, asideOf(paths, `before-restore-${stamp()}`));
    // The authority may be another one now: the local agent joins again. The password is of a user that is replaced.
    rmSync(join(paths.agent, 'identity.json'), { force: true });
    removeOneTimePassword(paths);
    return ok(undefined);
  } catch (cause) {
    return err(failure('E_STORE_IO', cause instanceof Error ? cause.message : paths.controller, cause));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** `key rotate`. */
export function runKeyRotate(context: CliContext): Promise<void> {
  return perform(context, async () => {
    const done = await whileStopped(context, (paths, record) =>
      rotateDataKey(paths, maintainer(paths, record)),
    );
    if (done.ok && done.value === EXIT.fine) context.process.stderr.write(`${context.t('key.rotated')}\n`);
    return done;
  });
}
