// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { join } from 'node:path';
import { loadBenchmarks } from '@bartizan/adapters/content';
import {
  DEFAULT_TENANT,
  err,
  failure,
  LOCAL_CLUSTER,
  ok,
  type Result,
  type Severity,
  severityRank,
} from '@bartizan/contracts';
import type {
  Benchmark,
  BenchmarkResult,
  BenchmarkStatus,
  ComplianceBundle,
  ComplianceRun,
  ExampleEvidence,
} from '@bartizan/contracts/compliance';
import { ASKED_KINDS, answerObjects, runBenchmarks, sealEvidence } from '@bartizan/engine/compliance';
import { readConfigLines } from '@bartizan/scan/evidence';
import { readManifests } from '../access/read-manifests.ts';
import type { ApiFailure } from '../api/client.ts';
import { type CliContext, perform } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { type Column, type Format, renderList } from '../output/render.ts';
import { plainLines } from '../output/width.ts';
import { isMapping } from '../policy/kubernetes-object.ts';
import { readBundle } from './collect.ts';
import { lookAtNode, type NodePlace } from './node-look.ts';

/** Flags of `compliance run`. */
export interface RunFlags extends NodePlace {
  readonly output: Format;
  readonly bundle?: string;
  readonly from?: readonly string[];
  readonly benchmark?: string;
  readonly status?: BenchmarkStatus;
  readonly fixes: boolean;
  readonly failOn?: Severity;
}

type Row = BenchmarkResult & { readonly severity: Severity; readonly title: string };

/** What manifests answer of the cluster; a file that could not be read leaves everything open. */
async function clusterEvidence(
  context: CliContext,
  from: readonly string[],
): Promise<Result<ExampleEvidence[], ApiFailure>> {
  if (from.length === 0) return ok([]);
  const read = await readManifests(context, from);
  if (!read.ok) return read;
  const objects = read.value.objects.filter(isMapping);
  return ok(answerObjects({ objects, unreadable: read.value.unreadable.length > 0 ? ASKED_KINDS : [] }));
}

async function bundleOf(context: CliContext, flags: RunFlags): Promise<Result<ComplianceBundle, ApiFailure>> {
  const more = await clusterEvidence(context, flags.from ?? []);
  if (!more.ok) return more;
  if (flags.bundle === undefined) {
    try {
      return ok(lookAtNode(flags, Date.now(), more.value));
    } catch (cause) {
      return err(
        failure(
          'E_COMPLIANCE_BUNDLE',
          `${flags.root}: ${cause instanceof Error ? cause.message : ''}`,
          cause,
        ),
      );
    }
  }
  const read = readBundle(flags.bundle);
  if (!read.ok) return read;
  const { content } = read.value;
  const answers = sealEvidence(more.value, content.collectedAt, content.node);
  return ok({ ...read.value, content: { ...content, evidence: [...content.evidence, ...answers] } });
}

/** Judges a node or a bundle by the benchmarks of this checkout. */
export async function judgeNode(
  context: CliContext,
  flags: RunFlags,
): Promise<Result<{ readonly run: ComplianceRun; readonly benchmarks: readonly Benchmark[] }, ApiFailure>> {
  const loaded = loadBenchmarks(join(context.checkout, 'content'));
  if (!loaded.ok) return loaded;
  const { benchmark } = flags;
  const benchmarks = loaded.value.benchmarks.filter(({ id }) => benchmark === undefined || id === benchmark);
  if (benchmarks.length === 0) {
    const known = loaded.value.benchmarks.map(({ id }) => id).join(', ');
    return err(failure('E_COMPLIANCE_BUNDLE', `--benchmark ${benchmark ?? ''}: ${known}`));
  }
  const bundle = await bundleOf(context, flags);
  if (!bundle.ok) return bundle;
  const { content, sha256 } = bundle.value;
  const run = runBenchmarks({
    id: `${content.node}-${content.collectedAt}`,
    cluster: LOCAL_CLUSTER,
    tenant: DEFAULT_TENANT,
    node: content.node,
    name: content.name,
    evidence: content.evidence,
    benchmarks,
    ...(flags.bundle === undefined ? {} : { bundleOf: sha256 }),
    readConfig: readConfigLines,
  });
  return ok({ run, benchmarks });
}

function rowsOf(run: ComplianceRun, benchmarks: readonly Benchmark[], language: 'en' | 'ja'): Row[] {
  const checks = new Map(
    benchmarks.flatMap((one) => one.checks.map((check) => [`${one.id}/${check.id}`, check])),
  );
  return run.results.map((result) => {
    const check = checks.get(`${result.benchmark}/${result.check}`);
    return { ...result, severity: check?.severity ?? 'unknown', title: check?.title[language] ?? '' };
  });
}

const columnsOf = ({ t, language }: CliContext, output: Format): Column<Row>[] => [
  { field: 'benchmark', heading: t('column.benchmark'), value: ({ benchmark }) => benchmark },
  { field: 'check', heading: t('column.check'), value: ({ check }) => check },
  {
    field: 'status',
    heading: t('column.compliance-status'),
    value: ({ status }) => (output === 'csv' ? status : t(`compliance.${status}`)),
  },
  {
    field: 'severity',
    heading: t('column.severity'),
    value: ({ severity }) => (output === 'csv' ? severity : t(`severity.${severity}`)),
  },
  { field: 'title', heading: t('column.title'), value: ({ title }) => title },
  { field: 'reason', heading: t('column.reason'), value: ({ reason }) => reason[language] },
];

function tellSummary(context: CliContext, { counts, benchmarks, nodes }: ComplianceRun): void {
  const { t } = context;
  const { pass, fail, unknown, manual, notApplicable, score, coverage } = counts;
  const lines = [
    t('compliance.summary', { pass, fail, unknown, manual, notApplicable }),
    score === undefined || coverage === undefined
      ? t('compliance.no-score')
      : t('compliance.score', { score, coverage }),
    ...benchmarks.flatMap(({ id, productVersion = '?', usedInstead }) =>
      usedInstead === undefined ? [] : [t('compliance.instead', { id, version: productVersion })],
    ),
    ...(nodes.some(({ managed }) => managed) ? [t('compliance.managed')] : []),
  ];
  context.process.stderr.write(`${lines.join('\n')}\n`);
}

/** `compliance run` */
export function runCompliance(context: CliContext, flags: RunFlags): Promise<void> {
  return perform(context, async (): Promise<Result<number, ApiFailure>> => {
    const judged = await judgeNode(context, flags);
    if (!judged.ok) return judged;
    const { run, benchmarks } = judged.value;
    const { status, failOn, output } = flags;
    const rows = rowsOf(run, benchmarks, context.language);
    const items = rows.filter((row) => status === undefined || row.status === status);
    renderList(context.process, output, { items, columns: columnsOf(context, output), whole: run });
    if (output === 'table' && flags.fixes)
      for (const { check, fix } of items)
        if (fix !== undefined) context.process.stdout.write(plainLines(`\n# ${check}\n${fix}`));
    tellSummary(context, run);
    const isBad =
      failOn !== undefined &&
      rows.some((row) => row.status === 'fail' && severityRank(row.severity) <= severityRank(failOn));
    return ok(isBad ? EXIT.findings : EXIT.fine);
  });
}
