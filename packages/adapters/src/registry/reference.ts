// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, failure, ok, type Result } from '@bartizan/contracts';
import { DOCKER_HUB } from './credentials.ts';
import type { RegistryError } from './fault.ts';

/** A name of an image with the registry it lies in. */
export interface ImageReference {
  /** Host, with its port where there is one. */
  readonly host: string;
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;
const REPOSITORY = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
export const DIGEST = /^sha256:[0-9a-f]{64}$/;
const REFERENCE_MAX = 500;
const HUB_NAMES = ['docker.io', 'index.docker.io', DOCKER_HUB];

/** A host as URLs spell it, without the port that goes without saying; Docker's registry has many names and is one. */
export function speltHost(host: string, plainHttp = false): string {
  const { host: spelt } = new URL(`${plainHttp ? 'http' : 'https'}://${host}`);
  return HUB_NAMES.includes(spelt) ? DOCKER_HUB : spelt;
}

/** Reads `HOST/REPOSITORY[:TAG][@DIGEST]` (distribution specification, "pulling manifests"). The host is never guessed. */
export function parseReference(text: string): Result<ImageReference, RegistryError> {
  const wrong = err(failure('E_REGISTRY_REFERENCE', text.slice(0, 200)));
  if (text.length > REFERENCE_MAX) return wrong;
  const slash = text.indexOf('/');
  const host = text.slice(0, slash);
  const isHost = slash > 0 && isRegistryHost(host) && (/[.:[]/.test(host) || host === 'localhost');
  if (!isHost) return wrong;
  const [path = '', digest, ...more] = text.slice(slash + 1).split('@');
  const colon = path.lastIndexOf(':');
  const repository = colon === -1 ? path : path.slice(0, colon);
  const tag = colon === -1 ? undefined : path.slice(colon + 1);
  if (more.length > 0 || repository.length > 255 || !REPOSITORY.test(repository)) return wrong;
  if (tag !== undefined && !TAG.test(tag)) return wrong;
  if (digest !== undefined && !DIGEST.test(digest)) return wrong;
  return ok({ host: host === 'docker.io' ? DOCKER_HUB : host, repository, tag, digest });
}

/** Whether a text may stand for a manifest: a tag or a digest. */
export const isManifestName = (name: string): boolean => TAG.test(name) || DIGEST.test(name);
/** Whether a text is a repository. */
export const isRepository = (name: string): boolean => name.length <= 255 && REPOSITORY.test(name);
/** Whether a text is a host, with or without a port. */
export const isRegistryHost = (text: string): boolean => HOST.test(text) && URL.canParse(`https://${text}`);

/** Tags that hold signatures or other statements about an image, and no image: those of cosign and the referrers tag schema. */
export const isStatementTag = (tag: string): boolean => /^sha256-[0-9a-f]{64}(?:\.[a-z]{1,16})?$/.test(tag);
