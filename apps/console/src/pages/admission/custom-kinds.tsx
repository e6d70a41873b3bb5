// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ResponseOf } from '@bartizan/contracts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { Badge, type Tone } from '../../widgets/badges.tsx';
import { type Column, DataTable } from '../../widgets/data-table.tsx';
import { Empty, Unknown } from '../../widgets/states.tsx';
import { CommandBlock, Cut, Verbatim } from '../../widgets/text.tsx';

type Coverage = ResponseOf<'admission.coverage'>;
type Custom = Coverage['custom'];
type Kind = Custom['kinds'][number];

const TONES = {
  followed: 'ok',
  listed: 'low',
  connecting: 'quiet',
  behind: 'medium',
  'not-permitted': 'unknown',
  'not-served': 'quiet',
  'no-room': 'high',
  'not-asked': 'quiet',
} as const satisfies Record<Kind['audit'], Tone>;

/** What of a kind nobody looks into, and who alone holds it. */
const Notes = ({ kind }: { kind: Kind }) => {
  const t = useT();
  const { count } = useFormat();
  const { open, unread, leftOut = 0, places, native } = kind;
  return (
    <span className="small second">
      {unread !== undefined && <>{t(`admission.custom.unread.${unread}`)} </>}
      {open.length > 0 && (
        <>
          {t('admission.custom.open')} <Verbatim mono>{open.join(', ')}</Verbatim>{' '}
        </>
      )}
      {leftOut > 0 && <>{t('admission.custom.left-out', { n: count(leftOut) })} </>}
      {places.length > 0 && !native && t('admission.custom.webhook-only')}
    </span>
  );
};

const useColumns = (): readonly Column<Kind>[] => {
  const t = useT();
  const { count } = useFormat();
  return [
    {
      id: 'kind',
      title: t('field.kind'),
      width: 'minmax(170px, 2fr)',
      cell: ({ resource }) => <Cut text={resource} most={60} mono />,
    },
    {
      id: 'places',
      title: t('admission.custom.places'),
      width: 'minmax(150px, 2fr)',
      fromPx: 620,
      cell: ({ places }) =>
        places.length === 0 ? (
          t('admission.custom.found.none')
        ) : (
          <Cut text={places.join(', ')} most={60} mono />
        ),
    },
    {
      id: 'found',
      title: t('admission.custom.found'),
      width: '130px',
      fromPx: 760,
      cell: ({ found }) => t(`admission.custom.found.${found}`),
    },
    {
      id: 'audit',
      title: t('admission.custom.existing'),
      width: '150px',
      cell: ({ audit }) => <Badge tone={TONES[audit]}>{t(`admission.custom.audit.${audit}`)}</Badge>,
    },
    {
      id: 'objects',
      title: t('admission.objects'),
      width: '110px',
      number: true,
      fromPx: 520,
      cell: ({ objects }) =>
        objects === undefined ? <Unknown inline why={t('outcome.unknown')} /> : count(objects),
    },
    {
      id: 'notes',
      title: t('admission.custom.notes'),
      width: 'minmax(160px, 3fr)',
      fromPx: 900,
      cell: (kind) => <Notes kind={kind} />,
    },
  ];
};

/** Resources that rules name in vain: their requests never come. */
export const NotAsked = ({ resources, total }: { resources: readonly string[]; total: number }) => {
  const t = useT();
  const { count } = useFormat();
  if (total === 0) return null;
  return (
    <p className="warn-text small" role="status">
      {t('admission.not-asked', { n: count(total) })}{' '}
      <Verbatim mono>{`${resources.join(', ')}${resources.length < total ? ', …' : ''}`}</Verbatim>
    </p>
  );
};

/** Custom kinds: where they hold pods, how far what exists of them is judged, and the command where it may not be read. */
export const CustomKinds = ({ custom }: { custom: Custom }) => {
  const t = useT();
  const { count } = useFormat();
  const columns = useColumns();
  const closed = custom.kinds.filter(({ remedy }) => remedy !== undefined);
  return (
    <>
      {custom.definitions !== 'known' && (
        <p className="warn-text small" role="status">
          {t('admission.custom.definitions')} {custom.code !== undefined && <code>{custom.code}</code>}
        </p>
      )}
      {custom.leftOut > 0 && (
        <p className="warn-text small">{t('admission.custom.no-room', { n: count(custom.leftOut) })}</p>
      )}
      {custom.kinds.length === 0 ? (
        <div className="card">
          <Empty title={t('admission.custom.none')}>
            {t('admission.custom.none.note', { n: count(custom.read) })}
          </Empty>
        </div>
      ) : (
        <DataTable
          name="admission-custom-kinds"
          label={t('admission.custom')}
          columns={columns}
          items={custom.kinds}
          total={custom.kinds.length}
          rowKey={({ resource }) => resource}
        />
      )}
      {closed.length > 0 && (
        <details>
          <summary>{t('admission.custom.remedy', { n: count(closed.length) })}</summary>
          {closed.map(({ resource, remedy = '' }) => (
            <CommandBlock key={resource} text={remedy} />
          ))}
        </details>
      )}
    </>
  );
};
