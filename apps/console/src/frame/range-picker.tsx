// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Button, Menu, Tooltip } from '@mantine/core';
import { IconClock } from '@tabler/icons-react';
import { useState } from 'react';
import { useLiveState } from '../data/live.ts';
import { useRange, useView } from '../data/view.ts';
import { isRelativeRange, RANGE_CHOICES } from '../format/time.ts';
import { useFormat } from '../format/use-format.ts';
import { useT } from '../i18n/language.ts';
import { RangeForm } from './range-form.tsx';

/** Whether new records may announce themselves; part of the view. */
export const useIsLive = (): boolean => {
  const { search } = useView();
  const { text } = useRange();
  return search.live !== 'off' && isRelativeRange(text);
};

/** The live switch: on, connecting, lost, or off. */
export const LiveSwitch = () => {
  const t = useT();
  const { search, set } = useView();
  const { text } = useRange();
  const isLive = useIsLive();
  const state = useLiveState();
  const shown = isLive ? state : 'off';
  const toggle = (): void =>
    set(
      isLive ? { live: 'off' } : { live: undefined, range: isRelativeRange(text) ? search.range : undefined },
      true,
    );
  return (
    <Tooltip label={t(`live.${shown}.hint`)}>
      <Button
        variant="default"
        size="xs"
        h={32}
        role="switch"
        aria-checked={isLive}
        aria-label={t('live.label')}
        onClick={toggle}
        leftSection={<span className="live-dot" data-state={shown} />}
      >
        {t(`live.${shown}`)}
      </Button>
    </Tooltip>
  );
};

/** One time range for the whole console. */
export const RangePicker = () => {
  const t = useT();
  const { set } = useView();
  const { text, fromMs, toMs } = useRange();
  const { date, clock } = useFormat();
  const [isExact, setExact] = useState(false);
  const known = RANGE_CHOICES.find((choice) => choice === text);
  const label =
    known === undefined
      ? `${date(fromMs)} ${clock(fromMs)} – ${date(toMs)} ${clock(toMs)}`
      : t(`range.${known}`);
  return (
    <>
      <Menu>
        <Menu.Target>
          <Button variant="default" size="xs" h={32} leftSection={<IconClock size={15} aria-hidden="true" />}>
            <span className="visually-hidden">{t('range.label')}: </span>
            <span className="range-words">{label}</span>
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {RANGE_CHOICES.map((choice) => (
            <Menu.Item key={choice} onClick={() => set({ range: choice })}>
              {t(`range.${choice}`)}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item onClick={() => setExact(true)}>{t('range.exact')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <RangeForm opened={isExact} onClose={() => setExact(false)} />
    </>
  );
};
