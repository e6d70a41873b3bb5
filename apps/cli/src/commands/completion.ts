// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ok } from '@bartizan/contracts';
import { type CliContext, perform, usage } from '../context.ts';
import { EXIT } from '../exit-codes.ts';

/** Scripts that ask the program itself for proposals, so that they never fall behind it. */
const SCRIPTS = {
  bash: `_bartizan() {
  local IFS=$'\\n'
  COMPREPLY=($(BARTIZAN_COMPLETE=1 "\${COMP_WORDS[0]}" "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _bartizan bartizan ./bartizan
`,
  zsh: `#compdef bartizan
_bartizan() {
  local -a proposals
  proposals=("\${(@f)$(BARTIZAN_COMPLETE=1 "\${words[1]}" "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -- $proposals
}
compdef _bartizan bartizan
`,
} as const;

/** `completion bash|zsh`. */
export function runCompletion(context: CliContext, shell: string): Promise<void> {
  return perform(context, async () => {
    if (shell !== 'bash' && shell !== 'zsh') return usage(`completion ${shell}: bash, zsh`);
    context.process.stdout.write(SCRIPTS[shell]);
    return ok(EXIT.fine);
  });
}

/** `help TOPIC`. */
export function runHelp(context: CliContext, topic: string): Promise<void> {
  return perform(context, async () => {
    if (topic !== 'exit-codes' && topic !== 'environment')
      return usage(`help ${topic}: exit-codes, environment`);
    context.process.stdout.write(`${context.t(`help.${topic}`)}\n`);
    return ok(EXIT.fine);
  });
}
