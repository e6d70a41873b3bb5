// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ErrorCode, Failure, Result } from '@bartizan/contracts';
import { err, failure, ok } from '@bartizan/contracts/result';
import {
  DEFAULT_PLACES,
  LOG_LEVELS,
  type LogLevel,
  RUNTIME_CLIENTS,
  type RuntimeClient,
  type RuntimePlace,
  readObject,
} from '@bartizan/host';

/** How an agent is started: one JSON object on standard input. */
export interface AgentConfig {
  readonly instance: string;
  /** Folder of this agent alone: identity, buffer, last configuration. */
  readonly stateDir: string;
  readonly controllerHost: string;
  readonly controllerPort: number;
  /** Empty: the authority of the kept identity is trusted. */
  readonly caSha256: string;
  readonly joinToken: string | undefined;
  /** File of the service account's token: this agent is a pod, and joins as the node that the API server names. */
  readonly joinTokenPath: string | undefined;
  readonly sensorPath: string;
  readonly sensorStatusPath: string | undefined;
  readonly nodeName: string | undefined;
  readonly root: string;
  readonly places: readonly RuntimePlace[];
  readonly bufferBytes: number;
  readonly segmentBytes: number;
  /** Audit log files of API servers that are followed, as paths under `root`. */
  readonly auditLogs: readonly string[];
  /** Whether the audit log files of the API servers that run here are followed. */
  readonly followAuditLogs: boolean;
  /** Folder of the knowledge that files of running containers are searched with; undefined = they are not searched. */
  readonly searchRules: string | undefined;
  readonly logLevel: LogLevel;
}

const CLIENTS_OF: Readonly<Record<string, readonly RuntimeClient[]>> = {
  containerd: ['containerd', 'containerd-cri'],
  ...Object.fromEntries(RUNTIME_CLIENTS.filter((one) => one !== 'containerd').map((one) => [one, [one]])),
};

const MIB = 1024 * 1024;

const isAbsolute = (path: string): boolean => path.startsWith('/') && !path.includes('\0');

/** Reads the configuration; the first thing that is wrong is the error. */
export const readConfig = (json: string): Result<AgentConfig, Failure<ErrorCode>> => {
  const fields = readObject(json);
  const refuse = (detail: string) => err(failure('E_AGENT_CONFIG', detail));
  if (!fields) return refuse('the configuration is not a JSON object');
  const stateDir = fields.text('stateDir');
  const sensorPath = fields.text('sensorPath');
  const controllerPort = fields.number('controllerPort') ?? 0;
  const caSha256 = fields.text('caSha256', 128);
  if (!isAbsolute(stateDir)) return refuse('stateDir must be an absolute path');
  if (!isAbsolute(sensorPath)) return refuse('sensorPath must be an absolute path');
  if (controllerPort < 1 || controllerPort > 65_535) return refuse('controllerPort must be a port');
  if (caSha256 !== '' && !/^[0-9a-fA-F:]{64,95}$/.test(caSha256))
    return refuse('caSha256 must be a SHA-256 in hexadecimal');
  const extra = fields.objects('runtimes', 32).flatMap((one) =>
    (CLIENTS_OF[one.text('runtime', 32)] ?? []).map((client) => ({
      client,
      endpoint: one.text('endpoint'),
    })),
  );
  const roots = fields.texts('runcRoots', 32).map((endpoint): RuntimePlace => ({ client: 'runc', endpoint }));
  const defaults = DEFAULT_PLACES.filter((one) => roots.length === 0 || one.client !== 'runc');
  const places = [...defaults, ...extra, ...roots].filter((one) => isAbsolute(one.endpoint));
  const level = fields.text('logLevel', 16);
  return ok({
    instance: fields.text('instance', 64) || 'main',
    stateDir,
    controllerHost: fields.text('controllerHost', 253) || '127.0.0.1',
    controllerPort,
    caSha256,
    joinToken: fields.text('joinToken', 128) || undefined,
    joinTokenPath: fields.text('joinTokenPath') || undefined,
    sensorPath,
    sensorStatusPath: fields.text('sensorStatusPath') || undefined,
    nodeName: fields.text('nodeName', 253) || undefined,
    root: fields.text('root') || '/',
    places: [...new Map(places.map((one) => [`${one.client} ${one.endpoint}`, one])).values()],
    bufferBytes: fields.number('bufferBytes') ?? 256 * MIB,
    segmentBytes: fields.number('segmentBytes') ?? 2 * MIB,
    auditLogs: fields.texts('auditLogs', 8).filter(isAbsolute),
    followAuditLogs: fields.flag('followAuditLogs') === true,
    searchRules: fields.text('searchRules') || undefined,
    logLevel: LOG_LEVELS.find((one) => one === level) ?? 'info',
  });
};
