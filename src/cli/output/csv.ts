import type { JsonSchema } from 'decant'
import { safeJson } from '../terminal/text.ts'
import type { OutputRecord } from './jsonl.ts'

type Path = readonly string[]

/**
 * Writes records as CSV (RFC 4180). Objects that the schema knows become columns such as `customer.name`; lists and
 * everything else that is no plain value stand in their column as JSON; what is absent or null is an empty cell.
 *
 * A text that a spreadsheet would run as a formula (it begins with `=`, `+`, `-`, `@`, a tab or a carriage return) gets an
 * apostrophe in front, unless `raw`: what a model writes may be what a stranger told it to write.
 */
export class CsvWriter {
  readonly #schema: JsonSchema
  readonly #raw: boolean
  readonly #keyed: boolean
  #columns: readonly Path[] | undefined
  readonly #left = new Set<string>()

  /** `schema` is of what is written, where it is known; `keyed`: records have keys of the user's. */
  constructor(schema: JsonSchema, options: { readonly raw: boolean; readonly keyed: boolean }) {
    this.#schema = schema
    this.#raw = options.raw
    this.#keyed = options.keyed
  }

  /** The record's line, the header in front of the first one. */
  line({ row, key, output }: OutputRecord): string {
    const lead = this.#keyed ? [String(row), key ?? ''] : [String(row)]
    const first = this.#columns === undefined
    this.#columns ??= columnsOf(this.#schema, output)
    this.#notice(output)
    const cells = this.#columns.map(path => this.#cell(valueAt(output, path)))
    const header = ['row', ...(this.#keyed ? ['key'] : []), ...this.#columns.map(path => path.join('.') || 'output')]
    return (first ? lineOf(header) : '') + lineOf([...lead.map(text => this.#guarded(text)), ...cells])
  }

  /** Fields that later records had and the first one had not: no column was made for them. */
  get left(): readonly string[] {
    return [...this.#left]
  }

  #notice(output: unknown): void {
    if (!isObject(output)) return
    for (const field of Object.keys(output)) {
      if (!this.#columns!.some(([top]) => top === undefined || top === field)) this.#left.add(field)
    }
  }

  #cell(value: unknown): string {
    if (value === undefined || value === null) return ''
    if (typeof value === 'string') return this.#guarded(value)
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString()
    return typeof value === 'object' ? safeJson(value) : String(value)
  }

  #guarded(text: string): string {
    return !this.#raw && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  }
}

const lineOf = (cells: readonly string[]): string => `${cells.map(quoted).join(',')}\r\n`

const quoted = (text: string): string => (/[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/** The declared fields in their order, then what the first output has beside them: a schema may make other fields of its own. */
const columnsOf = (schema: JsonSchema, output: unknown): readonly Path[] => {
  if (!isObject(output)) return [[]]
  const declared = leavesOf(schema, []).filter(path => path.length > 0)
  const known = declared.filter(([top]) => Object.hasOwn(output, top!) || !isTransformed(declared, output))
  const more = Object.keys(output).filter(field => !declared.some(([top]) => top === field))
  return [...known, ...more.map(field => [field])]
}

/** Nothing declared is in the output: the schema turns its input into something else. */
const isTransformed = (declared: readonly Path[], output: object): boolean =>
  !declared.some(([top]) => Object.hasOwn(output, top!))

const leavesOf = (schema: unknown, path: Path): readonly Path[] => {
  const properties = isObject(schema) && schema.type === 'object' ? schema.properties : undefined
  if (!isObject(properties) || Object.keys(properties).length === 0) return [path]
  return Object.entries(properties).flatMap(([key, each]) => leavesOf(each, [...path, key]))
}

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((at, key) => (isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined), value)

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
