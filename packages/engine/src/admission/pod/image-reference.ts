// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** An image reference in one form, whatever the manifest wrote. */
export interface ImageReference {
  /** As written. */
  readonly raw: string;
  /** Host with port, lower case; docker.io when the manifest names none. */
  readonly registry: string;
  /** Path within the registry, e.g. library/nginx. */
  readonly repository: string;
  /** registry/repository. */
  readonly name: string;
  /** As written; latest when neither tag nor digest is; undefined beside a digest without tag. */
  readonly tag: string | undefined;
  /** e.g. sha256:… */
  readonly digest: string | undefined;
  /** registry/repository with tag and digest: one text for one image. */
  readonly normalised: string;
  /** Whether it follows the grammar of references. An image whose name does not can look like another one. */
  readonly valid: boolean;
}

const HUB = 'docker.io';
const HUB_NAMES: ReadonlySet<string> = new Set([
  'index.docker.io',
  'registry-1.docker.io',
  'registry.hub.docker.com',
  'hub.docker.com',
]);
const LENGTH_MAX = 4096;
const HOST = /^[a-z0-9]+(?:[.-]+[a-z0-9]+)*(?::\d{1,5})?$|^\[[0-9a-f:]+\](?::\d{1,5})?$/;
const COMPONENT = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const DIGEST = /^[a-z][a-z0-9]*(?:[+._-][a-z][a-z0-9]*)*:[0-9a-f]{32,}$/;

/** The host in one form: lower case, no dot at the end, not the port that is meant anyway, one name for Docker Hub. */
function hostOf(written: string): string {
  const host = written
    .toLowerCase()
    .replace(/:443$/, '')
    .replace(/\.(?=:|$)/, '');
  return HUB_NAMES.has(host) ? HUB : host;
}

/** Whether the first part names a registry: the rule of Docker, which all runtimes follow. */
const isHost = (first: string): boolean =>
  first.includes('.') || first.includes(':') || first === 'localhost' || first !== first.toLowerCase();

function splitHost(name: string): { readonly host: string; readonly path: string } {
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  if (slash < 0 || !isHost(first)) return { host: HUB, path: name };
  return { host: hostOf(first), path: name.slice(slash + 1) };
}

const KNOWN_MAX = 4096;
const KNOWN_LENGTH_MAX = 256;
const known = new Map<string, ImageReference>();

/** The same as `imageReference`, read once: the pods of a cluster run few images. */
export function knownImageReference(written: string): ImageReference {
  const found = known.get(written);
  if (found !== undefined) return found;
  const made = imageReference(written);
  if (written.length > KNOWN_LENGTH_MAX) return made;
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(written, made);
  return made;
}

/** Reads an image reference; never fails: one that breaks the grammar is read as far as it goes and marked. */
export function imageReference(written: string): ImageReference {
  const raw = written.slice(0, LENGTH_MAX);
  const at = raw.indexOf('@');
  const digest = at < 0 ? undefined : raw.slice(at + 1);
  const name = at < 0 ? raw : raw.slice(0, at);
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
  const tagged = colon < 0 ? undefined : name.slice(colon + 1);
  const { host, path } = splitHost(colon < 0 ? name : name.slice(0, colon));
  const repository = host === HUB && !path.includes('/') ? `library/${path}` : path;
  const tag = tagged ?? (digest === undefined ? 'latest' : undefined);
  const valid =
    written.length <= LENGTH_MAX &&
    HOST.test(host) &&
    repository.split('/').every((part) => COMPONENT.test(part)) &&
    (tag === undefined || TAG.test(tag)) &&
    (digest === undefined || DIGEST.test(digest));
  const normalised = `${host}/${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
  return { raw, registry: host, repository, name: `${host}/${repository}`, tag, digest, normalised, valid };
}
