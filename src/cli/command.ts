/** The one way to run a command: --help, and no option that it does not declare. */
import { parseArgs } from 'node:util';
import { call } from '../node/root';
import { type CommandName, COMMANDS, type Declaration } from './commands';

/** The values of the options that a command cannot go without. */
type RequiredValues<Options> = {
  [Flag in keyof Options as Options[Flag] extends { required: true } ? Flag : never]: string;
};

/** The values of the options and the other arguments of a command, typed by its declaration. */
export type Given<Name extends CommandName> = ReturnType<
  typeof parseArgs<{ options: (typeof COMMANDS)[Name]['options']; allowPositionals: true }>
> & { values: RequiredValues<(typeof COMMANDS)[Name]['options']> };

/** A command that was called in another way than it is declared; its exit status is 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/**
 * The program of a command: answers --help, refuses what is not declared, and prints the message of what `run` throws.
 * @param run resolves with the exit status, 0 if it is nothing
 * @returns what runs it with the words of the command line, and resolves with the exit status
 */
export function command<Name extends CommandName>(
  name: Name,
  run: (given: Given<Name>) => Promise<number | void> | number | void,
): (words: string[]) => Promise<number> {
  return async words => {
    try {
      if (asksForHelp(words)) {
        console.log(help(name));
        return 0;
      }
      return (await run(parse(name, words))) ?? 0;
    } catch (error) {
      console.error((error as Error).message);
      return error instanceof UsageError ? 2 : 1;
    }
  };
}

/** Runs a program with the words of the command line, if `module` is what Node was started with. */
export function runIfMain(module: NodeModule, program: (words: string[]) => Promise<number>): void {
  if (require.main === module) void program(process.argv.slice(2)).then(status => (process.exitCode = status));
}

/**
 * What is given to a command.
 * @throws UsageError in one sentence for an option that is unknown, has no value or is missing
 */
export function parse<Name extends CommandName>(name: Name, words: string[]): Given<Name> {
  const { options, arguments: others }: Declaration = COMMANDS[name];
  try {
    const given = parseArgs({ args: words, options, allowPositionals: others !== undefined });
    const missing = Object.keys(options).find(flag => options[flag].required && given.values[flag] === undefined);
    if (missing) throw new Error(`--${missing} is missing`);
    return given as Given<Name>;
  } catch (error) {
    const said = (error as Error).message.split(/(?<=['"])\. | (?=This command)/)[0].replace(/\.$/, '');
    throw new UsageError(`${said}; expected ${usage(name)}, and --help says more.`);
  }
}

/** Whether --help or -h comes before a lone `--`. */
export function asksForHelp(words: string[]): boolean {
  const end = words.indexOf('--');
  return words.slice(0, end < 0 ? undefined : end).some(word => word === '--help' || word === '-h');
}

/** How a command is called, in one line. */
export function usage(name: CommandName): string {
  const { options, arguments: others, rest }: Declaration = COMMANDS[name];
  const flags = Object.entries(options).map(([flag, option]) =>
    option.required ? flagOf(flag, option) : `[${flagOf(flag, option)}]`,
  );
  return call(name, [others, ...flags, rest && `[options of ${rest}]`].filter(Boolean).join(' '));
}

/** What --help prints. */
export function help(name: CommandName): string {
  const { about, options, example, rest }: Declaration = COMMANDS[name];
  const rows = Object.entries(options).map(([flag, option]) => [flagOf(flag, option), option.about]);
  if (rest) rows.push(['anything else', `is for ${rest}, whose own list --help-all prints`]);
  const width = Math.max(0, ...rows.map(([flag]) => flag.length));
  const lines = rows.map(([flag, text]) => `  ${flag.padEnd(width)}  ${text}`);
  return [usage(name), '', about, ...(lines.length ? ['', ...lines] : []), '', `Example: ${call(name, example)}`].join(
    '\n',
  );
}

function flagOf(flag: string, { type, value = 'VALUE' }: Declaration['options'][string]): string {
  return type === 'string' ? `--${flag} ${value}` : `--${flag}`;
}
