// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { asList, asObject, asText, type JsonObject } from '../json/fields.ts';
import { type ManifestText, type PartOfText, type PlaceInText, partAt, type Step } from './manifest-text.ts';
import type { SecretMatch } from './secret-match.ts';
import type { SecretScanner } from './secret-scanner.ts';
import { searchText, shownName, type TextSecrets, variable } from './text-secrets.ts';

const kind = 'manifest' as const;
/** More than an object of Kubernetes can hold. */
const MAX_BYTES = 2 * 1024 * 1024;
const CONTAINERS = ['initContainers', 'containers', 'ephemeralContainers'] as const;
/** A name as Kubernetes allows it; anything else is counted by place. */
const CONTAINER = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
/** A key of a ConfigMap, and one of an annotation, as Kubernetes allows them. */
const KEY = /^[-._a-zA-Z0-9]{1,253}$/;
const ANNOTATION = /^(?:[-.a-z0-9]{1,253}\/)?[-._a-zA-Z0-9]{1,63}$/;
/** The object once more, as kubectl keeps it: what stands there stands in the object too. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** What an object holds. Clean only when both are empty. */
export interface ManifestSecrets {
  readonly secrets: readonly ManifestSecret[];
  /** Where more stands than is kept of one text: what comes behind that is not known. */
  readonly cut: readonly string[];
}

/** Where an object keeps a pod: the way to what holds its `metadata` and its spec, and what the spec is called. */
export interface PodInObject {
  readonly template: readonly Step[];
  readonly spec: string;
}

/** A secret of an object, with its place in it. */
export interface ManifestSecret extends PlaceInText {
  readonly match: SecretMatch;
}

const valueAt = (object: unknown, steps: readonly Step[]): unknown => {
  let here = object;
  for (const step of steps) here = typeof step === 'number' ? asList(here)[step] : asObject(here)?.[step];
  return here;
};

const TEMPLATE: readonly Step[] = ['spec', 'template'];

/** The one pod that an object makes, or is, by the usual form of such objects. */
const usualPod = (object: JsonObject): PodInObject => {
  const job = ['spec', 'jobTemplate', ...TEMPLATE];
  const template = [job, TEMPLATE].find((steps) => asObject(valueAt(object, steps)) !== undefined) ?? [];
  return { template, spec: 'spec' };
};

/** A name and its value as one text, so that the name tells what the value is. */
const named = (
  name: string,
  value: string,
  steps: readonly Step[],
): Pick<ManifestText, 'text' | 'parts'> => ({
  text: `${name}=${value}`,
  parts: [{ from: Buffer.byteLength(name) + 1, steps }],
});

const commandOf = (list: unknown, steps: readonly Step[]): Pick<ManifestText, 'text' | 'parts'> => {
  const parts: PartOfText[] = [];
  let text = '';
  let from = 0;
  for (const [at, item] of asList(list).entries()) {
    const word = asText(item, MAX_BYTES);
    if (word === undefined) continue;
    parts.push({ from, steps: [...steps, at] });
    text += parts.length === 1 ? word : ` ${word}`;
    from += Buffer.byteLength(word) + 1;
  }
  return { text, parts };
};

function* containerTexts(
  scanner: SecretScanner,
  container: JsonObject,
  { steps, place }: { readonly steps: readonly Step[]; readonly place: string },
): Generator<ManifestText> {
  for (const [at, item] of asList(container['env']).entries()) {
    const name = asText(asObject(item)?.['name'], MAX_BYTES) ?? '';
    const value = asText(asObject(item)?.['value'], MAX_BYTES);
    if (value === undefined) continue;
    const given = named(name, value, [...steps, 'env', at, 'value']);
    yield { ...variable(scanner, given.text, { at, prefix: `${place}.env`, kind }), parts: given.parts };
  }
  for (const field of ['command', 'args'])
    yield { kind, path: `${place}.${field}`, ...commandOf(container[field], [...steps, field]) };
}

