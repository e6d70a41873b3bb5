// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * The control plane: takes in what agents report, judges it, keeps it and tells it. In: agents over mutual TLS, people
 * and programs over HTTPS. Out: the API, the live stream, the console. Serves all controls.
 */

export { AdmissionBench } from './decide/admission-bench.ts';
export type { Clock, Log } from './ports.ts';
export { openApiDocument } from './report/http/openapi.ts';
export { DecisionLedger } from './respond/admission/decision-ledger.ts';
export { WebhookServer } from './respond/admission/webhook-server.ts';
export type { StartOptions } from './settings.ts';
export { type Controller, startController } from './wire.ts';
