// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Facts, FactValue } from '@bartizan/contracts';
import { DEFAULT_LIMITS } from '../catalogers/cataloger.ts';
import type { LayerSums } from '../distribution/layer-sums.ts';
import type { RecordedFiles } from '../distribution/recorded-files.ts';
import type { OpenedImage } from '../image/open-image.ts';
import { asList, asObject, asText, type JsonObject } from '../json/fields.ts';
import { findSetuidFiles } from '../posture-facts/setuid-files.ts';
import { addSteps, buildSteps, lonelyUpdates, pipedDownloads, uncheckedSteps } from './history.ts';
import { type LayerHygiene, unpackSums } from './layer-hygiene.ts';

/** Facts of an image for posture checks, and what could not be found out, with the reason. */
export interface ImageFacts {
  readonly facts: Facts;
  readonly unknown: Readonly<Record<string, string>>;
}

/** What facts are made of. */
export interface ImageEvidence {
  readonly image: Pick<OpenedImage, 'tree' | 'document' | 'layers' | 'problems'>;
  readonly hygiene: LayerHygiene;
  readonly sums: LayerSums;
  /** `rule in place` of each secret of the configuration; undefined when nobody looked. */
  readonly configSecrets?: readonly string[];
  readonly now: () => number;
}

const MAX_ITEMS = 200;
/** Where the text of one item is cut. */
export const MAX_FACT_LENGTH = 256;
/** A path that may be shown: no control characters, and nothing a terminal would act on. */
const PLAIN = /^[\x20-\x7e\u00a0-\uffff]{1,512}$/;
const LIBRARY = /^[\w@%+=:,./$-]{1,256}$/;

/** At most so many items, and how many more there are. */
const bounded = (items: readonly string[]): string[] => {
  const shown = items
    .slice(0, MAX_ITEMS)
    .map((item) => (PLAIN.test(item) ? item : JSON.stringify(item)).slice(0, MAX_FACT_LENGTH));
  return items.length > MAX_ITEMS ? [...shown, `and ${items.length - MAX_ITEMS} more`] : shown;
};

/** `sha256:` and twelve digits: enough to find the layer, short enough to read. */
const brief = (layer: string | undefined): string => (layer === undefined ? 'no layer' : layer.slice(0, 19));

/** The user of the first process is root: by number, by name, or because none is stated. Undefined: the name is not known. */
const isRoot = (user: string, passwd: string | undefined): boolean | undefined => {
  const name = user.split(':')[0] ?? '';
  if (name === '' || name === 'root') return true;
  if (/^\d{1,10}$/.test(name)) return Number(name) === 0;
  const line = passwd?.split('\n').find((entry) => entry.startsWith(`${name}:`));
  return line === undefined ? undefined : Number(line.split(':')[2]) === 0;
};

class FactsOfImage {
  readonly facts: Record<string, FactValue> = {};
  readonly unknown: Record<string, string> = {};
  readonly #evidence: ImageEvidence;
  readonly #config: JsonObject;
  readonly #recorded: RecordedFiles;

  constructor(evidence: ImageEvidence) {
    this.#evidence = evidence;
    this.#config = asObject(evidence.image.document['config']) ?? {};
    this.#recorded = evidence.sums.merged(evidence.image.tree);
  }

  collect(): ImageFacts {
    this.#user();
    this.#configuration();
    this.#history();
    this.#files();
    // What was not read cannot be clean.
    const [gap] = this.#evidence.image.problems.filter(({ code }) => code !== 'scan.unsupported');
    if (gap !== undefined)
      for (const name of FILE_FACTS) {
        const value = this.facts[name];
        if (Array.isArray(value) && value.length === 0) {
          delete this.facts[name];
          this.unknown[name] = `not everything was read: ${gap.detail}`.slice(0, 200);
        }
      }
    return { facts: this.facts, unknown: this.unknown };
  }

  #user(): void {
    const user = asText(this.#config['User'], 256) ?? '';
    const passwd = this.#text('/etc/passwd');
    const root = isRoot(user, passwd);
    this.facts['image.user'] = user === '' ? 'root (none is stated)' : user;
    if (root === undefined)
      this.unknown['image.user-is-root'] = 'the user has a name that no /etc/passwd of the image knows';
    else this.facts['image.user-is-root'] = root;
  }

