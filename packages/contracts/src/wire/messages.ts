// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Static, Type } from 'typebox';
import { DetectionRule } from '../detection-rule.ts';
import { STREAMS } from '../events/envelope.ts';
import { NodeId } from '../ids.ts';
import { choice, flag, inline, instant, integer, list, optional, text } from '../schema.ts';

/** First message of an agent. */
export const Hello = inline('First message of an agent', {
  type: Type.Literal('hello'),
  version: integer('Wire version', '1'),
  oldest: integer('Oldest wire version it accepts', '1'),
  node: NodeId,
  name: text('Host name', 253),
  bootId: text('Boot id', 64),
  agentVersion: text('Version', 64),
  clockMs: instant('Its clock'),
});

/** First message of the controller; `refused` closes the stream. */
export const Welcome = inline('First message of the controller', {
  type: Type.Literal('welcome'),
  version: integer('Wire version in use', '1'),
  cluster: text('Cluster of the node', 64),
  tenant: text('Tenant of the node', 64),
  acknowledged: list(
    inline('A stream', {
      stream: choice(STREAMS, 'Stream'),
      bootId: text('Boot id', 64),
      sequence: integer('Last stored; 0 = none', '1'),
    }),
    'What is already stored',
    64,
  ),
  credit: integer('Batches that may be under way', '1'),
  clockMs: instant('Its clock'),
});

/** A refusal with a code of the catalogue. */
export const Refused = inline('A refusal', {
  type: Type.Literal('refused'),
  code: text('Code', 64),
  detail: text('Detail', 512),
});

/**
 * Records of one stream. `records[i]` has sequence `firstSequence + i` and is validated one by one:
 * a bad record is counted and skipped, never the batch.
 */
export const Batch = inline('Records of one stream', {
  type: Type.Literal('batch'),
  stream: choice(STREAMS, 'Stream'),
  bootId: text('Boot id', 64),
  firstSequence: integer('Sequence of the first record', '1'),
  records: Type.Array(Type.Unknown(), { description: 'Records', maxItems: 2000 }),
});

/** Everything of the stream up to `sequence` is on disk. */
export const Ack = inline('Everything up to here is on disk', {
  type: Type.Literal('ack'),
  stream: choice(STREAMS, 'Stream'),
  bootId: text('Boot id', 64),
  sequence: integer('Last stored', '1'),
  credit: integer('Batches that may be under way', '1'),
  rejected: integer('Records of the batch that were refused as invalid', '1'),
});

/** What the agent is to do; sent at connect and on change. The agent keeps the last one on disk. */
export const Configure = inline('What the agent is to do', {
  type: Type.Literal('configure'),
  rulesRevision: text('Content hash of the rules', 64),
  rules: list(DetectionRule, 'Detection rules', 2000),
  watchedPaths: list(
    text(
      'Path, or prefix ending in /. A part that is only * stands for one part, a first part ** for any number',
      4096,
    ),
    'Files whose opening is reported',
    1000,
  ),
  scanIntervalS: integer('Between scans', 's'),
  postureIntervalS: integer('Between posture checks', 's'),
  processEvents: flag('Send process events, not only security events'),
  fingerprintKey: optional(
    text(
      'Key of the fingerprints of secrets, base64: one for all nodes of a tenant, so that a value is known again everywhere. From version 3 on',
      44,
      { pattern: '^[A-Za-z0-9+/]{43}=$' },
    ),
  ),
});
export type Configure = Static<typeof Configure>;

/** Something to do once. */
export const Command = inline('Something to do once', {
  type: Type.Literal('command'),
  id: text('Id', 64),
  command: choice(['scan-now', 'posture-now', 'renew-certificate'], 'What'),
  subject: optional(text('Workload id; absent = all', 128)),
});
export type Command = Static<typeof Command>;

/**
 * How the node is now, beside its records: sent while they are not taken, so that a full buffer reaches a controller
 * whose store refuses writes. Kept in memory only and never acknowledged. The node is validated alone: a bad one is
 * passed over. Only for controllers of version 2 on.
 */
export const State = inline('How the node is now', {
  type: Type.Literal('state'),
  node: Type.Unknown({ description: 'The node' }),
});

/** What agents send. */
export const AgentMessage = Type.Union([
  Hello,
  Batch,
  State,
  inline('Still here', { type: Type.Literal('ping'), clockMs: instant('Clock') }),
]);
export type AgentMessage = Static<typeof AgentMessage>;
/** What controllers send. */
export const ControllerMessage = Type.Union([
  Welcome,
  Refused,
  Ack,
  Configure,
  Command,
  inline('Still here', { type: Type.Literal('pong'), clockMs: instant('Clock') }),
]);
export type ControllerMessage = Static<typeof ControllerMessage>;

/**
 * Enrolment: the agent proves that it holds the private key by signing `bartizan-enroll\n<token id>\n<node>\n<SPKI>`
 * (Ed25519 or ECDSA P-256; `enrollProof` makes the text). The token has the form `bzj_<id>_<secret>`, of which only the
 * hash is stored, or is the token of the agent's Kubernetes service account, which the API server vouches for.
 */
export const EnrollRequest = inline('Enrolment', {
  token: text('One-time join token, or token of the service account', 8192),
  node: NodeId,
  name: text('Host name', 253),
  publicKeyPem: text('SubjectPublicKeyInfo, PEM', 2048),
  signature: text('Base64 signature', 512),
});
export type EnrollRequest = Static<typeof EnrollRequest>;

/** Renewal over mutual TLS: a new key of the same node. Signed text: `bartizan-renew\n<node>\n<SPKI>`. */
export const RenewRequest = inline('Renewal', {
  publicKeyPem: text('SubjectPublicKeyInfo, PEM', 2048),
  signature: text('Base64 signature', 512),
});
export type RenewRequest = Static<typeof RenewRequest>;

/** A certificate for an agent. */
export const EnrollResponse = inline('A certificate', {
  certificatePem: text('Certificate, PEM', 8192),
  caPem: text('CA certificates, PEM', 16_384),
  cluster: text('Cluster', 64),
  tenant: text('Tenant', 64),
  notAfterMs: instant('Ends'),
});
export type EnrollResponse = Static<typeof EnrollResponse>;
