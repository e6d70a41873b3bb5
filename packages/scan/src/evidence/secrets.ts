// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

const TEXT_MAX = 8000;
const WORDS_MAX = 1000;

const URL_PASSWORD = /(:\/\/[^/:@\s]{0,256}):[^/\s]{1,1024}@/g;
/** How names of options and members end whose value is a secret, in whatever way their words are joined. */
const SECRET_ENDING =
  /(?:password|passwd|passphrase|token|secret|credentials?|(?:api|access|secret)[-_.]?key)$/i;
/** Members of files that are secrets beside these; everything below them is one too. */
const SECRET_MEMBER =
  /^(?:auth|secret(?!s-encryption(?:-provider)?$)[\w-]*|staticPodURLHeader|client-key-data|client-certificate-data)$/i;
/** A header with a login, and what else stands behind this name: what is below it, a comment, or how requests are authorized. */
const LOGIN_NAME = /(?:^|[.-])authorization$/i;
const NO_LOGIN = /^(?:[{#]|(?:Always(?:Allow|Deny)|Webhook|RBAC|Node|ABAC|true|false|null|~)(?:,|$))/i;
/** A name with a value, as configuration files and comments in them write it. */
const NAMED_VALUE = /(?<![\w.-])([\w.-]{1,200})["']?[ \t]{0,64}[:=](?=[ \t]{0,64}["']?([^\s"',}\]]{1,64}))/g;
const PLAIN_VALUE = /^(?:true|false|null|~)$/i;
/** A value that says where a secret is, or whether one is used. */
const NO_SECRET = /^(?:\/.*|(?:true|false)(?:,.*)?)$/;
/** A word of a command: blanks between quotes belong to it. A quote that is not closed ends with the text; the one of "don't" is none. */
const WORD =
  /(?:"(?:\\[\s\S]?|[^"\\])*(?:"|$)|\\"(?:\\(?!")[\s\S]?|[^\\])*(?:\\"|$)|'[^']*(?:'|$)|\w'(?=[a-z]{1,2}\b)|\\\S|[^\s"'\\]|\\)+/g;
/** What is between quotes in a word. */
const QUOTED =
  /(\\")((?:\\(?!")[\s\S]?|[^\\])*)(\\"|$)|(")((?:\\[\s\S]?|[^"\\])*)("|$)|(?<!\w(?='[a-z]{1,2}\b))(')([^']*)('|$)/g;
/** What stands for a secret. */
export const REDACTED = '[redacted]';

/** Text without the passwords of addresses in it. */
export const withoutPasswords = (text: string): string =>
  text.slice(0, TEXT_MAX).replace(URL_PASSWORD, '$1:***@');

/** Whether the value of a member of a configuration file is a secret by its name. */
export const isSecretName = (name: string): boolean => SECRET_ENDING.test(name) || SECRET_MEMBER.test(name);

/** Whether the value of a member is the login of a request. */
export const isLogin = (name: string, value: string): boolean =>
  LOGIN_NAME.test(name) && value !== '' && !NO_LOGIN.test(value);

/** Whether a line gives a secret by its name, in another form than that of an option. */
function namesSecret(line: string, harmless: RegExp): boolean {
  for (const [, name = '', value = ''] of line.matchAll(NAMED_VALUE)) {
    if (value === REDACTED.slice(0, -1)) continue;
    if ((isSecretName(name) && !harmless.test(value)) || isLogin(name, value)) return true;
  }
  return false;
}

/** Whether a line of a configuration file, a comment too, may hold a secret. */
export const mayHoldSecret = (line: string): boolean =>
  redactText(line) !== line || namesSecret(line, PLAIN_VALUE);

/** One word without the secret that a `NAME=` in it gives: `--log-opt=splunk-token=...` has two of these. */
function redactWord(word: string): string {
  for (let at = word.indexOf('='); at >= 0; at = word.indexOf('=', at + 1)) {
    const name = /[\w.-]{1,200}$/.exec(word.slice(Math.max(0, at - 200), at))?.[0] ?? '';
    const value = word.slice(at + 1).replace(/["']$/, '');
    if (value !== '' && SECRET_ENDING.test(name) && !NO_SECRET.test(value))
      return `${word.slice(0, at)}=${REDACTED}`;
  }
  return withoutPasswords(word);
}

/** Whether the next word is the value of this one. */
const announcesSecret = (word: string): boolean =>
  /(?:^|["'=])-{1,2}[\w.-]+$/.test(word) && SECRET_ENDING.test(word);

/** What stands for a value. Lines that it went over stay lines. */
const redacted = (value: string): string => `${REDACTED}${(value.match(/\\?\n/g) ?? []).join('')}`;

/** What is between quotes: an option whose value has blanks, or a command. */
function redactQuoted(text: string): string {
  const [start = '', name = ''] = /^-{0,2}([\w.-]{1,200})=/.exec(text) ?? [];
  if (!SECRET_ENDING.test(name)) return redactText(text);
  const next = text.search(/[ \t\n]-/);
  const value = text.slice(start.length, next === -1 ? text.length : next);
  const shown = value === '' || NO_SECRET.test(value) ? value : redacted(value);
  return `${start}${shown}${redactText(text.slice(start.length + value.length))}`;
}

/** One word of a text; between its quotes there may be a command of many. */
function redactTextWord(word: string): string {
  if (!/\s/.test(word)) return redactWord(word);
  const quote = word.search(/\\?["']/);
  const head = word.slice(0, quote);
  const name = /([\w.-]{1,200})=$/.exec(head)?.[1] ?? '';
  const shownHead = SECRET_ENDING.test(name) ? `${head}${REDACTED}` : redactWord(head);
  if (shownHead !== head) return `${shownHead}${redacted(word.slice(quote)).slice(REDACTED.length)}`;
  return word.replace(QUOTED, (...found: (string | undefined)[]) => {
    const [open = '', inner = '', end = ''] = found.slice(1, 10).filter((part) => part !== undefined);
    return `${open}${redactQuoted(inner)}${end}`;
  });
}

/** Takes one word after the other: the value of an option may be the next. */
function wordByWord(redact: (word: string) => string): (word: string) => string {
  let isNextSecret = false;
  return (word) => {
    if (word === '' || word === '\\') return word;
    const isSecret = isNextSecret && !word.startsWith('-');
    isNextSecret = announcesSecret(word);
    return isSecret ? redacted(word) : redact(word);
  };
}

/** A text that may hold a command without its secrets. */
function redactText(text: string): string {
  return text.replace(WORD, wordByWord(redactTextWord));
}

/** Arguments without secrets: what stays tells the settings. */
export const redactArguments = (args: readonly string[]): string[] =>
  args
    .slice(0, WORDS_MAX)
    .map(wordByWord(redactWord))
    .map((arg) => (/[ \t\n]/.test(arg) ? redactText(arg) : arg));

/** Lines of a unit without secrets. A line that is continued is one with the next: an option may be in the one, its value in the other. */
export function redactLines(lines: readonly string[]): string[] {
  const shown: string[] = [];
  for (let at = 0; at < lines.length; ) {
    let end = at + 1;
    while (end < lines.length && (lines[end - 1] ?? '').endsWith('\\')) end += 1;
    shown.push(...redactText(lines.slice(at, end).join('\n')).split('\n'));
    at = end;
  }
  // What stands in a comment or a header is left out with its line: where its value ends is not known.
  return shown.map((line) => (namesSecret(line, NO_SECRET) ? REDACTED : line.slice(0, TEXT_MAX)));
}