  #configuration(): void {
    const test = asList(asObject(this.#config['Healthcheck'])?.['Test']);
    this.facts['image.health-check'] = test.length > 0 && test[0] !== 'NONE';
    const { configSecrets } = this.#evidence;
    if (configSecrets === undefined) this.unknown['image.config-secrets'] = 'secrets were not searched';
    else this.facts['image.config-secrets'] = bounded(configSecrets);
  }

  #history(): void {
    const steps = buildSteps(this.#evidence.image.document);
    const found = {
      'image.add-steps': addSteps,
      'image.lonely-updates': lonelyUpdates,
      'image.piped-downloads': pipedDownloads,
      'image.unchecked-steps': uncheckedSteps,
    };
    for (const [name, find] of Object.entries(found)) {
      if (steps.length === 0) this.unknown[name] = 'the image has no history';
      else this.facts[name] = bounded(find(steps));
    }
  }

  #files(): void {
    const { image, now } = this.#evidence;
    const { files, incomplete } = findSetuidFiles(image.tree, { exclude: [], limits: DEFAULT_LIMITS, now });
    const line = (file: (typeof files)[number]): string =>
      `${file.path} ${file.mode.toString(8)} ${file.uid}:${file.gid} in ${brief(image.tree.layerOf(file.path))}`;
    const isOwned = ({ path, ownedBy }: (typeof files)[number]): boolean =>
      ownedBy !== undefined || this.#recorded.find(path).length > 0;
    this.facts['image.setuid-files'] = bounded(files.map(line));
    this.facts['image.setuid-unowned'] = bounded(files.filter((file) => !isOwned(file)).map(line));
    if (incomplete[0] !== undefined)
      for (const name of ['image.setuid-files', 'image.setuid-unowned']) {
        delete this.facts[name];
        this.unknown[name] = incomplete[0];
      }
    this.facts['image.temporary-programs'] = bounded(
      this.#ofMerged('temporary').map(([path, kind, layer]) => `${path} (${kind}) in ${brief(layer)}`),
    );
    this.facts['image.install-hooks'] = bounded(
      this.#ofMerged('hooks').map(([path, hook, layer]) => `${path} ${hook} in ${brief(layer)}`),
    );
    this.facts['image.preloaded-libraries'] = bounded(this.#preloaded());
    this.#changed();
  }

  /** Notes about files that are in the merged image; what a later layer replaced does not run. */
  #ofMerged(list: 'temporary' | 'hooks' | 'texts'): [string, string, string][] {
    const { image, hygiene } = this.#evidence;
    return [...hygiene.layers()].flatMap(([layer, notes]) =>
      notes[list].flatMap(([path, text]): [string, string, string][] =>
        image.tree.layerOf(path) === layer ? [[path, text, layer]] : [],
      ),
    );
  }

  #text(path: string): string | undefined {
    const read = this.#evidence.image.tree.read(path, { maxBytes: 1024 * 1024 });
    return read.ok ? read.value.toString('utf8') : this.#ofMerged('texts').find(([at]) => at === path)?.[1];
  }

  #preloaded(): string[] {
    const shown = (library: string): string =>
      LIBRARY.test(library) ? library : 'a library with an odd name';
    const variables = asList(this.#config['Env']).flatMap((item) => {
      const value = asText(item, 4096) ?? '';
      return value.startsWith('LD_PRELOAD=') && value.length > 11
        ? [`${shown(value.slice(11))} by config.Env`]
        : [];
    });
    const listed = this.#ofMerged('texts').flatMap(([path, text, layer]) =>
      text
        .split('\n')
        .map((line) => line.split('#')[0]?.trim() ?? '')
        .flatMap((line) => {
          if (path === '/etc/ld.so.preload') return line === '' ? [] : [line];
          const [, library] = /^(?:export\s{1,8})?LD_PRELOAD=["']?([^"']{1,256})/.exec(line) ?? [];
          return path === '/etc/environment' && library !== undefined ? [library] : [];
        })
        .map((library) => `${shown(library)} by ${path} in ${brief(layer)}`),
    );
    return [...variables, ...listed];
  }

  /** Files that packages brought and that are other now, against the checksums of dpkg, rpm and apk. */
  #changed(): void {
    const { image, hygiene } = this.#evidence;
    if (this.#recorded.size === 0) {
      this.unknown['image.changed-files'] = 'no package database with checksums';
      return;
    }
    // dpkg-divert: another package's file lies there on purpose.
    const diverted = new Set(
      this.#ofMerged('texts').flatMap(([path, text]) =>
        path === '/var/lib/dpkg/diversions' ? text.split('\n') : [],
      ),
    );
    const changed: string[] = [];
    for (const [layer, notes] of hygiene.layers())
      for (const [path, packed] of notes.sums) {
        const recorded = this.#recorded.find(path);
        const [first] = recorded;
        if (first === undefined || diverted.has(path) || image.tree.layerOf(path) !== layer) continue;
        const sums = unpackSums(packed);
        if (recorded.every(({ algorithm, digest }) => sums[algorithm] !== digest))
          changed.push(`${path} of ${first.owner} in ${brief(layer)}`);
      }
    this.facts['image.changed-files'] = bounded(changed);
  }
}

/** Facts that an unread layer would change. */
const FILE_FACTS = [
  'image.setuid-files',
  'image.setuid-unowned',
  'image.temporary-programs',
  'image.install-hooks',
  'image.preloaded-libraries',
  'image.changed-files',
] as const;

/** The facts of an image: its configuration, its history, its files, and what is noted of its layers. */
export const imageFacts = (evidence: ImageEvidence): ImageFacts => new FactsOfImage(evidence).collect();
