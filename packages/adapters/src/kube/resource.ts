// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { KubeFault, kubeError } from './fault.ts';

/** A kind of object as the API server names it. */
export interface Resource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly isNamespaced: boolean;
  /** Only what every object carries is asked for: of a Secret no value comes then. */
  readonly metadataOnly?: true;
}

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9.:_-]{0,252}$/;

/** A part of a path: nothing that leads elsewhere. */
function segment(value: string): string {
  if (!NAME.test(value) || value.includes('..'))
    throw new KubeFault(kubeError('E_KUBE_REFUSED', `not a name: ${JSON.stringify(value.slice(0, 100))}`));
  return encodeURIComponent(value);
}

/** `apiVersion` of a resource. */
export const apiVersionOf = ({ group, version }: Resource): string =>
  group === '' ? version : `${group}/${version}`;

/** Which objects of a resource. */
export interface Place {
  /** Absent: all namespaces. */
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

/** Path of objects of a resource. */
export function pathOf(resource: Resource, { namespace, name, subresource }: Place = {}): string {
  const { group, version, plural, isNamespaced } = resource;
  const base = group === '' ? `/api/${segment(version)}` : `/apis/${segment(group)}/${segment(version)}`;
  const inside = isNamespaced && namespace !== undefined ? `/namespaces/${segment(namespace)}` : '';
  const object = name === undefined ? '' : `/${segment(name)}`;
  const part = subresource === undefined ? '' : `/${segment(subresource)}`;
  return `${base}${inside}/${segment(plural)}${object}${part}`;
}
