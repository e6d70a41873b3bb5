// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createReadStream } from 'node:fs';
import type { Store } from '@bartizan/adapters/store';
import type { WorkloadRef } from '@bartizan/contracts';
import type { AdvisoryDesk, AgentDirectory, Clock } from '../../ports.ts';
import { newId } from '../access/secrets.ts';
import { answers, refuse, reply } from './route-handler.ts';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly advisories: AdvisoryDesk;
  readonly agents: AgentDirectory;
}

/** Things a person sets going: packs, matching a list, commands to nodes, backups. */
export const operationHandlers = (parts: Parts) => ({
  'advisory.status': answers('advisory.status', async () => reply(parts.advisories.status())),
  'advisory.import': answers('advisory.import', async ({ upload, query }) => {
    if (upload === undefined) return refuse('E_BODY_TYPE', 'send the pack as application/octet-stream');
    const imported = await parts.advisories.importPack(upload, {
      force: query.force ?? false,
      mayBeUnsigned: query.unsigned ?? false,
      ...(query.trust === undefined ? {} : { trustKeyId: query.trust }),
    });
    if (!imported.ok) return imported;
    return reply(imported.value, {
      target: imported.value.digest ?? '',
      // Whom the installation believes from now on is as much of an act as the pack itself.
      ...(query.trust === undefined ? {} : { auditDetail: `trust ${query.trust}` }),
    });
  }),
  'advisory.export': answers('advisory.export', async () => {
    const path = parts.advisories.file();
    if (path === undefined) return refuse('E_PACK_MISSING', 'no pack is loaded');
    return reply(undefined, { file: { stream: createReadStream(path), name: 'advisories.pack' } });
  }),
  'scan.match': answers('scan.match', async ({ caller, body }) => {
    const subject: WorkloadRef = {
      workload: newId('scan'),
      kind: 'Container',
      namespace: '',
      name: body.name.slice(0, 253),
    };
    const matched = await parts.advisories.match({
      owner: { cluster: caller.cluster, tenant: caller.tenant },
      subject,
      distribution: body.distribution,
      packages: body.packages,
    });
    return matched.ok ? reply({ ...matched.value, subject }, { target: body.name }) : matched;
  }),
  'node.command': answers('node.command', async ({ scope, params, body }) => {
    const node = await parts.store.nodes.get(scope, params.id);
    if (!node.ok) return node;
    if (node.value === undefined) return refuse('E_NOT_FOUND', `there is no node ${params.id}`);
    const id = newId('c');
    const sent = parts.agents.send(params.id, { type: 'command', id, command: body.command });
    return sent ? reply({ id }) : refuse('E_UNAVAILABLE', 'the agent of this node is not connected');
  }),
  'backup.create': answers('backup.create', async ({ body }) => {
    const made = await parts.store.backup(body.passphrase);
    if (!made.ok) return made;
    const stream = createReadStream('', { fd: made.value.file });
    stream.on('close', made.value.remove);
    const day = new Date(parts.clock.nowMs()).toISOString().slice(0, 10);
    return reply(undefined, {
      file: { stream, name: `bartizan-${day}.backup` },
      auditDetail: `${made.value.sizeBytes} bytes`,
    });
  }),
});
