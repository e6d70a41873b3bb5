// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ERRORS, err, type Failure, failure, ok, type Result } from '@bartizan/contracts';
import { removeHalfMade, settleData } from '../instance/data-folder.ts';
import { writeEnvironment } from '../instance/kept-environment.ts';
import { type InstanceRecord, readRecord } from '../instance/record.ts';
import { makeSecrets } from '../instance/secrets.ts';
import { padWidth, textWidth } from '../output/width.ts';
import { chooseAdvisories } from './advisories.ts';
import { type SetupContext, say } from './context.ts';
import { firstPassword } from './first-login.ts';
import { probeMachine } from './machine.ts';
import type { UpOptions } from './options.ts';
import { choosePorts, type Ports } from './ports.ts';
import { blocking, type PreflightRow, preflight } from './preflight.ts';
import { isRunning } from './processes.ts';
import { buildConsole, makeRelease, placeNode, warmCompileCache } from './release.ts';
import { isService } from './service.ts';
import { ensureUser, makeFolders, type SystemUser } from './user.ts';

/** What one run of `up` has made ready. */
export interface Prepared {
  readonly record: InstanceRecord;
  readonly before: InstanceRecord | undefined;
  readonly user: SystemUser;
  /** Whether a service runs with other variables than it is to have from now on. */
  readonly isEnvironmentNew: boolean;
}

const STATE_STYLE = { ok: 'green', limited: 'yellow', off: 'yellow', failed: 'red' } as const;

/** What is lost, and what to do about it. A row without a code is a normal result, which nothing has to be done about. */
function consequence({ t }: SetupContext, { lost, code }: PreflightRow): string {
  if (lost === undefined) return '';
  const language = t('language.code') === 'ja' ? 'ja' : 'en';
  return code === undefined ? `  → ${t(lost)}` : `  → ${t(lost)}  ${code}: ${ERRORS[code].remedy[language]}`;
}

/** Prints the preflight table to stderr. */
export function showPreflight(context: SetupContext, rows: readonly PreflightRow[]): void {
  const { t } = context;
  const labels = Math.max(...rows.map((row) => textWidth(t(row.label))));
  const states = Math.max(...rows.map((row) => textWidth(t(`preflight.state.${row.state}`))));
  say(context, t('preflight.title'), 'bold');
  for (const row of rows) {
    const state = padWidth(t(`preflight.state.${row.state}`), states);
    say(
      context,
      `  ${padWidth(t(row.label), labels)}  ${state}  ${row.found}${consequence(context, row)}`,
      row.state === 'ok' ? undefined : STATE_STYLE[row.state],
    );
  }
}

/** The Debian packages that a sensor cannot be built without, as the launcher found; undefined when it did not look. */
export const missingPackages = ({ terminal }: SetupContext): readonly string[] | undefined =>
  terminal.env['BARTIZAN_SENSOR_PACKAGES_MISSING']?.split(/\s+/).filter((name) => name !== '');

/** The rows of the preflight of this machine. */
export function machineRows(context: SetupContext): readonly PreflightRow[] {
  const missing = missingPackages(context);
  return preflight(
    probeMachine({
      stateRoot: context.paths.stateRoot,
      env: context.terminal.env,
      ...(missing === undefined ? {} : { missingSensorPackages: missing }),
    }),
  );
}

async function consoleFolder(context: SetupContext): Promise<string | undefined> {
  if (!existsSync(join(context.checkout, 'apps/console/index.html'))) return undefined;
  const built = await buildConsole(context.paths, context.checkout);
  if (built.ok) {
    if (built.value.built) say(context, context.t('up.console-built'));
    return built.value.folder;
  }
  say(context, context.t('up.console-failed', { detail: built.error.detail }), 'red');
  return undefined;
}

