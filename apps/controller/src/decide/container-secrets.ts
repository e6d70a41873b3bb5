// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import {
  type Container,
  type ContainerSecretReport,
  err,
  type FileSignature,
  type Finding,
  failure,
  type LocalText,
  ok,
  type Result,
  type Scope,
  type SecretRule,
  tenantScope,
} from '@bartizan/contracts';
import { type FindingPlace, harmfulFileFinding, secretFinding } from '@bartizan/scan';
import type { ApiFailure, Clock, Owner, Publish } from '../ports.ts';
import type { FindingLedger } from './finding-ledger.ts';
import { runningContainers } from './running-containers.ts';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly publish: Publish;
  readonly findings: FindingLedger;
  readonly rules: readonly SecretRule[];
  readonly signatures: readonly FileSignature[];
}
type Told = ContainerSecretReport['secrets'][number];

/** Places that a search of a container speaks about: files, and what of its image it does not show. */
const PLACES: ReadonlySet<string> = new Set(['file', 'deleted-file', 'image-config']);
const CHANGED = 'changed-file';
const WROTE: LocalText = {
  en: 'the running container wrote the file: its image does not hold it like this',
  ja: '実行中のコンテナーが書き込んだファイルです。イメージには、この内容では含まれていません',
};

/** Keeps the secrets and harmful files that nodes found in running containers. */
export class ContainerSecrets {
  readonly #parts: Parts;
  readonly #rules: ReadonlyMap<string, SecretRule>;
  readonly #signatures: ReadonlyMap<string, FileSignature>;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#rules = new Map(parts.rules.map((rule) => [rule.id, rule]));
    this.#signatures = new Map(parts.signatures.map((signature) => [signature.id, signature]));
  }

  /**
   * Takes what one search found. What an image holds that a registry gave to read is told at that image; here only what
   * the container wrote is told then. Findings of containers that run no more go with them.
   */
  async take(
    owner: Owner & { readonly node: string },
    report: ContainerSecretReport,
  ): Promise<Result<void, ApiFailure>> {
    const { store, findings, publish } = this.#parts;
    const { cluster, tenant, node } = owner;
    const scope = tenantScope(cluster, tenant);
    const { workload, container: id } = report.subject;
    if (id === undefined) return err(failure('E_NODE_MISMATCH', 'secrets of something that is no container'));
    const container = await store.containers.get(scope, id);
    if (!container.ok) return container;
    if (container.value?.node !== node)
      return err(failure('E_NODE_MISMATCH', `container ${id} does not run there`));
    const isRead = await this.#isRead(scope, container.value);
    if (!isRead.ok) return isRead;
    const running = await runningContainers(store, scope, workload);
    if (!running.ok) return running;
    const replaced = await findings.replace(scope, {
      workload,
      kinds: ['secret', 'malware'],
      // Malware by the name of a package is the advisories' to say.
      isOurs: ({ location, package: about, subject: { container: one } }) =>
        about === undefined &&
        PLACES.has(location?.kind ?? '') &&
        one !== undefined &&
        (one === id || !running.value.has(one)),
      found: this.#found({ cluster, tenant, node }, report, {
        container: container.value,
        isRead: isRead.value,
      }),
      isUnjudged: (finding) => finding.subject.container === id && isUnjudged(finding, report, isRead.value),
    });
    if (!replaced.ok) return replaced;
    publish({ topic: 'finding', cluster, tenant, data: { workload } });
    return ok(undefined);
  }

  #found(
    owner: Owner & { readonly node: string },
    { subject, secrets, harmful }: ContainerSecretReport,
    { container, isRead }: { readonly container: Container; readonly isRead: boolean },
  ): Finding[] {
    const { imageDigest } = container;
    const place = {
      ...owner,
      subject: { ...subject, ...(imageDigest === undefined ? {} : { imageDigest }) },
      nowMs: this.#parts.clock.nowMs(),
    };
    const isTold = ({ changed }: { readonly changed: boolean }): boolean => changed || !isRead;
    const signatures = this.#signatures;
    return [
      ...secrets.filter(isTold).flatMap((told) => {
        const rule = this.#rules.get(told.rule);
        return rule === undefined ? [] : [findingOf(told, rule, place)];
      }),
      ...harmful.filter(isTold).flatMap(({ changed, ...file }) => {
        const finding = harmfulFileFinding(file, { place, signatures });
        return finding === undefined ? [] : [placed(finding, changed)];
      }),
    ];
  }

  /** Whether a registry gave the image to read: its own files were searched then, with deleted ones and all layers. */
  async #isRead(scope: Scope, { imageDigest }: Container): Promise<Result<boolean, ApiFailure>> {
    if (imageDigest === undefined) return ok(false);
    const image = await this.#parts.store.images.get(scope, imageDigest);
    return image.ok ? ok(image.value?.scan?.rulesVersion !== undefined) : image;
  }
}

const findingOf = (told: Told, rule: SecretRule, place: FindingPlace): Finding => {
  const { changed, why, place: kind = 'file', ...match } = told;
  const finding = secretFinding({ ...match, rule, kind, roles: [], reasons: [] }, place);
  return placed({ ...finding, why }, changed);
};

/** The finding, which says so when the container wrote the file. */
const placed = (finding: Finding, changed: boolean): Finding =>
  changed ? { ...finding, why: [...finding.why, { step: CHANGED, detail: WROTE }] } : finding;

/** Whether a search could not say anything about a finding of before: it stays as it is. */
const isUnjudged = ({ why, location }: Finding, report: ContainerSecretReport, isRead: boolean): boolean => {
  const isOfImage = !why.some(({ step }) => step === CHANGED);
  // Once the image itself is read, what was told of its files here is told there.
  if (isOfImage && isRead) return false;
  if (isOfImage && report.scope === 'changes') return true;
  const path = location?.path ?? '';
  const part = location?.kind === 'image-config' ? 'image:configuration' : 'image:layers';
  return report.incomplete.some(
    (gap) =>
      gap.path === '/' ||
      gap.path === path ||
      path.startsWith(`${gap.path}/`) ||
      (location?.kind !== 'file' && gap.path === part),
  );
};
