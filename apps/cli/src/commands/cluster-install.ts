// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiServer } from '@bartizan/adapters/cluster-access';
import { ok, type Result } from '@bartizan/contracts';
import type { ApiFailure } from '../api/client.ts';
import { apply, fieldOf, type InstallFailure, listOf, numberAt, read, textAt } from '../cluster/answers.ts';
import { chooseEgress } from '../cluster/egress.ts';
import { chosenImages } from '../cluster/images.ts';
import { ensureKeys, forgetPassword, hasKeys } from '../cluster/keys.ts';
import type { ChosenCluster } from '../cluster/kubeconfig.ts';
import { AGENT_CAPABILITIES } from '../cluster/objects/agent.ts';
import { clusterObjects } from '../cluster/objects/index.ts';
import { type ClusterObject, NAMES, type ObjectOptions, type Storage } from '../cluster/objects/object.ts';
import { checkRights, checkVersion, type PlannedChange, planInstall } from '../cluster/plan.ts';
import { isReady, lastingProblem, type PartStates, readParts, unready } from '../cluster/pods.ts';
import { chooseStorage } from '../cluster/storage.ts';
import { type CliContext, usage } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { writeAtomic } from '../instance/files.ts';
import { tableLines } from '../output/table.ts';
import { columnsOf } from '../output/terminal.ts';
import { plain } from '../output/width.ts';
import type { InstallFlags } from './cluster-flags.ts';

const WAIT_S = 300;
const STEP_MS = 1000;

const say = (context: CliContext, text: string): void => {
  context.process.stderr.write(`${plain(text)}\n`);
};

const nameOf = ({ kind, metadata }: ClusterObject): string =>
  `${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`;

/** Shows what would change, and what the product may do once it is there. */
function showPlan(context: CliContext, changes: readonly PlannedChange[], storage: Storage): void {
  const { t } = context;
  const count = (action: PlannedChange['action']): number =>
    changes.filter((change) => change.action === action).length;
  const rows = changes.flatMap(({ object, action, fields }) =>
    action === 'same' ? [] : [[t(`cluster.action-${action}`), nameOf(object), fields.join(', ')]],
  );
  const header = [t('cluster.column-action'), t('cluster.column-object'), t('cluster.column-fields')];
  if (rows.length > 0)
    for (const line of tableLines(header, rows, columnsOf(context.process.stderr))) say(context, `  ${line}`);
  say(
    context,
    t('cluster.counts', { create: count('create'), change: count('change'), same: count('same') }),
  );
  say(
    context,
    storage.kind === 'persistent'
      ? t('cluster.storage-persistent', { size: storage.size })
      : t('cluster.storage-ephemeral'),
  );
  const capabilities = AGENT_CAPABILITIES.map((one) => one.name).join(', ');
  say(context, t('cluster.reads-no-secrets', { capabilities }));
}

/** Waits until all parts run; tells each step forward. */
async function waitForParts(
  context: CliContext,
  server: ApiServer,
  waitS: number,
): Promise<Result<PartStates, InstallFailure>> {
  const startedMs = performance.now();
  let told = '';
  for (;;) {
    const states = await readParts(server);
    if (!states.ok) return states;
    if (isReady(states.value)) return states;
    const problem = lastingProblem(states.value);
    if (problem !== undefined) return { ok: false, error: problem };
    const { controller, agent } = states.value;
    const step = `${controller.ready} ${agent.ready} ${agent.wanted}`;
    const seconds = Math.round((performance.now() - startedMs) / 1000);
    if (step !== told) {
      told = step;
      say(
        context,
        context.t('cluster.progress', {
          controllerReady: controller.ready,
          controllerWanted: controller.wanted,
          agentReady: agent.ready,
          agentWanted: Math.max(0, agent.wanted),
          seconds,
        }),
      );
    }
    if (seconds >= waitS) return unready(states.value);
    await sleep(STEP_MS);
  }
}

async function applyAll(
  server: ApiServer,
  changes: readonly PlannedChange[],
): Promise<Result<string | undefined, InstallFailure>> {
  let password: string | undefined;
  for (const { object, action } of changes) {
    if (action !== 'same') {
      const applied = await apply(server, object, false);
      if (!applied.ok) return applied;
    }
    // The keys go right behind their namespaces: the pod that needs them comes later in the list.
    if (object.kind === 'Namespace' && object.metadata.name === NAMES.namespace) {
      const keys = await ensureKeys(server);
      if (!keys.ok) return keys;
      password = keys.value;
    }
  }
  return ok(password);
}

/** The password on a terminal, else in a file that only its owner reads. */
function showPassword(context: CliContext, flags: InstallFlags, password: string): void {
  const { t } = context;
  if (flags.passwordFile === undefined && context.process.stderr.isTTY === true)
    return say(context, t('cluster.password', { password }));
  const path = resolve(flags.passwordFile ?? 'bartizan-one-time-password');
  writeAtomic(path, `${password}\n`);
  say(context, t('cluster.password-file', { path }));
}