async function portsOf(
  context: SetupContext,
  options: UpOptions,
  before: InstanceRecord | undefined,
): Promise<Result<Ports, Failure>> {
  if (
    before !== undefined &&
    (options.port === undefined || options.port === 0 || options.port === before.port)
  )
    return ok({ port: before.port, agentPort: before.agentPort });
  return choosePorts(context.paths, options.listen ?? before?.host ?? '127.0.0.1', options.port);
}

/** The release to go back to: the one that ran before this one. */
function previousRelease(before: InstanceRecord | undefined, next: string): { previousRelease?: string } {
  const previous = before?.release === next ? before.previousRelease : before?.release;
  return previous === undefined ? {} : { previousRelease: previous };
}

/**
 * Makes everything an instance needs: user, folders, secrets, console, release, advisories, record. Safe to repeat:
 * what is there is used as it is.
 */
export async function prepare(context: SetupContext, options: UpOptions): Promise<Result<Prepared, Failure>> {
  const { paths, checkout } = context;
  const found = readRecord(paths);
  if (!found.ok && found.error.code !== 'E_NOT_UP') return found;
  const before = found.ok ? found.value : undefined;
  const service = isService(options.service, before?.service);
  if (!service.ok) return service;
  const ports = await portsOf(context, options, before);
  if (!ports.ok) return ports;
  if (options.advisories !== undefined && !existsSync(options.advisories))
    return err(failure('E_PACK_MISSING', options.advisories));
  const user = await ensureUser(paths);
  if (!user.ok) return user;
  // Before the folders are made: an empty one in the place of the data would pass for it.
  const settled = isRunning(paths) ? ok(undefined) : settleData(paths);
  if (!settled.ok) return settled;
  removeHalfMade(paths);
  makeFolders(paths, user.value);
  firstPassword(paths);
  makeSecrets(paths);
  const isEnvironmentNew = service.value && writeEnvironment(paths);
  const release = await makeRelease(paths, checkout, await consoleFolder(context));
  if (!release.ok) return release;
  const node = placeNode(paths);
  const folder = join(paths.releases, release.value.digest);
  await warmCompileCache(folder, node, user.value);
  const advisories = await chooseAdvisories(paths, {
    checkout,
    asked: options.advisories,
    before: before?.advisories,
  });
  if (!advisories.ok) return advisories;
  const host = options.listen ?? before?.host ?? '127.0.0.1';
  const record: InstanceRecord = {
    version: 1,
    ...ports.value,
    host,
    release: release.value.digest,
    ...previousRelease(before, release.value.digest),
    checkout,
    ...(advisories.value === undefined ? {} : { advisories: advisories.value }),
    ...kubeconfigOf(process.env['BARTIZAN_KUBECONFIG'], before?.kubeconfig),
    user: paths.user,
    node,
    publicNames: options.publicNames ?? before?.publicNames ?? [],
    agentEnabled: !options.noAgent,
    searchContainers: isContainerSearchOn(options.containerSearch, before?.searchContainers),
    runcRoots: options.runcRoots ?? before?.runcRoots ?? ['/run/runc'],
    runtimes: before?.runtimes ?? [],
    service: service.value,
    createdAtMs: before?.createdAtMs ?? Date.now(),
  };
  return ok({ record, before, user: user.value, isEnvironmentNew });
}

/** Whoever switched the search of containers off finds it off after the next `up`, which says nothing of it. */
export const isContainerSearchOn = (asked: boolean | undefined, before: boolean | undefined): boolean =>
  asked ?? before ?? true;

/** The kubeconfig that `up` was given; empty takes the one of before away. */
const kubeconfigOf = (given: string | undefined, before: string | undefined): { kubeconfig?: string } => {
  const path = given ?? before ?? '';
  return path === '' ? {} : { kubeconfig: resolve(path) };
};

/** The failure of a row that stops `up`. */
export const blockingFailure = (rows: readonly PreflightRow[]): Failure | undefined => {
  const row = blocking(rows);
  return row === undefined ? undefined : failure(row.code ?? 'E_UNAVAILABLE', `${row.id}: ${row.found}`);
};
