/** What a command cannot do, said to the person who gave it. */
export class CliError extends Error {
  override readonly name = 'CliError';
}