async function showEnd(
  context: CliContext,
  server: ApiServer,
  parts: { readonly states: PartStates; readonly options: ObjectOptions },
): Promise<Result<void, InstallFailure>> {
  const { t } = context;
  const service = await read(server, {
    kind: 'Service',
    metadata: { name: NAMES.controller, namespace: NAMES.namespace },
  });
  if (!service.ok) return service;
  const api = listOf(fieldOf(service.value, 'spec', 'ports')).find((port) => textAt(port, 'name') === 'api');
  const port = numberAt(api, 'nodePort');
  say(context, port > 0 ? t('cluster.open-node-port', { port }) : t('cluster.open-forward'));
  say(context, t('cluster.not-protected'));
  const without = parts.states.agent.wanted - parts.states.agent.ready;
  const gaps = [
    ...(without > 0 ? [t('cluster.gap-agents', { count: without })] : []),
    ...(parts.options.storage.kind === 'ephemeral' ? [t('cluster.gap-storage')] : []),
    t('cluster.gap-levels'),
    t('cluster.gap-admission'),
    t('cluster.gap-network'),
  ];
  for (const gap of gaps) say(context, `  - ${gap}`);
  return ok(undefined);
}

async function optionsOf(
  context: CliContext,
  server: ApiServer,
  flags: InstallFlags,
): Promise<Result<ObjectOptions, InstallFailure>> {
  const manifest: { version: string } = JSON.parse(
    readFileSync(join(context.checkout, 'package.json'), 'utf8'),
  );
  const images = chosenImages(flags, manifest.version);
  if (!images.ok) return images;
  const storage = await chooseStorage(server, flags.storage);
  if (!storage.ok) return storage;
  const egressPorts = await chooseEgress(server, flags.egressPort);
  if (!egressPorts.ok) return egressPorts;
  return ok({
    version: manifest.version,
    ...images.value,
    pullPolicy: 'IfNotPresent',
    storage: storage.value,
    serviceType: flags.nodePort ? 'NodePort' : 'ClusterIP',
    egressPorts: egressPorts.value,
  });
}

/** Everything from the first question to the last line. */
export async function installInto(
  context: CliContext,
  { context: name, server }: ChosenCluster,
  flags: InstallFlags,
): Promise<Result<number, ApiFailure>> {
  const { t } = context;
  const version = await checkVersion(server);
  if (!version.ok) return version;
  say(context, t('cluster.target', { context: name, version: version.value }));
  const options = await optionsOf(context, server, flags);
  if (!options.ok) return options;
  const objects = clusterObjects(options.value);
  const rights = await checkRights(server, [...objects.map((one) => one.kind), 'Secret'], 'create');
  if (!rights.ok) return rights;
  const plan = await planInstall(server, objects);
  if (!plan.ok) return plan;
  showPlan(context, plan.value, options.value.storage);
  if (flags.dryRun) return ok(EXIT.fine);
  const keys = await hasKeys(server);
  if (!keys.ok) return keys;
  const changed = plan.value.filter((change) => change.action !== 'same').length;
  if (changed === 0 && keys.value) say(context, t('cluster.unchanged'));
  else if (!flags.yes) {
    const answer = await context.ask(t('cluster.ask-install'));
    if (answer === undefined) return usage(t('cluster.needs-yes'));
    if (answer.trim().toLowerCase() !== 'y') {
      say(context, t('cluster.aborted'));
      return ok(EXIT.failed);
    }
  }
  return applyAndWait(context, server, { flags, options: options.value, changes: plan.value, changed });
}

async function applyAndWait(
  context: CliContext,
  server: ApiServer,
  parts: {
    readonly flags: InstallFlags;
    readonly options: ObjectOptions;
    readonly changes: readonly PlannedChange[];
    readonly changed: number;
  },
): Promise<Result<number, InstallFailure>> {
  const { t } = context;
  const startedMs = performance.now();
  const password = await applyAll(server, parts.changes);
  if (!password.ok) return password;
  if (parts.changed > 0) say(context, t('cluster.applied', { count: parts.changed }));
  const states = await waitForParts(context, server, parts.flags.wait ?? WAIT_S);
  if (!states.ok) return states;
  say(context, t('cluster.ready', { seconds: ((performance.now() - startedMs) / 1000).toFixed(1) }));
  const shown = await showEnd(context, server, { states: states.value, options: parts.options });
  if (!shown.ok) return shown;
  if (password.value !== undefined) {
    showPassword(context, parts.flags, password.value);
    const forgotten = await forgetPassword(server);
    if (!forgotten.ok) return forgotten;
  }
  return ok(EXIT.fine);
}
