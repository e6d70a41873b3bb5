// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ApiServer } from '@bartizan/adapters/cluster-access';
import { ok, type Result } from '@bartizan/contracts';
import { ask, fieldOf, type InstallFailure, listOf, numberAt, read } from './answers.ts';
import { EGRESS_PORTS, NAMES } from './objects/object.ts';

/** Where the API servers themselves listen: network policies are asked after the address of the service was exchanged. */
const SERVERS = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes';

const portsOf = (value: unknown): number[] =>
  listOf(value)
    .map((one) => numberAt(one, 'port'))
    .filter((port) => port > 0);

/** Ports of the policy that is there already, by any address; names are asked at 53. */
async function opened(server: ApiServer): Promise<Result<readonly number[], InstallFailure>> {
  const policy = await read(server, {
    kind: 'NetworkPolicy',
    metadata: { name: NAMES.controller, namespace: NAMES.namespace },
  });
  if (!policy.ok) return policy;
  const rules = listOf(fieldOf(policy.value, 'spec', 'egress')).filter(
    (rule) => fieldOf(rule, 'to') === undefined,
  );
  return ok(rules.flatMap((rule) => portsOf(fieldOf(rule, 'ports'))).filter((port) => port !== 53));
}

/**
 * Which TCP ports the controller may reach beside those that it always may: as asked for, else as it is already; and the
 * ones of the API servers, wherever they listen.
 */
export async function chooseEgress(
  server: ApiServer,
  wanted: readonly number[] | undefined,
): Promise<Result<readonly number[], InstallFailure>> {
  const chosen = wanted === undefined ? await opened(server) : ok(wanted);
  if (!chosen.ok) return chosen;
  const servers = await ask(server, { method: 'GET', path: SERVERS });
  // Who may not read them still gets an installation, with the ports that most clusters have.
  const more = servers.ok ? portsOf(fieldOf(servers.value, 'ports')) : [];
  const ports = new Set([...chosen.value, ...more].filter((port) => !EGRESS_PORTS.includes(port)));
  return ok([...ports].sort((a, b) => a - b));
}
