// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Exit codes of the CLI: fixed by a test, listed by `bartizan help exit-codes`. */
export const EXIT = {
  fine: 0,
  failed: 1,
  usage: 2,
  findings: 3,
  login: 4,
  notFound: 5,
  conflict: 6,
  unreachable: 7,
  interrupted: 130,
} as const;

const BY_CODE: Readonly<Record<string, number>> = {
  E_USAGE: EXIT.usage,
  E_FILTER: EXIT.usage,
  E_LOGIN_REQUIRED: EXIT.login,
  E_LOGIN_FAILED: EXIT.login,
  E_LOGIN_LOCKED: EXIT.login,
  E_PASSWORD_EXPIRED: EXIT.login,
  E_PASSWORD_CHANGE_REQUIRED: EXIT.login,
  E_FORBIDDEN: EXIT.login,
  E_NOT_FOUND: EXIT.notFound,
  E_SCAN_TARGET: EXIT.notFound,
  E_IMAGE_PLATFORM: EXIT.notFound,
  E_SIGNATURE_FILE: EXIT.notFound,
  E_SIGNATURE_POLICY: EXIT.usage,
  E_REGISTRY_REFERENCE: EXIT.usage,
  E_REGISTRY_SETTINGS: EXIT.usage,
  E_REGISTRY_LOGIN: EXIT.login,
  E_REGISTRY_MISSING: EXIT.notFound,
  E_REGISTRY_UNREACHABLE: EXIT.unreachable,
  E_REGISTRY_BUSY: EXIT.unreachable,
  E_EXCEPTIONS_INVALID: EXIT.usage,
  E_ADMISSION_RULE: EXIT.usage,
  E_POLICY_FILE: EXIT.notFound,
  E_POLICY_SUITE: EXIT.usage,
  E_POLICY_IMPORT: EXIT.usage,
  E_POLICY_INVALID: EXIT.usage,
  E_BASELINE_INVALID: EXIT.usage,
  E_INTERRUPTED: EXIT.interrupted,
  E_CONFLICT: EXIT.conflict,
  E_PRECONDITION: EXIT.conflict,
  E_NAME_TAKEN: EXIT.conflict,
  E_LAST_ADMIN: EXIT.conflict,
  E_PACK_SHRUNK: EXIT.conflict,
  E_PACK_OLDER: EXIT.conflict,
  E_CONTROLLER_UNREACHABLE: EXIT.unreachable,
  E_NOT_UP: EXIT.unreachable,
  E_NOT_RUNNING: EXIT.unreachable,
  E_SERVER_IDENTITY: EXIT.unreachable,
  E_CLUSTER_CONFIG: EXIT.usage,
  E_CLUSTER_UNREACHABLE: EXIT.unreachable,
  E_CLUSTER_FORBIDDEN: EXIT.login,
  E_CLUSTER_OTHERS: EXIT.conflict,
};

/** The exit code for an error code of the catalogue. */
export const exitCodeOf = (code: string): number => BY_CODE[code] ?? EXIT.failed;
