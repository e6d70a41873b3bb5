// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AuditedRequest } from '../audit-log/index.ts';
import { isObject, listOf, memberOf, textOf } from '../foreign-json.ts';
import { kindOfResource, removalOf } from './api-versions.ts';

/** Somebody uses a version of a kind that is deprecated. */
export interface ApiUse {
  readonly apiVersion: string;
  /** Kind; of requests for what is in no table of ours the resource. */
  readonly kind: string;
  /**
   * written: a field manager wrote the object so; applied: the manifest that was applied last says so; manifest: a file
   * says so; requested: a request in the audit log.
   */
  readonly source: 'written' | 'applied' | 'manifest' | 'requested';
  /** Who: a field manager, or a user with its program; empty: not known. */
  readonly by: string;
  /** The object, or the resource that was asked for. */
  readonly about: string;
  /** Empty: none. */
  readonly namespace: string;
  readonly lastAtMs?: number;
  /** Minor version of Kubernetes 1 that serves it no more; absent: no release is named. */
  readonly removedIn?: number;
  readonly replacement?: string;
  /** By a part of Kubernetes, which goes along with its release. */
  readonly isOwn: boolean;
}

/** What is known of versions in use. */
export interface ApiKnowledge {
  readonly uses: readonly ApiUse[];
  /** Kinds whose objects are not all known. */
  readonly unread: readonly string[];
  /** Whether an audit log was heard: only it shows who reads. */
  readonly isHeard: boolean;
}

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** What the API server lets annotations take together. */
const APPLIED_MAX = 262_144;
const MANAGERS_MAX = 64;
/** Every version that a release removes has one of these words; text without them is not read further. */
const OLD = /"apiVersion":\s*"[^"]{0,253}(?:alpha|beta)/;
const PARTS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];
const isPart = (program: string): boolean =>
  PARTS.some((part) => program === part || program.startsWith(`${part}/`));

const timeOf = (value: unknown): { readonly lastAtMs?: number } => {
  const atMs = Date.parse(textOf(value).slice(0, 64));
  return Number.isNaN(atMs) || atMs < 0 ? {} : { lastAtMs: atMs };
};

/** The version that the manifest has which was applied last; undefined: none that can be read. */
function appliedVersion(object: unknown): string | undefined {
  const text = textOf(memberOf(object, 'metadata', 'annotations', LAST_APPLIED));
  if (text.length > APPLIED_MAX || !OLD.test(text)) return undefined;
  try {
    return textOf(memberOf(JSON.parse(text), 'apiVersion'));
  } catch {
    return undefined;
  }
}

/** A manager that wrote by several ways, or several times, is told of once, with the last time. */
function writers(object: unknown): Map<string, { readonly by: string; readonly at: unknown }> {
  const found = new Map<string, { readonly by: string; readonly at: unknown }>();
  for (const entry of listOf(memberOf(object, 'metadata', 'managedFields')).slice(0, MANAGERS_MAX)) {
    const apiVersion = textOf(memberOf(entry, 'apiVersion'));
    const by = textOf(memberOf(entry, 'manager')).slice(0, 128);
    const at = memberOf(entry, 'time');
    const known = found.get(`${apiVersion} ${by}`);
    if (known === undefined || textOf(known.at) < textOf(at)) found.set(`${apiVersion} ${by}`, { by, at });
  }
  return found;
}

/** Versions that go in what an object tells of itself: what it is written in, who wrote it how, what was applied. */
export function apiUsesOf(object: unknown, kind = textOf(memberOf(object, 'kind'))): ApiUse[] {
  if (!isObject(object)) return [];
  const namespace = textOf(memberOf(object, 'metadata', 'namespace'));
  const name = textOf(memberOf(object, 'metadata', 'name'));
  const base = { kind, namespace, about: [kind, namespace, name].filter((part) => part !== '').join('/') };
  const use = (apiVersion: string, more: Pick<ApiUse, 'source' | 'by' | 'lastAtMs'>): ApiUse[] => {
    const removal = removalOf(apiVersion, kind);
    return removal === undefined
      ? []
      : [{ ...base, apiVersion, ...removal, ...more, isOwn: isPart(more.by) }];
  };
  const applied = appliedVersion(object);
  return [
    ...use(textOf(object['apiVersion']), { source: 'manifest', by: '' }),
    ...(applied === undefined ? [] : use(applied, { source: 'applied', by: 'kubectl apply' })),
    ...[...writers(object)].flatMap(([key, { by, at }]) =>
      use(key.slice(0, key.indexOf(' ')), { source: 'written', by, ...timeOf(at) }),
    ),
  ];
}

const factText = ({ facts }: AuditedRequest, name: string): string => textOf(facts[name]);

/** The use of a deprecated version that a request was, as the API server marked it; undefined: it was none. */
export function apiUseOf(request: AuditedRequest): ApiUse | undefined {
  const apiVersion = factText(request, 'audit.deprecated-version');
  const user = factText(request, 'audit.user');
  if (apiVersion === '' || user === '') return undefined;
  const { resource, namespace, atMs } = request;
  const program = factText(request, 'audit.user-agent');
  const kind = kindOfResource(apiVersion, resource);
  const removal = kind === undefined ? undefined : removalOf(apiVersion, kind);
  const [, minor] = /^1\.(\d{1,3})$/.exec(factText(request, 'audit.removed-release')) ?? [];
  const removedIn = minor === undefined ? removal?.removedIn : Number(minor);
  return {
    ...{ apiVersion, kind: kind ?? resource, source: 'requested', about: resource, namespace },
    by: program === '' ? user : `${user} (${program})`,
    ...(atMs === undefined ? {} : { lastAtMs: atMs }),
    ...(removedIn === undefined ? {} : { removedIn }),
    ...(removal?.replacement === undefined ? {} : { replacement: removal.replacement }),
    isOwn: user.startsWith('system:') && isPart(program),
  };
}

/** What somebody has to change: named by a release, and not by Kubernetes itself. What goes first comes first. */
export const dueUses = (uses: readonly ApiUse[]): ApiUse[] =>
  uses
    .filter(({ isOwn, removedIn }) => !isOwn && removedIn !== undefined)
    .toSorted((one, two) => (one.removedIn ?? 0) - (two.removedIn ?? 0));
