// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { PERMISSIONS, ROLE_PERMISSIONS, ROLES, ROUTES } from '@bartizan/contracts';
import { type Language, pageOf } from './language.ts';

const WORDS = {
  en: {
    title: 'Roles and permissions',
    intro: 'Each route asks for one permission; each role holds a fixed list of them.',
    permission: 'Permission',
    routes: 'Routes',
  },
  ja: {
    title: '役割と権限',
    intro: '各ルートは一つの権限を要求し、各役割は決まった権限の一覧を持ちます。',
    permission: '権限',
    routes: 'ルート',
  },
} as const;

/** The page of roles against permissions. */
export function permissionsPage(language: Language): string {
  const words = WORDS[language];
  const rows = PERMISSIONS.map((permission) => {
    const marks = ROLES.map((role) => (ROLE_PERMISSIONS[role].includes(permission) ? '●' : '-'));
    const routes = ROUTES.filter((route) => route.permission === permission).map(
      (route) => `\`${route.id}\``,
    );
    return `| \`${permission}\` | ${marks.join(' | ')} | ${routes.join(', ') || '-'} |`;
  });
  return pageOf(language, words.title, [
    words.intro,
    '',
    `| ${words.permission} | ${ROLES.join(' | ')} | ${words.routes} |`,
    `| --- |${' --- |'.repeat(ROLES.length + 1)}`,
    ...rows,
  ]);
}
