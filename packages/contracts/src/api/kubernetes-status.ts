// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { choice, flag, inline, instant, integer, list, optional, text } from '../schema.ts';

/** How a Kubernetes cluster is watched. */
export const KubernetesStatus = inline('The Kubernetes cluster that is watched', {
  state: choice(
    ['off', 'failed', 'connecting', 'synced', 'partial', 'behind'],
    'off: there is none; failed: its access is of no use; partial: some kinds may not be read, so they are unknown; behind: not followed now',
  ),
  server: optional(text('Host and port of the API server', 256)),
  version: optional(text('Version of the API server', 64)),
  code: optional(text('Error code of what hinders', 64)),
  detail: optional(text('What hinders', 512)),
  kinds: list(
    inline('One kind of object', {
      kind: text('Kind', 63),
      group: text('API group; empty = core', 253),
      condition: choice(
        ['unknown', 'synced', 'behind', 'not-permitted', 'not-served'],
        'unknown: never read whole; synced: followed, or with E_KUBE_NOT_PERMITTED or E_KUBE_REFUSED only listed, about once a minute, because it may not be watched; behind: was followed, and is not now; not-served: the API server has no such kind',
      ),
      code: optional(text('Error code', 64)),
      objects: integer('Objects known', '1'),
      freshAtMs: optional(instant('Up to when what is known is what is there; absent = never')),
    }),
    'Kinds that are watched',
    64,
  ),
  admission: optional(
    inline('Admission webhooks', {
      state: choice(['off', 'starting', 'on', 'failed'], 'off: not asked for'),
      code: optional(text('Error code of what hinders', 64)),
      detail: optional(text('What hinders', 512)),
      port: optional(integer('Port that listens', '1')),
      requestsTotal: optional(integer('Requests since start', '1')),
      deniedTotal: optional(integer('Of those, refused', '1')),
      failedTotal: optional(integer('Of those, left to the failure policy', '1')),
      policyRevision: optional(text('Content hash of the rules in force', 64)),
      record: optional(
        inline('The record of the answers', {
          waiting: integer('Answers that are not written yet', '1'),
          lostTotal: integer('Answers since start that are not in the record', '1'),
          code: optional(text('Why the store does not take them now: an error code', 64)),
        }),
      ),
      webhooks: list(
        inline('A webhook configuration of ours', {
          name: text('Name', 253),
          state: choice(
            ['in-force', 'absent', 'restored', 'not-permitted', 'off'],
            'restored: in force again after somebody deleted or changed it',
          ),
          failsClosed: flag('Has an entry that refuses what we cannot judge'),
          restoredTotal: integer('How often it was put back', '1'),
          code: optional(text('Error code', 64)),
        }),
        'Configurations',
        16,
      ),
      notAsked: optional(
        inline(
          'Resources that rules name and API servers are not told to ask about; absent: there are none',
          {
            total: integer('How many', '1'),
            resources: list(text('group/resource', 320), 'The first of them', 20),
          },
        ),
      ),
    }),
  ),
  customKinds: optional(
    inline('Custom kinds whose existing objects are judged', {
      followed: integer('Kinds that are followed', '1'),
      notPermitted: list(
        text('group/resource', 320),
        'Kinds that may not be read: nothing is known of them',
        100,
      ),
      noRoom: integer('Kinds that found no room', '1'),
    }),
  ),
});
