// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { InstancePaths } from '../instance/paths.ts';
import { painter, type Style, type Terminal } from '../output/terminal.ts';
import { plain } from '../output/width.ts';
import type { Language, Translate } from '../text/catalogue.ts';

/** What every set-up step needs. */
export interface SetupContext {
  readonly terminal: Terminal;
  readonly language: Language;
  readonly t: Translate;
  readonly paths: InstancePaths;
  /** Folder of the checkout (or package) this program was started from. */
  readonly checkout: string;
  /** Aborted by Ctrl-C. */
  readonly interrupted: AbortSignal;
  /** Does work that must not be left half done: no signal ends this program before it is over. */
  readonly unbroken: <T>(work: () => Promise<T>) => Promise<T>;
}

/** Writes one line of progress to stderr. */
export function say(context: SetupContext, text: string, style?: Style): void {
  const paint = painter(context.terminal.stderr, context.terminal.env);
  const line = plain(text);
  context.terminal.stderr.write(`${style === undefined ? line : paint(style, line)}\n`);
}
