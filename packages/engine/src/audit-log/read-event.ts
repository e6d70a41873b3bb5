// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Facts } from '@bartizan/contracts';
import { isObject, type Json, memberOf } from '../foreign-json.ts';
import { sha256 } from '../revision/index.ts';
import { ADDRESS_SCOPES, type AddressScope, addressScope } from '../runtime/address-scope.ts';
import { admissionFacts } from './admission-off.ts';
import { impersonationFacts } from './impersonation.ts';
import { redactCommand } from './redact-command.ts';
import { requestFacts } from './request-facts.ts';

/** What somebody asked an API server, as its audit log tells it. Bodies of requests are not in it. */
export interface AuditedRequest {
  /** The same for every stage of one request, and of that request only. */
  readonly id: string;
  /** When it came, milliseconds since the epoch; undefined: the log line has no time that can be read. */
  readonly atMs: number | undefined;
  /** When the API server wrote it, by its own clock. */
  readonly writtenAtMs: number | undefined;
  /** Where it came from: the client first, then the proxies it names. */
  readonly addresses: readonly string[];
  /** What it says of authorization; undefined: nothing, the answer has to tell. */
  readonly authorized: boolean | undefined;
  readonly facts: Facts;
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}

/** What the API server takes of a request line and its headers; what is longer it never wrote. */
const URI_MAX = 1024 * 1024;
const text = (value: unknown, max = 1024): string => (typeof value === 'string' ? value.slice(0, max) : '');
const texts = (value: unknown, max = 64): string[] =>
  Array.isArray(value)
    ? value
        .slice(0, max)
        .filter((item): item is string => typeof item === 'string')
        .map((item) => item.slice(0, 1024))
    : [];

const ACCOUNT = 'system:serviceaccount:';

/** What kind of user somebody is, by the names the API server gives. */
function userKind(user: string, groups: readonly string[]): string {
  if (user === 'system:anonymous' || groups.includes('system:unauthenticated')) return 'anonymous';
  if (user.startsWith(ACCOUNT)) return 'service-account';
  if (groups.includes('system:nodes')) return 'node';
  return user.startsWith('system:') ? 'system' : 'person';
}

/** The furthest of the addresses: a proxy between is no reason to call a request local. */
function furthest(addresses: readonly string[]): AddressScope {
  const order: readonly AddressScope[] = ['public', 'unknown', 'private', 'link-local', 'loopback'];
  const found = new Set(addresses.map(addressScope));
  return order.find((scope) => found.has(scope)) ?? ADDRESS_SCOPES[6];
}

/** Requests that go on for long are judged when they begin; all others when they are answered. */
const LONG = new Set(['exec', 'attach', 'portforward', 'proxy']);
const isJudged = (stage: string, verb: string, subresource: string): boolean =>
  stage === 'ResponseComplete' ||
  stage === 'Panic' ||
  (stage === 'ResponseStarted' && (verb === 'watch' || LONG.has(subresource)));

/** The API server says itself what its authorizers decided; without that the answer does. */
function authorizedOf(event: Json, code: unknown): boolean | undefined {
  const decision = memberOf(event['annotations'], 'authorization.k8s.io/decision');
  if (decision === 'allow' || decision === 'forbid') return decision === 'allow';
  return typeof code === 'number' ? code !== 401 && code !== 403 : undefined;
}

/** The object as it is after a request; undefined: the log does not have it. A patch says only what changes. */
function becameOf(event: Json, verb: string): unknown {
  if (verb !== 'patch') return event['requestObject'];
  const became = event['responseObject'];
  return isObject(became) && became['kind'] !== 'Status' ? became : undefined;
}

/** What the body of a request says of its shape. */
function bodyFacts(event: Json, verb: string, resource: string): Facts {
  const became = becameOf(event, verb);
  const patch = verb === 'patch' ? event['requestObject'] : undefined;
  return { ...requestFacts(resource, became ?? patch, patch), ...admissionFacts(resource, became) };
}

const timeOf = (value: unknown): number | undefined => {
  const time = Date.parse(text(value, 64));
  // Years before the epoch are what Go writes for no time at all.
  return Number.isNaN(time) || time < 0 ? undefined : time;
};

/** Values of a name in the query, read as the API server does: names may be encoded too, a `?` in it is a letter. */
function queryValues(uri: string, wanted: string): string[] {
  const start = uri.indexOf('?');
  const query = start < 0 ? '' : uri.slice(start + 1);
  const values: string[] = [];
  for (const part of query.split('&')) {
    const end = part.indexOf('=');
    const name = end < 0 ? part : part.slice(0, end);
    if (decoded(name) === wanted) values.push(end < 0 ? '' : decoded(part.slice(end + 1)));
    if (values.length >= 64) break;
  }
  return values;
}
function decoded(part: string): string {
  try {
    return decodeURIComponent(part.replaceAll('+', ' ')).slice(0, 1024);
  } catch {
    return part.slice(0, 1024);
  }
}

