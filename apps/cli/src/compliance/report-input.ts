// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { loadBenchmarks, loadContent, loadFrameworks } from '@bartizan/adapters/content';
import {
  AUDIT_PACK_JAPAN,
  DEFAULT_TENANT,
  err,
  failure,
  LOCAL_CLUSTER,
  ok,
  parser,
  type Result,
} from '@bartizan/contracts';
import { ComplianceRun, type Framework, type FrameworkAssessment } from '@bartizan/contracts/compliance';
import { runBenchmarks } from '@bartizan/engine/compliance';
import {
  answersOfRun,
  assessFramework,
  type BenchmarkRefs,
  benchmarkRefs,
  changeOfFramework,
  frameworkOfOwasp,
} from '@bartizan/engine/frameworks';
import { readConfigLines } from '@bartizan/scan/evidence';
import type { ApiFailure } from '../api/client.ts';
import { usage } from '../context.ts';
import { readBundle } from './collect.ts';

const FILE_BYTES_MAX = 64 * 1024 * 1024;
const JAPAN: readonly string[] = ['ismap', 'fisc', 'pci-dss-4'];
const parseRun = parser(ComplianceRun);

function readJson(path: string): Result<unknown, ApiFailure> {
  try {
    if (statSync(path).size > FILE_BYTES_MAX) return usage(`${path}: larger than 64 MiB`);
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return ok(value);
  } catch (cause) {
    return usage(`${path}: ${cause instanceof Error ? cause.message : 'cannot be read'}`);
  }
}

type Benchmarks = Parameters<typeof runBenchmarks>[0]['benchmarks'];

/** A run is taken as it is; a bundle is judged, and refused when it was changed after it was collected. */
function readRun(path: string, benchmarks: Benchmarks): Result<ComplianceRun, ApiFailure> {
  const json = readJson(path);
  if (!json.ok) return json;
  const run = parseRun(json.value);
  if (run.ok) return ok(run.value);
  const bundle = readBundle(path);
  if (!bundle.ok) return bundle;
  const { content, sha256 } = bundle.value;
  return ok(
    runBenchmarks({
      id: `${content.node}-${content.collectedAt}`,
      cluster: LOCAL_CLUSTER,
      tenant: DEFAULT_TENANT,
      node: content.node,
      name: content.name,
      evidence: content.evidence,
      benchmarks,
      bundleOf: sha256,
      readConfig: readConfigLines,
    }),
  );
}

/** Frameworks of the knowledge in use: one, or the parts of the audit pack. */
function frameworksOf(
  folder: string,
  id: string,
  refOfBenchmark: BenchmarkRefs['refOf'],
): Result<Framework[], ApiFailure> {
  const loaded = loadFrameworks(folder);
  if (!loaded.ok) return loaded;
  const content = loadContent(folder);
  const controls = content.ok ? content.value.controls : [];
  const all = [
    ...loaded.value.frameworks,
    ...([2022, 2025] as const).map((edition) =>
      frameworkOfOwasp(controls, edition, { asOf: loaded.value.frameworks[0]?.asOf ?? '', refOfBenchmark }),
    ),
  ];
  const ids = id === AUDIT_PACK_JAPAN ? JAPAN : [id];
  const found = ids.flatMap((one) => all.find((framework) => framework.id === one) ?? []);
  return found.length === ids.length
    ? ok(found)
    : err(failure('E_NOT_FOUND', `${id}: ${all.map((framework) => framework.id).join(', ')}`));
}

/** What a report from files stands on. */
export interface OfflineAsk {
  readonly checkout: string;
  readonly framework: string;
  readonly bundle: string;
  readonly compare?: string | undefined;
  readonly atMs: number;
}

/** Judges a bundle or run of a file without a server; everything it does not hold is no data. */
export function assessOffline(
  ask: OfflineAsk,
): Result<{ readonly assessments: FrameworkAssessment[]; readonly scope: string }, ApiFailure> {
  const folder = join(ask.checkout, 'content');
  const loaded = loadBenchmarks(folder);
  if (!loaded.ok) return loaded;
  const { benchmarks } = loaded.value;
  const refs = benchmarkRefs(benchmarks);
  const frameworks = frameworksOf(folder, ask.framework, refs.refOf);
  if (!frameworks.ok) return frameworks;
  const run = readRun(ask.bundle, benchmarks);
  if (!run.ok) return run;
  const before = ask.compare === undefined ? ok(undefined) : readRun(ask.compare, benchmarks);
  if (!before.ok) return before;
  const answers = answersOfRun(run.value, refs.severityOf);
  const earlier = before.value;
  const assessments = frameworks.value.map((framework) => {
    const assessment = assessFramework({
      framework,
      answers,
      atMs: ask.atMs,
      run: run.value.id,
      titleOf: (ref) => refs.titles.get(ref),
      keyOf: refs.keyOf,
    });
    if (earlier === undefined) return assessment;
    return {
      ...assessment,
      change: changeOfFramework({
        framework,
        before: answersOfRun(earlier, refs.severityOf),
        after: answers,
        name: earlier.id,
        beforeAt: earlier.at,
        keyOf: refs.keyOf,
      }),
    };
  });
  return ok({ assessments, scope: run.value.nodes.map(({ name }) => name).join(', ') || run.value.cluster });
}
