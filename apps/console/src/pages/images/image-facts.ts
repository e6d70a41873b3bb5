// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Image, ImageScan } from '@bartizan/contracts';
import { visibleText } from '@bartizan/contracts/words';

/** How far the count of findings of an image can be believed. A count is only ever called "none" when it is known. */
export type Certainty = 'known' | 'at-least' | 'unknown';
export type Doubt = 'never' | 'queued' | 'scanning' | 'failed' | 'incomplete' | 'unmatched' | 'outdated';
export interface ImageCertainty {
  readonly certainty: Certainty;
  /** Why the count is not all there is. */
  readonly doubt?: Doubt;
}

/** What a scan that never gave a result leaves open. */
const withoutResult = (state: ImageScan['state']): Doubt => {
  switch (state) {
    case 'queued':
    case 'scanning':
    case 'failed':
      return state;
    default:
      return 'never';
  }
};

/** How far the findings of an image are known: never, waiting, failed and unmatched are not known, incomplete is "at least". */
export const certaintyOf = (scan: ImageScan | undefined): ImageCertainty => {
  if (scan?.scannedAtMs === undefined) {
    return { certainty: 'unknown', doubt: withoutResult(scan?.state ?? 'never') };
  }
  if (scan.matchedAtMs === undefined) return { certainty: 'unknown', doubt: 'unmatched' };
  if (scan.state === 'incomplete') return { certainty: 'at-least', doubt: 'incomplete' };
  // The content was read before; what the last attempt did not reach may hold more.
  if (scan.state === 'failed') return { certainty: 'at-least', doubt: 'outdated' };
  return { certainty: 'known' };
};

/** A digest in few characters, as people say it. */
export const shortDigest = (digest: string): string => digest.replace(/^sha256:/, '').slice(0, 12);

/** What people call an image: its first name, else its digest. */
export const imageName = (image: Pick<Image, 'references' | 'digest'>): string =>
  visibleText(image.references[0] ?? shortDigest(image.digest));

/** The part of a name that tells images apart, and the registry it stands in. */
export const splitReference = (reference: string): { readonly host: string; readonly rest: string } => {
  const slash = reference.indexOf('/');
  const first = slash < 0 ? '' : reference.slice(0, slash);
  // As container tools read it: the first part is a host only when it looks like one.
  const isHost = /[.:]/.test(first) || first === 'localhost';
  return isHost ? { host: first, rest: reference.slice(slash + 1) } : { host: '', rest: reference };
};

/** The filter that gives the findings about one image itself. */
export const findingsOfImage = (digest: string, more = ''): string =>
  `workload:${digest}${more === '' ? '' : ` ${more}`}`;

const SHELL = /^(?:RUN )?(?:\|\d+ .*? )?\/bin\/(?:ba)?sh -c (#\(nop\)\s*)?/;
/** The line that made a layer, as it stood in the Dockerfile: without the shell the builder puts before it. */
export const layerCommand = (command: string): { readonly word: string; readonly rest: string } => {
  const text = command.replace(/\s*# buildkit$/, '').trim();
  const shell = SHELL.exec(text);
  const bare = text.replace(SHELL, '').trim();
  const line = shell !== null && shell[1] === undefined && !bare.startsWith('RUN ') ? `RUN ${bare}` : bare;
  const [word = '', ...rest] = line.split(/\s+/);
  return /^[A-Z]+$/.test(word) ? { word, rest: rest.join(' ') } : { word: '', rest: line };
};
