// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { posix } from 'node:path';
import { err, type Failure, failure, ok, type RegistryPolicy, type Result } from '@bartizan/contracts';
import { type PolicyFiles, parseSignaturePolicy, type SignaturePolicy } from '@bartizan/scan/signatures';

/** The files that came with a policy: nothing of this machine is read. */
function filesOf({ files }: RegistryPolicy): PolicyFiles {
  const kept = new Map(files.map(({ path, content }) => [posix.normalize(path), content]));
  const bytesOf = (content: string): Buffer => Buffer.from(content, 'base64');
  return {
    read: (path) => {
      const content = kept.get(posix.normalize(path));
      return content === undefined ? undefined : bytesOf(content);
    },
    list: (path) => {
      const folder = posix.join(path, '/');
      const inside = [...kept].filter(([name]) => posix.join(posix.dirname(name), '/') === folder);
      if (inside.length === 0) return undefined;
      return inside
        .sort(([left], [right]) => (left < right ? -1 : 1))
        .map(([name, content]) => ({ name: posix.basename(name), kind: 'file', bytes: bytesOf(content) }));
    },
  };
}

/** The signature policy of a registry, ready to judge. */
export function openRegistryPolicy(policy: RegistryPolicy): Result<SignaturePolicy, Failure> {
  let document: unknown;
  try {
    document = JSON.parse(policy.document);
  } catch {
    return err(failure('E_SIGNATURE_POLICY', 'the policy is no JSON'));
  }
  const parsed = parseSignaturePolicy(document, filesOf(policy));
  return parsed.ok ? ok(parsed.value) : parsed;
}
