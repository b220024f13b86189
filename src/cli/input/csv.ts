import { pipeline, Readable } from 'node:stream'
import { UsageError } from '../failure.ts'

/** The rows of a CSV text as objects; the first row names the columns, every value is text. */
export async function* csvRows(
  text: AsyncIterable<string>,
  name: string,
  delimiter: string,
): AsyncGenerator<Record<string, string>> {
  const { parse } = await import('csv-parse')
  const parser = parse({ delimiter, skip_empty_lines: true })
  pipeline(Readable.from(text), parser, () => {})
  let columns: readonly string[] | undefined
  try {
    for await (const cells of parser as AsyncIterable<string[]>) {
      if (columns === undefined) columns = checked(cells, name)
      // Not csv-parse's own objects: a column named __proto__ is a column.
      else yield Object.fromEntries(cells.map((cell, index) => [columns![index], cell]))
    }
  } catch (cause) {
    if (!String((cause as { code?: unknown }).code).startsWith('CSV_')) throw cause
    throw new UsageError(`Cannot read '${name}': ${(cause as Error).message}`, 'mend that line of the file', { cause })
  }
}

const checked = (columns: readonly string[], name: string): readonly string[] => {
  const twice = columns.find((column, index) => columns.indexOf(column) < index)
  if (twice === undefined) return columns
  throw new UsageError(
    `Cannot read '${name}': two columns are named '${twice}'`,
    'the first row must name each column once',
  )
}
