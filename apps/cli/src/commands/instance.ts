// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, type Failure, failure, ok, type Result } from '@bartizan/contracts';
import { type CliContext, perform, setupContext, usage } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { readRecord } from '../instance/record.ts';
import { type Format, renderValue } from '../output/render.ts';
import { tableLines } from '../output/table.ts';
import { columnsOf, painter } from '../output/terminal.ts';
import { supportBundle } from '../setup/doctor.ts';
import type { UpOptions } from '../setup/options.ts';
import { machineRows, showPreflight } from '../setup/prepare.ts';
import { runProgram } from '../setup/run-program.ts';
import { stopInstance } from '../setup/service.ts';
import { instanceState } from '../setup/status.ts';
import { stateWord, statusRows } from '../setup/status-rows.ts';
import { addedPackages, otherInstances, uninstall } from '../setup/uninstall.ts';
import { up } from '../setup/up.ts';

/** `up`. */
export const runUp = (context: CliContext, options: UpOptions): Promise<void> =>
  perform(context, async () => {
    const setup = setupContext(context);
    if (!setup.ok) return setup;
    const done = await up(setup.value, options);
    return done.ok ? ok(EXIT.fine) : done;
  });

/** `down`. */
export const runDown = (context: CliContext): Promise<void> =>
  perform(context, async () => {
    const setup = setupContext(context);
    if (!setup.ok) return setup;
    if (process.getuid?.() !== 0) return err(failure('E_NOT_ROOT', 'down'));
    const record = readRecord(setup.value.paths);
    const stopped = await stopInstance(setup.value.paths, record.ok ? record.value : undefined);
    if (!stopped.ok) return stopped;
    context.process.stderr.write(`${context.t(stopped.value ? 'down.stopped' : 'down.was-not-running')}\n`);
    return ok(EXIT.fine);
  });

/** `status`: exit 0 only when everything works. */
export const runStatus = (context: CliContext, options: { readonly output: Format }): Promise<void> =>
  perform(context, async () => {
    const setup = setupContext(context);
    if (!setup.ok) return setup;
    const state = await instanceState(setup.value.paths);
    if (!state.ok) return state;
    const { t } = context;
    if (options.output === 'json' || options.output === 'yaml')
      renderValue(context.process, options.output, state.value);
    else {
      const paint = painter(context.process.stdout, context.process.env);
      const title = t('status.title', {
        state: t(stateWord(state.value.state)),
        instance: state.value.instance,
        version: state.value.system?.version ?? '?',
      });
      const rows = statusRows(t, state.value);
      const header = [t('status.part'), t('status.state'), t('status.detail')];
      const lines = tableLines(header, rows, columnsOf(context.process.stdout));
      context.process.stdout.write(
        `${[paint(state.value.state === 'ready' ? 'green' : 'yellow', title), ...lines].join('\n')}\n`,
      );
    }
    return ok(state.value.state === 'ready' ? EXIT.fine : EXIT.failed);
  });

/** `doctor`: the preflight again, the state, and a redacted support bundle. */
export const runDoctor = (context: CliContext, options: { readonly folder?: string }): Promise<void> =>
  perform(context, async () => {
    const setup = setupContext(context);
    if (!setup.ok) return setup;
    const rows = machineRows(setup.value);
    showPreflight(setup.value, rows);
    const state = await instanceState(setup.value.paths);
    const { t } = context;
    if (state.ok) {
      for (const line of tableLines(
        [t('status.part'), t('status.state'), t('status.detail')],
        statusRows(t, state.value),
      ))
        context.process.stderr.write(`  ${line}\n`);
    } else context.process.stderr.write(`${t('doctor.not-running')}\n`);
    const bundle = await supportBundle(setup.value.paths, options.folder ?? process.cwd(), {
      rows,
      state: state.ok ? state.value : undefined,
    });
    if (!bundle.ok) return bundle;
    context.process.stderr.write(`${t('doctor.bundle', { path: bundle.value })}\n`);
    context.process.stdout.write(`${bundle.value}\n`);
    const isFine = state.ok && state.value.state === 'ready' && rows.every((row) => row.state !== 'failed');
    return ok(isFine ? EXIT.fine : EXIT.failed);
  });

/** Asks for the name of the instance; anything but the name is an end of the command. */
async function askConsent(
  context: CliContext,
  instance: string,
): Promise<Result<number, Failure> | undefined> {
  const answer = await context.ask(context.t('uninstall.ask', { instance }));
  if (answer === undefined) return usage(context.t('uninstall.needs-yes'));
  if (answer.trim() === instance) return undefined;
  context.process.stderr.write(`${context.t('uninstall.aborted')}\n`);
  return ok(EXIT.failed);
}

/** `uninstall [--purge]`. */
export const runUninstall = (
  context: CliContext,
  options: { readonly purge: boolean; readonly yes: boolean },
): Promise<void> =>
  perform(context, async () => {
    const setup = setupContext(context);
    if (!setup.ok) return setup;
    const { paths } = setup.value;
    const { t } = context;
    const consent = options.purge && !options.yes ? await askConsent(context, paths.instance) : undefined;
    if (consent !== undefined) return consent;
    const packages = otherInstances(paths).length === 0 ? addedPackages(paths) : [];
    const done = await uninstall(paths, options.purge);
    if (!done.ok) return done;
    if (done.value.left.length > 0) {
      context.process.stderr.write(`${t('uninstall.left', { what: done.value.left.join(', ') })}\n`);
      return ok(EXIT.failed);
    }
    const key = options.purge ? 'uninstall.purged' : 'uninstall.kept';
    context.process.stderr.write(
      `${t(key, { instance: paths.instance, state: paths.state, etc: paths.etc })}\n`,
    );
    if (options.purge && packages.length > 0) await offerPackages(context, packages);
    return ok(EXIT.fine);
  });

/** Packages are only removed by a person's yes: other software may have come to need them. */
async function offerPackages(context: CliContext, packages: readonly string[]): Promise<void> {
  const list = packages.join(' ');
  const answer = await context.ask(context.t('uninstall.packages-ask', { packages: list }));
  if (answer?.trim().toLowerCase() === 'y') {
    await runProgram('apt-get', ['purge', '-y', ...packages], {
      onStderr: (text) => context.process.stderr.write(text),
    });
  } else context.process.stderr.write(`${context.t('uninstall.packages', { packages: list })}\n`);
}
