// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type AdmissionRequest,
  imageReference,
  type PodPathTable,
  podPlaces,
} from '@bartizan/engine/admission';

/** Images of which something else is known than before: by digest, and by the names that are at hand. */
export interface ChangedImages {
  readonly digests: ReadonlySet<string>;
  /** Normalised references. */
  readonly names: ReadonlySet<string>;
}

interface Reference {
  readonly digest: string | undefined;
  readonly names: readonly string[];
}

const LISTS = ['initContainers', 'containers', 'ephemeralContainers'];
const CONTAINERS_MAX = 1_000;
/** Requests are immutable: what one names is read once, as long as kinds keep their pods where they did. */
const known = new WeakMap<
  AdmissionRequest,
  { readonly paths: PodPathTable; readonly references: readonly Reference[] }
>();

const memberOf = (value: unknown, key: string | number): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;

/** Specifications of the pods that an object is, or makes. */
function podSpecsOf({ group, resource, object }: AdmissionRequest, paths: PodPathTable): unknown[] {
  const rows = paths.get(`${group}/${resource}`);
  if (rows === undefined || typeof object !== 'object' || object === null) return [];
  return podPlaces(rows, { ...object }).places.map(({ template, spec }) =>
    memberOf(template.reduce<unknown>(memberOf, object), spec),
  );
}

function readReferences(request: AdmissionRequest, paths: PodPathTable): readonly Reference[] {
  const images = podSpecsOf(request, paths).flatMap((spec) => {
    return LISTS.flatMap((list) => {
      const containers = memberOf(spec, list);
      return Array.isArray(containers)
        ? containers.slice(0, CONTAINERS_MAX).map((one: unknown) => memberOf(one, 'image'))
        : [];
    });
  });
  return images
    .filter((image) => typeof image === 'string')
    .map((image) => {
      const { digest, registry, repository, normalised } = imageReference(image);
      const byDigest = digest === undefined ? [] : [`${registry}/${repository}@${digest}`];
      return { digest, names: [normalised, ...byDigest] };
    });
}

/** Whether an object runs one of the images. */
export function runsOneOf(
  request: AdmissionRequest,
  { digests, names }: ChangedImages,
  paths: PodPathTable,
): boolean {
  const kept = known.get(request);
  const references = kept?.paths === paths ? kept.references : readReferences(request, paths);
  if (kept?.paths !== paths) known.set(request, { paths, references });
  return references.some(
    (one) =>
      (one.digest !== undefined && digests.has(one.digest)) || one.names.some((name) => names.has(name)),
  );
}

/** Whether an object runs as one of the service accounts, `namespace/name`. */
export const runsAsOneOf = (
  request: AdmissionRequest,
  accounts: ReadonlySet<string>,
  paths: PodPathTable,
): boolean =>
  podSpecsOf(request, paths).some((spec) => {
    const named = [memberOf(spec, 'serviceAccountName'), memberOf(spec, 'serviceAccount')];
    const name = named.find((one) => typeof one === 'string' && one !== '') ?? 'default';
    return accounts.has(`${request.namespace}/${String(name)}`);
  });
