// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, failure, ok, type Result } from '@bartizan/contracts';
import type { ApiFailure } from '../api/client.ts';
import type { InstallFailure } from '../cluster/answers.ts';
import { type ChosenCluster, kubeconfigPath, readKubeconfig } from '../cluster/kubeconfig.ts';
import { checkRights } from '../cluster/plan.ts';
import { isReady, type PartStates, readParts } from '../cluster/pods.ts';
import { findObjects, removable, removeObjects } from '../cluster/removal.ts';
import { type CliContext, perform, usage } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { type Format, renderValue } from '../output/render.ts';
import { tableLines } from '../output/table.ts';
import { columnsOf } from '../output/terminal.ts';
import { plain } from '../output/width.ts';
import type { InstallFlags, TargetFlags, UninstallFlags } from './cluster-flags.ts';
import { installInto } from './cluster-install.ts';

const REMOVAL_MS = 120_000;

const clusterOf = (context: CliContext, flags: TargetFlags): Result<ChosenCluster, InstallFailure> =>
  readKubeconfig(kubeconfigPath(context.process.env, flags.kubeconfig), flags.context);

/** `cluster install`. */
export const runClusterInstall = (context: CliContext, flags: InstallFlags): Promise<void> =>
  perform(context, async () => {
    if (flags.images === undefined && flags.registry === undefined)
      return usage(context.t('cluster.needs-images'));
    const noPort = flags.egressPort?.find((port) => !Number.isInteger(port) || port < 1 || port > 65_535);
    if (noPort !== undefined) return usage(context.t('cluster.no-port', { port: noPort }));
    const cluster = clusterOf(context, flags);
    return cluster.ok ? installInto(context, cluster.value, flags) : cluster;
  });

/** Asks for the name of the context; anything else is an end of the command. */
async function refusal(
  context: CliContext,
  name: string,
  count: number,
): Promise<Result<number, ApiFailure> | undefined> {
  const { t } = context;
  const answer = await context.ask(t('cluster.ask-uninstall', { count, context: name }));
  if (answer === undefined) return usage(t('cluster.needs-yes'));
  if (answer.trim() === name) return undefined;
  context.process.stderr.write(`${t('cluster.aborted')}\n`);
  return ok(EXIT.failed);
}

/** `cluster uninstall [--purge]`. */
export const runClusterUninstall = (context: CliContext, flags: UninstallFlags): Promise<void> =>
  perform(context, async () => {
    const cluster = clusterOf(context, flags);
    if (!cluster.ok) return cluster;
    const { server } = cluster.value;
    const { t } = context;
    const say = (text: string): void => {
      context.process.stderr.write(`${plain(text)}\n`);
    };
    const found = await findObjects(server);
    if (!found.ok) return found;
    const objects = removable(found.value, flags.purge);
    if (objects.length === 0) {
      say(t('cluster.not-installed'));
      return ok(EXIT.fine);
    }
    const rights = await checkRights(
      server,
      objects.map((one) => one.kind),
      'delete',
    );
    if (!rights.ok) return rights;
    for (const { kind, namespace, name } of objects)
      say(`  ${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`);
    const refused = flags.yes ? undefined : await refusal(context, cluster.value.context, objects.length);
    if (refused !== undefined) return refused;
    const left = await removeObjects(server, objects, REMOVAL_MS);
    if (!left.ok) return left;
    say(t('cluster.removed', { count: objects.length - left.value.length }));
    if (left.value.length > 0) {
      say(t('cluster.left', { what: left.value.map(({ kind, name }) => `${kind} ${name}`).join(', ') }));
      return ok(EXIT.failed);
    }
    if (!flags.purge) say(t('cluster.kept'));
    return ok(EXIT.fine);
  });

/** Pods as rows. */
const rowsOf = (context: CliContext, states: PartStates): string[][] =>
  states.pods.map((pod) => [
    pod.name,
    pod.node || '-',
    pod.ready ? context.t('cluster.pod-ready') : `${pod.waiting || pod.phase} ${pod.message}`.trim(),
    String(pod.restarts),
  ]);

/** `cluster status`: exit 0 only when all parts run. */
export const runClusterStatus = (
  context: CliContext,
  flags: TargetFlags & { readonly output: Format },
): Promise<void> =>
  perform(context, async () => {
    const cluster = clusterOf(context, flags);
    if (!cluster.ok) return cluster;
    const states = await readParts(cluster.value.server);
    if (!states.ok) return states;
    const { t } = context;
    if (!states.value.installed) return err(failure('E_NOT_UP', t('cluster.not-installed')));
    if (flags.output === 'json' || flags.output === 'yaml')
      renderValue(context.process, flags.output, states.value);
    else {
      const header = [
        t('cluster.column-pod'),
        t('cluster.column-node'),
        t('cluster.column-state'),
        t('cluster.column-restarts'),
      ];
      const lines = tableLines(header, rowsOf(context, states.value), columnsOf(context.process.stdout));
      context.process.stdout.write(`${lines.join('\n')}\n`);
    }
    return ok(isReady(states.value) ? EXIT.fine : EXIT.failed);
  });
