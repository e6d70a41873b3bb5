// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** An image that a registry says was pushed. */
export interface PushedImage {
  readonly repository: string;
  /** Tag, or digest where there is no tag. */
  readonly reference: string;
}

/** Pushes taken from one note; what lies behind them is left to the schedule. */
const PUSHES_MAX = 200;
/** Names as the distribution specification allows them. */
const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const REPOSITORY_MAX = 255;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
/** Layers are pushed too, and are no images. */
const MANIFEST =
  /^application\/vnd\.(?:docker\.distribution\.manifest|oci\.image\.(?:manifest|index))\.[\w.+]*json$/;

type Note = Readonly<Record<string, unknown>>;

const objectOf = (value: unknown): Note =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Note) : {};
const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value.slice(0, PUSHES_MAX) : [];

const pushed = (repository: unknown, tag: unknown, digest?: unknown): PushedImage[] => {
  if (typeof repository !== 'string' || repository.length > REPOSITORY_MAX || !REPOSITORY.test(repository))
    return [];
  if (typeof tag === 'string' && TAG.test(tag)) return [{ repository, reference: tag }];
  return typeof digest === 'string' && DIGEST.test(digest) ? [{ repository, reference: digest }] : [];
};

/** One event of the distribution project, as GitLab sends it too; Azure sends such an event alone. */
const ofEvent = (event: Note): PushedImage[] => {
  const target = objectOf(event['target']);
  const { repository, tag, digest, mediaType } = target;
  const isManifest = typeof mediaType === 'string' && MANIFEST.test(mediaType);
  return event['action'] === 'push' && isManifest ? pushed(repository, tag, digest) : [];
};

/** JSON in base64; undefined when it is none. */
const decoded = (data: string): unknown => {
  try {
    return JSON.parse(Buffer.from(data, 'base64').toString('utf8'));
  } catch {
    return undefined;
  }
};

/** A whole name with its host, which is left out: `HOST/REPOSITORY:TAG`, `HOST/REPOSITORY@DIGEST`. */
const ofName = (name: unknown): PushedImage[] => {
  if (typeof name !== 'string' || name.length > 1024) return [];
  const path = name.slice(name.indexOf('/') + 1);
  const at = path.indexOf('@');
  if (at > 0) return pushed(path.slice(0, at), undefined, path.slice(at + 1));
  const colon = path.lastIndexOf(':');
  return colon > 0 ? pushed(path.slice(0, colon), path.slice(colon + 1)) : [];
};

/** Forms of notes: the first that knows one reads it. `undefined` = of another form. */
const FORMS: readonly ((note: Note) => PushedImage[] | undefined)[] = [
  // Docker Distribution, GitLab: an envelope of events.
  (note) =>
    Array.isArray(note['events'])
      ? listOf(note['events']).flatMap((one) => ofEvent(objectOf(one)))
      : undefined,
  // Azure Container Registry.
  (note) => ('target' in note && 'action' in note ? ofEvent(note) : undefined),
  // Harbor.
  (note) => {
    if (typeof note['type'] !== 'string' || !('event_data' in note)) return undefined;
    const data = objectOf(note['event_data']);
    const name = objectOf(data['repository'])['repo_full_name'];
    if (note['type'] !== 'PUSH_ARTIFACT') return [];
    return listOf(data['resources'])
      .map(objectOf)
      .flatMap(({ tag, digest }) => pushed(name, tag, digest));
  },
  // GitHub: `package` and, of old, `registry_package`.
  (note) => {
    const one = objectOf(note['package'] ?? note['registry_package']);
    if (!('package_type' in one)) return undefined;
    const isContainer = String(one['package_type']).toLowerCase() === 'container';
    const owner = one['namespace'] ?? objectOf(one['owner'])['login'];
    const metadata = objectOf(objectOf(one['package_version'])['container_metadata']);
    const tag = objectOf(metadata['tag']);
    if (!isContainer || typeof owner !== 'string' || typeof one['name'] !== 'string') return [];
    return pushed(`${owner}/${one['name']}`.toLowerCase(), tag['name'], tag['digest']);
  },
  // Nexus: a component of one of its repositories.
  (note) => {
    if (typeof note['repositoryName'] !== 'string' || !('component' in note)) return undefined;
    const { format, name, version } = objectOf(note['component']);
    const isImage = format === 'docker' && (note['action'] === 'CREATED' || note['action'] === 'UPDATED');
    return isImage ? pushed(name, version) : [];
  },
  // Google Artifact Registry: a message of Pub/Sub, what it says in base64.
  (note) => {
    const { data } = objectOf(note['message']);
    if (typeof note['subscription'] !== 'string' || typeof data !== 'string') return undefined;
    const { action, digest, tag } = objectOf(decoded(data));
    return action === 'INSERT' ? ofName(typeof tag === 'string' ? tag : digest) : [];
  },
  // Quay: all tags of one push.
  (note) =>
    typeof note['repository'] === 'string' && Array.isArray(note['updated_tags'])
      ? listOf(note['updated_tags']).flatMap((tag) => pushed(note['repository'], tag))
      : undefined,
  // Docker Hub.
  (note) =>
    'push_data' in note
      ? pushed(objectOf(note['repository'])['repo_name'], objectOf(note['push_data'])['tag'])
      : undefined,
];

/**
 * The images that a note of a registry names, each once; undefined when it is of no form that is known. The host in a
 * note is never believed: who sent it is known by its secret.
 */
export function readPushes(note: unknown): readonly PushedImage[] | undefined {
  for (const read of FORMS) {
    const found = read(objectOf(note));
    if (found === undefined) continue;
    const each = new Map(found.map((one) => [`${one.repository} ${one.reference}`, one]));
    return [...each.values()].slice(0, PUSHES_MAX);
  }
  return undefined;
}
