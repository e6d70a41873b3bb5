// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** A shell; zsh and the Korn shells have the value of `-o` in the same word. */
const SHELL = /^-?(?:bash-static|ksh93|(?:bsd-c|ba|rba|da|a|c|tc|z|k|mk|ya)?sh)$/;
const ATTACHES = /^-?(?:ksh93|(?:z|k|mk|ya)sh)$/;
/** Programs that hand a command to a shell. */
const RUNNER = /^-?(?:su|runuser|script|flock|fish)$/;
/** Other languages, with a version behind the name; the second ones have no script in the word of the option. */
const LANGUAGE = /^-?(?:python|perl|ruby|lua)/;
const LANGUAGE_APART = /^-?(?:php|node)/;
const LONG = ['--command', '--session-command', '--eval'];
/** `-cSCRIPT`, `-BcSCRIPT`, `-neSCRIPT`. */
const OWN_SCRIPT = /^-[abBdfhiIlmnOpPqsStTuvwx0-9]*[ceE](?=.)/s;
/** Options of languages whose value is the next word. */
const WITH_VALUE = /^-[WXIrlC]$/;

type Interpreter = 'none' | 'shell' | 'attaching-shell' | 'runner' | 'language' | 'language-apart';

/** `certain`: it is what the shell runs, so that nothing before it makes it a secret. */
export type Script = 'no' | 'likely' | 'certain';

function interpreterOf(word: string): Interpreter {
  const name = word.slice(word.lastIndexOf('/') + 1);
  if (ATTACHES.test(name)) return 'attaching-shell';
  if (SHELL.test(name)) return 'shell';
  if (RUNNER.test(name)) return 'runner';
  if (LANGUAGE.test(name)) return 'language';
  return LANGUAGE_APART.test(name) ? 'language-apart' : 'none';
}

/**
 * Looks at the words of a command in their order and tells which is a script: it goes on behind an assignment, so that
 * its commands stay in sight. The sensor has the same in native/sensor/src/redact/scripts.rs.
 */
export class Scripts {
  #interpreter: Interpreter = 'none';
  /** Only options of the interpreter itself came so far. */
  #isInOptions = false;
  /** `--` was read: the next word is no option, whatever it begins with. */
  #isEnded = false;
  /** How many of the next words are values of options. */
  #values = 0;
  #isNext = false;

  takes(word: string): Script {
    const isInShell = this.#isInOptions && this.#interpreter.endsWith('shell');
    const isOption = word.startsWith('-') || (isInShell && word.startsWith('+'));
    if (isOption && this.#interpreter !== 'none' && !this.#isEnded) {
      return isInShell ? this.#shellOption(word) : this.#otherOption(word);
    }
    if (isInShell && this.#values > 0) {
      this.#values -= 1;
      return 'no';
    }
    const certainty = isInShell ? 'certain' : 'likely';
    const script = this.#isNext ? certainty : 'no';
    this.#isNext = false;
    this.#isInOptions &&= this.#values > 0;
    this.#isEnded = false;
    this.#values = 0;
    const next = interpreterOf(word);
    if (next !== 'none') {
      this.#interpreter = next;
      this.#isInOptions = true;
    }
    return script;
  }

  /** A shell takes the script from behind all its options: `-ci`, `-c +x`, `-c -o pipefail`. */
  #shellOption(word: string): Script {
    if (word === '-' || word === '--') {
      this.#isEnded = true;
    } else if (word.startsWith('--')) {
      if (word === '--rcfile' || word === '--init-file') this.#values += 1;
    } else {
      this.#isNext ||= word.startsWith('-') && word.includes('c');
      const isApart = this.#interpreter === 'shell' || /^[^oO]*[oO]$/.test(word);
      if (isApart) this.#values += word.match(/[oO]/g)?.length ?? 0;
    }
    return 'no';
  }

  #otherOption(word: string): Script {
    const isLanguage = this.#interpreter.startsWith('language');
    const hasOwn = this.#interpreter === 'runner' || (isLanguage && this.#isInOptions);
    if (word.startsWith('--')) {
      const name = word.split('=', 1)[0] ?? '';
      const isApart = name === word;
      // GNU programs take the beginning of a long option for all of it.
      const isScript = name.length > 2 && LONG.some((long) => long.startsWith(name));
      this.#isNext ||= isScript && isApart && (hasOwn || LONG.includes(word));
      return isScript && hasOwn && !isApart ? 'likely' : 'no';
    }
    if (hasOwn && this.#interpreter !== 'language-apart' && OWN_SCRIPT.test(word)) return 'likely';
    this.#isNext ||= /[cerE]$/.test(word);
    this.#values = this.#interpreter === 'language' && WITH_VALUE.test(word) ? 1 : 0;
    return 'no';
  }
}
