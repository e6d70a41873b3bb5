// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { text } from './schema.ts';

/** The id of a cluster; `local` on one host without Kubernetes. */
export const ClusterId = text('Cluster id', 64, { pattern: '^[a-z0-9][a-z0-9.-]*$' });
/** The id of a tenant; `default` where there is only one. */
export const TenantId = text('Tenant id', 64, { pattern: '^[a-z0-9][a-z0-9.-]*$' });
/** The id of a node: derived from the machine id and the instance name, stable over restarts. */
export const NodeId = text('Node id', 64, { pattern: '^[a-zA-Z0-9][a-zA-Z0-9._-]*$' });
/** A dotted, stable id of a rule, check, sensor or responder, e.g. `runtime.reverse-shell`. */
export const DottedId = text('Stable dotted id', 128, { pattern: '^[a-z0-9]+([.-][a-z0-9]+)*$' });
/** An id made by us: lower-case hexadecimal or ULID. */
export const OpaqueId = text('Id', 128, { pattern: '^[A-Za-z0-9][A-Za-z0-9:._-]*$' });

/** Whose records an operation may touch. The first argument of every repository method. */
export type Scope =
  | { readonly kind: 'tenant'; readonly cluster: string; readonly tenant: string }
  | {
      /** Everything, for the product's own work. Each use names its purpose, which is audited. */
      readonly kind: 'system';
      readonly purpose: string;
    };

/** The scope of one tenant of one cluster. */
export const tenantScope = (cluster: string, tenant: string): Scope => ({ kind: 'tenant', cluster, tenant });

/** The named, audited scope of the product itself. */
export const systemScope = (purpose: string): Scope => ({ kind: 'system', purpose });

/** The cluster of a host without Kubernetes. */
export const LOCAL_CLUSTER = 'local';
/** The tenant of an installation without tenants. */
export const DEFAULT_TENANT = 'default';
