import { CliError } from '../cli-error.ts';
import { defineCommand, type Command } from '../command.ts';
import { completionScripts, isShell, shells } from '../completion-scripts.ts';

/** The command that writes completions of all commands, itself among them. */
export function createCompletion(commands: () => readonly Command[]): Command {
  return defineCommand({
    name: 'completion',
    arguments: `<${shells.join('|')}>`,
    about: 'print the completion script of a shell',
    options: {},
    examples: [
      'source <(network-mapper completion bash)',
      'network-mapper completion zsh > "${fpath[1]}/_network-mapper"',
      'network-mapper completion fish > ~/.config/fish/completions/network-mapper.fish',
      'network-mapper completion powershell | Out-String | Invoke-Expression',
    ],
    run: ({ words, output }) => {
      const [shell = '', ...more] = words;
      if (!isShell(shell) || more.length > 0) throw new CliError(`completion is for one of ${shells.join(', ')}`);
      output.print(completionScripts[shell](commands()));
    },
  });
}
