// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type DestinationStream, type Logger, pino } from 'pino';

/** Levels of the log, from most to least said. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export type { Logger };

/** Fields whose values never reach the log, whatever object they are in. */
const SECRET_NAMES = [
  ...[
    'password',
    'newPassword',
    'currentPassword',
    'oneTimePassword',
    'passphrase',
    'passwordHash',
    'secret',
  ],
  ...[
    'secretHash',
    'token',
    'joinToken',
    'localRootToken',
    'csrfToken',
    'tokenHash',
    'authorization',
    'cookie',
  ],
  ...[
    'set-cookie',
    'x-csrf-token',
    'apiKey',
    'dataKey',
    'sealKey',
    'keyPem',
    'privateKey',
    'current',
    'next',
  ],
];
/** How deep fields are searched; pino compiles one path a level. */
const DEPTH = 4;
const CENSOR = '[redacted]';
const TEXT_SECRETS =
  /\bbz[kjl]_[A-Za-z0-9_-]{8,}|\b[Bb]earer\s+[A-Za-z0-9._~+/=-]{8,}|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g;

/** Paths of pino's redaction. */
export const redactionPaths = (): string[] =>
  SECRET_NAMES.flatMap((name) =>
    Array.from({ length: DEPTH }, (_, depth) => `${'*.'.repeat(depth)}["${name}"]`.replace('.[', '[')),
  );

/** Takes our own tokens, bearer credentials and private keys out of running text. */
export const redactText = (text: string): string => text.replace(TEXT_SECRETS, CENSOR);

function redactError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = 'code' in error ? { code: String(error.code) } : {};
  return {
    type: error.name,
    message: redactText(error.message),
    stack: redactText(error.stack ?? ''),
    ...code,
  };
}

/** A logger that writes JSON lines to stderr, or elsewhere. Secrets are replaced by name and by form. */
export function createLogger(options: {
  readonly name: string;
  readonly level?: LogLevel;
  readonly destination?: DestinationStream;
}): Logger {
  return pino(
    {
      name: options.name,
      level: options.level ?? 'info',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: redactionPaths(), censor: CENSOR },
      serializers: { err: redactError, error: redactError, cause: redactError },
      hooks: {
        logMethod(args, method) {
          const cleaned = args.map((arg: unknown) => (typeof arg === 'string' ? redactText(arg) : arg));
          Reflect.apply(method, this, cleaned);
        },
      },
    },
    options.destination ?? pino.destination({ dest: 2, sync: true }),
  );
}
