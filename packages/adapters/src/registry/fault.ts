// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, type Failure, failure, type Result } from '@bartizan/contracts';

/** Why a registry did not give what was asked for. */
export type RegistryErrorCode =
  | 'E_REGISTRY_REFERENCE'
  | 'E_REGISTRY_UNREACHABLE'
  | 'E_REGISTRY_ANSWER'
  | 'E_REGISTRY_LOGIN'
  | 'E_REGISTRY_DIGEST'
  | 'E_REGISTRY_ADDRESS'
  | 'E_REGISTRY_BUSY'
  | 'E_REGISTRY_MISSING'
  | 'E_REGISTRY_LISTING'
  | 'E_REGISTRY_SETTINGS';
export type RegistryError = Failure<RegistryErrorCode>;

/** How a step inside this folder ends; turned into a Result at its border. Streams of blobs are destroyed with it. */
export class RegistryFault extends Error {
  override readonly name = 'RegistryFault';
  readonly error: RegistryError;

  constructor(code: RegistryErrorCode, detail: string, cause?: unknown) {
    super(`${code}: ${detail}`);
    this.error = failure(code, detail, cause);
  }
}

/** Runs a step and turns its fault into a Result. */
export async function attempt<T>(
  step: () => Promise<Result<T, RegistryError>>,
): Promise<Result<T, RegistryError>> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof RegistryFault) return err(error.error);
    throw error;
  }
}
