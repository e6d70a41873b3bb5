// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkloadRef } from '@bartizan/contracts';
import { HASH_KEY_BYTES, makeHashKey } from '@bartizan/scan/secret-key';
import type { EnvironmentJob } from './environment-survey.ts';
import type { SecretJob } from './secret-survey.ts';

const KEY_FILE = 'fingerprint.key';

/**
 * A key of this node alone, made once: for as long as no controller gave that of the tenant, the same value is known again
 * in every container and after every start. It never leaves the node.
 */
const ownKey = (stateDir: string): Uint8Array => {
  const path = join(stateDir, KEY_FILE);
  const kept = existsSync(path) ? readFileSync(path) : undefined;
  if (kept?.length === HASH_KEY_BYTES) return kept;
  const key = makeHashKey();
  try {
    writeFileSync(path, key, { mode: 0o600 });
  } catch {
    // A full disk costs only that values are known again until the next start.
  }
  return key;
};

/** Says which containers are searched whole: of each image one, while it runs, and of all others what they wrote. */
export class SecretPlan {
  readonly #root: string;
  readonly #rules: string;
  readonly #ownKey: Uint8Array;
  readonly #tenantKey: () => string | undefined;
  #usedKey: string | undefined;
  /** The container in which the files of an image were searched, by image. */
  readonly #searched = new Map<string, string>();

  constructor(
    place: { readonly root: string; readonly rules: string; readonly stateDir: string },
    tenantKey: () => string | undefined,
  ) {
    this.#root = place.root;
    this.#rules = place.rules;
    this.#ownKey = ownKey(place.stateDir);
    this.#tenantKey = tenantKey;
    this.#usedKey = tenantKey();
  }

  /** Whether the key is another one since this was asked last: then everything is to be searched anew. */
  isRekeyed(): boolean {
    const key = this.#tenantKey();
    if (key === this.#usedKey) return false;
    this.#usedKey = key;
    this.#searched.clear();
    return true;
  }

  /** The search of one container. Its scope is decided when its turn comes. */
  job(subject: WorkloadRef, pid: number): SecretJob {
    return { kind: 'secrets', subject, pid, scope: this.#scopeOf(subject), ...this.#means() };
  }

  /** The search of an environment: of a container by its first process, or of the services of the host. */
  environment(subject: WorkloadRef, first?: EnvironmentJob['first']): EnvironmentJob {
    return { kind: 'environment', subject, ...(first === undefined ? {} : { first }), ...this.#means() };
  }

  #means() {
    const key = this.#tenantKey();
    const hashKey = key === undefined ? this.#ownKey : Buffer.from(key, 'base64');
    return { hostRoot: this.#root, rules: this.#rules, hashKey };
  }

  /** The same search as it is to be done now: meanwhile another container of the image may have been searched. */
  now(job: SecretJob): SecretJob {
    return { ...job, scope: this.#scopeOf(job.subject) };
  }

  /** The files of an image were searched in this container. */
  done({ subject }: SecretJob): void {
    this.#searched.set(imageOf(subject), subject.container ?? '');
  }

  /** Forgets what was searched in containers that are gone: what they told goes with them. */
  keep(containers: ReadonlySet<string>): void {
    for (const [image, container] of this.#searched)
      if (!containers.has(container)) this.#searched.delete(image);
  }

  #scopeOf(subject: WorkloadRef): SecretJob['scope'] {
    return this.#searched.has(imageOf(subject)) ? 'changes' : 'all';
  }
}

/** An image by its digest; one without is not known again in another container. */
const imageOf = ({ imageDigest, container }: WorkloadRef): string => imageDigest ?? `container ${container}`;
