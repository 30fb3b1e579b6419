import { defineCommand, type Command } from '../command.ts';
import { manualPage } from '../manual-page.ts';

/** The command that writes the manual page of all commands, itself among them. */
export function createManual(commands: () => readonly Command[]): Command {
  return defineCommand({
    name: 'man',
    about: 'print the manual page (roff)',
    options: {},
    examples: ['network-mapper man > /usr/local/share/man/man1/network-mapper.1'],
    run: ({ output }) => output.print(manualPage(commands())),
  });
}
