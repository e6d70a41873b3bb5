// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Language } from '../format/time.ts';

/** What the console knows of languages once it knows who is signed in. */
export interface LanguageFacts {
  readonly account: Language;
  readonly shown: Language;
  /** What was chosen on the way in: on the page for sign-in, or by who replaced a one-time password. */
  readonly chosen: Language | undefined;
}

/**
 * What to do so that account and console speak one language: a choice made on the way in is the newest and goes to the
 * account; without one the account is right, on whatever browser it was chosen.
 */
export function agreeOnLanguage({ account, shown, chosen }: LanguageFacts): {
  readonly show?: Language;
  readonly save?: Language;
} {
  const wanted = chosen ?? account;
  return {
    ...(wanted === shown ? {} : { show: wanted }),
    ...(wanted === account ? {} : { save: wanted }),
  };
}

let chosenBefore: Language | undefined;

/** Remembers a choice of somebody who is not signed in yet. */
export const chooseBeforeSignIn = (language: Language): void => {
  chosenBefore = language;
};

/** The choice of before, once. */
export const takeChoiceBeforeSignIn = (): Language | undefined => {
  const chosen = chosenBefore;
  chosenBefore = undefined;
  return chosen;
};