function* podTexts(scanner: SecretScanner, object: JsonObject, pod: PodInObject): Generator<ManifestText> {
  const at = [...pod.template, pod.spec];
  const spec = asObject(valueAt(object, at));
  for (const list of CONTAINERS)
    for (const [number, item] of asList(spec?.[list]).entries()) {
      const container = asObject(item);
      if (container === undefined) continue;
      const name = asText(container['name'], 63) ?? '';
      const place = `${list}[${CONTAINER.test(name) ? name : number}]`;
      yield* containerTexts(scanner, container, { steps: [...at, list, number], place });
    }
}

function* annotationTexts(
  scanner: SecretScanner,
  object: JsonObject,
  holder: readonly Step[],
): Generator<ManifestText> {
  const steps = [...holder, 'metadata', 'annotations'];
  const entries = Object.entries(asObject(valueAt(object, steps)) ?? {});
  for (const [at, [key, given]] of entries.entries()) {
    const value = key === LAST_APPLIED ? undefined : asText(given, MAX_BYTES);
    if (value === undefined) continue;
    const shown = shownName(scanner, key, at, ANNOTATION);
    const path = `${holder.length === 0 ? '' : 'template.'}annotations[${shown}]`;
    yield { kind, path, shown, ...named(key, value, [...steps, key]) };
  }
}

/**
 * A key is the name of a file once it is mounted, and rules of certain files ask for how a path ends; a value of one line
 * may be a variable as well, and its name tells what it is.
 */
function* entryTexts(
  scanner: SecretScanner,
  object: JsonObject,
  field: 'data' | 'binaryData',
): Generator<ManifestText> {
  const isEncoded = field === 'binaryData';
  for (const [at, [key, value]] of Object.entries(asObject(object[field]) ?? {}).entries()) {
    const given = asText(value, MAX_BYTES);
    if (given === undefined) continue;
    const text = isEncoded ? Buffer.from(given, 'base64').toString('utf8') : given;
    const shown = shownName(scanner, key, at, KEY);
    const source = { kind, path: `${field}/${shown}`, shown, isEncoded };
    const steps = [field, key];
    if (!text.trimEnd().includes('\n')) yield { ...source, ...named(key, text, steps) };
    yield { ...source, text, parts: [{ from: 0, steps }] };
  }
}

function* textsOfObject(
  scanner: SecretScanner,
  of: string,
  object: JsonObject,
  pods: readonly PodInObject[],
): Generator<ManifestText> {
  yield* annotationTexts(scanner, object, []);
  if (of === 'ConfigMap') {
    yield* entryTexts(scanner, object, 'data');
    yield* entryTexts(scanner, object, 'binaryData');
    return;
  }
  for (const pod of pods.length === 0 ? [usualPod(object)] : pods) {
    if (pod.template.length > 0) yield* annotationTexts(scanner, object, pod.template);
    yield* podTexts(scanner, object, pod);
  }
}

/**
 * Searches an object of Kubernetes: what is written into the environment and the command of its containers, into its
 * annotations and those of its pods, or what a ConfigMap holds; each with its place in the object. `pods` says where the
 * object keeps its pods; without any, where such objects usually do. What lies in a Secret is in the right place, and is
 * not looked at. A value that was found as a variable and as a file is one.
 */
export const findInManifest = (
  scanner: SecretScanner,
  of: string,
  object: Readonly<Record<string, unknown>>,
  pods: readonly PodInObject[] = [],
): ManifestSecrets => {
  const found = new Map<string, ManifestSecret>();
  const cut = new Set<string>();
  if (of === 'Secret') return { secrets: [], cut: [] };
  // All of them, whatever their number and length: the size of an object is bounded, and a limit could be filled up first.
  for (const text of textsOfObject(scanner, of, object, pods)) {
    const { matches, isCut } = searchText(scanner, text);
    if (isCut) cut.add(text.path);
    for (const match of matches) {
      const place = partAt(text, match);
      const key = JSON.stringify([place.steps, match.fingerprint]);
      if (!found.has(key)) found.set(key, { match, ...place });
    }
  }
  return { secrets: [...found.values()], cut: [...cut] };
};

/** The same without the places. */
export const searchManifest = (
  scanner: SecretScanner,
  of: string,
  object: Readonly<Record<string, unknown>>,
): TextSecrets => {
  const { secrets, cut } = findInManifest(scanner, of, object);
  return { matches: secrets.map(({ match }) => match), cut };
};
