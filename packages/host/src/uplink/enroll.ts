// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ClientHttp2Session } from 'node:http2';
import type { ErrorCode, Failure, Result } from '@bartizan/contracts';
import { err, ok, toldFailure } from '@bartizan/contracts/result';
import {
  enrollProof,
  joinTokenId,
  renewProof,
  WIRE_ENROLL_PATH,
  WIRE_RENEW_PATH,
} from '@bartizan/contracts/wire';
import { connectController, type Endpoint, postJson } from './connect.ts';
import { type FreshKey, type Identity, identityOf, makeKey, pemHasCertificate } from './identity.ts';

const REFUSALS = [
  'E_JOIN_TOKEN',
  'E_JOIN_PROOF',
  'E_NODE_MISMATCH',
  'E_CERTIFICATE',
  'E_WIRE_VERSION',
] as const;
const TOO_MANY_REQUESTS = 429;

/** The code of a problem document (RFC 9457) that a refusal carries. One that asks to come later says nothing of the token. */
const refusalOf = (status: number, body: unknown, otherwise: ErrorCode): Failure<ErrorCode> => {
  const named = typeof body === 'object' && body !== null && 'code' in body ? body.code : undefined;
  const code = REFUSALS.find((one) => one === named);
  if (code)
    return toldFailure(code, {
      en: `refused with status ${status}`,
      ja: `拒否されました（ステータス ${status}）`,
    });
  const isFinal = status >= 400 && status < 500 && status !== TOO_MANY_REQUESTS;
  return toldFailure(isFinal ? otherwise : 'E_CONTROLLER_UNREACHABLE', {
    en: `answered with status ${status}`,
    ja: `応答のステータスは ${status} です`,
  });
};

const accept = (
  key: FreshKey,
  answer: { readonly status: number; readonly body: unknown },
  endpoint: Endpoint,
): Result<Identity, Failure<ErrorCode>> => {
  if (answer.status !== 200 && answer.status !== 201)
    return err(refusalOf(answer.status, answer.body, 'E_JOIN_TOKEN'));
  const identity = identityOf(key, answer.body);
  if (!identity)
    return err(
      toldFailure('E_CERTIFICATE', {
        en: 'the controller answered with a certificate that does not fit the key',
        ja: 'コントローラーが返した証明書は鍵に対応していません',
      }),
    );
  if (!pemHasCertificate(identity.caPem, endpoint.caSha256.replaceAll(':', '').toLowerCase())) {
    return err(
      toldFailure('E_CERTIFICATE', {
        en: 'the controller names other authorities than the pinned one',
        ja: 'コントローラーが示した認証局は、登録済みのものと異なります',
      }),
    );
  }
  return ok(identity);
};

/** Why a node could not join, and whether the token was shown to anybody by it. */
export interface EnrolFailure extends Failure<ErrorCode> {
  readonly tokenSent: boolean;
}

/** Joins: a fresh key, proof that it is held, and the one-time token for a certificate. */
export const enroll = async (
  endpoint: Endpoint,
  who: { readonly token: string; readonly node: string; readonly name: string },
): Promise<Result<Identity, EnrolFailure>> => {
  const session = await connectController(endpoint, undefined);
  if (!session.ok) return err({ ...session.error, tokenSent: false });
  const key = makeKey();
  const answer = await postJson(session.value, WIRE_ENROLL_PATH, {
    token: who.token,
    node: who.node,
    name: who.name,
    publicKeyPem: key.publicKeyPem,
    signature: key.sign(enrollProof(joinTokenId(who.token), who.node, key.publicKeyPem)),
  });
  session.value.close();
  const joined = answer.ok ? accept(key, answer.value, endpoint) : answer;
  return joined.ok ? joined : err({ ...joined.error, tokenSent: true });
};

/** Asks for a certificate for a new key over a session that the old one opened. */
export const renew = async (
  session: ClientHttp2Session,
  endpoint: Endpoint,
  node: string,
): Promise<Result<Identity, Failure<ErrorCode>>> => {
  const key = makeKey();
  const answer = await postJson(session, WIRE_RENEW_PATH, {
    publicKeyPem: key.publicKeyPem,
    signature: key.sign(renewProof(node, key.publicKeyPem)),
  });
  return answer.ok ? accept(key, answer.value, endpoint) : answer;
};
