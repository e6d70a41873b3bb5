// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, type Failure, failure, ok, type Result } from '@bartizan/contracts';
import { isObject, type Json } from '../../foreign-json.ts';

/** Where a rule comes from: NeuVector asks in the order default, federal, resource (CRD), user. */
export const NEUVECTOR_ORIGINS = ['default', 'federal', 'resource', 'user'] as const;
export type NeuVectorOrigin = (typeof NEUVECTOR_ORIGINS)[number];

/** The lists of containers a rule may be limited to. */
export const NEUVECTOR_CONTAINERS = ['containers', 'init_containers', 'ephemeral_containers'] as const;
export type NeuVectorContainers = (typeof NEUVECTOR_CONTAINERS)[number];

/** One condition that belongs to another. */
export interface NeuVectorSubCriterion {
  readonly name: string;
  readonly operator: string;
  readonly value: string;
}
/** One condition of a rule. */
export interface NeuVectorCriterion extends NeuVectorSubCriterion {
  readonly path: string;
  /** Type of a custom path: key, string, number or boolean. */
  readonly type: string;
  readonly sub: readonly NeuVectorSubCriterion[];
}
/** One rule, whichever of the two forms it was written in. */
export interface NeuVectorRule {
  /** As people find it: `1000`, or `local/0` for the first rule of the resource named local. */
  readonly source: string;
  readonly origin: NeuVectorOrigin;
  readonly action: 'allow' | 'deny';
  readonly comment: string;
  readonly disabled: boolean;
  readonly mode: '' | 'monitor' | 'protect';
  readonly containers: readonly NeuVectorContainers[];
  readonly criteria: readonly NeuVectorCriterion[];
}
/** A set of rules with the mode that holds for rules without their own. */
export interface NeuVectorSet {
  readonly mode: 'monitor' | 'protect' | undefined;
  readonly rules: readonly NeuVectorRule[];
}

type ImportFailure = Failure<'E_POLICY_IMPORT'>;

const RULES_MAX = 5000;
const CRITERIA_MAX = 64;
const TEXT_MAX = 16_384;
const KIND = 'NvAdmissionControlSecurityRule';

const refuse = (detail: string): Result<never, ImportFailure> => err(failure('E_POLICY_IMPORT', detail));
const own = (value: Json, key: string): unknown => (Object.hasOwn(value, key) ? value[key] : undefined);
const optionalText = (value: unknown): string => (typeof value === 'string' ? value.slice(0, TEXT_MAX) : '');

function requiredText(value: Json, key: string, at: string): Result<string, ImportFailure> {
  const found = own(value, key);
  if (typeof found !== 'string') return refuse(`${at}: ${key} is missing or is not text`);
  return found.length > TEXT_MAX ? refuse(`${at}: ${key} is longer than ${TEXT_MAX}`) : ok(found);
}

function subCriterion(value: unknown, at: string): Result<NeuVectorSubCriterion, ImportFailure> {
  if (!isObject(value)) return refuse(`${at}: is not an object`);
  const name = requiredText(value, 'name', at);
  const operator = requiredText(value, 'op', at);
  const wanted = requiredText(value, 'value', at);
  if (!name.ok) return name;
  if (!operator.ok) return operator;
  if (!wanted.ok) return wanted;
  return ok({ name: name.value, operator: operator.value, value: wanted.value });
}

function collect<T>(
  values: unknown,
  read: (value: unknown, at: string) => Result<T, ImportFailure>,
  at: string,
  most: number,
): Result<T[], ImportFailure> {
  if (!Array.isArray(values)) return refuse(`${at}: is not a list`);
  if (values.length > most) return refuse(`${at}: more than ${most} entries`);
  const found: T[] = [];
  for (const [index, value] of values.entries()) {
    const one = read(value, `${at}[${index}]`);
    if (!one.ok) return one;
    found.push(one.value);
  }
  return ok(found);
}

function criterion(value: unknown, at: string): Result<NeuVectorCriterion, ImportFailure> {
  const base = subCriterion(value, at);
  if (!base.ok || !isObject(value)) return base.ok ? refuse(`${at}: is not an object`) : base;
  const written = own(value, 'sub_criteria') ?? [];
  const sub = collect(written, subCriterion, `${at}.sub_criteria`, CRITERIA_MAX);
  if (!sub.ok) return sub;
  const type = optionalText(own(value, 'value_type')) || optionalText(own(value, 'type'));
  return ok({ ...base.value, path: optionalText(own(value, 'path')), type, sub: sub.value });
}

function containersOf(value: unknown, at: string): Result<readonly NeuVectorContainers[], ImportFailure> {
  if (value === undefined || value === null || (Array.isArray(value) && value.length === 0))
    return ok(NEUVECTOR_CONTAINERS);
  return collect(
    value,
    (one, place) => {
      const known = NEUVECTOR_CONTAINERS.find((name) => name === one);
      return known === undefined ? refuse(`${place}: is no kind of containers`) : ok(known);
    },
    `${at}.containers`,
    NEUVECTOR_CONTAINERS.length,
  );
}

