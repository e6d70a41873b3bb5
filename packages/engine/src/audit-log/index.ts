// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * The audit log of Kubernetes API servers (audit.k8s.io/v1) as facts for detection rules.
 * In: one event as foreign JSON. Out: who asked what, without any body. Serves K05, K06, K03, K08.
 */
export { type AuditedRequest, readAuditEvent } from './read-event.ts';
export { redactCommand } from './redact-command.ts';
export { type UsedRequest, usedRequests } from './used-request.ts';
