// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { X509Certificate } from 'node:crypto';
import type { ExampleEvidence, FilePlace } from '@bartizan/contracts/compliance';
import type { FileTree } from '../tree/file-tree.ts';
import { readConfigText } from './read-config.ts';

const PEM = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]{1,65536}-----END CERTIFICATE-----/;
const EMBEDDED = /client-certificate-data:\s*([A-Za-z0-9+/=]{1,65536})/;
const NAMED = /client-certificate:\s*(\/\S{1,1024})/;

/** When a certificate ends; undefined when the text holds none that can be read. */
function endOf(text: string): number | undefined {
  const [pem] = PEM.exec(text) ?? [];
  if (pem === undefined) return undefined;
  try {
    const ends = Date.parse(new X509Certificate(pem).validTo);
    return Number.isFinite(ends) ? ends : undefined;
  } catch {
    return undefined;
  }
}

/** The certificate in a file, in a kubeconfig, or that a kubeconfig names. Never the key beside it. */
function certificateText(tree: FileTree, text: string): string {
  const embedded = EMBEDDED.exec(text)?.[1];
  if (embedded !== undefined) return Buffer.from(embedded, 'base64').toString('latin1');
  const named = NAMED.exec(text)?.[1];
  const read = named === undefined ? undefined : readConfigText(tree, named);
  return read?.state === 'known' ? read.text : text;
}

/** Lifetimes of the certificates of a place. */
export function certificateEvidence(
  tree: FileTree,
  place: FilePlace,
  paths: readonly string[],
): ExampleEvidence[] {
  const base = { collector: 'certificate', subject: place, origin: 'file' } as const;
  const found = paths.flatMap((path): ExampleEvidence[] => {
    const read = readConfigText(tree, path);
    if (read.state === 'absent') return [];
    if (read.state === 'unreadable') return [{ ...base, path, state: 'unreadable', reason: read.fault }];
    const ends = endOf(certificateText(tree, read.text));
    return ends === undefined
      ? [{ ...base, path, state: 'unreadable', reason: 'malformed' }]
      : [{ ...base, path, state: 'known', value: { 'not-after': ends } }];
  });
  return found.length > 0 ? found : [{ ...base, state: 'absent' }];
}
