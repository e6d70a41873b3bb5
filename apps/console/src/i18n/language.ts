// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import i18next from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';
import { setApiLanguage } from '../data/api-client.ts';
import type { Language } from '../format/time.ts';
import { withBoundCounters } from './counters.ts';
import { INTERPOLATION } from './interpolation.ts';
import type { Translate } from './messages.ts';

const LOADERS = {
  en: async () => (await import('./en.ts')).en,
  ja: async () => withBoundCounters((await import('./ja.ts')).ja),
} as const satisfies Record<Language, () => Promise<Readonly<Record<string, string>>>>;
const STORAGE_KEY = 'bartizan-language';

/** What the reader chose before on this browser, else what the browser prefers. */
export const firstLanguage = (): Language => (document.documentElement.lang === 'ja' ? 'ja' : 'en');

const load = async (language: Language): Promise<void> => {
  if (!i18next.hasResourceBundle(language, 'console')) {
    i18next.addResourceBundle(language, 'console', await LOADERS[language]());
  }
};

/** Prepares texts in the first language; the other is loaded when it is asked for. */
export const startLanguage = async (): Promise<void> => {
  const language = firstLanguage();
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    ns: ['console'],
    defaultNS: 'console',
    resources: {},
    keySeparator: false,
    nsSeparator: false,
    interpolation: INTERPOLATION,
    react: { useSuspense: false },
  });
  await load(language);
  setApiLanguage(language);
};

/** Switches the console to another language and remembers it on this browser. */
export const switchLanguage = async (language: Language): Promise<void> => {
  await load(language);
  setApiLanguage(language);
  document.documentElement.lang = language;
  try {
    localStorage.setItem(STORAGE_KEY, language);
  } catch {
    // Not remembered then; the session keeps it.
  }
  await i18next.changeLanguage(language);
};

/** The language shown now. */
export const currentLanguage = (): Language => (i18next.language === 'ja' ? 'ja' : 'en');

/** Texts of the console, by key. */
export const useT = (): Translate => {
  const { t } = useTranslation('console');
  // The catalogue's keys are the type; the library itself takes any string.
  return t as unknown as Translate;
};

/** The language shown now; the component draws again when it changes. */
export const useLanguage = (): Language => {
  const { i18n } = useTranslation('console');
  return i18n.language === 'ja' ? 'ja' : 'en';
};
