// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * The control plane: takes in what agents report, judges it, keeps it and tells it. In: agents over mutual TLS, people
 * and programs over HTTPS. Out: the API, the live stream, the console. Serves all controls.
 */

export type { Clock, Log } from './ports.ts';
export { openApiDocument } from './report/http/openapi.ts';
export type { StartOptions } from './settings.ts';
export { type Controller, startController } from './wire.ts';
