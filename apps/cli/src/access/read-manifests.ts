// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, failure, ok, type Result } from '@bartizan/contracts';
import type { ApiFailure } from '../api/client.ts';
import type { CliContext } from '../context.ts';
import { isKubernetesObject, isMapping } from '../policy/kubernetes-object.ts';
import { documentsOf, manifestFiles } from '../policy/manifests.ts';

const OBJECTS_MAX = 1_000_000;
const LIST_DEPTH_MAX = 4;
/** Kinds of RBAC and of network policies that stand in a namespace, and what lives there. */
const NAMESPACED = new Set([
  'Role',
  'RoleBinding',
  'ServiceAccount',
  'Pod',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'CronJob',
  'NetworkPolicy',
  'Service',
  'Ingress',
]);

/** Objects of a document: the items of a List are objects of their own. */
function* objectsOf(value: unknown, depth = 0): Generator<object> {
  if (!isKubernetesObject(value)) return;
  const { apiVersion, kind, items } = value;
  if (!kind.endsWith('List') || !Array.isArray(items) || depth >= LIST_DEPTH_MAX) {
    yield inNamespace(value, kind);
    return;
  }
  const typed = kind === 'List' ? {} : { apiVersion, kind: kind.slice(0, -'List'.length) };
  for (const item of items) if (isMapping(item)) yield* objectsOf({ ...typed, ...item }, depth + 1);
}

/** As kubectl takes it: what names no namespace goes to `default`. */
function inNamespace(value: object, kind: string): object {
  const metadata: unknown = Reflect.get(value, 'metadata');
  const named = isMapping(metadata) ? metadata : {};
  const namespace = named['namespace'];
  return NAMESPACED.has(kind) && (namespace === undefined || namespace === null || namespace === '')
    ? { ...value, metadata: { ...named, namespace: 'default' } }
    : value;
}

/** What manifests hold. */
export interface ReadObjects {
  readonly objects: readonly object[];
  /** Files of which something could not be read: what they hold is not known. */
  readonly unreadable: readonly string[];
}

/** Reads manifests, document by document. What cannot be read is told with its place, and named in every answer. */
export async function readManifests(
  context: CliContext,
  paths: readonly string[],
): Promise<Result<ReadObjects, ApiFailure>> {
  const files = manifestFiles(paths);
  if (!files.ok) return files;
  const objects: object[] = [];
  const unreadable = new Set<string>();
  const lack = (file: string, line: number, detail: string): void => {
    unreadable.add(file.slice(-63));
    context.process.stderr.write(`${context.t('access.not-read', { file, line, detail })}\n`);
  };
  for (const file of files.value) {
    try {
      for await (const document of documentsOf(file)) {
        if (!document.ok) {
          lack(file, document.problem.line, document.problem.detail);
          continue;
        }
        for (const object of objectsOf(document.value)) objects.push(object);
        if (objects.length > OBJECTS_MAX)
          return err(failure('E_POLICY_FILE', `more than ${OBJECTS_MAX} objects`));
      }
    } catch (error) {
      lack(file, 1, error instanceof Error ? error.message : 'cannot be read');
    }
  }
  return ok({ objects, unreadable: [...unreadable].slice(0, 64) });
}
