// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Button, Menu } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useToast } from './toast.tsx';

interface SaveMenuProps<F extends string> {
  readonly button: string;
  readonly icon: ReactNode;
  readonly note: string;
  readonly formats: readonly F[];
  readonly nameOf: (format: F) => string;
  readonly save: (format: F) => Promise<void> | void;
  /** Names of formats are proper names: a translator of the browser leaves them alone. */
  readonly areProperNames?: boolean;
}

/** Saves something in one of several forms: busy while it comes, a message when it does not. */
export const SaveMenu = <F extends string>(props: SaveMenuProps<F>) => {
  const { button, icon, note, formats, nameOf, save, areProperNames = false } = props;
  const toast = useToast();
  const [busy, setBusy] = useState(false);
  const run = async (format: F): Promise<void> => {
    setBusy(true);
    try {
      await save(format);
    } catch (error) {
      toast.failed(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" size="sm" loading={busy} leftSection={icon}>
          {button}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{note}</Menu.Label>
        {formats.map((format) => (
          <Menu.Item
            key={format}
            onClick={() => void run(format)}
            translate={areProperNames ? 'no' : undefined}
          >
            {nameOf(format)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
};
