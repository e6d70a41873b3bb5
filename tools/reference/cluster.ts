// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { AGENT_CAPABILITIES, AGENT_HOST_ACCESS, GATHERED_RIGHTS, RIGHTS } from '@bartizan/cli';
import { cell, type Language, pageOf } from './language.ts';

const WORDS = {
  en: {
    title: 'Rights in a Kubernetes cluster',
    intro:
      'What the installed objects may do, and why. Nothing else is granted; Secrets are not read. Written from the objects themselves.',
    role: 'Role',
    verbs: 'Verbs',
    resources: 'Resources',
    why: 'Why',
    gathered: 'what roles permit that carry the label',
    agent: 'Privileges of the agent on its node',
    agentIntro:
      'The container is not privileged: every capability is dropped but these, and its root file system is read-only.',
    privilege: 'Privilege',
  },
  ja: {
    title: 'Kubernetes クラスター内の権限',
    intro:
      '導入されるオブジェクトに与える権限とその理由です。これ以外の権限はなく、Secret は読みません。オブジェクトの定義から生成しています。',
    role: 'ロール',
    verbs: '操作',
    resources: 'リソース',
    why: '理由',
    gathered: '次のラベルを持つロールが許可するもの：',
    agent: 'ノード上のエージェントの権限',
    agentIntro:
      'コンテナーは privileged ではありません。次の権限以外はすべて外し、ルートファイルシステムは読み取り専用です。',
    privilege: '権限',
  },
} as const;

/** The rights of our service accounts and the privileges of the agent. */
export function clusterRightsPage(language: Language): string {
  const words = WORDS[language];
  const rights = Object.entries(RIGHTS).flatMap(([role, list]) =>
    list.map(({ apiGroups, resources, resourceNames, verbs, why }) => {
      const groups = apiGroups.map((group) => group || 'core').join(', ');
      const names = resourceNames === undefined ? '' : ` (${resourceNames.join(', ')})`;
      return `| ${role} | ${verbs.join(', ')} | ${groups}: ${cell(resources.join(', '))}${names} | ${cell(why[language])} |`;
    }),
  );
  const privileges = [...AGENT_CAPABILITIES, ...AGENT_HOST_ACCESS].map(
    ({ name, why }) => `| ${name} | ${cell(why[language])} |`,
  );
  return pageOf(language, words.title, [
    words.intro,
    '',
    `| ${words.role} | ${words.verbs} | ${words.resources} | ${words.why} |`,
    '| --- | --- | --- | --- |',
    ...rights,
    `| ${GATHERED_RIGHTS.role} | ${GATHERED_RIGHTS.verbs.join(', ')} | ${words.gathered} \`${GATHERED_RIGHTS.label}=true\` | ${cell(GATHERED_RIGHTS.why[language])} |`,
    '',
    `## ${words.agent}`,
    '',
    words.agentIntro,
    '',
    `| ${words.privilege} | ${words.why} |`,
    '| --- | --- |',
    ...privileges,
  ]);
}
