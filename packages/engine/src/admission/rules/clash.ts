// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionFixStep } from '@bartizan/contracts';
import { isObject, type JsonObject, walk } from '../pod/json.ts';
import { quantity } from '../pod/quantity.ts';

/*
 * The API server refuses some settings of a pod because of others that it has. A repair that makes such a pair would turn
 * a warning into a refusal, so it is not offered.
 */

const LISTS = ['containers', 'initContainers', 'ephemeralContainers'];

const itemsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const membersOf = (value: unknown): JsonObject => (isObject(value) ? value : {});

/** In thousandths, so that 700m and 0.7 are the same. */
function thousandths(value: unknown): number | undefined {
  const number = quantity(value);
  return number === undefined ? undefined : Math.round(number * 1000);
}
function isBelow(one: unknown, two: unknown): boolean {
  const [left, right] = [thousandths(one), thousandths(two)];
  return left !== undefined && right !== undefined && left < right;
}

/** Resources of which the limit is below what is requested, or above the limit of the pod as a whole. */
function limitsAtOdds(resources: unknown, ofPod: JsonObject): string[] {
  const limits = membersOf(walk(resources, ['limits']));
  const requests = membersOf(walk(resources, ['requests']));
  return Object.keys(limits).filter(
    (name) => isBelow(limits[name], requests[name]) || isBelow(ofPod[name], limits[name]),
  );
}

function escalationClashes(container: unknown): boolean {
  const security = walk(container, ['securityContext']);
  return (
    walk(security, ['allowPrivilegeEscalation']) === false &&
    (walk(security, ['privileged']) === true ||
      itemsOf(walk(security, ['capabilities', 'add'])).includes('CAP_SYS_ADMIN'))
  );
}

const hasDevices = (container: unknown): boolean => itemsOf(walk(container, ['volumeDevices'])).length > 0;

function usersClash(spec: JsonObject): boolean {
  if (walk(spec, ['hostUsers']) !== false) return false;
  return (
    ['hostNetwork', 'hostPID', 'hostIPC'].some((name) => walk(spec, [name]) === true) ||
    LISTS.some((list) => itemsOf(walk(spec, [list])).some(hasDevices))
  );
}

const sourcesOf = (volume: unknown): number =>
  Object.entries(membersOf(volume)).filter(([key, value]) => key !== 'name' && value !== null).length;

/** Where settings of a pod are that the API server refuses together. */
export function clashesOf(spec: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  if (!isObject(spec)) return found;
  const ofPod = membersOf(walk(spec, ['resources', 'limits']));
  if (usersClash(spec)) found.add('hostUsers');
  for (const list of LISTS)
    for (const [at, container] of itemsOf(walk(spec, [list])).entries()) {
      if (escalationClashes(container)) found.add(`${list}/${at}/allowPrivilegeEscalation`);
      for (const name of limitsAtOdds(walk(container, ['resources']), ofPod))
        found.add(`${list}/${at}/limits/${name}`);
    }
  for (const [at, volume] of itemsOf(walk(spec, ['volumes'])).entries())
    if (sourcesOf(volume) > 1) found.add(`volumes/${at}`);
  return found;
}

/** What a step sets: a place and a value, one for each member of an object. */
function leavesOf(steps: readonly string[], value: unknown): string[] {
  const members = isObject(value) ? Object.entries(value) : [];
  if (members.length === 0) return [`${steps.join('/')}=${JSON.stringify(value)}`];
  return members.flatMap(([key, inner]) => leavesOf([...steps, key], inner));
}

const CLASHING =
  /(?:^|\/)(?:allowPrivilegeEscalation=false|privileged=true|capabilities\/add\b|(?:limits|requests)\/|hostUsers=false|host(?:Network|PID|IPC)=true|volumeDevices\b|(?:configMap|csi|downwardAPI|emptyDir|ephemeral|hostPath|image|persistentVolumeClaim|projected|secret)[/=])/;

/** Whether a step of a repair sets something that the API server may refuse because of what stands beside it. */
export const canClash = ({ op, value }: AdmissionFixStep, steps: readonly string[]): boolean =>
  op !== 'remove' && leavesOf(steps, value).some((leaf) => CLASHING.test(leaf));
