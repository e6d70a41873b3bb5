// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, posix, resolve } from 'node:path';
import { fetchAttached } from '@bartizan/adapters/registry';
import { ok, type RegistryPolicy, type Result } from '@bartizan/contracts';
import {
  imageName,
  isSignature,
  type PolicyFiles,
  type PolicyVerdict,
  parseSignaturePolicy,
  type SignaturePolicy,
  type StoreFile,
  VerdictCache,
} from '@bartizan/scan/signatures';
import type { ApiFailure } from '../api/client.ts';
import { readDocument } from '../gate/read-document.ts';
import type { RegistryImage } from './registry-session.ts';

const FILE_BYTES_MAX = 4 * 1024 * 1024;
const STORE_FILES_MAX = 1000;

/** A file as it lies in a trust store; undefined when it cannot be read. */
function storeFile(folder: string, name: string, isFile: boolean): StoreFile | undefined {
  const bytes = isFile ? filesBeside(folder).read(name) : Buffer.alloc(0);
  return bytes === undefined ? undefined : { name, kind: isFile ? 'file' : 'other', bytes };
}

/** Files that a policy names, relative to a folder. */
export const filesBeside = (folder: string): PolicyFiles => ({
  read: (path) => {
    try {
      const whole = resolve(folder, path);
      return statSync(whole).size > FILE_BYTES_MAX ? undefined : readFileSync(whole);
    } catch {
      return undefined;
    }
  },
  list: (path) => {
    try {
      const whole = resolve(folder, path);
      const entries = readdirSync(whole, { withFileTypes: true });
      if (entries.length > STORE_FILES_MAX) return undefined;
      const files = entries
        .sort((left, right) => (left.name < right.name ? -1 : 1))
        .map((entry) => storeFile(whole, entry.name, entry.isFile()));
      return files.every((file) => file !== undefined) ? files : undefined;
    } catch {
      return undefined;
    }
  },
});

/** Reads a policy file; the files it names lie beside it. */
export function readSignaturePolicy(path: string): Result<SignaturePolicy, ApiFailure> {
  const document = readDocument(path, 'E_SIGNATURE_POLICY');
  return document.ok ? parseSignaturePolicy(document.value, filesBeside(dirname(path))) : document;
}

/** A policy file with the files it names, as a registry keeps it: the controller reads nothing of another machine. */
export function packPolicy(path: string): Result<RegistryPolicy, ApiFailure> {
  const document = readDocument(path, 'E_SIGNATURE_POLICY');
  if (!document.ok) return document;
  const disk = filesBeside(dirname(path));
  const named = new Map<string, string>();
  const keep = (name: string, bytes: Buffer): void =>
    void named.set(posix.normalize(name), bytes.toString('base64'));
  const parsed = parseSignaturePolicy(document.value, {
    read: (name) => {
      const bytes = disk.read(name);
      if (bytes !== undefined) keep(name, bytes);
      return bytes;
    },
    list: (folder) => {
      const files = disk.list(folder);
      for (const { name, kind, bytes } of files ?? [])
        if (kind === 'file') keep(posix.join(folder, name), bytes);
      return files;
    },
  });
  if (!parsed.ok) return parsed;
  const files = [...named].map(([name, content]) => ({ path: name, content }));
  return ok({ document: JSON.stringify(document.value), files });
}

/** Judges images of registries by one policy; the same image is judged once. */
export class PolicyJudge {
  readonly #policy: SignaturePolicy;
  readonly #cache = new VerdictCache();
  readonly #now: () => number;

  constructor(policy: SignaturePolicy, now: () => number = Date.now) {
    this.#policy = policy;
    this.#now = now;
  }

  async judge(image: RegistryImage): Promise<Result<PolicyVerdict, ApiFailure>> {
    const { client, repository, digest, host } = image;
    const attached = await fetchAttached(client, { repository, digest }, isSignature);
    if (!attached.ok) return attached;
    const { pieces, missing } = attached.value;
    const evidence = { artifactDigest: digest, attached: pieces, missing };
    return ok(this.#cache.judge(this.#policy, imageName(host, repository), evidence, this.#now()));
  }
}
