// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  ANONYMOUS,
  type CredentialProvider,
  dockerConfig,
  type ImageReference,
  isRegistryHost,
  parseReference,
  RegistryBlobs,
  RegistryClient,
  RegistryFault,
  speltHost,
  staticCredential,
} from '@bartizan/adapters/registry';
import { err, failure, ok, type Result } from '@bartizan/contracts';
import { type ImageSource, openDigestImage } from '@bartizan/scan';
import type { ApiFailure } from '../api/client.ts';
import { type CliContext, usage } from '../context.ts';
import type { RegistryFlags } from './registry-flags.ts';

const FILE_BYTES_MAX = 4 * 1024 * 1024;

function readSmall(path: string): Result<string, ApiFailure> {
  try {
    return statSync(path).size > FILE_BYTES_MAX
      ? err(failure('E_REGISTRY_LOGIN', `${path}: too large`))
      : ok(readFileSync(path, 'utf8'));
  } catch (error) {
    return err(failure('E_REGISTRY_LOGIN', path, error));
  }
}

type Environment = CliContext['process']['env'];

/** A variable that a pipeline sets to nothing is not set: templates name variables that a project may not have. */
const given = (env: Environment, name: string): string | undefined => env[name] || undefined;

/** The Docker configuration of a call: named, or where Docker itself looks. */
function configPath(env: Environment, named: string | undefined): string | undefined {
  if (named !== undefined) return named;
  const home = given(env, 'HOME');
  const folder = given(env, 'DOCKER_CONFIG') ?? (home === undefined ? undefined : join(home, '.docker'));
  const path = folder === undefined ? undefined : join(folder, 'config.json');
  return path !== undefined && existsSync(path) ? path : undefined;
}

/**
 * Who we are for a registry. What the environment gives is for the one host it names, and for no other: a reference must
 * not decide where a password goes.
 */
function credentialsOf(env: Environment, flags: RegistryFlags): Result<CredentialProvider, ApiFailure> {
  const host = given(env, 'BARTIZAN_REGISTRY');
  const name = given(env, 'BARTIZAN_REGISTRY_USERNAME');
  const password = given(env, 'BARTIZAN_REGISTRY_PASSWORD');
  if (name !== undefined || password !== undefined) {
    if (host === undefined || name === undefined || password === undefined)
      return usage(
        'BARTIZAN_REGISTRY, BARTIZAN_REGISTRY_USERNAME and BARTIZAN_REGISTRY_PASSWORD go together',
      );
    if (!isRegistryHost(host)) return usage('BARTIZAN_REGISTRY=HOST[:PORT]');
    return ok(staticCredential(speltHost(host, flags.plainHttp), { kind: 'password', name, password }));
  }
  const path = configPath(env, flags.dockerConfig);
  if (path === undefined) return ok(ANONYMOUS);
  const text = readSmall(path);
  return text.ok ? dockerConfig(text.value) : text;
}

/** One image of a registry, by the digest its name led to. */
export interface RegistryImage {
  readonly source: ImageSource;
  readonly client: RegistryClient;
  readonly host: string;
  readonly repository: string;
  readonly digest: string;
  /** What went wrong while it was read; whatever came out is worth nothing then. */
  readonly fault: () => ApiFailure | undefined;
}

/** The registries of one call: one client for each host. */
export class RegistrySession {
  readonly #clients = new Map<string, Promise<RegistryClient>>();
  readonly #credentials: CredentialProvider;
  readonly #flags: RegistryFlags;
  readonly #certificates: string | undefined;

  private constructor(
    credentials: CredentialProvider,
    flags: RegistryFlags,
    certificates: string | undefined,
  ) {
    this.#credentials = credentials;
    this.#flags = flags;
    this.#certificates = certificates;
  }

  static open({ process }: CliContext, flags: RegistryFlags): Result<RegistrySession, ApiFailure> {
    const credentials = credentialsOf(process.env, flags);
    if (!credentials.ok) return credentials;
    if (flags.ca === undefined) return ok(new RegistrySession(credentials.value, flags, undefined));
    const certificates = readSmall(flags.ca);
    return certificates.ok
      ? ok(new RegistrySession(credentials.value, flags, certificates.value))
      : certificates;
  }

  /** Host of a registry as everybody spells it: one client, and one name for policies. */
  #spelt = (host: string): string => speltHost(host, this.#flags.plainHttp);

  client(written: string): Promise<RegistryClient> {
    const host = this.#spelt(written);
    const known = this.#clients.get(host);
    if (known !== undefined) return known;
    const opened = RegistryClient.open({
      host,
      credentials: this.#credentials,
      ...(this.#flags.plainHttp === true ? { plainHttp: true } : {}),
      ...(this.#certificates === undefined ? {} : { certificates: this.#certificates }),
    });
    this.#clients.set(host, opened);
    return opened;
  }

  /** Finds what a name leads to now; everything after that goes by digest. */
  async image(
    reference: ImageReference,
    names: readonly string[],
  ): Promise<Result<RegistryImage, ApiFailure>> {
    const { repository, tag, digest } = reference;
    const host = this.#spelt(reference.host);
    const client = await this.client(host);
    const opened = await RegistryBlobs.open(client, repository, digest ?? tag ?? 'latest');
    if (!opened.ok) return opened;
    const { blobs, root } = opened.value;
    const source = openDigestImage({
      label: names[0] ?? repository,
      digest: root.digest,
      references: names,
      blobs,
    });
    return ok({ source, client, host, repository, digest: root.digest, fault: () => blobs.fault });
  }
}

/** A reference with the tag that counts when none is given. */
export function referenceOf(text: string): Result<ImageReference, ApiFailure> {
  const reference = parseReference(text);
  if (!reference.ok) return reference;
  const { tag, digest } = reference.value;
  return ok(
    tag === undefined && digest === undefined ? { ...reference.value, tag: 'latest' } : reference.value,
  );
}

/** Runs a step that may throw a fault of a registry. */
export async function withFaults<T>(
  step: () => Promise<Result<T, ApiFailure>>,
): Promise<Result<T, ApiFailure>> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof RegistryFault) return err(error.error);
    throw error;
  }
}
