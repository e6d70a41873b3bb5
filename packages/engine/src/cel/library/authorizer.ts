// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { sizeOf } from '../compare.ts';
import { define, type Library, traversal } from '../function.ts';
import { CelError, noOverload, Opaque, type Value } from '../value.ts';

/** What is asked of whoever knows the permissions: may this user do that? */
export interface AuthorizationQuestion {
  readonly serviceAccount?: { readonly namespace: string; readonly name: string };
  readonly verb: string;
  readonly path?: string;
  readonly group?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
}

/** The answer; undefined when it is not known, which is neither yes nor no. */
export interface AuthorizationAnswer {
  readonly allowed: boolean;
  readonly reason?: string;
  readonly error?: string;
}
export type AuthorizationPort = (question: AuthorizationQuestion) => AuthorizationAnswer | undefined;

const AUTHORIZER = 'kubernetes.authorization.Authorizer';
const PATH = 'kubernetes.authorization.PathCheck';
const GROUP = 'kubernetes.authorization.GroupCheck';
const RESOURCE = 'kubernetes.authorization.ResourceCheck';
const DECISION = 'kubernetes.authorization.Decision';

/** A question that is being put together. */
class Check extends Opaque {
  readonly typeName: string;
  readonly port: AuthorizationPort;
  readonly question: Omit<AuthorizationQuestion, 'verb'>;
  constructor(typeName: string, port: AuthorizationPort, question: Omit<AuthorizationQuestion, 'verb'>) {
    super();
    this.typeName = typeName;
    this.port = port;
    this.question = question;
  }
  equals(other: Opaque): boolean {
    return other === this;
  }
}

class DecisionValue extends Opaque {
  readonly typeName = DECISION;
  readonly answer: AuthorizationAnswer;
  constructor(answer: AuthorizationAnswer) {
    super();
    this.answer = answer;
  }
  equals(other: Opaque): boolean {
    return other === this;
  }
}

/** The `authorizer` of an expression. Without a port every check is unknown. */
export const authorizerOf = (port: AuthorizationPort = () => undefined): Opaque =>
  new Check(AUTHORIZER, port, {});

/** `authorizer.requestResource`: the check of the resource that is being changed. */
export const requestResourceOf = (
  port: AuthorizationPort | undefined,
  question: Omit<AuthorizationQuestion, 'verb'>,
): Opaque => new Check(RESOURCE, port ?? (() => undefined), question);

const step = (name: string, from: string, to: string, field: keyof AuthorizationQuestion) =>
  define(name, `${from}.(string) ${to}`, (check, value) =>
    check instanceof Check && typeof value === 'string'
      ? new Check(to, check.port, { ...check.question, [field]: value })
      : noOverload(name, check, value),
  );

function ask(check: Value, verb: Value): Value {
  if (!(check instanceof Check) || typeof verb !== 'string') return noOverload('check', check, verb);
  const answer = check.port({ ...check.question, verb });
  return answer === undefined
    ? new CelError('nobody here knows the permissions that the policy asks for', true)
    : new DecisionValue(answer);
}

const read = (name: string, result: string, run: (answer: AuthorizationAnswer) => Value) =>
  define(name, `${DECISION}.() ${result}`, (decision) =>
    decision instanceof DecisionValue ? run(decision.answer) : noOverload(name, decision),
  );

/** A check costs as much as to allow two in one expression. */
const CHECK_COST = 350_000;

/** Questions about permissions; came with Kubernetes 1.27. */
export const AUTHORIZER_LIBRARY: Library = [
  step('path', AUTHORIZER, PATH, 'path'),
  step('group', AUTHORIZER, GROUP, 'group'),
  step('resource', GROUP, RESOURCE, 'resource'),
  step('subresource', RESOURCE, RESOURCE, 'subresource'),
  step('namespace', RESOURCE, RESOURCE, 'namespace'),
  step('name', RESOURCE, RESOURCE, 'name'),
  define('serviceAccount', `${AUTHORIZER}.(string, string) ${AUTHORIZER}`, (check, namespace, name) =>
    check instanceof Check && typeof namespace === 'string' && typeof name === 'string'
      ? new Check(AUTHORIZER, check.port, { ...check.question, serviceAccount: { namespace, name } })
      : noOverload('serviceAccount', check, namespace, name),
  ),
  define(
    'check',
    [`${PATH}.(string) ${DECISION}`, `${RESOURCE}.(string) ${DECISION}`],
    ask,
    () => CHECK_COST,
  ),
  read('allowed', 'bool', (answer) => answer.allowed),
  read('reason', 'string', (answer) => answer.reason ?? ''),
  read('errored', 'bool', (answer) => answer.error !== undefined),
  read('error', 'string', (answer) => answer.error ?? ''),
];

/** Every two signs of a selector may be a requirement of its own, which is a list and an object. */
const selectorCost = ([, selector = '']: readonly Value[]): number =>
  10 + traversal(sizeOf(selector)) + Math.ceil(sizeOf(selector) / 2) * 50;

/** Selectors of a check; came with Kubernetes 1.31. */
export const AUTHORIZER_SELECTORS: Library = [
  { ...step('fieldSelector', RESOURCE, RESOURCE, 'fieldSelector'), cost: selectorCost },
  { ...step('labelSelector', RESOURCE, RESOURCE, 'labelSelector'), cost: selectorCost },
];
