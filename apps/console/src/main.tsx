// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/noto-sans-jp/wght.css';
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/frame.css';
import './styles/widgets.css';
import './styles/table.css';
import './styles/pages.css';
import './styles/supply.css';
import './styles/report.css';
import './styles/admission.css';
import './styles/access.css';
import './styles/compliance.css';
import './styles/phone.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { askEarly } from './data/queries.ts';
import { startLanguage } from './i18n/language.ts';
import { router } from './router.tsx';

const root = document.getElementById('root');
if (root !== null) {
  // Who is signed in, the page at this address and the texts come at once, not one after the other.
  askEarly('session.show');
  void router.load();
  await startLanguage();
  createRoot(root).render(<App />);
}
