// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, failure, ok, type Result } from '@bartizan/contracts';
import type { RegistryError } from './fault.ts';

/** How we say who we are: a name and a password, a refresh token (OAuth2), or a bearer token as it is. */
export type Credential =
  | { readonly kind: 'password'; readonly name: string; readonly password: string }
  | { readonly kind: 'refresh-token'; readonly token: string }
  | { readonly kind: 'bearer'; readonly token: string };

/** Gives the credential for a registry host, or undefined to go without. */
export interface CredentialProvider {
  credentialFor(host: string): Promise<Credential | undefined>;
}

/** The same credential for one host, and none for all others. */
export const staticCredential = (host: string, credential: Credential): CredentialProvider => ({
  credentialFor: (asked) => Promise.resolve(asked === host ? credential : undefined),
});

/** No credential anywhere. */
export const ANONYMOUS: CredentialProvider = { credentialFor: () => Promise.resolve(undefined) };

const CONFIG_CHARACTERS_MAX = 1024 * 1024;
/** Where the images of Docker Hub are. */
export const DOCKER_HUB = 'registry-1.docker.io';

const hostOf = (key: string): string => {
  const host = key.replace(/^https?:\/\//, '').split('/')[0] ?? '';
  return host === 'index.docker.io' || host === 'docker.io' ? DOCKER_HUB : host;
};

function credentialOf(entry: { readonly [key: string]: unknown }): Credential | undefined {
  const { auth, identitytoken, registrytoken, username, password } = entry;
  if (typeof registrytoken === 'string' && registrytoken !== '')
    return { kind: 'bearer', token: registrytoken };
  if (typeof identitytoken === 'string' && identitytoken !== '')
    return { kind: 'refresh-token', token: identitytoken };
  if (typeof username === 'string' && typeof password === 'string')
    return { kind: 'password', name: username, password };
  if (typeof auth !== 'string' || auth === '') return undefined;
  const text = Buffer.from(auth, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 1
    ? undefined
    : { kind: 'password', name: text.slice(0, colon), password: text.slice(colon + 1) };
}

/**
 * Reads a Docker `config.json`, or the secret Kubernetes makes of one. Only its `auths` count: credential helpers are
 * programs, and nothing is executed.
 */
export function dockerConfig(text: string): Result<CredentialProvider, RegistryError> {
  let config: unknown;
  try {
    config = text.length <= CONFIG_CHARACTERS_MAX ? JSON.parse(text) : undefined;
  } catch {
    config = undefined;
  }
  const auths = (config as { auths?: unknown } | undefined | null)?.auths ?? {};
  if (typeof config !== 'object' || config === null || typeof auths !== 'object')
    return err(failure('E_REGISTRY_LOGIN', 'not a Docker configuration'));
  const byHost = new Map<string, Credential>();
  for (const [key, entry] of Object.entries(auths)) {
    const credential = typeof entry === 'object' && entry !== null ? credentialOf(entry) : undefined;
    if (credential !== undefined) byHost.set(hostOf(key), credential);
  }
  return ok({ credentialFor: (host) => Promise.resolve(byHost.get(host)) });
}
