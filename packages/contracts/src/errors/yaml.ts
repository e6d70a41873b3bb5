// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ErrorEntry } from './entry.ts';

/** Why a document of YAML or JSON is not read. Each comes with file, line and column; documents beside it are read. */
export const YAML_ERRORS = {
  E_YAML_ALIAS: {
    status: 400,
    title: { en: 'An alias without its anchor', ja: 'アンカーのないエイリアスです' },
    remedy: {
      en: 'Set the anchor (`&name`) before the alias (`*name`) in the same document, and never inside itself.',
      ja: '同じ文書の中で、エイリアス（`*name`）より前にアンカー（`&name`）を置いてください。アンカー自身の中からは参照できません。',
    },
  },
  E_YAML_CHARACTER: {
    status: 400,
    title: { en: 'A character no document may hold', ja: '文書に使えない文字があります' },
    remedy: {
      en: 'Save the file as UTF-8 and remove the control character, or write it as an escape in double quotes.',
      ja: 'ファイルを UTF-8 で保存し、制御文字を取り除くか、二重引用符の中でエスケープして書いてください。',
    },
  },
  E_YAML_DIRECTIVE: {
    status: 400,
    title: { en: 'A directive that cannot stand', ja: 'ディレクティブが正しくありません' },
    remedy: {
      en: 'Write `%YAML 1.2` once, on a line of its own, with `---` after it; or leave it out.',
      ja: '`%YAML 1.2` は独立した行に一度だけ書き、その後に `---` を置いてください。省略してもかまいません。',
    },
  },
  E_YAML_DUPLICATE_KEY: {
    status: 400,
    title: { en: 'A key stands twice in one mapping', ja: '同じキーが 1 つのマッピングに 2 度あります' },
    remedy: {
      en: 'Keep one of them: what a client does with two differs, and so would the verdict.',
      ja: '片方だけを残してください。2 つある場合の扱いはクライアントによって異なり、判定も変わってしまいます。',
    },
  },
  E_YAML_ESCAPE: {
    status: 400,
    title: { en: 'An unknown escape in double quotes', ja: '二重引用符の中に未知のエスケープがあります' },
    remedy: {
      en: 'Write a backslash as `\\\\`, or use single quotes, in which a backslash means nothing.',
      ja: 'バックスラッシュは `\\\\` と書くか、バックスラッシュが特別な意味を持たない単一引用符を使ってください。',
    },
  },
  E_YAML_EXPANSION: {
    status: 400,
    title: { en: 'Aliases repeat far too much', ja: 'エイリアスによる繰り返しが多すぎます' },
    remedy: {
      en: 'Write the values out, or split the document. Documents made to exhaust memory look like this.',
      ja: '値を直接書くか、文書を分割してください。メモリーを枯渇させるための文書はこの形をしています。',
    },
  },
  E_YAML_INDENTATION: {
    status: 400,
    title: { en: 'The indentation fits nothing before it', ja: 'インデントがどこにも対応していません' },
    remedy: {
      en: 'Indent the line as far as the keys or entries it belongs to.',
      ja: 'その行が属するキーや項目と同じ深さにインデントをそろえてください。',
    },
  },
  E_YAML_KEY: {
    status: 400,
    title: { en: 'A key that is none', ja: 'キーとして読めません' },
    remedy: {
      en: 'A key is one text on one line with `: ` after it; it is never null, a list or a mapping.',
      ja: 'キーは 1 行の文字列で、直後に `: ` が必要です。null・リスト・マッピングはキーにできません。',
    },
  },
  E_YAML_LIMIT: {
    status: 400,
    title: { en: 'The document is larger than its bound', ja: '文書が上限を超えています' },
    remedy: {
      en: 'Split it: a cluster accepts objects up to 3 MiB, and nothing sane nests 200 levels deep.',
      ja: '文書を分割してください。クラスターが受け付けるオブジェクトは 3 MiB までで、通常 200 段も入れ子にはなりません。',
    },
  },
  E_YAML_MERGE: {
    status: 400,
    title: { en: 'Nothing that `<<` could merge', ja: '`<<` で統合できない値です' },
    remedy: {
      en: 'Give `<<` an alias of a mapping, or a list of them.',
      ja: '`<<` にはマッピングのエイリアスか、そのリストを指定してください。',
    },
  },
  E_YAML_NESTED: {
    status: 400,
    title: {
      en: 'A list or mapping may not begin on this line',
      ja: 'この行でリストやマッピングを始めることはできません',
    },
    remedy: {
      en: 'Begin it on the next line, indented; quote a text that holds `: ` or begins with `- `.',
      ja: '次の行にインデントして書いてください。`: ` を含む文字列や `- ` で始まる文字列は引用符で囲んでください。',
    },
  },
  E_YAML_PROPERTIES: {
    status: 400,
    title: { en: 'An anchor or tag in a place of none', ja: 'アンカーまたはタグの位置が正しくありません' },
    remedy: {
      en: 'A value takes one anchor and one tag, each followed by a blank; an alias takes none.',
      ja: '1 つの値に付けられるアンカーとタグは 1 つずつで、後ろに空白が必要です。エイリアスには付けられません。',
    },
  },
  E_YAML_SYNTAX: {
    status: 400,
    title: { en: 'This is no YAML', ja: 'YAML として読めません' },
    remedy: {
      en: 'See what stands at this line and column; quote texts that begin or go on with signs of YAML.',
      ja: '示された行と列を確認してください。YAML の記号を含む文字列は引用符で囲んでください。',
    },
  },
  E_YAML_TAB: {
    status: 400,
    title: { en: 'A tab where spaces must indent', ja: 'インデントにタブが使われています' },
    remedy: { en: 'Indent with spaces.', ja: 'インデントには空白を使ってください。' },
  },
  E_YAML_TAG: {
    status: 400,
    title: { en: 'The value is not what its tag says', ja: '値がタグの種類と一致しません' },
    remedy: {
      en: 'Remove the tag, or correct the value. Kubernetes itself needs no tags.',
      ja: 'タグを取り除くか、値を直してください。Kubernetes のマニフェストにタグは不要です。',
    },
  },
  E_YAML_TIME: {
    status: 503,
    title: { en: 'Reading the document took too long', ja: '文書の読み取りに時間がかかりすぎました' },
    remedy: {
      en: 'Split the document, or try again on a machine that has less to do.',
      ja: '文書を分割するか、負荷の低いマシンでもう一度実行してください。',
    },
  },
  E_YAML_UNCLOSED: {
    status: 400,
    title: { en: 'A quotation or bracket is never closed', ja: '引用符または括弧が閉じられていません' },
    remedy: {
      en: 'Close it before the document ends; the position shown is where it begins.',
      ja: '文書が終わる前に閉じてください。示された位置は開始位置です。',
    },
  },
  E_YAML_VALUE: {
    status: 400,
    title: { en: 'A number that JSON cannot hold', ja: 'JSON で表せない数値です' },
    remedy: {
      en: 'Quote it when a text is meant: Kubernetes reads YAML as JSON, which knows no infinity.',
      ja: '文字列であれば引用符で囲んでください。Kubernetes は YAML を JSON として読み、JSON に無限大はありません。',
    },
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;
