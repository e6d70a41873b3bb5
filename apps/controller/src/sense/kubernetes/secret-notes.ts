// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type KubeClient,
  type KubeObject,
  type ObjectMeta,
  ResourceWatch,
  type WatchState,
} from '@bartizan/adapters/kube';

/** Secrets without their values: the API server sends names and dates only. */
const SECRETS = {
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  isNamespaced: true,
  metadataOnly: true,
} as const;

interface Parts {
  readonly client: KubeClient;
  readonly changed: (object: KubeObject) => void;
  readonly gone: (meta: ObjectMeta) => void;
  readonly state: () => void;
}

/**
 * Follows which secrets there are and when each was changed, where that may be read. RBAC has no right to names and dates
 * alone, so that an install does not grant it; whether it does is no state of the watched cluster.
 */
export class SecretNotes {
  readonly #watch: ResourceWatch<true>;

  constructor({ client, changed, gone, state }: Parts) {
    this.#watch = new ResourceWatch<true>(client, {
      resource: SECRETS,
      project: () => true,
      listener: {
        changed: (_, object) => changed(object),
        gone: (_, meta) => gone(meta),
        state,
      },
    });
  }

  get condition(): WatchState['condition'] {
    return this.#watch.state().condition;
  }

  start(): void {
    this.#watch.start();
  }

  stop(): Promise<void> {
    return this.#watch.stop();
  }
}
