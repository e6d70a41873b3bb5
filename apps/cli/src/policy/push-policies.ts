// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, failure, ok, type PolicySet, type PolicySync, type Result } from '@bartizan/contracts';
import type { ApiClient, ApiFailure } from '../api/client.ts';
import { type CliContext, clientOf, perform, usage } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { renderValue } from '../output/render.ts';
import { blastRadiusLines } from './blast-radius.ts';
import { changeLines } from './difference.ts';
import type { PushFlags } from './flags.ts';
import { readPolicyFiles } from './policy-files.ts';

/** The word of `--prune` for what an earlier push brought and the files have no more. */
const GONE = 'gone';
const SYNC_MS = 120_000;

/** The whole of a directory. An empty one is refused: it is more often a wrong path than a wish to remove everything. */
function setOf(folder: string, prune: readonly string[]): Result<PolicySet, ApiFailure> {
  const files = readPolicyFiles([folder]);
  if (!files.ok) return files;
  const { rules, disabled, bindings, exceptions, others } = files.value;
  // A kind with a typing error must not look like an object that is gone.
  const stranger = others.find(({ kind }) => kind !== 'PolicySuite');
  if (stranger !== undefined)
    return err(failure('E_ADMISSION_RULE', `${stranger.file}: ${stranger.kind}: no kind of policy objects`));
  if (rules.length + bindings.length + exceptions.length === 0) return usage(`${folder}: no policy objects`);
  return ok({
    rules: [...rules],
    disabled: [...disabled],
    bindings: [...bindings],
    exceptions: [...exceptions],
    pruneGone: prune.includes(GONE),
    take: prune.filter((one) => one !== GONE),
    dryRun: true,
  });
}

const isChange = ({ action }: PolicySync['changes'][number]): boolean =>
  action === 'create' || action === 'update' || action === 'remove';

function show(context: CliContext, sync: PolicySync): void {
  const { changes, effect } = sync;
  const { t } = context;
  const drift = changes.filter(({ action }) => ['gone', 'foreign', 'conflict'].includes(action)).length;
  const unchanged = changes.filter(({ action }) => action === 'unchanged').length;
  const lines = [
    t('sync.summary', { changes: changes.filter(isChange).length, drift, unchanged }),
    ...changeLines(changes, context),
    ...(effect === undefined ? [t('sync.no-effect')] : blastRadiusLines(effect, context)),
  ];
  context.process.stdout.write(`${lines.join('\n')}\n`);
}

/** Applies what was shown, and only that: the server refuses when something changed in between. */
async function apply(
  client: ApiClient,
  set: PolicySet,
  shown: PolicySync,
): Promise<Result<PolicySync, ApiFailure>> {
  const body = { ...set, dryRun: false, ifRevision: shown.revision };
  return client.call('admission.sync', { body, timeoutMs: SYNC_MS });
}

/** `policy push DIR`: the difference, what it would do to what exists, and then the change as a whole. */
export function runPush(context: CliContext, folder: string, flags: PushFlags): Promise<void> {
  return perform(context, async () => {
    const set = setOf(folder, flags.prune ?? []);
    if (!set.ok) return set;
    const client = await clientOf(context);
    if (!client.ok) return client;
    const compared = await client.value.call('admission.sync', { body: set.value, timeoutMs: SYNC_MS });
    if (!compared.ok) return compared;
    const { changes } = compared.value;
    if (flags.output === 'table') show(context, compared.value);
    const conflicts = changes.filter(({ action }) => action === 'conflict');
    const isIdle = flags.dryRun || conflicts.length > 0 || !changes.some(isChange);
    const applied = isIdle ? compared : await apply(client.value, set.value, compared.value);
    if (!applied.ok) return applied;
    if (flags.output !== 'table') renderValue(context.process, flags.output, applied.value);
    if (conflicts.length > 0)
      return err(failure('E_CONFLICT', conflicts.map(({ kind, id }) => `${kind}/${id}`).join(', ')));
    if (flags.output === 'table' && applied.value.applied)
      context.process.stdout.write(`${context.t('sync.applied')}\n`);
    return ok(EXIT.fine);
  });
}
