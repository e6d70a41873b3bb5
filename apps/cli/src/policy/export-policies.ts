// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  type AdmissionException,
  type AdmissionRuleRow,
  err,
  failure,
  ok,
  type Result,
} from '@bartizan/contracts';
import type { ApiClient, ApiFailure } from '../api/client.ts';
import { type CliContext, clientOf, perform } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { canonicalFiles, WRITTEN } from './canonical.ts';
import type { ExportFlags } from './flags.ts';
import type { PolicyFiles } from './policy-files.ts';

const PAGE = 500;
const PAGES_MAX = 100;
const FOLDERS = ['bindings', 'exceptions', 'rules'] as const;

interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

/** Every item of a list. A list without end is refused: half of it would look like the whole. */
async function everything<T>(
  ask: (query: { limit: number; cursor?: string }) => Promise<Result<Page<T>, ApiFailure>>,
): Promise<Result<T[], ApiFailure>> {
  const items: T[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < PAGES_MAX; page++) {
    const answer = await ask({ limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
    if (!answer.ok) return answer;
    items.push(...answer.value.items);
    cursor = answer.value.next;
    if (cursor === undefined) return ok(items);
  }
  return err(failure('E_INTERNAL', `more than ${PAGE * PAGES_MAX} objects`));
}

/** What the server holds of one's own: the rules of the product are no part of it. */
async function policiesOf(client: ApiClient): Promise<Result<Omit<PolicyFiles, 'others'>, ApiFailure>> {
  const rules = await everything<AdmissionRuleRow>((query) => client.call('admission.rules', { query }));
  if (!rules.ok) return rules;
  const bindings = await client.call('admission.bindings');
  if (!bindings.ok) return bindings;
  const exceptions = await everything<{ readonly exception: AdmissionException }>((query) =>
    client.call('admission.exceptions', { query }),
  );
  if (!exceptions.ok) return exceptions;
  const own = rules.value.filter(({ origin }) => origin !== 'built-in');
  return ok({
    rules: own.map(({ rule }) => rule),
    disabled: own.filter(({ enabled }) => !enabled).map(({ rule }) => rule.id),
    bindings: bindings.value.bindings.map(({ binding }) => binding),
    exceptions: exceptions.value.map(({ exception }) => exception),
  });
}

/** Files of an earlier export that the server has no more; files of people are never among them. */
function leftOver(folder: string, files: ReadonlyMap<string, string>): string[] {
  const found: string[] = [];
  for (const part of FOLDERS) {
    mkdirSync(join(folder, part), { recursive: true });
    for (const entry of readdirSync(join(folder, part), { withFileTypes: true })) {
      const path = join(part, entry.name);
      if (!entry.isFile() || !entry.name.endsWith('.yaml') || files.has(path)) continue;
      if (readFileSync(join(folder, path), 'utf8').startsWith(WRITTEN)) found.push(path);
    }
  }
  return found;
}

function writeFolder(folder: string, files: ReadonlyMap<string, string>): Result<number, ApiFailure> {
  try {
    const gone = leftOver(folder, files);
    for (const [path, text] of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    for (const path of gone) rmSync(join(folder, path));
    return ok(gone.length);
  } catch (error) {
    return err(failure('E_POLICY_FILE', folder, error));
  }
}

/** `policy export [--dir DIR]`. */
export function runExport(context: CliContext, flags: ExportFlags): Promise<void> {
  return perform(context, async () => {
    const client = await clientOf(context);
    if (!client.ok) return client;
    const policies = await policiesOf(client.value);
    if (!policies.ok) return policies;
    const files = canonicalFiles(policies.value);
    if (flags.dir === undefined) {
      context.process.stdout.write([...files.values()].map((text) => `---\n${text}`).join(''));
      return ok(EXIT.fine);
    }
    const written = writeFolder(flags.dir, files);
    if (!written.ok) return written;
    const told = { files: files.size, removed: written.value, folder: flags.dir };
    context.process.stderr.write(`${context.t('policy.exported', told)}\n`);
    return ok(EXIT.fine);
  });
}
