// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** How much a line of the log matters. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Values a log line may carry beside its message; never secrets. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Writes one JSON object per line. */
export interface Logger {
  readonly debug: (message: string, fields?: LogFields) => void;
  readonly info: (message: string, fields?: LogFields) => void;
  readonly warn: (message: string, fields?: LogFields) => void;
  readonly error: (message: string, fields?: LogFields) => void;
}

/** What looks like a key, a token or a bearer value is cut, whoever logs it. */
const hideSecrets = (value: string): string =>
  value
    .replaceAll(/bz[jlk]_[A-Za-z0-9_-]+/g, 'bz*_[hidden]')
    .replaceAll(/-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*/g, '[hidden key]')
    .slice(0, 4096);

/** A logger of lines at or above `level`; `write` gets each line with its line feed. */
export const jsonLogger = (level: LogLevel, write: (line: string) => void): Logger => {
  const least = LOG_LEVELS.indexOf(level);
  const at =
    (own: LogLevel) =>
    (message: string, fields: LogFields = {}): void => {
      if (LOG_LEVELS.indexOf(own) < least) return;
      const shown = Object.fromEntries(
        Object.entries(fields).map(([key, value]) => [
          key,
          typeof value === 'string' ? hideSecrets(value) : value,
        ]),
      );
      write(
        `${JSON.stringify({ time: new Date().toISOString(), level: own, message: hideSecrets(message), ...shown })}\n`,
      );
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
};

/** A logger that says nothing. */
export const silentLogger: Logger = jsonLogger('error', () => undefined);
