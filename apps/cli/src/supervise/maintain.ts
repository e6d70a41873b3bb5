// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, type Failure, failure, ok, type Result } from '@bartizan/contracts';
import type { InstancePaths } from '../instance/paths.ts';
import type { InstanceRecord } from '../instance/record.ts';
import { readSecrets } from '../instance/secrets.ts';
import { lastLine, runProgram } from '../setup/run-program.ts';
import { controllerPlan } from './plans.ts';

/** One operation on the data of a stopped controller. */
export type Operation =
  | { readonly operation: 'restore'; readonly file: string; readonly passphrase: string }
  | { readonly operation: 'rotate-key' | 'which-key'; readonly newDataKey: string };

/** What the maintenance program answers: its last line. */
export type Answer = Readonly<Record<string, unknown>>;

function answerOf(line: string): Answer {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/**
 * Runs the controller's maintenance program as the controller's user, without capabilities. Ctrl-C on the terminal does
 * not reach it; when this program ends before it, it is ended too, so that no change comes after somebody looked.
 * A failure says nothing about whether the change was made.
 */
export async function maintain(
  paths: InstancePaths,
  record: InstanceRecord,
  operation: Operation & { readonly dataDir: string },
): Promise<Result<Answer, Failure>> {
  const secrets = readSecrets(paths);
  if (!secrets.ok) return secrets;
  const plan = controllerPlan({ paths, record, secrets: secrets.value });
  const program = plan.args.at(-1) ?? '';
  const end = await runProgram(
    plan.command,
    [...plan.args.slice(0, -1), program.replace(/main\.js$/, 'maintenance.js')],
    {
      env: plan.env,
      input: `${JSON.stringify({ dataKey: secrets.value.dataKey, ...operation })}\n`,
      detached: true,
    },
  );
  const answer = answerOf(end.stdout.trim().split('\n').at(-1) ?? '');
  if (end.code === 0) return ok(answer);
  const { code, detail } = answer;
  return err(
    failure(
      typeof code === 'string' ? code : 'E_INTERNAL',
      typeof detail === 'string' ? detail : lastLine(end.stderr),
    ),
  );
}
