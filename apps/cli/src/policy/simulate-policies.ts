// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type AdmissionSimulation, ok, type Result } from '@bartizan/contracts';
import {
  type AdmissionRequest,
  CUSTOM_POD_PATHS,
  compileAdmissionPolicy,
  EMPTY_CONTEXT,
  reportSimulation,
  simulateAdmission,
} from '@bartizan/engine/admission';
import type { ApiFailure } from '../api/client.ts';
import { type CliContext, clientOf, perform, usage } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { renderValue } from '../output/render.ts';
import { plain } from '../output/width.ts';
import { blastRadiusLines } from './blast-radius.ts';
import type { SimulateFlags } from './flags.ts';
import { type PolicyProblem, problemIn, unreadable } from './judge-manifests.ts';
import { requestOf } from './kubernetes-object.ts';
import { listedObjects } from './listed-objects.ts';
import { documentsOf, manifestFiles } from './manifests.ts';
import { type PolicyFiles, readPolicyFiles } from './policy-files.ts';
import { compileRules, rulesOf } from './rule-sources.ts';

/** Objects that are held at once: two sets of rules judge each of them. */
const OBJECTS_MAX = 100_000;
const SIMULATION_MS = 120_000;

interface Simulated {
  readonly effect: AdmissionSimulation;
  readonly problems: readonly PolicyProblem[];
}

/** Over the objects of the server's cluster: what is in force, against the same with these files. */
async function overServer(context: CliContext, files: PolicyFiles): Promise<Result<Simulated, ApiFailure>> {
  const client = await clientOf(context);
  if (!client.ok) return client;
  const off = new Set(files.disabled);
  const body = {
    rules: files.rules.filter(({ id }) => !off.has(id)),
    ...(files.bindings.length === 0 ? {} : { bindings: [...files.bindings] }),
    exceptions: [...files.exceptions],
  };
  const effect = await client.value.call('admission.simulate', { body, timeoutMs: SIMULATION_MS });
  return effect.ok ? ok({ effect: effect.value, problems: [] }) : effect;
}

async function requestsOf(
  path: string,
): Promise<Result<{ requests: AdmissionRequest[]; problems: PolicyProblem[] }, ApiFailure>> {
  const files = manifestFiles([path]);
  if (!files.ok) return files;
  const requests: AdmissionRequest[] = [];
  const problems: PolicyProblem[] = [];
  for (const file of files.value) {
    try {
      for await (const document of documentsOf(file)) {
        if (!document.ok) {
          problems.push(problemIn(file, document.problem));
          continue;
        }
        for (const { object } of listedObjects(document.value))
          requests.push(requestOf(object, { namespace: 'default' }));
        if (requests.length > OBJECTS_MAX) return usage(`--from-manifests: > ${OBJECTS_MAX}`);
      }
    } catch (error) {
      problems.push(unreadable(file, error));
    }
  }
  return ok({ requests, problems });
}

/** Over manifests: the rules that come with the product, against the same with these files. No server is asked. */
async function overManifests(
  context: CliContext,
  path: string,
  manifests: string,
): Promise<Result<Simulated, ApiFailure>> {
  const before = rulesOf(context.checkout, {});
  if (!before.ok) return before;
  const now = compileAdmissionPolicy({ rules: before.value.rules, podPaths: CUSTOM_POD_PATHS });
  if (!now.ok) return now;
  const after = rulesOf(context.checkout, { policies: [path] });
  if (!after.ok) return after;
  const draft = await compileRules(after.value);
  if (!draft.ok) return draft;
  const read = await requestsOf(manifests);
  if (!read.ok) return read;
  const { requests, problems } = read.value;
  const sets = { now: now.value, draft: draft.value };
  const radius = simulateAdmission(sets, requests, EMPTY_CONTEXT, Date.now());
  return ok({ effect: reportSimulation(radius, requests.length), problems });
}

/** `policy simulate PATH`: what rules would do, before they do it. */
export function runSimulate(context: CliContext, path: string, flags: SimulateFlags): Promise<void> {
  return perform(context, async () => {
    const files = readPolicyFiles([path]);
    if (!files.ok) return files;
    const { rules, bindings, exceptions } = files.value;
    if (rules.length + bindings.length + exceptions.length === 0) return usage(`${path}: no policy objects`);
    const { fromManifests, output } = flags;
    const simulated = await (fromManifests === undefined
      ? overServer(context, files.value)
      : overManifests(context, path, fromManifests));
    if (!simulated.ok) return simulated;
    const { effect, problems } = simulated.value;
    for (const { file, line, column, code, detail } of problems)
      context.process.stderr.write(`${plain(`${file}:${line}:${column}: ${code}: ${detail}`)}\n`);
    if (output === 'table') context.process.stdout.write(`${blastRadiusLines(effect, context).join('\n')}\n`);
    else renderValue(context.process, output, effect);
    return ok(problems.length > 0 ? EXIT.failed : EXIT.fine);
  });
}
