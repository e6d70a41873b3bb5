// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Finding, Package } from '@bartizan/contracts';
import {
  type ClusterComponent,
  type ComponentAdvisory,
  type ComponentPackage,
  packagesOf,
  withAdvisories,
} from '@bartizan/engine/cluster-posture';
import type { AdvisoryDesk, Log, Owner } from '../../ports.ts';

/** The advisories in use, as far as parts of a cluster ask. */
export interface ComponentAdvisories extends Pick<AdvisoryDesk, 'match'> {
  /** Digest of the pack in use; undefined when there is none. */
  readonly digest: () => string | undefined;
}

interface Parts {
  readonly advisories: ComponentAdvisories;
  readonly owner: Owner;
  readonly log: Log;
  /** Something new is known. */
  readonly onChange: () => void;
}

const PACKAGES_MAX = 200;
const keyOf = ({ ecosystem, name, version }: ComponentPackage): string => `${ecosystem} ${name} ${version}`;

const asPackage = ({ ecosystem, name, version }: ComponentPackage): Package => ({
  ...{ ecosystem, name, version, cataloger: 'cluster', locations: [] },
  purl: `pkg:golang/${name}@${version}`,
});

function advisoryOf({ vulnerability, fix }: Finding): ComponentAdvisory[] {
  if (vulnerability === undefined) return [];
  const { id, aliases, severity } = vulnerability;
  return [{ id, aliases, severity, ...(fix.version === undefined ? {} : { fixedIn: fix.version }) }];
}

/** Holds the parts of a cluster against the advisories in use. Each version is asked about once a pack. */
export class ComponentJudge {
  readonly #parts: Parts;
  readonly #known = new Map<string, readonly ComponentAdvisory[]>();
  readonly #asked = new Set<string>();
  #digest: string | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Components with what is known of them now; what is not known yet is asked for, and told by `onChange`. */
  judge(components: readonly ClusterComponent[]): ClusterComponent[] {
    const digest = this.#parts.advisories.digest();
    if (digest !== this.#digest) {
      this.#digest = digest;
      this.#known.clear();
      this.#asked.clear();
    }
    if (digest !== undefined) this.#ask(components, digest);
    return withAdvisories(components, (one) => this.#known.get(keyOf(one)));
  }

  #ask(components: readonly ClusterComponent[], digest: string): void {
    const missing = new Map(
      components
        .flatMap(packagesOf)
        .map((one): [string, ComponentPackage] => [keyOf(one), one])
        .filter(([key]) => !this.#asked.has(key)),
    );
    if (missing.size === 0 || this.#asked.size + missing.size > PACKAGES_MAX) return;
    for (const key of missing.keys()) this.#asked.add(key);
    void this.#match([...missing], digest);
  }

  async #match(missing: readonly (readonly [string, ComponentPackage])[], digest: string): Promise<void> {
    const { advisories, owner, log, onChange } = this.#parts;
    const subject = {
      workload: 'cluster',
      kind: 'KubernetesObject',
      namespace: '',
      name: 'Cluster',
    } as const;
    for (const [key, one] of missing) {
      const matched = await advisories.match({
        ...{ owner, subject, distribution: '', packages: [asPackage(one)] },
      });
      if (this.#digest !== digest) return;
      if (!matched.ok) {
        log.warn(
          { code: matched.error.code, detail: matched.error.detail },
          'a part of the cluster is not judged',
        );
        this.#asked.delete(key);
        continue;
      }
      const { coverage, findings } = matched.value;
      // Where the pack has nothing, nothing is said: no data is not none.
      if (coverage.every(({ state, withoutData }) => state !== 'not-covered' && withoutData === 0))
        this.#known.set(key, findings.flatMap(advisoryOf));
    }
    onChange();
  }
}
