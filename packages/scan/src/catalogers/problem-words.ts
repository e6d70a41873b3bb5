// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { LocalText } from '@bartizan/contracts';
import type { ZipError } from '../archive/zip.ts';
import type { TreeError, TreeErrorCode } from '../tree/file-tree.ts';
import { type ScanProblem, scanProblem } from './problem.ts';

/** What several readers say of what they could not read. */
export const GAPS = {
  cannotOpen: { en: 'cannot be opened', ja: '開けません' },
  cannotRead: { en: 'cannot be read', ja: '読み取れません' },
  cannotList: { en: 'cannot list the directory', ja: 'ディレクトリの中を一覧できません' },
  endsInLine: { en: 'the file ends in the middle of a line', ja: 'ファイルが行の途中で終わっています' },
  moreMatches: { en: 'more matches than are kept', ja: '記録できる件数を超えて見つかりました' },
  moreStrings: {
    en: 'it holds more strings of signatures than are followed',
    ja: 'シグネチャの文字列が追跡できる数を超えて含まれています',
  },
  noName: { en: 'no usable name or version', ja: '使える名前またはバージョンがありません' },
  notJsonObject: { en: 'not a JSON object', ja: 'JSON オブジェクトではありません' },
} as const satisfies Record<string, LocalText>;

export const morePackages = (most: number): LocalText => ({
  en: `more than ${most} packages`,
  ja: `パッケージが ${most} 個を超えています`,
});
export const moreNotKept = (most: number): LocalText => ({
  en: `more than ${most} are not kept`,
  ja: `${most} 件を超えた分は記録していません`,
});
export const entriesWithoutName = (entries: number): LocalText => ({
  en: `${entries} entries without a usable name or version`,
  ja: `${entries} 件の項目に、使える名前またはバージョンがありません`,
});
export const stoppedAfter = (names: number): LocalText => ({
  en: `stopped after ${names} names`,
  ja: `${names} 個の名前を調べたところで中止しました`,
});
export const tooDeepWords = (directories: number): LocalText => ({
  en: `${directories} directories are nested too deep`,
  ja: `${directories} 個のディレクトリは階層が深すぎます`,
});
export const onlyFirst = (bytes: number, ofBytes?: number): LocalText =>
  ofBytes === undefined
    ? { en: `only the first ${bytes} bytes are read`, ja: `先頭の ${bytes} バイトだけを調べました` }
    : {
        en: `only the first ${bytes} of ${ofBytes} bytes are looked at`,
        ja: `${ofBytes} バイトのうち、先頭の ${bytes} バイトだけを調べました`,
      };

/** What hostile bytes made a reader throw: the message is of the machine, and English. */
export const thrownWords = (cause: unknown): LocalText =>
  cause instanceof Error
    ? { en: `${cause.name}: ${cause.message}`, ja: `読み取り中にエラーが発生しました（${cause.name}）` }
    : { en: 'unreadable', ja: '読み取れません' };

const TREE_JA: Readonly<Record<TreeErrorCode, string>> = {
  'scan.tree-not-found': '見つかりません',
  'scan.tree-not-a-file': '通常のファイルではありません',
  'scan.tree-not-a-directory': 'ディレクトリではありません',
  'scan.tree-link-loop': 'リンクが循環しているか、多すぎます',
  'scan.tree-path-too-long': 'パスが長すぎます',
  'scan.tree-too-large': '大きさの上限を超えています',
  'scan.tree-denied': '読み取る権限がありません',
  'scan.tree-unreadable': '読み取れません',
};

/** A failed access to a file that should be there. */
export const treeProblem = ({ code, detail }: TreeError, path: string): ScanProblem =>
  scanProblem(code === 'scan.tree-too-large' ? 'scan.limit' : 'scan.unreadable', path, {
    en: `${code}: ${detail}`,
    ja: `${TREE_JA[code]}（${code}）`,
  });

const ZIP_JA: Readonly<Record<ZipError['code'], string>> = {
  malformed: 'アーカイブが壊れています',
  'too-large': 'アーカイブが大きさの上限を超えています',
  unsupported: 'このアーカイブの圧縮形式または暗号化には対応していません',
};
export const zipWords = ({ code, detail }: ZipError): LocalText => ({ en: detail, ja: ZIP_JA[code] });

/** An archive, or an entry of one, that cannot be read. */
export const zipProblem = (error: ZipError, path: string): ScanProblem =>
  scanProblem(error.code === 'too-large' ? 'scan.limit' : 'scan.malformed', path, zipWords(error));
