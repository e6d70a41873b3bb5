// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Readable } from 'node:stream';
import { err, ok, type Result } from '@bartizan/contracts';
import type { DigestBlobs } from '@bartizan/scan';
import type { Manifest, RegistryClient } from './client.ts';
import { type RegistryError, RegistryFault } from './fault.ts';
import { DIGEST } from './reference.ts';

/** What a descriptor said of a digest before it was asked for. */
interface Known {
  readonly size: number;
  readonly isManifest: boolean;
}

const INDEXED_MAX = 10_000;

interface RawDescriptor {
  readonly digest?: unknown;
  readonly size?: unknown;
}

/** Descriptors of a manifest or index: those of an index are manifests, the others blobs. */
function descriptorsOf(bytes: Buffer): readonly (readonly [string, Known])[] {
  let json: { manifests?: unknown; layers?: unknown; config?: unknown };
  try {
    json = JSON.parse(bytes.toString('utf8')) as typeof json;
  } catch {
    return [];
  }
  const listOf = (value: unknown, isManifest: boolean): (readonly [string, Known])[] =>
    (Array.isArray(value) ? value.slice(0, INDEXED_MAX) : []).flatMap((one: RawDescriptor | null) => {
      const { digest, size } = one ?? {};
      const isWhole = typeof digest === 'string' && DIGEST.test(digest) && Number.isSafeInteger(size);
      return isWhole ? [[digest, { size: Number(size), isManifest }] as const] : [];
    });
  return [...listOf(json?.manifests, true), ...listOf(json?.layers, false), ...listOf([json?.config], false)];
}

/**
 * The contents of one repository by digest, as the scanner reads images. A registry keeps manifests and blobs apart:
 * which of both a digest is, and how long, is known from whatever named it. Faults of the registry are thrown as
 * RegistryFault.
 */
export class RegistryBlobs implements DigestBlobs {
  readonly #client: RegistryClient;
  readonly #repository: string;
  readonly #known = new Map<string, Known>();
  readonly #root: Manifest;
  #fault: RegistryError | undefined;

  private constructor(client: RegistryClient, repository: string, root: Manifest) {
    this.#client = client;
    this.#repository = repository;
    this.#root = root;
    this.#note(root.bytes);
  }

  /** The repository, with the manifest that a tag or digest leads to. */
  static async open(
    client: RegistryClient,
    repository: string,
    name: string,
  ): Promise<Result<{ readonly blobs: RegistryBlobs; readonly root: Manifest }, RegistryError>> {
    const root = await client.manifest(repository, name);
    if (!root.ok) return err(root.error);
    return ok({ blobs: new RegistryBlobs(client, repository, root.value), root: root.value });
  }

  /** What went wrong in a stream that was being read: whatever was made of it is not what lies in the registry. */
  get fault(): RegistryError | undefined {
    return this.#fault;
  }

  async read(digest: string, maxBytes: number): Promise<Buffer | undefined> {
    if (digest === this.#root.digest) return this.#root.bytes;
    const known = this.#known.get(digest);
    if (known === undefined || known.size > maxBytes) return undefined;
    if (!known.isManifest)
      return given(await this.#client.blobBytes(this.#repository, { digest, size: known.size }, maxBytes));
    const manifest = given(await this.#client.manifest(this.#repository, digest));
    this.#note(manifest.bytes);
    return manifest.bytes;
  }

  async open(digest: string): Promise<Readable> {
    const known = this.#known.get(digest);
    if (known === undefined)
      throw new RegistryFault('E_REGISTRY_MISSING', `${digest} is named by no manifest`);
    const stream = given(await this.#client.blob(this.#repository, { digest, size: known.size }));
    return Readable.from(this.#watched(stream), { objectMode: false });
  }

  async *#watched(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    try {
      yield* stream;
    } catch (error) {
      if (error instanceof RegistryFault) this.#fault ??= error.error;
      throw error;
    }
  }

  #note(bytes: Buffer): void {
    for (const [digest, known] of descriptorsOf(bytes)) this.#known.set(digest, known);
  }
}

function given<T>(result: Result<T, RegistryError>): T {
  if (!result.ok) throw new RegistryFault(result.error.code, result.error.detail, result.error.cause);
  return result.value;
}
