// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionCollection, FactType } from '@bartizan/contracts';
import {
  ADMISSION_FIELDS,
  type AdmissionField,
  type AdmissionSubject,
  COLLECTIONS,
} from '../../admission/index.ts';

/** Where in an object a part of a pattern stands. */
export interface Place {
  /** What the path begins at: the pod specification, the object, or an item of a list. */
  readonly subject: AdmissionSubject;
  readonly path: readonly string[];
}

/** A field of ours, with its type; fields for a free path have none. */
export interface KnownField {
  readonly name: string;
  readonly type: FactType | undefined;
  /** Of a list: how its items are asked one by one. */
  readonly each?: { readonly collection: AdmissionCollection; readonly field: string };
  /** Of a list: its items are whole numbers, none of them below zero. */
  readonly isOfIds?: true;
}

const key = (subject: string, path: readonly string[]): string => `${subject} ${path.join('.')}`;

/** Fields that say something else than what is written at their path, and patterns ask for that. */
const READ_OTHERWISE =
  /\.effective\.|^container\.image\b(?!\.raw)|^container\.capabilities\.added$|^volume\.hostPath\.path$/;

/** A count, or an answer with yes or no, which is there also where nothing stands at the path. */
const isAnswer = ({ type, take }: AdmissionField): boolean =>
  take === undefined && (type === 'number' || type === 'boolean');

/** Fields by the place they are read of. What is computed out of several places stands for none of them. */
const FIELDS: ReadonlyMap<string, KnownField> = new Map(
  ADMISSION_FIELDS.filter(
    (field) => field.path.length > 0 && !isAnswer(field) && !READ_OTHERWISE.test(field.name),
  )
    .toReversed()
    .map(({ name, subject, path, type }) => [key(subject, path), { name, type }]),
);

/** Lists of text and numbers that no field of the catalogue reads. */
const SCALAR_LISTS: ReadonlySet<string> = new Set([
  'pod securityContext.supplementalGroups',
  'pod dnsConfig.nameservers',
  'pod dnsConfig.searches',
  'object spec.accessModes',
  'object spec.mountOptions',
  'object spec.clusterIPs',
  'object spec.ipFamilies',
  'object spec.policyTypes',
  'object spec.finalizers',
]);
const OF_IDS: ReadonlySet<string> = new Set(['pod securityContext.supplementalGroups']);
const EACH: Readonly<Record<string, NonNullable<KnownField['each']>>> = {
  'container.capabilities.add': { collection: 'container.capabilities-added', field: 'capability.name' },
};

const LISTS: Readonly<Record<string, AdmissionCollection>> = {
  'pod containers': 'regular-containers',
  'pod initContainers': 'init-containers',
  'pod ephemeralContainers': 'ephemeral-containers',
  'pod volumes': 'volumes',
  'pod securityContext.sysctls': 'pod.sysctls',
  'pod tolerations': 'pod.tolerations',
  'pod hostAliases': 'pod.host-aliases',
  'container ports': 'container.ports',
  'container env': 'container.environment',
  'container volumeMounts': 'container.mounts',
  'object rules': 'role.rules',
  'object subjects': 'binding.subjects',
};

const escaped = (path: readonly string[]): string =>
  path.map((step) => step.replaceAll('~', '~0').replaceAll('/', '~1')).join('/');

/** The field that reads a place: one of the catalogue, else one for the free path, which only pods and objects have. */
export function fieldAt({ subject, path }: Place): KnownField | undefined {
  const at = key(subject, path);
  const known = FIELDS.get(at);
  if (known !== undefined) {
    const each = EACH[known.name];
    return each === undefined ? known : { ...known, each };
  }
  if (subject !== 'pod' && subject !== 'object') return undefined;
  const name = `${subject}.path/${escaped(path)}`;
  if (!SCALAR_LISTS.has(at)) return { name, type: undefined };
  return { name, type: 'list', ...(OF_IDS.has(at) ? { isOfIds: true } : {}) };
}

/** The list at a place that conditions can quantify over, and what its items are. */
export function listAt({
  subject,
  path,
}: Place): { readonly collection: AdmissionCollection; readonly subject: AdmissionSubject } | undefined {
  const collection = LISTS[key(subject, path)];
  return collection === undefined ? undefined : { collection, subject: COLLECTIONS[collection].subject };
}
