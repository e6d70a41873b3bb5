// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import type { Finding } from '@bartizan/contracts';
import type { ScanProblem } from '../catalogers/problem.ts';
import { LayerSums } from '../distribution/layer-sums.ts';
import type { FindingPlace } from '../findings/finding-place.ts';
import { type ImageFacts, imageFacts } from '../hygiene/image-facts.ts';
import { LayerHygiene } from '../hygiene/layer-hygiene.ts';
import type { HygieneRules } from '../hygiene/layer-pass.ts';
import { commandFindings, malwareFindings } from '../hygiene/malware-finding.ts';
import type { LayerConsumer } from '../image/layer-consumer.ts';
import type { OpenedImage } from '../image/open-image.ts';
import { LayerSecrets } from '../secrets/layer-secrets.ts';
import type { SecretRuleSet } from '../secrets/rule-set.ts';
import { secretFinding } from '../secrets/secret-finding.ts';
import { SecretScanner } from '../secrets/secret-scanner.ts';
import { searchImageConfig } from '../secrets/text-secrets.ts';
import type { SecretReport } from '../secrets/tree-secrets.ts';

/** What to look for beside packages; what is absent is not looked for. */
export interface ImageSearchOptions {
  readonly secrets?: {
    readonly set: SecretRuleSet;
    /** Key of the fingerprints: notes of layers made with another key are not used. */
    readonly hashKey: Uint8Array;
  };
  readonly hygiene?: HygieneRules;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
}

/** Longest text of an image that is looked through to be shown; nothing shows as much. */
const MAX_SHOWN = 65_536;

/** Secrets of an image: of every layer, and of its configuration. */
export interface FoundSecrets {
  readonly report: SecretReport;
  readonly findings: readonly Finding[];
}

/** What is known of the hygiene of an image: harmful files as findings, everything else as facts for checks. */
export interface FoundHygiene extends ImageFacts {
  readonly harmful: readonly Finding[];
  readonly problems: readonly ScanProblem[];
  readonly files: number;
}

/** Looks for secrets and at hygiene in the one pass in which the packages of an image are read. */
export class ImageSearch {
  readonly consumers: readonly LayerConsumer[];
  readonly #options: ImageSearchOptions;
  readonly #sums = new LayerSums();
  readonly #scanner: SecretScanner | undefined;
  readonly #secrets: LayerSecrets | undefined;
  readonly #hygiene: LayerHygiene | undefined;
  readonly #startedAtMs: number;

  constructor(options: ImageSearchOptions) {
    const { secrets, hygiene, now } = options;
    this.#options = options;
    this.#startedAtMs = now();
    if (secrets !== undefined) {
      this.#scanner = new SecretScanner(secrets.set, { hashKey: secrets.hashKey, now });
      this.#secrets = new LayerSecrets({ scanner: this.#scanner, ...secrets });
    }
    this.#hygiene = hygiene === undefined ? undefined : new LayerHygiene(hygiene);
    const asked = [this.#secrets, this.#hygiene].filter((one) => one !== undefined);
    this.consumers = asked.length === 0 ? [] : [...asked, this.#sums];
  }

  /** Everything found, once the layers are merged. */
  finish(
    image: OpenedImage,
    place: FindingPlace,
  ): { readonly secrets?: FoundSecrets; readonly hygiene?: FoundHygiene } {
    const secrets = this.#foundSecrets(image, place);
    const hygiene = this.#foundHygiene(image, place, secrets?.findings);
    return {
      ...(secrets === undefined ? {} : { secrets }),
      ...(hygiene === undefined ? {} : { hygiene }),
    };
  }

  /** What an image says of itself (labels, build steps), without the secrets in it. */
  redact(text: string): string {
    return this.#scanner === undefined ? text : this.#scanner.redact(text.slice(0, MAX_SHOWN));
  }

  #foundSecrets(image: OpenedImage, place: FindingPlace): FoundSecrets | undefined {
    if (this.#secrets === undefined || this.#scanner === undefined) return undefined;
    const report = this.#secrets.finish(
      {
        layerOf: (path) => image.tree.layerOf(path),
        recorded: this.#sums.everywhere(image.tree),
        elapsedMs: this.#options.now() - this.#startedAtMs,
      },
      searchImageConfig(this.#scanner, image.document),
    );
    return { report, findings: report.matches.map((match) => secretFinding(match, place)) };
  }

  #foundHygiene(
    image: OpenedImage,
    place: FindingPlace,
    secrets: readonly Finding[] | undefined,
  ): FoundHygiene | undefined {
    const { hygiene: rules, now } = this.#options;
    const layers = this.#hygiene;
    if (layers === undefined || rules === undefined) return undefined;
    const { signatures } = rules;
    const notes = [...layers.layers().values()];
    return {
      ...imageFacts({
        image,
        hygiene: layers,
        sums: this.#sums,
        now,
        ...(secrets === undefined ? {} : { configSecrets: configSecrets(secrets) }),
      }),
      harmful: [
        ...malwareFindings(layers, { signatures, place, layerOf: (path) => image.tree.layerOf(path) }),
        ...commandFindings(image.document, { signatures, place }),
      ],
      problems: notes.flatMap(({ problems }) => problems),
      files: notes.reduce((sum, { files }) => sum + files, 0),
    };
  }
}

/** `rule in place` of each secret of the configuration. */
const configSecrets = (secrets: readonly Finding[]): string[] =>
  secrets.flatMap(({ check, location }) =>
    location?.kind === 'image-config' ? [`${check ?? 'secret'} in ${location.path}`] : [],
  );

/** Names a set of rules by what is in it: with another one an image may be found to hold other things. */
export const rulesVersionOf = (rules: unknown): string =>
  createHash('sha256').update(JSON.stringify(rules)).digest('hex').slice(0, 32);
