// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Button, Menu } from '@mantine/core';
import { IconSitemap } from '@tabler/icons-react';
import { useState } from 'react';
import { useApi } from '../data/queries.ts';
import { useView } from '../data/view.ts';
import { useT } from '../i18n/language.ts';

const LOCAL = 'local';
const NAMES_SHOWN = 100;

/** What the console looks at: everything, one cluster, or one namespace of it. */
export const ScopePicker = () => {
  const t = useT();
  const { search, set } = useView();
  const clusters = useApi('cluster.list');
  const [isOpen, setOpen] = useState(false);
  // Names of namespaces come from the map; nothing is asked before somebody wants to choose.
  const map = useApi('map.show', { query: {}, enabled: isOpen });
  const names = [...new Set((map.data?.nodes ?? []).map((node) => node.namespace))]
    .filter((name) => name !== '')
    .sort();
  const items = clusters.data?.items ?? [];
  const clusterName = (id: string, name: string): string => (id === LOCAL ? t('scope.local') : name);
  const [cluster, namespace] = (search.scope ?? '').split('/');
  const current = items.find((item) => item.id === cluster);
  const label =
    search.scope === undefined
      ? t('scope.all')
      : `${current === undefined ? cluster : clusterName(current.id, current.name)}${namespace === undefined ? '' : ` / ${namespace}`}`;
  const scopeOf = items[0]?.id ?? LOCAL;
  return (
    <Menu position="bottom-start" opened={isOpen} onChange={setOpen}>
      <Menu.Target>
        <Button
          variant="default"
          size="xs"
          h={32}
          maw={240}
          leftSection={<IconSitemap size={15} aria-hidden="true" />}
        >
          <span className="visually-hidden">{t('scope.label')}: </span>
          <span className="cut">{label}</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={420} style={{ overflowY: 'auto' }}>
        <Menu.Item onClick={() => set({ scope: undefined })}>{t('scope.all')}</Menu.Item>
        {items.map((item) => (
          <Menu.Item key={item.id} onClick={() => set({ scope: item.id })}>
            {clusterName(item.id, item.name)}
          </Menu.Item>
        ))}
        {names.length > 0 && <Menu.Label>{t('scope.namespaces')}</Menu.Label>}
        {names.slice(0, NAMES_SHOWN).map((name) => (
          <Menu.Item key={name} onClick={() => set({ scope: `${scopeOf}/${name}` })} translate="no">
            {name}
          </Menu.Item>
        ))}
        {names.length > NAMES_SHOWN && (
          <Menu.Label>{t('admission.and-more', { n: names.length - NAMES_SHOWN })}</Menu.Label>
        )}
      </Menu.Dropdown>
    </Menu>
  );
};
