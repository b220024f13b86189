import { Command, CommanderError, Option } from 'commander'
import { amount, priceList, wholeFrom } from './arguments.ts'
import type { ExtractOptions } from './commands/extract.ts'
import type { RunOptions } from './commands/run.ts'
import { exits } from './exit.ts'
import type { Wishes } from './input/extractor.ts'
import type { Io, Manner } from './io.ts'
import { packageVersion } from './package.ts'

/** Nothing but this module and the option parser is loaded before it is known what is asked. */

const about = `Exit codes: 0 all done, 1 a fault of decant, 2 usage, 3 some failed, 4 stopped (budget, key, or all failed alike), 130 interrupted.
EXTRACTOR is a module (.ts, .js) whose default export is a defineExtractor or a schema, or a JSON Schema file (.json).`

/**
 * The command line: what was typed in, an exit code out.
 *
 * @param words without the program's own name
 */
export const main = async (words: readonly string[], io: Io): Promise<number> => {
  let code: number = exits.done
  const program = programOf(words, io, async work => {
    code = await work()
  })
  try {
    await program.parseAsync([...words], { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exits.done : exits.usage
    const { exitOf, tell } = await import('./failure.ts')
    tell(error, io, mannerOf(words))
    return exitOf(error)
  }
}

/** What the parser does not understand, as every other error is told. */
const sayUsage = (text: string, words: readonly string[], io: Io): void => {
  const message = text
    .replace(/^error: /, '')
    .trim()
    .replace(/\s+/g, ' ')
  const hint = 'see decant --help'
  io.stderr.write(
    words.includes('--json')
      ? `${JSON.stringify({ event: 'error', message, hint })}\n`
      : `decant: ${message}\n  ${hint}\n`,
  )
}

/** An error may come before the options are known. */
export const mannerOf = (words: readonly string[]): Manner => ({
  json: words.includes('--json'),
  verbose: words.includes('--verbose'),
  ...(words.includes('--no-color') && { color: false }),
})

type Perform = (work: () => Promise<number>) => Promise<void>

const programOf = (words: readonly string[], io: Io, perform: Perform): Command => {
  const program = new Command('decant')
    .description("Typed data out of a language model's stream.")
    .version(packageVersion(), '-V, --version')
    .addHelpText('after', `\n${about}`)
    .exitOverride()
    .configureOutput({
      writeOut: text => void io.stdout.write(text),
      writeErr: text => void io.stderr.write(text),
      outputError: text => sayUsage(text, words, io),
    })

  const manner = (command: Command): Command =>
    command
      .option('--json', 'machine-readable events on stderr')
      .option('--verbose', 'more detail, stack traces')
      .option('-q, --quiet', 'failures and the end only')
      .option('--no-color', 'no colours (also: NO_COLOR)')
  const wishes = (command: Command): Command =>
    command
      .option('-m, --model <provider/id>', 'the model to ask')
      .option('--base-url <url>', 'ask this OpenAI-compatible endpoint; --model is its id (key: DECANT_API_KEY)')
      .option('--prompt <template>', "the prompt, such as 'Extract the invoice: {{text}}'; {{field}} of a record")
      .option('--instructions <text>', 'the system message')
      .option('--cache <folder>', 'keep answers there, and do not ask again for what it has')
      .option('--cassette <path>', 'replay this recording, or make it')

  manner(wishes(program.command('extract <extractor> [text]')))
    .description('one extraction: TEXT, a file or stdin in, JSON out')
    .option('-f, --file <path>', 'read the text, or a record of JSON (.json), from a file')
    .action((extractor: string, text: string | undefined, options: ExtractOptions) =>
      perform(async () => (await import('./commands/extract.ts')).extractCommand(extractor, text, options, io)),
    )

  manner(wishes(program.command('run <extractor> <input...>')))
    .description('many records: JSONL, JSON, CSV, text files, a folder, a quoted glob or - in, JSONL or CSV out')
    .option('-o, --output <path>', '.jsonl or .csv; - is JSONL on stdout', '-')
    .addOption(
      new Option('--format <format>', 'what INPUT is').choices(['jsonl', 'json', 'csv', 'tsv', 'lines', 'text']),
    )
    .option('--key <field>', 'the field that a record is known by, instead of its content')
    .option('--limit <n>', 'the first records only', wholeFrom(1))
    .option('-c, --concurrency <n>', 'records at once', wholeFrom(1), 8)
    .option('--ordered', 'write in the order of the input, not as they are done')
    .option('--rpm <n>', 'requests in a minute', wholeFrom(1))
    .option('--tpm <n>', 'tokens in a minute', wholeFrom(1))
    .option('--budget-usd <usd>', 'start no more records once this is spent', amount)
    .option('--prices <in,out>', 'USD for a million tokens, where the provider reports no cost', priceList)
    .option('--retry-failed', 'try again what the journal has as failed')
    .option('--keep-going', 'go on although everything fails')
    .option('--overwrite', "take an existing OUTPUT's place")
    .option('--raw-csv', 'no apostrophe before texts that a spreadsheet would run as a formula (= + - @)')
    .option('--dry-run', 'count, estimate and show the function; send nothing')
    .option('--failed <path>', 'write failed records there, as JSONL')
    .option('--journal <path>', 'where finished records are noted (default: OUTPUT.journal)')
    .addOption(
      new Option('--progress <mode>', 'default auto (also: DECANT_PROGRESS)').choices([
        'auto',
        'live',
        'plain',
        'none',
      ]),
    )
    .action((extractor: string, inputs: string[], options: RunOptions) =>
      perform(async () => (await import('./commands/run.ts')).runCommand(extractor, inputs, options, words, io)),
    )

  manner(wishes(program.command('schema <extractor>')))
    .description('the function as it is sent, and its size')
    .action((extractor: string, options: Wishes & Manner) =>
      perform(async () => (await import('./commands/schema.ts')).schemaCommand(extractor, options, io)),
    )

  manner(program.command('why <journal> <record>'))
    .description('everything about one record of a run: its row, its key or the beginning of it')
    .action((journal: string, record: string, options: Manner) =>
      perform(async () => (await import('./commands/why.ts')).whyCommand(journal, record, options, io)),
    )

  const cassette = program.command('cassette').description('recordings')
  manner(cassette.command('check <paths...>'))
    .description('their format, and that they hold nothing secret')
    .action((paths: string[], options: Manner) =>
      perform(async () => (await import('./commands/cassette.ts')).cassetteCheckCommand(paths, options, io)),
    )

  manner(program.command('doctor'))
    .description('keys found (never shown), endpoints, proxy, Node')
    .action((options: Manner) =>
      perform(async () => (await import('./commands/doctor.ts')).doctorCommand(packageVersion(), options, io)),
    )

  manner(program.command('demo'))
    .description('a recorded answer grows into a person: no key, no network')
    .action((options: Manner) => perform(async () => (await import('./commands/demo.ts')).demoCommand(options, io)))

  manner(program.command('init [file]'))
    .description('write a commented extractor and a few records')
    .action((file: string | undefined, options: Manner) =>
      perform(async () => (await import('./commands/init.ts')).initCommand(file ?? 'extractor.ts', options, io)),
    )

  return program
}