const ACTIONS: Readonly<Record<string, 'allow' | 'deny'>> = {
  allow: 'allow',
  exception: 'allow',
  deny: 'deny',
};
const ORIGINS: Readonly<Record<string, NeuVectorOrigin>> = {
  federal: 'federal',
  ground: 'resource',
  user_created: 'user',
  learned: 'user',
  system: 'default',
};

/** The rights of a rule by its origin; numbers from 100000 on are federal, whatever the export calls them. */
function originOf(value: Json, fallback: NeuVectorOrigin): NeuVectorOrigin {
  if (own(value, 'critical') === true) return 'default';
  return ORIGINS[optionalText(own(value, 'cfg_type'))] ?? fallback;
}

function modeOf(value: unknown, at: string): Result<'' | 'monitor' | 'protect', ImportFailure> {
  if (value === undefined || value === null || value === '') return ok('');
  return value === 'monitor' || value === 'protect' ? ok(value) : refuse(`${at}: mode is not known`);
}

interface Place {
  readonly at: string;
  readonly source: string;
  readonly origin: NeuVectorOrigin;
}

function rule(value: unknown, { at, source, origin }: Place): Result<NeuVectorRule, ImportFailure> {
  if (!isObject(value)) return refuse(`${at}: is not an object`);
  const action = ACTIONS[optionalText(own(value, 'action') ?? own(value, 'rule_type'))];
  if (action === undefined) return refuse(`${at}: action is neither allow nor deny`);
  const criteria = collect(own(value, 'criteria'), criterion, `${at}.criteria`, CRITERIA_MAX);
  if (!criteria.ok) return criteria;
  if (criteria.value.length === 0) return refuse(`${at}: has no criteria`);
  const containers = containersOf(own(value, 'containers'), at);
  if (!containers.ok) return containers;
  const mode = modeOf(own(value, 'rule_mode'), at);
  if (!mode.ok) return mode;
  return ok({
    source,
    origin: originOf(value, origin),
    action,
    comment: optionalText(own(value, 'comment')),
    disabled: own(value, 'disabled') === true || own(value, 'disable') === true,
    mode: mode.value,
    containers: containers.value,
    criteria: criteria.value,
  });
}

/** Reads the configuration that a custom resource may carry; all of its three parts must be right. */
function configuration(value: unknown): Result<NeuVectorSet['mode'], ImportFailure> {
  if (value === undefined || value === null) return ok(undefined);
  if (!isObject(value)) return refuse('spec.config: is not an object');
  const mode = own(value, 'mode');
  const client = own(value, 'client_mode');
  if (typeof own(value, 'enable') !== 'boolean') return refuse('spec.config.enable: is not true or false');
  if (mode !== 'monitor' && mode !== 'protect') return refuse('spec.config.mode: is not known');
  if (client !== 'service' && client !== 'url') return refuse('spec.config.client_mode: is not known');
  return ok(mode);
}

function resource(value: Json): Result<NeuVectorSet, ImportFailure> {
  const metadata = own(value, 'metadata');
  const name = isObject(metadata) ? optionalText(own(metadata, 'name')) : '';
  const spec = own(value, 'spec') ?? {};
  if (!isObject(spec)) return refuse('spec: is not an object');
  const mode = configuration(own(spec, 'config'));
  if (!mode.ok) return mode;
  const rules = collect(
    own(spec, 'rules') ?? [],
    (one, at) =>
      rule(one, { at, source: `${name}/${at.slice(at.lastIndexOf('[') + 1, -1)}`, origin: 'resource' }),
    'spec.rules',
    RULES_MAX,
  );
  return rules.ok ? ok({ mode: mode.value, rules: rules.value }) : rules;
}

/**
 * Reads NeuVector's admission rules from parsed JSON or YAML: an export (`{rules: [...]}`) or a custom resource
 * (NvAdmissionControlSecurityRule). E_POLICY_IMPORT: it is neither, or a part of it has another form.
 */
export function readNeuVector(value: unknown): Result<NeuVectorSet, ImportFailure> {
  if (!isObject(value)) return refuse('the document is not an object');
  if (own(value, 'kind') !== undefined)
    return own(value, 'kind') === KIND ? resource(value) : refuse(`the document is not of kind ${KIND}`);
  const rules = collect(
    own(value, 'rules'),
    (one, at) =>
      rule(one, { at, source: String(isObject(one) ? (own(one, 'id') ?? at) : at), origin: 'user' }),
    'rules',
    RULES_MAX,
  );
  return rules.ok ? ok({ mode: undefined, rules: rules.value }) : rules;
}
