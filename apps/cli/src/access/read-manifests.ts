// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, failure, ok, type Result } from '@bartizan/contracts';
import type { ApiFailure } from '../api/client.ts';
import type { CliContext } from '../context.ts';
import { isMapping, type KubernetesObject } from '../policy/kubernetes-object.ts';
import { listedObjects } from '../policy/listed-objects.ts';
import { documentsOf, manifestFiles } from '../policy/manifests.ts';

const OBJECTS_MAX = 1_000_000;
/** Kinds of RBAC and of network policies that stand in a namespace, and what lives there. */
const NAMESPACED = new Set([
  'Role',
  'RoleBinding',
  'ServiceAccount',
  'Pod',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'ReplicationController',
  'Job',
  'CronJob',
  'NetworkPolicy',
  'Service',
  'Ingress',
]);

/** As kubectl takes it: what names no namespace goes to `default`. */
function inNamespace(value: KubernetesObject): object {
  const { kind, metadata } = value;
  const named: Readonly<Record<string, unknown>> = isMapping(metadata) ? metadata : {};
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
        for (const { object } of listedObjects(document.value)) objects.push(inNamespace(object));
        if (objects.length > OBJECTS_MAX)
          return err(failure('E_POLICY_FILE', `more than ${OBJECTS_MAX} objects`));
      }
    } catch (error) {
      lack(file, 1, error instanceof Error ? error.message : 'cannot be read');
    }
  }
  return ok({ objects, unreadable: [...unreadable].slice(0, 64) });
}
