// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Modal } from '@mantine/core';
import { useT } from '../i18n/language.ts';
import { PAGES } from './navigation.ts';

const Keys = ({ keys, label }: { keys: readonly string[]; label: string }) => (
  <div className="row apart" style={{ minHeight: 28 }}>
    <span>{label}</span>
    <span className="row" style={{ gap: 4 }}>
      {keys.map((key) => (
        <kbd key={key} className="key">
          {key}
        </kbd>
      ))}
    </span>
  </div>
);

/** What the keyboard can do. */
export const Help = ({ opened, onClose }: { opened: boolean; onClose: () => void }) => {
  const t = useT();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('help.title')}
      closeButtonProps={{ 'aria-label': t('panel.close') }}
      size="md"
    >
      <div className="stack tight">
        <Keys keys={['Ctrl', 'K']} label={t('help.palette')} />
        <Keys keys={['/']} label={t('help.filter')} />
        <Keys keys={['↑', '↓']} label={t('help.rows')} />
        <Keys keys={['Enter']} label={t('help.open')} />
        <Keys keys={['Esc']} label={t('help.close')} />
        <Keys keys={['?']} label={t('help.this')} />
        {PAGES.map((page) => (
          <Keys key={page.to} keys={['g', page.key]} label={t(`page.${page.name}`)} />
        ))}
      </div>
    </Modal>
  );
};
