// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { err, type Failure, failure, ok, type Result } from '@bartizan/contracts';
import type { ApiServer } from './request.ts';

const FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The API server of the cluster this program runs in, asked as the service account of its pod. */
export function inCluster(
  env: Readonly<Record<string, string | undefined>>,
  folder = FOLDER,
): Result<ApiServer, Failure<'E_CLUSTER_UNREACHABLE'>> {
  const host = env['KUBERNETES_SERVICE_HOST'];
  const port = env['KUBERNETES_SERVICE_PORT'] ?? '443';
  if (host === undefined || host === '')
    return err(failure('E_CLUSTER_UNREACHABLE', 'this program does not run in a cluster'));
  try {
    const caPem = readFileSync(`${folder}/ca.crt`, 'utf8');
    const token = (): string => readFileSync(`${folder}/token`, 'utf8').trim();
    token();
    return ok({ url: `https://${host.includes(':') ? `[${host}]` : host}:${port}`, caPem, token });
  } catch (cause) {
    return err(failure('E_CLUSTER_UNREACHABLE', `${folder} cannot be read`, cause));
  }
}
