// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { JsonObject } from '../cel/index.ts';

export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}
export interface GroupVersionResource {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
}

/** A request as the API server judges it, or as it is played through. */
export interface NativeRequest {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  readonly kind: GroupVersionKind;
  readonly resource: GroupVersionResource;
  readonly subResource?: string;
  /** Absent for objects of the cluster. */
  readonly namespace?: string;
  readonly name?: string;
  readonly object?: JsonObject;
  readonly oldObject?: JsonObject;
  readonly options?: JsonObject;
  readonly userInfo?: JsonObject;
  readonly dryRun?: boolean;
  readonly uid?: string;
  /** The object's namespace as an object; undefined when it is not known. */
  readonly namespaceObject?: JsonObject;
  /** Other versions and groups in which the API server serves the same objects. */
  readonly equivalents?: readonly GroupVersionResource[];
}
