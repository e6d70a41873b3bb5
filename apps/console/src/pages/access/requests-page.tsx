// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useMemo } from 'react';
import type { ItemOf } from '../../data/queries.ts';
import { useMay } from '../../data/session.ts';
import { useView } from '../../data/view.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { Badge } from '../../widgets/badges.tsx';
import type { Column } from '../../widgets/data-table.tsx';
import { Cut, When } from '../../widgets/text.tsx';
import { AccessList } from './access-list.tsx';
import { grantName, RISK_TONES, STATE_TONES, subjectName } from './request-facts.ts';
import { RequestForm } from './request-form.tsx';
import { RequestPanel } from './request-panel.tsx';

type Row = ItemOf<'access.requests'>;
const NEW = 'new';

/** Time left while it counts; before and after, when it was asked. */
const TimeLeft = ({ row: { state, expiresAtMs, askedAtMs } }: { row: Row }) => {
  const { exact } = useFormat();
  return state === 'active' && expiresAtMs !== undefined ? (
    <span title={exact(expiresAtMs)}>
      <When at={expiresAtMs} />
    </span>
  ) : (
    <When at={askedAtMs} />
  );
};

const useColumns = (open: (id: string) => void): readonly Column<Row>[] => {
  const t = useT();
  return useMemo(
    () => [
      {
        id: 'state',
        title: t('access.requests.state'),
        width: '150px',
        sort: 'state',
        cell: ({ state }) => <Badge tone={STATE_TONES[state]}>{t(`access.requests.state.${state}`)}</Badge>,
      },
      {
        id: 'subject',
        title: t('access.subject'),
        width: 'minmax(180px, 2fr)',
        sort: 'subject',
        cell: (row) => (
          <button type="button" className="text-button row-link" onClick={() => open(row.id)}>
            <Cut text={subjectName(row)} most={44} mono />
          </button>
        ),
      },
      {
        id: 'grant',
        title: t('access.requests.grant'),
        width: 'minmax(150px, 2fr)',
        below: true,
        cell: (row) => <Cut text={grantName(row)} most={44} mono />,
      },
      {
        id: 'scope',
        title: t('access.scope'),
        width: '150px',
        sort: 'namespace',
        fromPx: 820,
        cell: ({ namespace }) =>
          namespace === undefined ? t('access.whole-cluster') : <Cut text={namespace} most={20} mono />,
      },
      {
        id: 'risk',
        title: t('access.requests.risk'),
        width: '210px',
        sort: 'risk',
        fromPx: 900,
        cell: ({ risk }) =>
          risk === undefined ? (
            '–'
          ) : (
            <Badge tone={RISK_TONES[risk.level]}>{t(`access.requests.risk.${risk.level}`)}</Badge>
          ),
      },
      {
        id: 'time',
        title: t('access.requests.time'),
        width: '140px',
        sort: 'expiresAtMs',
        fromPx: 1040,
        cell: (row) => <TimeLeft row={row} />,
      },
    ],
    [t, open],
  );
};

/** Permissions that are asked for, for a time: list, form, and one of them with its risk. */
export const AccessRequestsPage = () => {
  const t = useT();
  const { search, set } = useView();
  const may = useMay('access:request');
  const { sel } = search;
  const close = (): void => set({ sel: undefined });
  const open = (id: string): void => set({ sel: id });
  return (
    <AccessList
      route="access.requests"
      word="requests"
      columns={useColumns(open)}
      rowKey={({ id }) => id}
      selected={sel}
      onOpen={({ id }) => open(id)}
      actions={
        may && (
          <Button onClick={() => open(NEW)} leftSection={<IconPlus size={16} aria-hidden="true" />}>
            {t('access.requests.new')}
          </Button>
        )
      }
      beside={
        sel === undefined ? null : sel === NEW ? (
          may && <RequestForm onClose={close} />
        ) : (
          <RequestPanel key={sel} id={sel} onClose={close} />
        )
      }
    />
  );
};
