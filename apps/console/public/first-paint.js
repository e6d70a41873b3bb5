// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

// Runs before anything is drawn, so that neither the theme nor the language flickers.
(() => {
  const root = document.documentElement;
  let theme = null;
  let language = null;
  try {
    theme = localStorage.getItem('bartizan-theme');
    language = localStorage.getItem('bartizan-language');
  } catch {
    // Storage may be refused; the defaults below hold.
  }
  const dark = theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  root.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
  root.lang = language || (navigator.language.startsWith('ja') ? 'ja' : 'en');
})();
