// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, failure, ok, type Result } from '@bartizan/contracts';
import { readText } from '../instance/files.ts';
import type { Environment, InstancePaths } from '../instance/paths.ts';
import { readMark } from '../instance/process-mark.ts';
import { readRecord } from '../instance/record.ts';
import { readSecrets } from '../instance/secrets.ts';
import { readStatus } from '../instance/status.ts';
import { ApiClient, type ApiFailure } from './client.ts';
import type { Trust } from './trust.ts';

/** A secret from VARIABLE, or from the file that VARIABLE_FILE names. */
function secret(env: Environment, name: string): string | undefined {
  const file = env[`${name}_FILE`];
  return file === undefined ? env[name] : readText(file)?.trim();
}

function trustOf(env: Environment): Result<Trust, ApiFailure> {
  const fingerprint = env['BARTIZAN_FINGERPRINT'];
  const caSha256 = env['BARTIZAN_CA_SHA256'];
  if (fingerprint !== undefined || caSha256 !== undefined)
    return ok({
      kind: 'pins',
      ...(fingerprint === undefined ? {} : { fingerprint }),
      ...(caSha256 === undefined ? {} : { caSha256 }),
    });
  const file = env['BARTIZAN_CA_FILE'];
  if (file === undefined) return ok({ kind: 'system' });
  const pem = readText(file);
  return pem === undefined ? err(failure('E_SERVER_IDENTITY', file)) : ok({ kind: 'ca', pem });
}

function remote(server: string, env: Environment, language: string): Result<ApiClient, ApiFailure> {
  const url = URL.canParse(server.includes('://') ? server : `https://${server}`)
    ? new URL(server.includes('://') ? server : `https://${server}`)
    : undefined;
  if (url === undefined || url.protocol !== 'https:')
    return err(failure('E_USAGE', `BARTIZAN_SERVER=${server}`));
  const token = secret(env, 'BARTIZAN_TOKEN');
  if (token === undefined || token === '') return err(failure('E_LOGIN_REQUIRED', 'BARTIZAN_TOKEN'));
  const trust = trustOf(env);
  if (!trust.ok) return trust;
  return ok(
    new ApiClient({ host: url.hostname, port: Number(url.port || 443), token, trust: trust.value, language }),
  );
}

/**
 * A client of BARTIZAN_SERVER with BARTIZAN_TOKEN (pinned by BARTIZAN_FINGERPRINT, BARTIZAN_CA_SHA256 or
 * BARTIZAN_CA_FILE), or, as root, of the instance on this machine without any login.
 */
export async function connect(
  paths: InstancePaths,
  env: Environment,
  language: string,
): Promise<Result<ApiClient, ApiFailure>> {
  const server = env['BARTIZAN_SERVER'];
  if (server !== undefined && server !== '') return remote(server, env, language);
  const record = readRecord(paths);
  if (!record.ok) {
    const isRoot = process.getuid?.() === 0;
    return isRoot ? record : err(failure('E_LOGIN_REQUIRED', 'BARTIZAN_SERVER, BARTIZAN_TOKEN'));
  }
  const secrets = readSecrets(paths);
  if (!secrets.ok) return secrets;
  const status = readStatus(paths);
  if (status === undefined || readMark(paths.run, 'supervisor') === undefined)
    return err(failure('E_NOT_RUNNING', paths.instance));
  const { fingerprint, caSha256, port } = status.controller;
  return ok(
    new ApiClient({
      host: '127.0.0.1',
      port: port ?? record.value.port,
      token: secrets.value.localRootToken,
      language,
      trust: {
        kind: 'pins',
        ...(fingerprint === undefined ? {} : { fingerprint }),
        ...(caSha256 === undefined ? {} : { caSha256 }),
      },
    }),
  );
}
