// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { RegistryFault } from './fault.ts';
import { DIGEST, isRepository } from './reference.ts';
import { asFault } from './transport.ts';

/** A reference to content (OCI image specification, descriptor). */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** JSON of a registry. */
export function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new RegistryFault('E_REGISTRY_ANSWER', 'not JSON');
  }
}

/** The registry's own error code, for the detail. */
export function codeOf(bytes: Buffer): string {
  const [, code] = /"code"\s*:\s*"([A-Z_]{1,60})"/.exec(bytes.toString('latin1', 0, 4096)) ?? [];
  return code === undefined ? '' : ` ${code}`;
}

/** The next page of a list (RFC 8288), which has to be at the same registry. */
export function nextPage(link: string | string[] | undefined, url: URL): URL | undefined {
  const [, target] = /<([^>]{1,2000})>\s*;\s*rel="?next"?/.exec([link].flat().join(',')) ?? [];
  if (target === undefined || !URL.canParse(target, url.href)) return undefined;
  const next = new URL(target, url);
  if (next.origin !== url.origin)
    throw new RegistryFault('E_REGISTRY_ADDRESS', `${url.host}: its next page is at ${next.host}`);
  return next;
}

/** The descriptors of an index that can be believed. */
export function descriptorsOf(index: unknown): readonly Descriptor[] {
  const list = (index as { manifests?: unknown } | null)?.manifests;
  if (!Array.isArray(list)) throw new RegistryFault('E_REGISTRY_ANSWER', 'referrers: not an index');
  return list.filter(
    (one): one is Descriptor =>
      typeof one === 'object' &&
      one !== null &&
      typeof one.digest === 'string' &&
      DIGEST.test(one.digest) &&
      Number.isSafeInteger(one.size) &&
      one.size >= 0 &&
      typeof one.mediaType === 'string',
  );
}

/** The digest of the manifest that a manifest refers to. */
export function subjectOf(bytes: Buffer): string | undefined {
  const digest = (parse(bytes) as { subject?: { digest?: unknown } } | null)?.subject?.digest;
  return typeof digest === 'string' && DIGEST.test(digest) ? digest : undefined;
}

/** The descriptor of a manifest. */
export function describe(mediaType: string, digest: string, bytes: Buffer): Descriptor {
  const { artifactType, annotations } = parse(bytes) as {
    artifactType?: unknown;
    annotations?: Record<string, string>;
  };
  return {
    mediaType,
    digest,
    size: bytes.length,
    ...(typeof artifactType === 'string' ? { artifactType } : {}),
    ...(annotations === undefined ? {} : { annotations }),
  };
}

/** A blob as it arrives; ends with a fault when it is not what was asked for. */
export async function* checked(
  answer: IncomingMessage,
  url: URL,
  { digest, size }: Pick<Descriptor, 'digest' | 'size'>,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  let seen = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      seen += chunk.length;
      if (seen > size) throw new RegistryFault('E_REGISTRY_DIGEST', `${digest}: longer than ${size} bytes`);
      hash.update(chunk);
      yield chunk;
    }
  } catch (error) {
    throw asFault(error, url);
  } finally {
    answer.destroy();
  }
  if (seen !== size) throw new RegistryFault('E_REGISTRY_DIGEST', `${digest}: ${seen} bytes, not ${size}`);
  const found = `sha256:${hash.digest('hex')}`;
  if (found !== digest) throw new RegistryFault('E_REGISTRY_DIGEST', `${digest} has the digest ${found}`);
}

/** The repositories of one page of a catalogue; names that are none are left out. */
export function repositoriesOf(page: unknown): string[] {
  const list = (page as { repositories?: unknown } | null)?.repositories;
  return (Array.isArray(list) ? list : []).filter(
    (name): name is string => typeof name === 'string' && isRepository(name),
  );
}
