// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/a11y: rows are drawn only in sight, so the table is built from roles; its cells hold real links

import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { useView } from '../data/view.ts';
import { useFormat } from '../format/use-format.ts';
import { useT } from '../i18n/language.ts';
import { ColumnChoice, useHiddenColumns } from './column-choice.tsx';
import { CutRoom, charactersIn } from './cut-room.ts';
import { Reachable } from './reachable.tsx';
import { nextSort, templateOf } from './table-columns.ts';
import { LINE_PX, type Place, placesOf, roomOf, STACKED_PX } from './table-places.ts';

export interface Column<T> {
  readonly id: string;
  readonly title: string;
  readonly cell: (row: T) => ReactNode;
  /** CSS grid track. */
  readonly width: string;
  readonly number?: boolean;
  /** Field the server sorts by. */
  readonly sort?: string;
  /** Shown only when the table is at least this wide. */
  readonly fromPx?: number;
  /** In a narrow table it stands under the column before it, however narrow the table is. */
  readonly below?: boolean;
}

interface DataTableProps<T> {
  readonly name: string;
  readonly label: string;
  readonly columns: readonly Column<T>[];
  readonly items: readonly T[];
  readonly rowKey: (row: T) => string;
  readonly total?: number | undefined;
  /** Items loaded, where one row may stand for several. */
  readonly loaded?: number;
  readonly selected?: string | undefined;
  readonly onOpen?: (row: T) => void;
  readonly hasMore?: boolean;
  readonly onMore?: () => void;
  readonly foot?: ReactNode;
  readonly rowHeight?: number;
}

/** Height of the head of a table. */
const HEAD_PX = 36;

const useWidth = (ref: React.RefObject<HTMLElement | null>): number => {
  const [width, setWidth] = useState(1200);
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 1200));
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return width;
};

/** Columns as they stand in this table: those that have room, each with its place and its room. */
interface Layout<T> {
  readonly columns: readonly (Column<T> & { readonly place: CellPlace; readonly characters: number })[];
  readonly template: string;
  readonly lines: number;
}
interface CellPlace {
  readonly style?: CSSProperties;
  readonly 'data-below'?: '';
}
const cellPlace = ({ column, line, lines }: Place): CellPlace => ({
  style: { gridColumn: column, gridRow: `${line} / span ${lines}` },
  ...(line > 1 ? { 'data-below': '' } : {}),
});

const layoutOf = <T,>(columns: readonly Column<T>[], width: number): Layout<T> => {
  const isStacked = width < STACKED_PX;
  const standsBelow = ({ below = false }: Column<T>): boolean => isStacked && below;
  const shown = columns.filter((column) => standsBelow(column) || width >= (column.fromPx ?? 0));
  const { places, lines } = placesOf(shown.map(standsBelow));
  const template = templateOf(
    shown.filter((column) => !standsBelow(column)).map((column) => column.width),
    width,
  );
  const room = roomOf(template, width);
  return {
    template,
    lines,
    columns: shown.map((column, index) => {
      const place = places[index];
      return {
        ...column,
        place: place === undefined || lines === 1 ? {} : cellPlace(place),
        characters: charactersIn(room[(place?.column ?? 1) - 1] ?? width),
      };
    }),
  };
};

const HeadCell = <T,>({ column }: { column: Layout<T>['columns'][number] }) => {
  const { search, set } = useView();
  const { sort } = column;
  const className = `cell${column.number === true ? ' number' : ''}`;
  if (sort === undefined) {
    return (
      <div className={className} role="columnheader" title={column.title} {...column.place}>
        {column.title}
      </div>
    );
  }
  const up = search.sort === sort;
  const down = search.sort === `-${sort}`;
  return (
    <div
      className={className}
      role="columnheader"
      title={column.title}
      {...column.place}
      aria-sort={up ? 'ascending' : down ? 'descending' : 'none'}
    >
      <button type="button" onClick={() => set({ sort: nextSort(sort, search.sort) }, true)}>
        {column.title}
        {up && <IconArrowUp size={13} aria-hidden="true" />}
        {down && <IconArrowDown size={13} aria-hidden="true" />}
      </button>
    </div>
  );
};

