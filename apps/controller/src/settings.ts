// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  choice,
  err,
  type Failure,
  failure,
  flag,
  inline,
  integer,
  list,
  ok,
  optional,
  parser,
  type Result,
  text,
} from '@bartizan/contracts';

const parseStart = parser(
  inline('How a controller is started', {
    instance: text('Instance', 64, { pattern: '^[a-z0-9][a-z0-9-]*$' }),
    dataDir: text('Folder of the data', 4096),
    host: text('Address of the API', 255),
    port: integer('Port of the API; 0 = any', '1', { maximum: 65_535 }),
    agentHost: text('Address for agents', 255),
    agentPort: integer('Port for agents; 0 = any', '1', { maximum: 65_535 }),
    consoleDir: text('Folder of the built console; empty = none', 4096),
    contentDir: text('Folder of the knowledge', 4096),
    dataKey: text('Key of sealed settings, base64', 64),
    localRootToken: text('Token of local root', 128),
    bootstrapAdminPassword: optional(text('One-time password of the first administrator', 128)),
    advisoriesPath: optional(text('Pack file, or folder of advisory files', 4096)),
    kubeconfig: optional(
      text('kubeconfig of the cluster to watch; absent = the service account, where there is one', 4096),
    ),
    admission: optional(
      inline('Admission webhooks of the watched cluster', {
        host: text('Address to listen on', 255),
        port: integer('Port; 0 = any', '1', { maximum: 65_535 }),
        name: text('Name or address that the API server calls, where there is no service', 253),
        recordRequests: optional(flag('Keep recent requests in memory for simulations; true unless said')),
        service: optional(
          inline('Service in front of this controller', {
            namespace: text('Namespace', 63),
            name: text('Name', 63),
            port: integer('Port', '1', { minimum: 1, maximum: 65_535 }),
          }),
        ),
      }),
    ),
    accessRequests: optional(
      inline('Requests for access in the watched cluster', {
        shortestMs: integer('Shortest grant; 15 minutes unless said', 'ms', { minimum: 1000 }),
      }),
    ),
    policyDir: optional(text('Folder of policy files to follow; absent = none, not there = off', 4096)),
    publicNames: optional(list(text('Name or address', 255), 'Names of the certificate', 32)),
    logLevel: optional(choice(['trace', 'debug', 'info', 'warn', 'error', 'silent'], 'Level of the log')),
    version: optional(text('Version', 64)),
    clusterAgents: optional(
      inline('The agents of the Kubernetes cluster this controller runs in', {
        namespace: text('Namespace of the agents', 63),
        serviceAccount: text('Service account of the agents', 253),
        audience: text('Audience of their tokens', 253),
        trustConfigMap: text('Where they read whom to trust', 253),
      }),
    ),
    egressPorts: optional(
      list(
        integer('Port', '1', { minimum: 1, maximum: 65_535 }),
        'TCP ports that a network policy lets this controller reach; absent = whatever it likes, outside of a cluster',
        64,
      ),
    ),
    nodeCertificateMs: optional(integer('Lifetime of agent certificates', 'ms', { minimum: 10_000 })),
  }),
);

/** What a controller is started with. */
export type StartOptions = Extract<ReturnType<typeof parseStart>, { ok: true }>['value'];

const KEY_BYTES = 32;

/** Reads the start options from JSON text; E_BODY_INVALID names the field. */
export function readStartOptions(
  json: string,
): Result<StartOptions, Failure<'E_BODY_INVALID' | 'E_KEY_MISSING'>> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return err(failure('E_BODY_INVALID', 'standard input is not JSON'));
  }
  const parsed = parseStart(value);
  if (!parsed.ok)
    return err(failure('E_BODY_INVALID', `${parsed.error[0]?.pointer} ${parsed.error[0]?.detail}`));
  if (Buffer.from(parsed.value.dataKey, 'base64').length !== KEY_BYTES)
    return err(failure('E_KEY_MISSING', `the key does not have ${KEY_BYTES} bytes`));
  return ok(parsed.value);
}
