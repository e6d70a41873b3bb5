// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type AdmissionRuleSet,
  type CustomKind,
  isPlainPath,
  type PodPath,
  podPathsOf,
  podPlaceText,
  READ_CUSTOM_KINDS_LABEL,
} from '@bartizan/engine/admission';
import type { Coverage } from '../../admission-ports.ts';

type Custom = Coverage['custom'];
type Row = Custom['kinds'][number];

/** How the objects of one kind are known, as those tell who follow them. */
export interface CustomAudit {
  readonly resource: string;
  readonly audit: Row['audit'];
  readonly objects: number;
  readonly leftOut: number;
  readonly code?: string;
}
/** What is known of the custom kinds of a cluster. */
export interface CustomFacts {
  readonly definitions: Custom['definitions'];
  readonly code?: string;
  readonly kinds: readonly CustomKind[];
  /** Definitions that found no room. */
  readonly leftOut: number;
  readonly audits: readonly CustomAudit[];
}

const ROWS_MAX = 500;
const PLACES_MAX = 512;
const OPEN_MAX = 256;

const nameOf = ({ group, resource }: Pick<CustomKind, 'group' | 'resource'>): string =>
  `${group}/${resource}`;

/** The command that lets the objects of a kind be read: a role of its own, and the label by which ours takes it in. */
export function readCommand(name: string): string {
  const [group = '', resource = ''] = name.split('/');
  const role = `bartizan-reads-${resource}.${group}`;
  return [
    `kubectl create clusterrole ${role} --verb=list,watch --resource=${resource}.${group}`,
    `kubectl label clusterrole ${role} ${READ_CUSTOM_KINDS_LABEL}=true`,
  ].join(' && ');
}

function foundOf(kind: CustomKind, rows: readonly PodPath[]): Row['found'] {
  if (kind.versions.some(({ templates }) => templates.some(({ by }) => by === 'schema'))) return 'schema';
  const own = podPathsOf(kind);
  if (own.length > 0 && rows.every(({ isGuess }) => isGuess)) return 'name';
  return rows.length > 0 ? 'table' : 'none';
}

function rowOf(kind: CustomKind, rows: readonly PodPath[], known: CustomAudit | undefined): Row {
  const name = nameOf(kind);
  const open = new Set(kind.versions.flatMap((version) => version.open));
  const unread = kind.versions.find((version) => version.unread !== undefined)?.unread;
  const isCounted = known !== undefined && known.audit !== 'not-permitted' && known.audit !== 'connecting';
  return {
    resource: name,
    versions: kind.versions.map(({ version }) => version),
    found: foundOf(kind, rows),
    places: [...new Set(rows.map(podPlaceText))].slice(0, PLACES_MAX),
    open: [...open].slice(0, OPEN_MAX),
    ...(unread === undefined ? {} : { unread }),
    native: rows.length === 1 && rows.every(isPlainPath),
    audit: known?.audit ?? 'not-asked',
    ...(isCounted ? { objects: known.objects } : {}),
    ...(known === undefined || known.leftOut === 0 ? {} : { leftOut: known.leftOut }),
    ...(known?.code === undefined ? {} : { code: known.code }),
    ...(known?.audit === 'not-permitted' || known?.audit === 'listed' ? { remedy: readCommand(name) } : {}),
  };
}

const weightOf = ({ found, audit, unread }: Row): number =>
  found !== 'none' ? 0 : audit !== 'not-asked' ? 1 : unread !== undefined ? 2 : 3;

/** What is known of custom kinds: which hold pods, by which way that was found, and what was not looked into. */
export function customCoverage(set: AdmissionRuleSet, facts: CustomFacts): Custom {
  const audits = new Map(facts.audits.map((one) => [one.resource, one]));
  const rows = facts.kinds
    .map((kind) => rowOf(kind, set.podPaths.get(nameOf(kind)) ?? [], audits.get(nameOf(kind))))
    .filter((row) => weightOf(row) < 3 || row.open.length > 0)
    .toSorted((one, two) => weightOf(one) - weightOf(two) || (one.resource < two.resource ? -1 : 1));
  return {
    definitions: facts.definitions,
    ...(facts.code === undefined ? {} : { code: facts.code }),
    read: facts.kinds.length,
    leftOut: facts.leftOut + Math.max(0, rows.length - ROWS_MAX),
    kinds: rows.slice(0, ROWS_MAX),
  };
}
