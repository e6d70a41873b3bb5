// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Button, Modal, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useRange, useView } from '../data/view.ts';
import { fieldTime, rangeOfFields, rangeText } from '../format/time.ts';
import { useT } from '../i18n/language.ts';

const Fields = ({ onClose }: { onClose: () => void }) => {
  const t = useT();
  const { set } = useView();
  const { fromMs, toMs } = useRange();
  const [from, setFrom] = useState(() => fieldTime(fromMs));
  const [to, setTo] = useState(() => fieldTime(toMs));
  const range = rangeOfFields(from, to);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (range === undefined) return;
    set({ range: rangeText(range), live: undefined });
    onClose();
  };
  return (
    <form className="stack" onSubmit={submit}>
      <TextInput
        type="datetime-local"
        label={t('range.from')}
        value={from}
        required
        withAsterisk={false}
        onChange={(event) => setFrom(event.currentTarget.value)}
      />
      <TextInput
        type="datetime-local"
        label={t('range.to')}
        value={to}
        required
        withAsterisk={false}
        error={range === undefined && t('range.order')}
        onChange={(event) => setTo(event.currentTarget.value)}
      />
      <p className="quiet small">
        {t('range.zone')} <span translate="no">{Intl.DateTimeFormat().resolvedOptions().timeZone}</span>
      </p>
      <span>
        <Button type="submit" disabled={range === undefined}>
          {t('range.apply')}
        </Button>
      </span>
    </form>
  );
};

/** A range by its two ends, for what happened at a known time. */
export const RangeForm = ({ opened, onClose }: { opened: boolean; onClose: () => void }) => {
  const t = useT();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('range.exact')}
      closeButtonProps={{ 'aria-label': t('panel.close') }}
      size="sm"
    >
      <Fields onClose={onClose} />
    </Modal>
  );
};
