// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Static } from 'typebox';
import { ClusterId, NodeId, OpaqueId, TenantId } from '../ids.ts';
import {
  choice,
  flag,
  inline,
  instant,
  integer,
  list,
  localText,
  object,
  optional,
  text,
} from '../schema.ts';
import { SeveritySchema } from '../severity.ts';
import { BENCHMARK_KINDS, BENCHMARK_PARTS, BENCHMARK_PRODUCTS, DISTRIBUTIONS } from './benchmark.ts';
import { Evidence } from './evidence.ts';

/** Outcomes of a check. `unknown` and `manual` never count as pass. */
export const BENCHMARK_STATUSES = ['pass', 'fail', 'not-applicable', 'unknown', 'manual'] as const;
export type BenchmarkStatus = (typeof BENCHMARK_STATUSES)[number];

/** The verdict of one check of a benchmark on one node, or on the cluster where no node is named. */
export const BenchmarkResult = object('BenchmarkResult', 'The verdict of one benchmark check', {
  benchmark: text('Benchmark', 64),
  check: text('Number in the benchmark', 32),
  node: optional(NodeId),
  status: choice(BENCHMARK_STATUSES, 'Outcome'),
  reason: localText('Why, in words', 1000),
  evidence: list(text('Id of evidence of the run', 128), 'What it was judged by', 128),
  fix: optional(text('Unified diff or commands that make it pass; judged again before it is shown', 65536)),
  usedInstead: optional(
    text('Version of the benchmark that was used because none is made for this version', 32),
  ),
});
export type BenchmarkResult = Static<typeof BenchmarkResult>;

/** A benchmark that was used in a run. */
export const BenchmarkUsed = inline('A benchmark of the run', {
  id: text('Benchmark', 64),
  version: text('Version', 32),
  product: choice(BENCHMARK_PRODUCTS, 'Product'),
  productVersion: optional(text('Version of the product that was met', 64)),
  usedInstead: optional(
    text('Set when no benchmark is made for that version: the nearest that was used', 32),
  ),
});
export type BenchmarkUsed = Static<typeof BenchmarkUsed>;

/** A node of a run. */
export const ComplianceNode = inline('A node of the run', {
  node: NodeId,
  name: text('Name of the machine', 253),
  distribution: optional(choice(DISTRIBUTIONS, 'Distribution of Kubernetes, where there is one')),
  managed: flag('The control plane belongs to a provider and is not visible'),
  roles: list(choice(BENCHMARK_PARTS, 'part'), 'Parts of the benchmark that run here', 16),
});
export type ComplianceNode = Static<typeof ComplianceNode>;

/** Counts of a run. Score = pass / (pass + fail); coverage = (pass + fail) / all that apply; both absent without data. */
export const ComplianceCounts = inline('Counts of a run', {
  pass: integer('Passed', '1'),
  fail: integer('Failed', '1'),
  unknown: integer('Could not be told', '1'),
  manual: integer('For people to judge', '1'),
  notApplicable: integer('Do not apply', '1'),
  score: optional(integer('pass / (pass + fail)', 'percent', { maximum: 100 })),
  coverage: optional(
    integer('(pass + fail) / (pass + fail + unknown + manual)', 'percent', { maximum: 100 }),
  ),
});
export type ComplianceCounts = Static<typeof ComplianceCounts>;

const summary = {
  id: OpaqueId,
  at: instant('When the evidence was collected'),
  cluster: ClusterId,
  tenant: TenantId,
  nodes: list(ComplianceNode, 'Nodes', 1000),
  benchmarks: list(BenchmarkUsed, 'Benchmarks', 16),
  counts: ComplianceCounts,
  bundleOf: optional(text('SHA-256 of the offline bundle it was made from, hexadecimal', 64)),
};

/** One run of benchmarks over a node or a bundle. */
export const ComplianceRun = object('ComplianceRun', 'One run of benchmarks', {
  ...summary,
  results: list(BenchmarkResult, 'Results', 4096),
  evidence: list(Evidence, 'Evidence', 4096),
});
export type ComplianceRun = Static<typeof ComplianceRun>;

/** A run as lists show it. */
export const ComplianceRunRow = object('ComplianceRunRow', 'One run of benchmarks, in short', summary);
export type ComplianceRunRow = Static<typeof ComplianceRunRow>;

/** What a node collected, to be judged elsewhere; `sha256` is over the canonical JSON of `content`. */
export const ComplianceBundle = object(
  'ComplianceBundle',
  'Evidence of a node, collected to be judged elsewhere',
  {
    format: choice(['bartizan.compliance-bundle/1'], 'Form of the bundle'),
    sha256: text('SHA-256 of the canonical JSON of the content, hexadecimal', 64, {
      pattern: '^[0-9a-f]{64}$',
    }),
    content: inline('Content', {
      node: NodeId,
      name: text('Name of the machine', 253),
      collectedAt: instant('Collected'),
      evidence: list(Evidence, 'Evidence', 4096),
    }),
  },
);
export type ComplianceBundle = Static<typeof ComplianceBundle>;

/** A check of a benchmark with how the newest runs answered it. */
export const ComplianceCheckRow = object('ComplianceCheckRow', 'A benchmark check and its newest answers', {
  benchmark: text('Benchmark', 64),
  check: text('Number in the benchmark', 32),
  part: choice(BENCHMARK_PARTS, 'Part'),
  kind: choice(BENCHMARK_KINDS, 'How the benchmark means it to be checked'),
  severity: SeveritySchema,
  title: localText('Title', 256),
  why: localText('Why', 1000),
  pass: integer('Nodes that pass', '1'),
  fail: integer('Nodes that fail', '1'),
  unknown: integer('Nodes that cannot tell', '1'),
  manual: integer('Nodes where people have to judge', '1'),
  notApplicable: integer('Nodes it does not apply to', '1'),
});
export type ComplianceCheckRow = Static<typeof ComplianceCheckRow>;
