// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { SecretScanner } from '@bartizan/scan';
import { searchTexts } from '@bartizan/scan';
import type { ObjectChange } from '../../decide/admission/cluster-audit.ts';
import type { PodVariable } from '../../decide/environment-secrets.ts';
import { ManifestSecrets, SEARCHED_KINDS } from '../../decide/manifest-secrets.ts';
import { PodVariables } from '../../decide/pod-variables.ts';
import type { ClusterState } from '../../sense/kubernetes/cluster-state.ts';

type Parts = Omit<ConstructorParameters<typeof ManifestSecrets>[0], 'isSettled' | 'onChange' | 'scanner'> & {
  readonly secretScanner: SecretScanner;
  /** More is known of where variables of pods come from. */
  readonly onExplained: () => void;
};

/** What the objects of a cluster say about secrets. */
export interface ClusterSecrets {
  /** Notes where variables of pods come from. */
  readonly take: (change: ObjectChange) => void;
  /** Searches an object; those that only repeat another one that made them are left out. */
  readonly search: (change: ObjectChange) => void;
  /** Whether a variable comes from a Secret, or its value is told where it is written. */
  readonly explains: (about: PodVariable) => boolean;
  readonly close: () => Promise<void>;
}

/** Searches the objects of a cluster as they change, and knows which variables Secrets fill. */
export function followSecrets(
  { secretScanner, onExplained, ...parts }: Parts,
  state: ClusterState,
): ClusterSecrets {
  const variables = new PodVariables();
  const manifests = new ManifestSecrets({
    ...parts,
    scanner: secretScanner,
    isSettled: () => SEARCHED_KINDS.every((kind) => state.state(kind)?.condition === 'synced'),
    onChange: onExplained,
  });
  state.listen({
    onChange: () => undefined,
    onState: ({ kind, condition }) => {
      if (condition === 'synced') manifests.schedule();
      if (condition === 'synced' && kind === 'Pod') onExplained();
    },
  });
  return {
    take: (change) => variables.take(change),
    search: (change) => manifests.take(change),
    explains: (about) => variables.isOfSecret(about) || manifests.has(about.namespace, about.fingerprint),
    close: () => manifests.close(),
  };
}

/** Kinds of credentials in a variable, by the rules that images are searched with. */
export const credentialsIn =
  (scanner: SecretScanner) =>
  (name: string, value: string): readonly string[] => [
    ...new Set(
      searchTexts(scanner, [{ kind: 'text', path: 'env', text: `${name}=${value}` }]).matches.map(
        ({ rule }) => rule.id,
      ),
    ),
  ];
