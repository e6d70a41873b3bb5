// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import { DEFAULT_TENANT, type Scope, systemScope } from '@bartizan/contracts';
import type { Clock, Log } from './ports.ts';

const REPOSITORIES = [
  'clusters',
  'tenants',
  'nodes',
  'workloads',
  'containers',
  'images',
  'findings',
  'exceptions',
  'accessRequests',
  'admissionRules',
  'admissionBindings',
  'admissionExceptions',
  'admissionDecisions',
  'checks',
  'registries',
  'users',
  'sessions',
  'apiKeys',
  'joinTokens',
  'certificates',
  'audit',
  'events',
  'scans',
  'packages',
  'settings',
] as const satisfies readonly (keyof Store)[];

/** What the record of a first use says; read again in both languages by the audit list. */
export const SINCE_START = 'first use since start';

/**
 * Leaves one audit record for each purpose the product uses its system scope for, at the first use after a start: who
 * reads the log sees everything that looks across tenants, and the log does not fill with it.
 */
export function journalSystemScope<S extends Store>(store: S, clock: Clock, log: Log): S {
  const noted = new Set<string>();
  const note = (scope: Scope): void => {
    if (scope.kind !== 'system' || noted.has(scope.purpose)) return;
    noted.add(scope.purpose);
    const record = {
      tenant: DEFAULT_TENANT,
      atMs: clock.nowMs(),
      actor: scope.purpose.slice(0, 256),
      actorKind: 'system' as const,
      action: 'system-scope.use',
      target: 'all tenants',
      outcome: 'success' as const,
      detail: SINCE_START,
    };
    store.audit.append(systemScope('audit'), record).then(
      (appended) => {
        if (appended.ok) return;
        noted.delete(scope.purpose);
        log.warn(
          { code: appended.error.code, purpose: scope.purpose },
          'a use of the system scope is not audited',
        );
      },
      (cause: unknown) => log.error({ err: cause }, 'a use of the system scope is not audited'),
    );
  };
  const watched = new Map<string | symbol, object>(
    REPOSITORIES.map((name) => [name, watchCalls(store[name], note)]),
  );
  return new Proxy(store, {
    get: (target, name) => {
      const value: unknown = watched.get(name) ?? Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** Every method of a repository takes the scope first. */
function watchCalls(repository: object, note: (scope: Scope) => void): object {
  return new Proxy(repository, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...parameters: unknown[]): unknown => {
        const [scope] = parameters;
        if (isScope(scope)) note(scope);
        return Reflect.apply(value, target, parameters);
      };
    },
  });
}

const isScope = (value: unknown): value is Scope =>
  typeof value === 'object' &&
  value !== null &&
  'kind' in value &&
  (value.kind === 'system' || value.kind === 'tenant');
