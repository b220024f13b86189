import { type Document, isAlias, isNode, LineCounter, parseDocument, visit } from 'yaml'
import { CassetteError } from '../errors.ts'
import type { Interaction, Recording } from './interaction.ts'

type Path = readonly (string | number)[]
type Check = readonly [path: Path, holds: (value: unknown) => boolean, wanted: string]

/**
 * Reads the text of a go-vcr version 2 file. A cassette may come from a stranger's pull request, so nothing but plain
 * data is read: one document, no tags, no anchors, no aliases, every field checked that replay relies on.
 *
 * @param path only quoted in messages
 * @throws CassetteError `unreadable`, naming file, line and what is wrong
 */
export function parseCassette(text: string, path: string): Recording {
  const lines = new LineCounter()
  const refuse = (offset: number | undefined, problem: string): never => {
    const line = offset === undefined ? 1 : Math.max(1, lines.linePos(offset).line)
    throw new CassetteError(`Cannot read cassette '${path}', line ${line}: ${problem}.`, 'unreadable')
  }

  // Not `logLevel: 'silent'`: it would silence the error for a second document, too.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true })
  const [error] = document.errors
  if (error) refuse(error.pos[0], `it is not one plain YAML document (${error.message.split(';')[0]})`)
  refuseReferences(document, refuse)
  const content: unknown = document.toJS()

  const check = ([at, holds, wanted]: Check): void => {
    if (holds(valueAt(content, at))) return
    const name = at.length === 0 ? 'the document' : pathText(at)
    refuse(offsetOf(document, at), `${name} must be ${wanted}`)
  }
  check([[], isMap, 'a map with version and interactions'])
  check([['version'], value => value === 2, `2 (go-vcr's format)`])
  check([['interactions'], Array.isArray, 'a list'])
  const stranger = Object.keys(content as object).find(key => key !== 'version' && key !== 'interactions')
  if (stranger !== undefined)
    refuse(offsetOf(document, [stranger]), `nothing is known of the top-level key '${stranger}'`)

  const { interactions } = content as { interactions: readonly Interaction[] }
  interactions.forEach((_, index) => {
    for (const rule of rulesOf(['interactions', index])) check(rule)
  })
  return { comment: /^(?:#.*\n|\n)*/.exec(text)![0], interactions }
}

function rulesOf(at: Path): readonly Check[] {
  const request = [...at, 'request']
  const response = [...at, 'response']
  return [
    [at, isMap, 'a map'],
    [[...at, 'id'], isCount, 'a whole number'],
    [request, isMap, 'a map'],
    [[...request, 'method'], value => typeof value === 'string' && /^[A-Z]+$/.test(value), 'a method such as POST'],
    [[...request, 'url'], value => typeof value === 'string' && URL.canParse(value), 'an absolute URL'],
    [[...request, 'body'], optional(isString), 'a string'],
    [[...request, 'headers'], optional(isHeaders), 'a map of names to lists of values'],
    [response, isMap, 'a map'],
    // The platform's Response takes no other status.
    [[...response, 'code'], value => isCount(value) && value >= 200 && value <= 599, 'a status from 200 to 599'],
    [[...response, 'status'], optional(value => isString(value) && /^[\t\x20-\x7e]*$/.test(value)), 'a line of ASCII'],
    [[...response, 'body'], optional(isString), 'a string'],
    [[...response, 'headers'], optional(isHeaders), 'a map of names to lists of values'],
    [[...response, 'chunk_offsets'], optional(isRising), 'a list of rising byte offsets'],
  ]
}

function refuseReferences(document: Document.Parsed, refuse: (offset: number | undefined, problem: string) => never) {
  visit(document, (_, node) => {
    if (!isNode(node)) return
    if (isAlias(node)) refuse(node.range?.[0], 'an alias stands here; a cassette is plain data')
    else if (node.anchor !== undefined) refuse(node.range?.[0], 'an anchor stands here; a cassette is plain data')
    else if (node.tag !== undefined)
      refuse(node.range?.[0], `the tag ${node.tag} stands here; a cassette is plain data`)
  })
}

const isString = (value: unknown): value is string => typeof value === 'string'
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isRising = (value: unknown): boolean =>
  Array.isArray(value) && value.every((offset, index) => isCount(offset) && offset > (value[index - 1] ?? 0))
const optional = (holds: (value: unknown) => boolean) => (value: unknown) => value === undefined || holds(value)

const isHeaders = (value: unknown): boolean => {
  if (!isMap(value) || !Object.values(value).every(list => Array.isArray(list) && list.every(isString))) return false
  try {
    new Headers(
      Object.entries(value).flatMap(([name, list]) => (list as string[]).map((each): [string, string] => [name, each])),
    )
    return true
  } catch {
    return false
  }
}

const valueAt = (content: unknown, path: Path): unknown =>
  path.reduce<unknown>((value, key) => (isMap(value) || Array.isArray(value) ? own(value, key) : undefined), content)

const own = (holder: object, key: string | number): unknown =>
  Object.hasOwn(holder, key) ? (holder as Record<string | number, unknown>)[key] : undefined

/** Where the node at `path` starts; for a missing one, where its nearest holder does. */
function offsetOf(document: Document.Parsed, path: Path): number | undefined {
  const node = document.getIn(path, true)
  if (isNode(node) && node.range) return node.range[0]
  return path.length === 0 ? undefined : offsetOf(document, path.slice(0, -1))
}

const pathText = (path: Path): string =>
  path.map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? key : `.${key}`)).join('')
