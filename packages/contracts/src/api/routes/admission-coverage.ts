// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Static } from 'typebox';
import { choice, flag, inline, integer, list, object, optional, text } from '../../schema.ts';

/** How a pod template of a custom kind is known. */
const TEMPLATE_FINDINGS = ['schema', 'name', 'table', 'none'] as const;
/** How far objects of a custom kind are judged that exist already. */
const CUSTOM_AUDIT = [
  'followed',
  'listed',
  'connecting',
  'behind',
  'not-permitted',
  'not-served',
  'no-room',
  'not-asked',
] as const;

const CustomKinds = inline('Custom kinds of the cluster', {
  definitions: choice(
    ['known', 'connecting', 'behind', 'not-permitted', 'not-served'],
    'Whether the definitions of custom kinds are known; not-permitted: they may not be read, so only kinds in wide use are known',
  ),
  code: optional(text('Error code of what hinders', 64)),
  read: integer('Definitions that were read', '1'),
  leftOut: integer('Definitions, and kinds of the list, that found no room', '1'),
  kinds: list(
    inline('A custom kind', {
      resource: text('group/resource', 320),
      versions: list(text('Version', 63), 'Versions that are served', 16),
      found: choice(
        TEMPLATE_FINDINGS,
        'How its pods were found; schema: by the shape of the schema; name: the schema leaves it open, and the name is that of a template; table: it is in wide use; none: it holds none that anybody knows of',
      ),
      places: list(text('Field path', 512), 'Where it keeps pods', 512),
      open: list(text('Field path', 253), 'Places of which the schema says nothing', 256),
      unread: optional(
        choice(
          ['no-schema', 'too-large', 'too-deep', 'too-many'],
          'Why its schema was not looked through to the end',
        ),
      ),
      native: flag('Rules about all workloads that the API server holds by itself hold for it, too'),
      audit: choice(
        CUSTOM_AUDIT,
        'How far objects that exist are judged; listed: they may be listed and not watched, so they are read about once a minute; not-permitted: they may not be read, so nothing is known of them; no-room: more kinds or objects than are followed; not-asked: no rule is about them. Requests are judged in any case',
      ),
      objects: optional(integer('Objects that are judged', '1')),
      leftOut: optional(integer('Objects that found no room', '1')),
      code: optional(text('Error code of what hinders', 64)),
      remedy: optional(text('Command that permits reading them', 512)),
    }),
    'Kinds that hold pods, are named by rules, or were not looked through to the end',
    500,
  ),
});

/** What no rule looks at. */
export const AdmissionCoverage = object('AdmissionCoverage', 'Which kinds and namespaces rules cover', {
  kinds: list(
    inline('A kind', {
      resource: text('group/resource', 253),
      objects: optional(integer('Objects that exist', '1')),
      rules: integer('Rules that look at it', '1'),
      enforced: integer('Of those, rules that refuse', '1'),
    }),
    'Kinds',
    500,
  ),
  namespaces: list(
    inline('A namespace', {
      namespace: text('Namespace', 253),
      objects: integer('Objects', '1'),
      rules: integer('Rules in force', '1'),
      enforced: integer('Of those, rules that refuse', '1'),
      podSecurity: optional(text('Pod Security level that the API server enforces', 64)),
    }),
    'Namespaces',
    5000,
  ),
  custom: CustomKinds,
  notAsked: list(
    text('group/resource', 320),
    'Resources that rules name and API servers are not told to ask about, since there are too many',
    1000,
  ),
});
export type AdmissionCoverage = Static<typeof AdmissionCoverage>;
