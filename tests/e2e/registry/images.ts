// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash, type KeyObject, sign } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Descriptor, RegistryClient, staticCredential } from '@bartizan/adapters/registry';
import type { Result } from '@bartizan/contracts';
import { BUNDLE_TYPE, JWS, openSigningKey, SIMPLE_SIGNING, signClaim } from '@bartizan/scan/signatures';
import { must } from '../first-run/run.ts';
import type { RegistryServer } from './server.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const SIGNED = 'https://sigstore.dev/cosign/sign/v1';

/** The value of a step that has to succeed. */
export const given = <T>(result: Result<T, { code: string; detail: string }>): T => {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.detail}`);
  return result.value;
};

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A layer that holds these files, as tar writes it. */
export function makeLayer(files: Readonly<Record<string, string>>): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'bartizan-layer-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, 'root', path)), { recursive: true });
      writeFileSync(join(folder, 'root', path), text);
    }
    must('tar', ['-C', join(folder, 'root'), '-cf', join(folder, 'layer.tar'), '.']);
    return readFileSync(join(folder, 'layer.tar'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** An image that was pushed. */
export interface Pushed {
  readonly digest: string;
  readonly layerDigest: string;
  readonly descriptor: Descriptor;
}

/** Where and as what an image goes. */
export interface Place {
  readonly repository: string;
  readonly tag?: string;
  readonly architecture?: string;
  readonly created?: string;
}

/** A registry of the test, filled by our own client. */
export class Shelf {
  readonly client: RegistryClient;
  readonly host: string;

  private constructor(client: RegistryClient, host: string) {
    this.client = client;
    this.host = host;
  }

  static async open({ host, password }: RegistryServer): Promise<Shelf> {
    const credentials = staticCredential(host, { kind: 'password', name: 'tester', password });
    return new Shelf(await RegistryClient.open({ host, plainHttp: true, credentials }), host);
  }

  async push(files: Readonly<Record<string, string>>, place: Place): Promise<Pushed> {
    const { repository, tag, architecture = 'amd64', created = '2026-01-01T00:00:00Z' } = place;
    const tar = makeLayer(files);
    const layer = given(await this.client.pushBlob(repository, gzipSync(tar)));
    const configuration = {
      architecture,
      os: 'linux',
      created,
      rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(tar)}`] },
    };
    const config = given(await this.client.pushBlob(repository, Buffer.from(JSON.stringify(configuration))));
    const manifest = {
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: { ...config, mediaType: 'application/vnd.oci.image.config.v1+json' },
      layers: [{ ...layer, mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip' }],
    };
    const bytes = Buffer.from(JSON.stringify(manifest));
    const descriptor = given(await this.client.pushManifest(repository, MANIFEST, bytes, tag));
    return { digest: descriptor.digest, layerDigest: layer.digest, descriptor };
  }

  /** An index over images of several architectures. */
  async pushIndex(
    { repository, tag }: Place,
    images: readonly { readonly architecture: string; readonly pushed: Pushed }[],
  ): Promise<string> {
    const manifests = images.map(({ architecture, pushed }) => ({
      mediaType: MANIFEST,
      digest: pushed.digest,
      size: pushed.descriptor.size,
      platform: { os: 'linux', architecture },
    }));
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }));
    return given(await this.client.pushManifest(repository, INDEX, bytes, tag)).digest;
  }

  /** Puts a piece beside an image: an artifact that refers to it. */
  async attach(
    repository: string,
    subject: string,
    piece: { type: string; mediaType: string; bytes: Buffer },
  ): Promise<void> {
    const blob = given(await this.client.pushBlob(repository, piece.bytes));
    const config = given(await this.client.pushBlob(repository, Buffer.from('{}')));
    const manifest = {
      schemaVersion: 2,
      mediaType: MANIFEST,
      artifactType: piece.type,
      config: { ...config, mediaType: 'application/vnd.oci.empty.v1+json' },
      layers: [{ ...blob, mediaType: piece.mediaType }],
      subject: { mediaType: MANIFEST, digest: subject, size: 1 },
    };
    given(await this.client.pushManifest(repository, MANIFEST, Buffer.from(JSON.stringify(manifest))));
  }

  /** Signs an image the way of cosign 3: a bundle that refers to it. `about` may name another image. */
  async sign(repository: string, subject: string, key: KeyObject, about = subject): Promise<void> {
    await this.attest(repository, { subject, key, about, type: SIGNED, predicate: {} });
  }

  /** Attests something about an image with a key. */
  async attest(
    repository: string,
    claim: { subject: string; key: KeyObject; about?: string; type: string; predicate: object },
  ): Promise<void> {
    const { subject, key, about = subject, type, predicate } = claim;
    const pem = key.export({ type: 'pkcs8', format: 'pem' }).toString();
    const bundle = given(
      signClaim(given(openSigningKey(pem)), {
        name: `${this.host}/${repository}`,
        sha256: about.slice('sha256:'.length),
        predicateType: type,
        predicate,
      }),
    );
    await this.attach(repository, subject, {
      type: BUNDLE_TYPE,
      mediaType: BUNDLE_TYPE,
      bytes: Buffer.from(bundle),
    });
  }

  /** Signs an image the way of cosign 2: a payload under a tag of its digest. */
  async signOldWay(repository: string, subject: string, key: KeyObject): Promise<void> {
    const payload = Buffer.from(
      JSON.stringify({
        critical: {
          identity: { 'docker-reference': `${this.host}/${repository}` },
          image: { 'docker-manifest-digest': subject },
          type: 'cosign container image signature',
        },
        optional: null,
      }),
    );
    const annotations = {
      'dev.cosignproject.cosign/signature': sign('sha256', payload, key).toString('base64'),
    };
    const layer = {
      ...given(await this.client.pushBlob(repository, payload)),
      mediaType: SIMPLE_SIGNING,
      annotations,
    };
    const config = given(await this.client.pushBlob(repository, Buffer.from('{}')));
    const manifest = {
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: { ...config, mediaType: 'application/vnd.oci.image.config.v1+json' },
      layers: [layer],
    };
    const tag = `${subject.replace(':', '-')}.sig`;
    given(await this.client.pushManifest(repository, MANIFEST, Buffer.from(JSON.stringify(manifest)), tag));
  }

  /** Signs an image the way of the Notary Project: an envelope (JWS) that refers to it. */
  async signNotation(repository: string, subject: string, signer: NotationSigner): Promise<void> {
    const scheme = 'io.cncf.notary.signingScheme';
    const head = base64url({
      alg: 'ES256',
      crit: [scheme],
      cty: 'application/vnd.cncf.notary.payload.v1+json',
      [scheme]: 'notary.x509',
      'io.cncf.notary.signingTime': new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
    });
    const body = base64url({ targetArtifact: { digest: subject, size: 1, mediaType: MANIFEST } });
    const signature = sign('sha256', Buffer.from(`${head}.${body}`), {
      key: signer.key,
      dsaEncoding: 'ieee-p1363',
    });
    const envelope = {
      payload: body,
      protected: head,
      header: { x5c: signer.chain },
      signature: signature.toString('base64url'),
    };
    await this.attach(repository, subject, {
      type: 'application/vnd.cncf.notary.signature',
      mediaType: JWS,
      bytes: Buffer.from(JSON.stringify(envelope)),
    });
  }
}

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Who signs the way of the Notary Project: a key and its chain, DER in base64, the signer first. */
export interface NotationSigner {
  readonly key: string;
  readonly chain: readonly string[];
}

