// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** What a host is made of: in a pattern there may be more, which no URL reads as it is meant. */
const HOST = /^[A-Za-z0-9.:[\]-]+$/;
const HUB = 'docker.io';
const HUB_NAMES: ReadonlySet<string> = new Set([
  'index.docker.io',
  'registry-1.docker.io',
  'registry.hub.docker.com',
  'hub.docker.com',
]);

/**
 * A host in one form: as URLs spell it, without the port that is meant anyway, one name for Docker Hub. Who names an image
 * must not choose by the spelling which rules speak of it.
 */
function hostOf(written: string): string {
  const url = `http://${written}`;
  const spelt = HOST.test(written) && URL.canParse(url) ? new URL(url).host : written.toLowerCase();
  const host = spelt.replace(/:(?:443|80)$/, '').replace(/\.(?=:|$)/, '');
  return HUB_NAMES.has(host) ? HUB : host;
}

/** `HOST/REPOSITORY` of an image, as policies know it. */
export const imageName = (host: string, repository: string): string => `${hostOf(host)}/${repository}`;

/** A pattern of such names, with its host in the same form. */
export function imagePattern(written: string): string {
  const slash = written.indexOf('/');
  return slash === -1 ? written : imageName(written.slice(0, slash), written.slice(slash + 1));
}
