// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ACCESS_REQUEST_MIN_MS } from '@bartizan/contracts';
import type { AccessRequestDesks } from '../../access-request-ports.ts';
import { GrantLifecycle } from '../../decide/access/grant-lifecycle.ts';
import {
  EXPIRY_ANNOTATION,
  GRANT_RESOURCES,
  grantLabels,
  REQUEST_LABEL,
} from '../../decide/access/grant-plan.ts';
import { type BookParts, RequestBook } from '../../decide/access/request-book.ts';
import { buildRequestDesks } from '../../decide/access/request-desk.ts';
import { GrantKeeper } from '../../respond/access/grant-keeper.ts';
import type { StartOptions } from '../../settings.ts';
import type { ClusterRole } from './build-cluster.ts';

type Parts = BookParts & { readonly options: Pick<StartOptions, 'instance' | 'accessRequests'> };

/** Requests for access, and what grants and ends them in the cluster, where one is watched. */
export interface AccessRequests {
  readonly desks: AccessRequestDesks;
  readonly start: () => void;
  readonly close: () => Promise<void>;
}

const KINDS: ReadonlySet<string> = new Set(GRANT_RESOURCES.map(({ kind }) => kind));

/** Joins the requests of the store to the cluster. */
export function buildAccessRequests(
  parts: Parts,
  { known, access }: Pick<ClusterRole, 'known' | 'access'>,
): AccessRequests {
  const { instance, accessRequests } = parts.options;
  const settings = { ...parts, instance, shortestMs: accessRequests?.shortestMs ?? ACCESS_REQUEST_MIN_MS };
  if (known === undefined || access === undefined)
    return {
      desks: buildRequestDesks({ ...settings, place: undefined }),
      start: () => undefined,
      close: () => Promise.resolve(),
    };
  const writer = new GrantKeeper({
    client: known.client,
    resources: GRANT_RESOURCES,
    labels: grantLabels(instance),
    requestLabel: REQUEST_LABEL,
    expiryAnnotation: EXPIRY_ANNOTATION,
  });
  const lifecycle = new GrantLifecycle({ ...settings, book: new RequestBook(parts), writer });
  let stop = (): void => undefined;
  return {
    desks: buildRequestDesks({ ...settings, place: { access, writer, lifecycle } }),
    start: () => {
      stop = known.state.listen({
        onChange: ({ kind, meta }) => {
          if (KINDS.has(kind) && meta.name.startsWith('bartizan-access-')) lifecycle.seen();
        },
        onState: ({ kind, condition }) => {
          // The API server is back: what could not be ended meanwhile is ended now.
          if (kind === 'RoleBinding' && condition === 'synced') lifecycle.seen();
        },
      });
      lifecycle.start();
    },
    close: async () => {
      stop();
      await lifecycle.close();
    },
  };
}
