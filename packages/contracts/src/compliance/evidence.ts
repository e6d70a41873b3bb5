// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Static, Type } from 'typebox';
import { NodeId } from '../ids.ts';
import { choice, decimal, flag, inline, instant, list, object, optional, text } from '../schema.ts';

/** Programs whose configuration benchmarks ask about. */
export const BENCHMARK_COMPONENTS = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'etcd',
  'kubelet',
  'kube-proxy',
  'containerd',
  'crio',
  'dockerd',
] as const;
export type BenchmarkComponent = (typeof BENCHMARK_COMPONENTS)[number];

/**
 * What collects evidence. process: arguments of a running program; environment: its variables that set options;
 * manifest: a static pod; unit: a systemd unit or drop-in; config: a configuration file; file: mode and owner;
 * certificate: lifetime; version: of a program; host: the machine; object: a question to the Kubernetes API;
 * posture: a posture check of ours.
 */
export const EVIDENCE_COLLECTORS = [
  'process',
  'environment',
  'manifest',
  'unit',
  'config',
  'file',
  'certificate',
  'version',
  'host',
  'object',
  'posture',
] as const;
export type EvidenceCollector = (typeof EVIDENCE_COLLECTORS)[number];

export const EVIDENCE_ORIGINS = ['flag', 'file', 'drop-in', 'default', 'api', 'process'] as const;
export type EvidenceOrigin = (typeof EVIDENCE_ORIGINS)[number];

/** known: read; absent: looked for and not there; unreadable: could not be told, `reason` says why. Never mixed up. */
export const EVIDENCE_STATES = ['known', 'unreadable', 'absent'] as const;
export type EvidenceState = (typeof EVIDENCE_STATES)[number];

const Plain = Type.Union(
  [
    text('text', 16384),
    decimal('number', '1', { minimum: Number.MIN_SAFE_INTEGER }),
    flag('truth value'),
    list(text('item', 8192), 'list', 2048),
  ],
  { description: 'One value' },
);

/** A value, or the keys of a file in dotted form (`authentication.anonymous.enabled`). Secrets never stand here. */
export const EvidenceValue = Type.Union(
  [Plain, Type.Record(text('Key', 512), Plain, { description: 'Values by dotted key', maxProperties: 2048 })],
  { description: 'What was found' },
);
export type EvidenceValue = Static<typeof EvidenceValue>;

/** Why evidence could not be read. */
export const EVIDENCE_FAULTS = [
  'permission',
  'symlink',
  'too-large',
  'truncated',
  'malformed',
  'not-regular',
  'vanished',
  'no-access',
  'hidden',
  'managed',
  'not-asked',
  'conflict',
  'io',
] as const;
export type EvidenceFault = (typeof EVIDENCE_FAULTS)[number];

const parts = {
  collector: choice(EVIDENCE_COLLECTORS, 'What collected it'),
  subject: text('Component, place of a file or question it is about', 128),
  path: optional(text('File it was read from', 4096)),
  value: optional(EvidenceValue),
  origin: choice(EVIDENCE_ORIGINS, 'Where the value comes from'),
  state: choice(EVIDENCE_STATES, 'Whether it is known'),
  reason: optional(choice(EVIDENCE_FAULTS, 'Why it is not known')),
};

/** One fact of a node or cluster, as it was collected. */
export const Evidence = object('Evidence', 'One fact that benchmark checks judge by', {
  id: text('Id within the run', 128),
  node: optional(NodeId),
  ...parts,
  sha256: text('SHA-256 of the canonical JSON of the value, hexadecimal', 64, { pattern: '^[0-9a-f]{64}$' }),
  collectedAt: instant('Collected'),
});
export type Evidence = Static<typeof Evidence>;

/** Evidence in an example of a check: without what only a run has. */
export const ExampleEvidence = inline('Evidence of an example', parts);
export type ExampleEvidence = Static<typeof ExampleEvidence>;
