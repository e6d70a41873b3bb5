// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type {
  AdmissionDecision,
  StoredAdmissionBinding,
  StoredAdmissionException,
  StoredAdmissionRule,
} from '@bartizan/contracts';
import type { NounSpec } from './fields.ts';

/** Rules of users, by id. */
export const ADMISSION_RULES: NounSpec<StoredAdmissionRule> = {
  table: 'admission_rules',
  visibility: 'both',
  owner: (item) => item,
  id: (item) => item.id,
  fields: [
    { name: 'id', kind: 'text', read: (item) => item.id },
    { name: 'title', kind: 'text', read: (item) => item.rule.title.en },
    { name: 'severity', kind: 'severity', read: (item) => item.rule.severity },
    { name: 'origin', kind: 'text', read: (item) => item.origin },
    { name: 'enabled', kind: 'flag', read: (item) => item.enabled },
    { name: 'updatedAtMs', kind: 'number', read: (item) => item.updatedAtMs },
  ],
  words: (item) => [item.rule.title.en, item.rule.title.ja, item.owner],
  defaultSort: { field: 'id', descending: false },
};

/** Bindings, in the order in which they are asked. */
export const ADMISSION_BINDINGS: NounSpec<StoredAdmissionBinding> = {
  table: 'admission_bindings',
  visibility: 'both',
  owner: (item) => item,
  id: (item) => item.id,
  fields: [
    { name: 'id', kind: 'text', read: (item) => item.id },
    { name: 'position', kind: 'number', read: (item) => item.position },
    { name: 'mode', kind: 'text', read: (item) => item.binding.mode },
    { name: 'origin', kind: 'text', read: (item) => item.origin },
  ],
  words: (item) => [item.owner, ...item.binding.rules],
  defaultSort: { field: 'position', descending: false },
};

/** Exceptions from admission rules; what ends first comes first. */
export const ADMISSION_EXCEPTIONS: NounSpec<StoredAdmissionException> = {
  table: 'admission_exceptions',
  visibility: 'both',
  owner: (item) => item,
  id: (item) => item.id,
  fields: [
    { name: 'id', kind: 'text', read: (item) => item.id },
    { name: 'owner', kind: 'text', read: (item) => item.exception.owner },
    { name: 'rule', kind: 'list', read: (item) => item.exception.rules },
    { name: 'namespace', kind: 'list', read: (item) => item.exception.namespaces },
    { name: 'origin', kind: 'text', read: (item) => item.origin },
    { name: 'createdBy', kind: 'text', read: (item) => item.createdBy },
    { name: 'expiresAtMs', kind: 'number', read: (item) => item.exception.expiresAtMs },
  ],
  words: (item) => [item.exception.reason, item.exception.ticket],
  defaultSort: { field: 'expiresAtMs', descending: false },
};

/** One decision may stand for requests about several objects. */
const namesOf = ({ name, repeats = [] }: AdmissionDecision): string[] =>
  repeats.length === 0 ? [name] : [...new Set([name, ...repeats.map((repeat) => repeat.name)])];

/** Answers to the API server, newest first. */
export const ADMISSION_DECISIONS: NounSpec<AdmissionDecision> = {
  table: 'admission_decisions',
  visibility: 'both',
  owner: (item) => item,
  id: (item) => item.id,
  fields: [
    { name: 'id', kind: 'text', read: (item) => item.id },
    { name: 'atMs', kind: 'number', read: (item) => item.atMs, indexed: true },
    { name: 'verdict', kind: 'text', read: (item) => item.decision.verdict, indexed: true },
    { name: 'operation', kind: 'text', read: (item) => item.operation },
    { name: 'kind', kind: 'text', read: (item) => item.kind },
    { name: 'namespace', kind: 'text', read: (item) => item.namespace },
    { name: 'name', kind: 'list', read: namesOf },
    { name: 'user', kind: 'text', read: (item) => item.user },
    { name: 'dryRun', kind: 'flag', read: (item) => item.dryRun },
    { name: 'rule', kind: 'list', read: (item) => item.violations.map(({ rule }) => rule) },
  ],
  words: (item) => [
    item.name,
    item.resource,
    item.requestUid,
    ...(item.repeats ?? []).flatMap(({ requestUid, name }) =>
      name === item.name ? requestUid : [requestUid, name],
    ),
  ],
  timeField: 'atMs',
  defaultSort: { field: 'atMs', descending: true },
};
