// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type BuiltImage, digestOf } from '@bartizan/testkit/registry';

const run = promisify(execFile);

/** Writes an image as an OCI layout. */
function writeLayout(folder: string, image: BuiltImage): void {
  const blobs = join(folder, 'blobs/sha256');
  mkdirSync(blobs, { recursive: true });
  for (const bytes of [image.manifest, ...image.blobs.values()])
    writeFileSync(join(blobs, digestOf(bytes).slice('sha256:'.length)), bytes);
  const manifests = [
    {
      mediaType: image.mediaType,
      digest: image.digest,
      size: image.manifest.length,
      platform: image.platform,
    },
  ];
  writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
}

/** Pushes an image with skopeo, bytes unchanged. In a process beside this one: the token server may run in this one. */
export async function skopeoPush(
  image: BuiltImage,
  reference: string,
  login: { readonly name: string; readonly password: string },
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bartizan-layout-'));
  try {
    writeLayout(folder, image);
    const how = ['--insecure-policy', 'copy', '--preserve-digests', '--dest-tls-verify=false'];
    const who = ['--dest-username', login.name, '--dest-password', login.password];
    await run('skopeo', [...how, ...who, `oci:${folder}`, `docker://${reference}`], { timeout: 60_000 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
