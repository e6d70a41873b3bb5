// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync } from 'node:fs';
import { err, failure, ok, type Result } from '@bartizan/contracts';
import { openImageSource } from '@bartizan/scan';
import type { ApiFailure } from '../api/client.ts';
import { type CliContext, usage } from '../context.ts';
import type { Attempts, Gathered } from './attempt.ts';
import type { ContainerScanFlags } from './container-flags.ts';
import { imageAttempts } from './image-attempts.ts';
import type { ImageScanFlags, RegistryScanFlags } from './registry-flags.ts';
import type { ScanFlags, ScanKind } from './scan-flags.ts';
import type { ImageCall } from './scan-image.ts';
import { prepareSecretSearch, secretsFound } from './scan-secrets.ts';
import { scanDocument, scanFolder } from './scan-target.ts';

/** What a call names: one path or name, or several repositories. */
export interface Target {
  readonly path: string;
  readonly kind: ScanKind;
  /** All that were named, where there may be several. */
  readonly names?: readonly string[];
}

const NOTHING = (): void => undefined;

async function archiveAttempts(path: string, call: ImageCall): Promise<Result<Attempts, ApiFailure>> {
  if (!existsSync(path)) return err(failure('E_SCAN_TARGET', path));
  const source = await openImageSource(path);
  if (!source.ok) return err(failure(source.error.code, source.error.detail));
  const list = await imageAttempts(source.value, path, call);
  if (!list.ok) {
    source.value.close();
    return list;
  }
  return ok({ list: list.value, isList: list.value.length > 1, close: () => source.value.close() });
}

/** Whether a name can only be that of an image in a registry: nothing lies there, and it begins with a host. */
async function isInRegistry(path: string, { source = 'auto' }: ImageScanFlags): Promise<boolean> {
  if (source === 'registry') return true;
  if (source !== 'auto' || existsSync(path)) return false;
  const { parseReference } = await import('@bartizan/adapters/registry');
  return parseReference(path).ok;
}

/** The attempt of a call with one target on this machine. */
const onlyAttempt = (name: string, scan: () => Result<Gathered, ApiFailure>): Attempts => ({
  list: [{ name, scan: () => Promise.resolve(scan()) }],
  isList: false,
  close: NOTHING,
});

/** Walks a host or folder once for everything that was asked for. */
function scanTreeOnce(
  context: CliContext,
  { path, kind }: { readonly path: string; readonly kind: 'host' | 'dir' },
  { scanners = ['vuln'] }: ImageScanFlags,
): Result<Gathered, ApiFailure> {
  const isSecrets = scanners.includes('secret');
  const search = isSecrets ? prepareSecretSearch(context) : ok(undefined);
  if (!search.ok) return search;
  const found = scanFolder(path, kind, {
    // Secrets of a folder alone need no catalogue of its packages.
    isPackages: !isSecrets || scanners.includes('vuln'),
    ...(search.value === undefined ? {} : { secrets: search.value }),
  });
  if (!found.ok) return found;
  const { scanned, secrets } = found.value;
  return ok({
    ...(scanned === undefined ? {} : { scanned }),
    ...(secrets === undefined ? {} : { others: { secrets: secretsFound(secrets, path) } }),
  });
}

// Loaded when they are needed: a scan of what lies on the disk asks neither a registry nor a container runtime.
const registryAttempts = () => import('./registry-attempts.ts');
const containerAttempts = () => import('./container-attempts.ts');

/** What a call asks for, opened but not read. */
export async function attemptsOf(
  context: CliContext,
  { path, kind, names }: Target,
  flags: ScanFlags & ImageScanFlags & RegistryScanFlags & ContainerScanFlags,
): Promise<Result<Attempts, ApiFailure>> {
  switch (kind) {
    case 'registry':
      return (await registryAttempts()).registryImages(context, names ?? [path], flags);
    case 'image':
      if (await isInRegistry(path, flags))
        return (await registryAttempts()).registryImage(context, path, flags);
      // Nothing lies beside the other kinds that could be a signature: a policy must not be passed over.
      if (flags.policy !== undefined)
        return usage('--policy: only images of registries have signatures beside them');
      return flags.source === 'containerd'
        ? (await containerAttempts()).containerdImage(context, path, flags)
        : archiveAttempts(path, { context, flags });
    case 'container':
      return (await containerAttempts()).runningContainer(path, flags);
    case 'sbom':
      return ok(
        onlyAttempt(path, () => {
          const scanned = scanDocument(path);
          return scanned.ok ? ok({ scanned: scanned.value }) : scanned;
        }),
      );
    case 'host':
    case 'dir':
      return ok(onlyAttempt(path, () => scanTreeOnce(context, { path, kind }, flags)));
  }
}