/** Makes an authority and a signer with openssl in a folder; the root lies in `FOLDER/ca`. */
export function makeNotationSigner(folder: string): NotationSigner {
  const at = (name: string): string => join(folder, name);
  mkdirSync(at('ca'), { recursive: true });
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const subject = (name: string): string => `/C=JP/ST=Tokyo/O=Acme/CN=${name}`;
  const uses = ['-addext', 'keyUsage=critical,keyCertSign', '-addext', 'basicConstraints=critical,CA:TRUE'];
  must('openssl', [
    'req',
    '-x509',
    ...curve,
    '-keyout',
    at('ca.key'),
    '-out',
    at('root.pem'),
    '-subj',
    subject('root'),
    '-days',
    '2',
    ...uses,
  ]);
  must('openssl', [
    'req',
    ...curve,
    '-keyout',
    at('leaf.key'),
    '-out',
    at('leaf.csr'),
    '-subj',
    subject('signer'),
  ]);
  writeFileSync(
    at('leaf.ext'),
    'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning\n',
  );
  must('openssl', [
    'x509',
    '-req',
    '-in',
    at('leaf.csr'),
    '-CA',
    at('root.pem'),
    '-CAkey',
    at('ca.key'),
    '-CAcreateserial',
    '-out',
    at('leaf.pem'),
    '-days',
    '1',
    '-extfile',
    at('leaf.ext'),
  ]);
  copyFileSync(at('root.pem'), at('ca/root.pem'));
  const der = (path: string): string => readFileSync(path, 'utf8').replace(/-----[A-Z ]+-----|\s/g, '');
  return { key: readFileSync(at('leaf.key'), 'utf8'), chain: [der(at('leaf.pem')), der(at('root.pem'))] };
}
