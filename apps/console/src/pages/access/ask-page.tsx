// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { useApi } from '../../data/queries.ts';
import { useView } from '../../data/view.ts';
import { useT } from '../../i18n/language.ts';
import { Asked, Empty } from '../../widgets/states.tsx';
import { TabLinks } from '../../widgets/tabs.tsx';
import { AccessHead } from './access-head.tsx';
import { Grants, PathSteps, ReachVerdict, UnusedGrants } from './answers.tsx';
import { AskForm } from './ask-form.tsx';
import { reachOf, readQuestion, TABS, type Tab, whoCanOf } from './question.ts';

/** The question cannot be asked yet: there is none, or it is not one. */
const NotYet = ({ why }: { why: 'nothing' | 'unread' }) => {
  const t = useT();
  return (
    <div className="card">
      <Empty title={t(`access.ask.${why}`)}>{t(`access.ask.${why}.note`)}</Empty>
    </div>
  );
};

const WhoCan = ({ text }: { text: string }) => {
  const query = whoCanOf(readQuestion(text));
  const asked = useApi('access.who-can', query === undefined ? { enabled: false } : { query });
  return query === undefined ? (
    <NotYet why="unread" />
  ) : (
    <Asked of={asked}>{(answer) => <Grants answer={answer} asked="who-can" />}</Asked>
  );
};
const WhatCan = ({ user }: { user: string }) => {
  const asked = useApi('access.what-can', { query: { user } });
  return <Asked of={asked}>{(answer) => <Grants answer={answer} asked="what-can" />}</Asked>;
};
const Paths = ({ user }: { user: string }) => {
  const asked = useApi('access.paths', { query: { user } });
  return <Asked of={asked}>{(path) => <PathSteps path={path} />}</Asked>;
};
const Unused = ({ user }: { user: string }) => {
  const asked = useApi('access.unused', { query: { user } });
  return <Asked of={asked}>{(use) => <UnusedGrants use={use} />}</Asked>;
};
const Reach = ({ text }: { text: string }) => {
  const query = reachOf(readQuestion(text));
  const asked = useApi('access.reach', query === undefined ? { enabled: false } : { query });
  return query === undefined ? (
    <NotYet why="unread" />
  ) : (
    <Asked of={asked}>{(answer) => <ReachVerdict answer={answer} />}</Asked>
  );
};

const Answer = ({ tab, text }: { tab: Tab; text: string }) => {
  if (tab === 'who-can') return <WhoCan text={text} />;
  if (tab === 'reach') return <Reach text={text} />;
  const user = readQuestion(text).first;
  if (tab === 'what-can') return <WhatCan user={user} />;
  return tab === 'paths' ? <Paths user={user} /> : <Unused user={user} />;
};

/** Questions about access: who may, what may somebody, by which way, what is not used, which pod reaches which. */
export const AccessAskPage = () => {
  const t = useT();
  const { search } = useView();
  const tab = TABS.find((one) => one === search.tab) ?? 'who-can';
  return (
    <div className="page">
      <AccessHead title={t('access.ask')} note={t('access.ask.note')} />
      <TabLinks
        label={t('access.questions')}
        current={tab}
        items={TABS.map((id) => ({ id, label: t(`access.question.${id}`) }))}
      />
      <AskForm key={`${tab} ${search.sel ?? ''}`} tab={tab} />
      {search.sel === undefined ? <NotYet why="nothing" /> : <Answer tab={tab} text={search.sel} />}
    </div>
  );
};