/** Moves between the first links of rows with the arrow keys and j / k. */
const onArrows = (event: KeyboardEvent<HTMLElement>): void => {
  const step =
    event.key === 'ArrowDown' || event.key === 'j'
      ? 1
      : event.key === 'ArrowUp' || event.key === 'k'
        ? -1
        : 0;
  if (step === 0 || !(event.target instanceof HTMLElement) || event.nativeEvent.isComposing) return;
  const row = event.target.closest<HTMLElement>('[data-index]');
  const next = Number(row?.dataset['index'] ?? -1) + step;
  const link = event.currentTarget.querySelector<HTMLElement>(
    `[data-index="${next}"] a, [data-index="${next}"] button`,
  );
  if (link === null) return;
  event.preventDefault();
  link.focus();
};

interface RowProps<T> {
  readonly row: T;
  readonly index: number;
  readonly top: number;
  readonly height: number;
  readonly layout: Layout<T>;
  readonly isSelected: boolean;
  readonly onOpen: ((row: T) => void) | undefined;
}
const Row = <T,>({ row, index, top, height, layout, isSelected, onOpen }: RowProps<T>) => (
  <div
    role="row"
    tabIndex={-1}
    className="table-row"
    aria-rowindex={index + 2}
    data-index={index}
    {...(onOpen === undefined ? {} : { 'data-clickable': '' })}
    {...(isSelected ? { 'data-selected': '', 'aria-current': true } : {})}
    style={{ height, transform: `translateY(${top}px)`, gridTemplateColumns: layout.template }}
    onClick={(event) => {
      const onControl = event.target instanceof Element && event.target.closest('a, button, input') !== null;
      if (!onControl) onOpen?.(row);
    }}
  >
    {layout.columns.map((column) => (
      <div
        key={column.id}
        role="cell"
        className={`cell${column.number === true ? ' number' : ''}`}
        {...column.place}
      >
        <CutRoom value={column.characters}>{column.cell(row)}</CutRoom>
      </div>
    ))}
  </div>
);

/** A list of any length: only the rows in sight are drawn, more are asked for near the end. */
export const DataTable = <T,>(props: DataTableProps<T>) => {
  const { items, columns, hasMore = false, onMore } = props;
  const t = useT();
  const { count } = useFormat();
  const scroll = useRef<HTMLDivElement>(null);
  const width = useWidth(scroll);
  const [hidden, setHidden] = useHiddenColumns(props.name);
  const layout = layoutOf(
    columns.filter(({ id }) => !hidden.includes(id)),
    width,
  );
  const more = LINE_PX * (layout.lines - 1);
  const rowHeight = (props.rowHeight ?? 44) + more;
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollPaddingStart: HEAD_PX + more,
  });
  // Rows that were measured at another height are measured again.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height is what it waits for
  useEffect(() => rows.measure(), [rowHeight, rows]);
  const virtual = rows.getVirtualItems();
  const last = virtual.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && last >= items.length - 30) onMore?.();
  }, [hasMore, last, items.length, onMore]);
  return (
    <div className="card table-box">
      <Reachable
        className="table-scroll"
        ref={scroll}
        role="table"
        label={props.label}
        rowCount={(props.total ?? items.length) + 1}
        onKeyDown={onArrows}
      >
        <div role="rowgroup" className="table-head-group">
          <div
            className="table-head"
            role="row"
            aria-rowindex={1}
            style={{ height: HEAD_PX + more, gridTemplateColumns: layout.template }}
          >
            {layout.columns.map((column) => (
              <HeadCell key={column.id} column={column} />
            ))}
          </div>
        </div>
        <div role="rowgroup" style={{ height: rows.getTotalSize(), position: 'relative' }}>
          {virtual.flatMap((item) => {
            const row = items[item.index];
            if (row === undefined) return [];
            const key = props.rowKey(row);
            return [
              <Row
                key={key}
                row={row}
                index={item.index}
                top={item.start}
                height={rowHeight}
                layout={layout}
                isSelected={props.selected === key}
                onOpen={props.onOpen}
              />,
            ];
          })}
        </div>
      </Reachable>
      <div className="table-foot">
        <span>
          {props.total === undefined
            ? t('table.loaded', { n: count(props.loaded ?? items.length) })
            : t('table.of', { n: count(props.loaded ?? items.length), total: count(props.total) })}
        </span>
        <span className="row">
          {props.foot}
          <ColumnChoice columns={columns} hidden={hidden} onChange={setHidden} />
        </span>
      </div>
    </div>
  );
};
