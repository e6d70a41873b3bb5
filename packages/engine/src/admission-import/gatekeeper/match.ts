// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type AdmissionMatch, type AdmissionOperation, err, ok, type Result } from '@bartizan/contracts';
import { BESIDE_PODS, resourceOf } from '../../admission/index.ts';
import { isObject, type Json, listOf, textMapOf, textOf, textsOf } from '../../foreign-json.ts';

const RESOURCES_MAX = 64;
const KNOWN = new Set([
  'kinds',
  'namespaces',
  'excludedNamespaces',
  'labelSelector',
  'namespaceSelector',
  'scope',
  'name',
  'source',
]);

const ALL = 'match.kinds: all groups or all kinds, or what is no name';

/** Names of groups or kinds; undefined: all of them, or not names alone. */
const namesOf = (value: unknown): readonly string[] | undefined => {
  const names = textsOf(value);
  const isWhole = names.length > 0 && names.length === listOf(value).length;
  return isWhole && !names.includes('*') ? names : undefined;
};

function resourcesOf(kinds: unknown): Result<string[], string> {
  const found: string[] = [];
  for (const row of listOf(kinds)) {
    if (!isObject(row)) return err('match.kinds: not a list of groups and kinds');
    const [groups, named] = [row['apiGroups'], row['kinds']].map(namesOf);
    // A row that leaves out one of the two is about all of them.
    if (groups === undefined || named === undefined) return err(ALL);
    for (const kind of named)
      for (const group of groups) {
        found.push(`${group}/${resourceOf(group, kind)}`);
        // Gatekeeper is asked about ephemeral containers as of kind Pod; a resize changed the pod itself before.
        if (group === '' && kind === 'Pod') found.push(...BESIDE_PODS);
      }
  }
  if (found.length === 0) return err('match.kinds: names no kind');
  return found.length > RESOURCES_MAX ? err(`match.kinds: more than ${RESOURCES_MAX}`) : ok(found);
}

/** Labels that must be equal; a selector that says more cannot be taken. */
function labelsOf(value: unknown, where: string): Result<Record<string, string> | undefined, string> {
  if (value === undefined || value === null) return ok(undefined);
  if (!isObject(value) || Object.keys(value).some((key) => key !== 'matchLabels'))
    return err(`${where}: only matchLabels can be taken`);
  return ok(textMapOf(value['matchLabels']));
}

/** Which requests a constraint is about; a part that has no equal here is an error, never left out. */
export function gatekeeperMatch(
  value: unknown,
  operations: readonly AdmissionOperation[],
): Result<AdmissionMatch, string> {
  const match: Json = isObject(value) ? value : {};
  const stranger = Object.keys(match).find((key) => !KNOWN.has(key));
  if (stranger !== undefined) return err(`match.${stranger} is not read`);
  if (textOf(match['name']) !== '') return err('match.name is not read');
  const scope = textOf(match['scope']);
  if (scope !== '' && scope !== '*') return err(`match.scope ${scope} is not read`);
  const resources = resourcesOf(match['kinds']);
  if (!resources.ok) return resources;
  const labels = labelsOf(match['labelSelector'], 'match.labelSelector');
  if (!labels.ok) return labels;
  const namespaceLabels = labelsOf(match['namespaceSelector'], 'match.namespaceSelector');
  if (!namespaceLabels.ok) return namespaceLabels;
  const namespaces = textsOf(match['namespaces']);
  const excludeNamespaces = textsOf(match['excludedNamespaces']);
  return ok({
    resources: resources.value,
    operations: [...operations],
    ...(namespaces.length === 0 ? {} : { namespaces }),
    ...(excludeNamespaces.length === 0 ? {} : { excludeNamespaces }),
    ...(labels.value === undefined ? {} : { labels: labels.value }),
    ...(namespaceLabels.value === undefined ? {} : { namespaceLabels: namespaceLabels.value }),
  });
}
