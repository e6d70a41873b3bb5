// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type ApplicationText,
  ArgumentScannerError,
  formatMessageForArgumentScannerError,
  text_en,
} from '@stricli/core';
import type { Translate } from './catalogue.ts';

/** Built-in words of the command library in the user's language. */
export function applicationText(t: Translate): ApplicationText {
  return {
    ...text_en,
    keywords: { default: t('help.default'), separator: t('help.separator') },
    headers: {
      usage: t('help.usage'),
      aliases: t('help.aliases'),
      commands: t('help.commands'),
      flags: t('help.flags'),
      arguments: t('help.arguments'),
    },
    briefs: {
      help: t('help.help'),
      helpAll: t('help.help-all'),
      version: t('help.version'),
      argumentEscapeSequence: t('help.escape'),
    },
    noCommandRegisteredForInput: ({ input, corrections }) =>
      `bartizan: E_USAGE: ${t('usage.no-command', {
        input,
        hint: corrections.length === 0 ? '' : t('usage.did-you-mean', { names: corrections.join(', ') }),
      })}`,
    exceptionWhileParsingArguments: (error) =>
      `bartizan: E_USAGE: ${
        error instanceof ArgumentScannerError
          ? formatMessageForArgumentScannerError(error, {})
          : error instanceof Error
            ? error.message
            : String(error)
      }`,
  };
}