/** Whether nothing is written. The query decides for what is created and changed; a deletion may say otherwise in its body. */
const isDryRun = (verb: string, uri: string): boolean =>
  ['create', 'update', 'patch'].includes(verb) && queryValues(uri, 'dryRun').includes('All');

/**
 * Which request it was. Clients choose the id of an event, by a header, and may send one id twice: what the API server
 * writes of the request itself tells them apart. It writes the same at each stage.
 */
function identityOf(event: Json, auditId: string): string {
  const own = [event['requestReceivedTimestamp'], memberOf(event['user'], 'username')];
  return sha256(
    JSON.stringify([
      auditId,
      ...[...own, event['verb'], event['requestURI']].map((one) => text(one, URI_MAX)),
    ]),
  );
}

/** What the API server marks a request with that asks in a version that goes. */
function deprecationOf(event: Json): Facts {
  const marks = event['annotations'];
  if (memberOf(marks, 'k8s.io/deprecated') !== 'true') return {};
  const ref = event['objectRef'];
  const version = [text(memberOf(ref, 'apiGroup'), 253), text(memberOf(ref, 'apiVersion'), 63)];
  return {
    'audit.deprecated-version': version.filter((part) => part !== '').join('/'),
    ...present('audit.removed-release', text(memberOf(marks, 'k8s.io/removed-release'), 16)),
  };
}

/** Leaves out what is not there: an absent fact is not an empty one. */
const present = (name: string, value: string): Facts => (value === '' ? {} : { [name]: value });

/**
 * Reads one event of audit.k8s.io/v1. undefined: it is none, or a stage at which nothing is known yet. Anything badly
 * typed reads as absent. Of the body of a request, and of what a patch made, only the shape is read, never a value that
 * may be secret.
 */
export function readAuditEvent(event: unknown): AuditedRequest | undefined {
  if (!isObject(event) || event['kind'] !== 'Event') return undefined;
  const verb = text(event['verb'], 64);
  const ref = event['objectRef'];
  const subresource = text(memberOf(ref, 'subresource'), 128);
  const auditId = text(event['auditID'], URI_MAX);
  if (auditId === '' || !isJudged(text(event['stage'], 64), verb, subresource)) return undefined;
  const user = text(memberOf(event['user'], 'username'), 512);
  const groups = texts(memberOf(event['user'], 'groups'));
  const namespace = text(memberOf(ref, 'namespace'), 253);
  const uri = text(event['requestURI'], 16_384);
  const code = memberOf(event['responseStatus'], 'code');
  const kind = userKind(user, groups);
  const resource = text(memberOf(ref, 'resource'), 253);
  const name = text(memberOf(ref, 'name'), 253);
  const writtenAtMs = timeOf(event['stageTimestamp']);
  const addresses = texts(event['sourceIPs'], 16);
  return {
    id: identityOf(event, auditId),
    atMs: timeOf(event['requestReceivedTimestamp']) ?? writtenAtMs,
    writtenAtMs,
    addresses,
    authorized: authorizedOf(event, code),
    resource,
    namespace,
    name,
    facts: {
      'audit.verb': verb,
      'audit.user': user,
      'audit.groups': groups,
      'audit.user-kind': kind,
      'audit.source-scope': furthest(addresses),
      'audit.path': uri.split('?')[0] ?? '',
      ...impersonationFacts(event['impersonatedUser']),
      ...present('audit.user-agent', text(event['userAgent'], 512).split(' ')[0] ?? ''),
      ...present('audit.resource', resource),
      ...present('audit.subresource', subresource),
      ...present('audit.group', text(memberOf(ref, 'apiGroup'), 253)),
      ...present('audit.namespace', namespace),
      ...present('audit.name', name),
      ...(typeof code === 'number' ? { 'audit.code': code, 'audit.allowed': code < 400 } : {}),
      ...(kind === 'service-account' && namespace !== ''
        ? { 'audit.own-namespace': user.startsWith(`${ACCOUNT}${namespace}:`) }
        : {}),
      ...(subresource === 'exec'
        ? { 'audit.command': redactCommand(queryValues(text(event['requestURI'], URI_MAX), 'command')) }
        : {}),
      ...(isDryRun(verb, uri) ? { 'audit.dry-run': true } : {}),
      ...deprecationOf(event),
      ...bodyFacts(event, verb, resource),
    },
  };
}
