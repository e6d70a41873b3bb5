// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ActionIcon, Drawer } from '@mantine/core';
import { IconMenu2, IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { useT } from '../i18n/language.ts';
import { RailLinks } from './rail.tsx';
import { LiveSwitch, RangePicker } from './range-picker.tsx';
import { ScopePicker } from './scope-picker.tsx';
import { LanguageMenu, ThemeMenu, UserMenu } from './user-menu.tsx';

const SearchButton = ({ onSearch }: { onSearch: () => void }) => {
  const t = useT();
  return (
    <button type="button" className="search-button" onClick={onSearch}>
      <IconSearch size={15} aria-hidden="true" />
      <span>{t('frame.search')}</span>
      <span className="key">Ctrl K</span>
    </button>
  );
};

/** On a narrow screen the rail comes out of the top bar. */
const NarrowMenu = () => {
  const t = useT();
  const [opened, setOpened] = useState(false);
  return (
    <span className="bar-menu">
      <ActionIcon size={32} aria-label={t('frame.menu')} onClick={() => setOpened(true)}>
        <IconMenu2 size={20} />
      </ActionIcon>
      <Drawer
        opened={opened}
        onClose={() => setOpened(false)}
        size={280}
        title="Bartizan"
        closeButtonProps={{ 'aria-label': t('panel.close') }}
      >
        <nav aria-label={t('frame.pages')} className="stack tight">
          <RailLinks onFollow={() => setOpened(false)} />
          <ScopePicker />
          <LiveSwitch />
        </nav>
      </Drawer>
    </span>
  );
};

/** Scope, range, search, language, theme, user. */
export const TopBar = ({ onHelp, onSearch }: { onHelp: () => void; onSearch: () => void }) => (
  <header className="frame-bar">
    <NarrowMenu />
    <span className="bar-wide">
      <ScopePicker />
    </span>
    <RangePicker />
    <span className="bar-wide">
      <LiveSwitch />
    </span>
    <span className="bar-space" />
    <SearchButton onSearch={onSearch} />
    <LanguageMenu />
    <ThemeMenu />
    <UserMenu onHelp={onHelp} />
  </header>
);
