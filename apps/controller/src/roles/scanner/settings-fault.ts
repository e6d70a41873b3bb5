// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { KINDS } from '@bartizan/adapters/registry';
import type { RegistrySettings } from '@bartizan/contracts';
import { openPublicKey } from '@bartizan/scan/signatures';
import { openRegistryPolicy } from '../../decide/registry-policy.ts';

const HOST = /^[A-Za-z0-9.[\]:-]{1,255}$/;

const PUSH_SECRET_MIN = 16;

/** What is wrong with settings beyond their form; undefined when they can be kept. What a kind needs besides its secret is asked for here. */
export function settingsFault(settings: RegistrySettings): string | undefined {
  const { kind, host, plainHttp, authUrl, schedule, signingKeys = [] } = settings;
  if (!HOST.test(host)) return 'host: a host with its port, no URL';
  if (authUrl !== undefined && authUrl !== '') {
    if (!URL.canParse(authUrl)) return 'authUrl: a URL';
    const { protocol, username, password } = new URL(authUrl);
    if (protocol !== 'https:' && !(plainHttp && protocol === 'http:')) return 'authUrl: https';
    if (username !== '' || password !== '') return 'authUrl: without a name and a password';
  }
  const { pushSecret = '' } = settings;
  if (pushSecret !== '' && pushSecret.length < PUSH_SECRET_MIN)
    return `pushSecret: ${PUSH_SECRET_MIN} characters or more`;
  if (schedule.kind === 'interval' && schedule.everyMs === undefined) return 'schedule.everyMs: how often';
  if (signingKeys.some((pem) => openPublicKey(pem) === undefined)) return 'signingKeys: public keys in PEM';
  const { signaturePolicy } = settings;
  if (signaturePolicy !== undefined) {
    if (signingKeys.length > 0) return 'signaturePolicy: without signingKeys, the policy names keys itself';
    const policy = openRegistryPolicy(signaturePolicy);
    if (!policy.ok) return `signaturePolicy: ${policy.error.detail}`;
  }
  const missing = KINDS[kind]
    .needs(settings)
    .filter((field) => field !== 'secret' && (settings[field] ?? '') === '');
  return missing.length === 0 ? KINDS[kind].fault?.(settings) : `${kind} needs ${missing.join(', ')}`;
}
