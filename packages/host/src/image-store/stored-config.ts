// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { LocalText } from '@bartizan/contracts';
import { err, ok, type Result } from '@bartizan/contracts/result';
import { readBounded } from '../procfs/bounded-read.ts';
import { type FieldReader, readObject } from '../runtimes/json.ts';

/** Which configuration is looked for, and from where. */
export interface StoredConfigQuery {
  /** What is put before paths of the host. */
  readonly hostRoot: string;
  /** Folder in which the container's own files are kept: it lies in the store of its runtime. */
  readonly upper: string;
  readonly container: string;
  /** Digest that the runtime gives for the image: of an index, a manifest or a configuration. */
  readonly imageDigest: string | undefined;
  /** `os/architecture` of this machine. */
  readonly platform: string;
}

const JSON_BYTES_MAX = 8 * 1024 * 1024;
const ITEMS_MAX = 10_000;
const DIGEST = /^sha256:([0-9a-f]{64})$/u;
const BARE = /^[0-9a-f]{64}$/u;
const CONTAINER_ID = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/u;

type Found = Result<string, LocalText>;
const none = (en: string, ja: string): Found => err({ en, ja });

const textOf = (path: string): string | undefined => {
  const bytes = readBounded(path, JSON_BYTES_MAX);
  return bytes.ok ? bytes.value.toString('utf8') : undefined;
};

/** A document whose digest holds. */
const verified = (path: string, digest: string): Found => {
  const bytes = readBounded(path, JSON_BYTES_MAX);
  if (!bytes.ok) return none(`${digest} is not in the image store`, `${digest} がイメージストアにありません`);
  const actual = `sha256:${createHash('sha256').update(bytes.value).digest('hex')}`;
  if (actual !== digest)
    return none(
      `stated ${digest}, is ${actual}`,
      `ダイジェストが一致しません（記録：${digest}、実際：${actual}）`,
    );
  const text = bytes.value.toString('utf8');
  return readObject(text) === undefined
    ? none(`${digest} is no JSON object`, `${digest} は JSON オブジェクトではありません`)
    : ok(text);
};

const platformOf = (descriptor: FieldReader): string => {
  const platform = descriptor.object('platform');
  return `${platform?.text('os', 64) ?? ''}/${platform?.text('architecture', 64) ?? ''}`;
};

/** containerd: blobs by digest, from whatever the runtime names down to the configuration. */
const fromBlobs = (folder: string, { imageDigest, platform }: StoredConfigQuery): Found => {
  let digest = imageDigest ?? '';
  // An index, an index in it, a manifest, a configuration.
  for (let step = 0; step < 4; step += 1) {
    const hex = DIGEST.exec(digest)?.[1];
    if (hex === undefined)
      return none(
        'the runtime names no digest of the image',
        'ランタイムがイメージのダイジェストを示していません',
      );
    const document = verified(join(folder, hex), digest);
    if (!document.ok) return document;
    const read = readObject(document.value);
    if (read?.object('rootfs') !== undefined) return document;
    const manifests = read?.objects('manifests', ITEMS_MAX) ?? [];
    const own = manifests.find((one) => platformOf(one) === platform);
    digest = (own?.text('digest', 128) || read?.object('config')?.text('digest', 128)) ?? '';
  }
  return none('indexes nested too deep', 'イメージの索引の階層が深すぎます');
};

/** Docker: the container says which image it runs; images are their configurations, by digest. */
const fromDocker = (root: string, { container }: StoredConfigQuery): Found => {
  const image = readObject(textOf(join(root, 'containers', container, 'config.v2.json')) ?? '')?.text(
    'Image',
  );
  const hex = DIGEST.exec(image ?? '')?.[1];
  if (hex === undefined)
    return none(
      'docker does not say which image the container runs',
      'コンテナーのイメージが Docker の記録にありません',
    );
  return verified(join(root, 'image/overlay2/imagedb/content/sha256', hex), `sha256:${hex}`);
};

/** Podman and CRI-O: a list of containers names the image, whose configuration lies under its digest in base64. */
const fromContainersStorage = (root: string, { container }: StoredConfigQuery): Found => {
  const list = readObject(`{"list":${textOf(join(root, 'overlay-containers/containers.json')) ?? ''}}`);
  const image = list
    ?.objects('list', ITEMS_MAX)
    .find((one) => one.text('id', 128) === container)
    ?.text('image', 64);
  if (image === undefined || !BARE.test(image))
    return none(
      'the store does not say which image the container runs',
      'コンテナーのイメージがストアの記録にありません',
    );
  const digest = `sha256:${image}`;
  const name = `=${Buffer.from(digest, 'utf8').toString('base64')}`;
  return verified(join(root, 'overlay-images', image, name), digest);
};

const STORES = [
  {
    of: /^(.+)\/io\.containerd\.snapshotter\.v1\.[^/]+\//u,
    read: (root: string, query: StoredConfigQuery): Found =>
      fromBlobs(join(root, 'io.containerd.content.v1.content/blobs/sha256'), query),
  },
  { of: /^(.+)\/overlay2\/[^/]+\/diff$/u, read: fromDocker },
  { of: /^(.+)\/overlay\/[^/]+\/diff$/u, read: fromContainersStorage },
] as const;

/**
 * The configuration of the image that a container runs, in JSON, out of the image store of its node: containerd's, Docker's
 * or that of Podman and CRI-O. Its digest is checked. Nothing is asked of a runtime; why there is none is said in both languages.
 */
export function readStoredConfig(query: StoredConfigQuery): Found {
  if (!CONTAINER_ID.test(query.container))
    return none(
      'the container has no id that a store knows',
      'コンテナーの ID がストアで使える形式ではありません',
    );
  for (const { of, read } of STORES) {
    const root = of.exec(query.upper)?.[1];
    if (root !== undefined) return read(join(query.hostRoot, root), query);
  }
  return none(
    'the image store of this runtime is not known',
    'このランタイムのイメージストアには対応していません',
  );
}
