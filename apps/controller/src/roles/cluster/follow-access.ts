// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { KubeClient } from '@bartizan/adapters/kube';
import { probesOf, type ServerPlace } from '@bartizan/engine/cluster-posture';
import { AccessFindings } from '../../decide/access/access-findings.ts';
import { ApiUses } from '../../decide/access/api-uses.ts';
import { ClusterAccess, type Moment } from '../../decide/access/cluster-access.ts';
import { type ComponentAdvisories, ComponentJudge } from '../../decide/access/component-judge.ts';
import { ProbeDesk } from '../../decide/access/probe-desk.ts';
import type { ObjectChange } from '../../decide/admission/cluster-audit.ts';
import type { Knowledge } from '../../decide/rule-book.ts';
import type { ClusterState } from '../../sense/kubernetes/cluster-state.ts';
import { SecretNotes } from '../../sense/kubernetes/secret-notes.ts';
import type { StartOptions } from '../../settings.ts';

type AccessParts = Omit<
  ConstructorParameters<typeof AccessFindings>[0],
  'access' | 'probes' | 'server' | 'lifecycle' | 'judged' | 'apis'
> & {
  /** Rules, checks and dates in force. */
  readonly knowledge: Knowledge;
  readonly advisories: ComponentAdvisories;
  readonly options: Pick<StartOptions, 'egressPorts' | 'clusterAgents'>;
};

/** Asked when the server is reached, and again each time it was away: it may be another one by then. */
export class ServerVersion {
  readonly #client: KubeClient;
  known: string | undefined;
  readonly #listeners: ((version: string) => void)[] = [];
  #isAsking = false;

  constructor(client: KubeClient) {
    this.#client = client;
  }

  /** Tells of each version that is another one than before. */
  listen(listener: (version: string) => void): void {
    this.#listeners.push(listener);
  }

  ask(): void {
    if (this.#isAsking) return;
    this.#isAsking = true;
    this.#client.version().then(
      (answer) => {
        this.#isAsking = false;
        if (!answer.ok || answer.value === '' || answer.value === this.known) return;
        this.known = answer.value;
        for (const listener of this.#listeners) listener(answer.value);
      },
      () => {
        this.#isAsking = false;
      },
    );
  }
}

/** Host and port of a server that is named by both, or by its host alone. */
function placeOf(where: string): ServerPlace {
  const { hostname, port } = new URL(`https://${where}`);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? 443 : Number(port) };
}
/** What our own network policy lets out; of a configuration that is older than that option nothing is known to be. */
function letOutBy({ egressPorts, clusterAgents }: AccessParts['options']): { letOut?: readonly number[] } {
  if (egressPorts !== undefined) return { letOut: egressPorts };
  return clusterAgents === undefined ? {} : { letOut: [] };
}

const SECRET = { group: '', version: 'v1', kind: 'Secret', resource: 'secrets' } as const;

/** Who may do what, kept from the watch, and judged soon after it changes. */
export function followAccess(
  parts: AccessParts,
  state: ClusterState,
  { version, client }: { readonly version: ServerVersion; readonly client: KubeClient },
) {
  const server = placeOf(client.where);
  const secrets = new SecretNotes({
    client,
    changed: ({ meta, raw }) => permissions.take({ ...SECRET, ...meta, object: raw }),
    gone: (meta) => permissions.take({ ...SECRET, ...meta }),
    state: () => judge.schedule(),
  });
  const permissions: ClusterAccess = new ClusterAccess({
    conditionOf: (kind) => (kind === 'Secret' ? secrets.condition : state.state(kind)?.condition),
    onChange: () => judge.schedule(),
  });
  const probes: ProbeDesk = new ProbeDesk({
    clock: parts.clock,
    probes: () => probesOf(permissions.view().posture, server),
    ...letOutBy(parts.options),
    onChange: () => judge.schedule(),
  });
  const components = new ComponentJudge({ ...parts, onChange: () => judge.schedule() });
  const judged: NonNullable<Moment['judged']> = (found) => components.judge(found);
  const apis: ApiUses = new ApiUses({
    ...parts,
    conditionOf: (kind) => state.state(kind)?.condition,
    onChange: () => judge.schedule(),
  });
  const judge: AccessFindings = new AccessFindings({
    ...{ ...parts, judged },
    access: permissions,
    probes: () => probes.results(),
    apis: () => apis.known(),
    server: () => version.known,
    lifecycle: () => parts.knowledge.content.lifecycle,
  });
  version.listen(() => judge.schedule());
  state.listen({ onChange: () => undefined, onState: () => judge.schedule() });
  return {
    take: (change: ObjectChange): void => {
      permissions.take(change);
      apis.take(change);
    },
    /** What of it others of the controller ask. */
    asked: {
      ...{ access: permissions, probes, judged, apis, server: () => version.known },
      packChanged: () => judge.schedule(),
    },
    start: () => secrets.start(),
    close: async () => {
      await secrets.stop();
      await judge.close();
    },
  };
}
