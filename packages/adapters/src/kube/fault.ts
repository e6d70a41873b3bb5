// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Failure, failure } from '@bartizan/contracts';

/** Why an API server did not give what was asked for. */
export type KubeErrorCode =
  | 'E_KUBE_CONFIG'
  | 'E_KUBE_UNREACHABLE'
  | 'E_KUBE_ANSWER'
  | 'E_KUBE_LOGIN'
  | 'E_KUBE_NOT_PERMITTED'
  | 'E_KUBE_MISSING'
  | 'E_KUBE_CONFLICT'
  | 'E_KUBE_REFUSED'
  | 'E_KUBE_BUSY'
  | 'E_KUBE_EXPIRED'
  | 'E_KUBE_SIZE'
  | 'E_KUBE_TOO_MANY';

/** An expected failure of an exchange. */
export interface KubeError extends Failure<KubeErrorCode> {
  /** HTTP status, where the server answered. */
  readonly status?: number;
  /** How long the server asks to wait, milliseconds. */
  readonly retryAfterMs?: number;
}

const DETAIL_MAX = 300;

/** Makes an error; the detail is cut. */
export const kubeError = (code: KubeErrorCode, detail: string, cause?: unknown): KubeError =>
  failure(code, detail.slice(0, DETAIL_MAX), cause);

/** How a step inside this folder ends early; turned into a Result at its border. */
export class KubeFault extends Error {
  override readonly name = 'KubeFault';
  readonly error: KubeError;

  constructor(error: KubeError) {
    super(`${error.code}: ${error.detail}`);
    this.error = error;
  }
}

/** A foreign error as ours. */
export const asKubeError = (cause: unknown, where: string): KubeError =>
  cause instanceof KubeFault
    ? cause.error
    : kubeError(
        'E_KUBE_UNREACHABLE',
        `${where}: ${cause instanceof Error ? cause.message : String(cause)}`,
        cause,
      );

const CODE_OF_STATUS: Readonly<Record<number, KubeErrorCode>> = {
  401: 'E_KUBE_LOGIN',
  403: 'E_KUBE_NOT_PERMITTED',
  404: 'E_KUBE_MISSING',
  409: 'E_KUBE_CONFLICT',
  410: 'E_KUBE_EXPIRED',
  413: 'E_KUBE_SIZE',
  429: 'E_KUBE_BUSY',
  503: 'E_KUBE_BUSY',
  504: 'E_KUBE_BUSY',
};
const CLIENT_ERROR = 400;
const SERVER_ERROR = 500;

/** The error that an HTTP status stands for. A 403 is never read as "it is not there". */
export function errorOfStatus(status: number, detail: string, retryAfterMs?: number): KubeError {
  const isRefused = status >= CLIENT_ERROR && status < SERVER_ERROR;
  const code = CODE_OF_STATUS[status] ?? (isRefused ? 'E_KUBE_REFUSED' : 'E_KUBE_ANSWER');
  return {
    ...kubeError(code, `${status} ${detail}`),
    status,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}
