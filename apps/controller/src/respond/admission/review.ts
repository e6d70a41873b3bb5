// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type JsonRecord, listOf, recordOf, textOf } from '@bartizan/adapters/kube';
import type { AdmissionAnswer, AdmissionAsk } from '../../ports.ts';

const OPERATIONS = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'] as const;
/** Users have a few groups; in a longer list one that was repeated would cost as much as one more. */
const FEW_GROUPS = 64;
const MESSAGE_MAX = 4_096;
const WARNINGS_MAX = 16;
/** The API server cuts warnings at this length. */
const WARNING_MAX = 240;
const API = 'admission.k8s.io/v1';

/**
 * Names by which rules tell who asks about what. They are read whole: what is cut is another name, and a rule that names
 * it would not hold. The whole review is bounded instead.
 */
const nameOf = (value: unknown): string | undefined => textOf(value, Number.POSITIVE_INFINITY);

/** The question in an AdmissionReview; a text says why it is none. */
export function readReview(json: unknown): AdmissionAsk | string {
  const review = recordOf(json);
  if (review['kind'] !== 'AdmissionReview' || review['apiVersion'] !== API)
    return `not an AdmissionReview of ${API}`;
  const request = recordOf(review['request']);
  const uid = textOf(request['uid'], 64);
  const operation = OPERATIONS.find((one) => one === request['operation']);
  if (uid === undefined || uid === '') return 'the request has no uid';
  if (operation === undefined) return 'the request has no operation';
  return { uid, operation, ...subjectOf(request) };
}

function subjectOf(request: JsonRecord): Omit<AdmissionAsk, 'uid' | 'operation'> {
  const resource = recordOf(request['resource']);
  const kind = recordOf(request['kind']);
  const user = recordOf(request['userInfo']);
  const { object, oldObject } = request;
  const named = nameOf(request['name']) ?? '';
  return {
    group: textOf(resource['group']) ?? '',
    version: textOf(resource['version'], 63) ?? '',
    resource: textOf(resource['resource'], 128) ?? '',
    subResource: textOf(request['subResource'], 64) ?? '',
    kind: textOf(kind['kind'], 128) ?? '',
    namespace: textOf(request['namespace']) ?? '',
    name: named === '' ? generatedName(object) : named,
    user: { name: nameOf(user['username']) ?? '', groups: groupsOf(user['groups']) },
    dryRun: request['dryRun'] === true,
    ...(object === undefined || object === null ? {} : { object }),
    ...(oldObject === undefined || oldObject === null ? {} : { oldObject }),
  };
}

/** The API server has no name yet for an object whose name it makes. */
function generatedName(object: unknown): string {
  const metadata = recordOf(recordOf(object)['metadata']);
  return nameOf(metadata['name']) ?? nameOf(metadata['generateName']) ?? '';
}

/** All groups of who asks: directories give hundreds, and `system:authenticated` comes last. */
function groupsOf(value: unknown): readonly string[] {
  const groups = listOf(value).flatMap((group) => nameOf(group) ?? []);
  return groups.length <= FEW_GROUPS ? groups : [...new Set(groups)];
}

/** The AdmissionReview that answers. */
export function writeReview(uid: string, answer: AdmissionAnswer): object {
  const { allowed, message, warnings, patch = [], auditAnnotations } = answer;
  return {
    apiVersion: API,
    kind: 'AdmissionReview',
    response: {
      uid,
      allowed,
      ...(allowed
        ? {}
        : {
            status: { code: 403, reason: 'Forbidden', message: (message ?? 'refused').slice(0, MESSAGE_MAX) },
          }),
      ...(warnings.length === 0
        ? {}
        : { warnings: warnings.slice(0, WARNINGS_MAX).map((text) => text.slice(0, WARNING_MAX)) }),
      ...(patch.length === 0 || !allowed
        ? {}
        : { patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(patch)).toString('base64') }),
      ...(Object.keys(auditAnnotations).length === 0 ? {} : { auditAnnotations }),
    },
  };
}
