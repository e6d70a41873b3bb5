// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { WorkloadRef } from '@bartizan/contracts';
import type { FoldedDetection } from '../decide/fold.ts';
import type { FoldedFlow } from '../sense/flow-table.ts';
import type { ProcessSighting, Sighting } from '../sense/sighting.ts';
import { type Journal, plainHead } from './journal.ts';

/** Writes a detection as a security event. */
export const reportDetection = (journal: Journal, detection: FoldedDetection): void => {
  const { sighting, rule, decision, message } = detection;
  const { bootUs, occurredAtMs, workload, chain, connection, connections, file } = sighting;
  const head = {
    bootUs,
    occurredAtMs,
    workload,
    severity: rule.severity,
    owasp: rule.owasp,
    attack: rule.attack,
    aggregation: { count: detection.count, firstAtMs: detection.firstAtMs, lastAtMs: detection.lastAtMs },
  };
  const all = connection ? [connection, ...connections.filter((one) => one !== connection)] : connections;
  journal.event('security', head, (envelope) => ({
    ...envelope,
    kind: 'security',
    rule: rule.id,
    title: rule.title,
    message: { en: message.en.slice(0, 2000), ja: message.ja.slice(0, 2000) },
    source: sighting.source,
    decision,
    ...(chain ? { chain } : {}),
    connections: all.slice(0, 32),
    files: file ? [file.path] : [],
    fix: rule.fix,
  }));
};

/** Writes the start, end or change of a process. */
export const reportProcess = (journal: Journal, sighting: ProcessSighting): void => {
  const { action, bootUs, occurredAtMs, workload, chain, exitCode } = sighting;
  journal.event('process', { bootUs, occurredAtMs, workload, ...plainHead(occurredAtMs) }, (envelope) => ({
    ...envelope,
    kind: 'process',
    action,
    chain,
    ...(exitCode === undefined ? {} : { exitCode }),
  }));
};

/** Writes the opening of a watched file; one whose process is not known is told by its detection alone. */
export const reportFile = (journal: Journal, sighting: Sighting): void => {
  const { bootUs, occurredAtMs, workload, chain, file } = sighting;
  if (!chain || !file) return;
  journal.event('file', { bootUs, occurredAtMs, workload, ...plainHead(occurredAtMs) }, (envelope) => ({
    ...envelope,
    kind: 'file',
    action: file.access,
    path: file.path,
    chain,
  }));
};

/** Writes the connections of one interval. */
export const reportFlow = (
  journal: Journal,
  flow: FoldedFlow,
  remoteWorkload: WorkloadRef | undefined,
): void => {
  const { workload, process, connections, failures, bytesSent, bytesReceived, counted } = flow;
  const head = {
    ...plainHead(flow.lastAtMs),
    bootUs: flow.bootUs,
    occurredAtMs: flow.lastAtMs,
    workload,
    aggregation: { count: Math.max(1, flow.events), firstAtMs: flow.firstAtMs, lastAtMs: flow.lastAtMs },
  };
  journal.event('flow', head, (envelope) => ({
    ...envelope,
    kind: 'flow',
    direction: flow.direction,
    protocol: flow.protocol,
    ...(flow.application === undefined ? {} : { application: flow.application }),
    ...(flow.applicationHost === undefined ? {} : { applicationHost: flow.applicationHost }),
    localAddress: flow.localAddress,
    remoteAddress: flow.remoteAddress,
    serverPort: flow.serverPort,
    ...(remoteWorkload ? { remoteWorkload } : {}),
    ...(process ? { process } : {}),
    connections,
    failures,
    ...(counted === 0 ? {} : { bytesSent, bytesReceived }),
    verdict: 'allow',
    networkNamespace: flow.networkNamespace,
  }));
};
