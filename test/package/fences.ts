/** One ```ts fence of a Markdown file. */
export interface Fence {
  /** `README.md:12`, where the code begins. */
  readonly at: string
  /** Line of the opening marks, from 1; the code begins on the next. */
  readonly line: number
  readonly code: readonly string[]
  /** `run`: executed, and its `//=>` compared. Otherwise type-checked only, for the reason given. */
  readonly run: boolean
  /** The cassette that answers, relative to the project's folder. */
  readonly cassette: string
  /** Play recorded arguments in token-sized pieces. */
  readonly recut: boolean
  /** Goes on in the scope of the fence before it. */
  readonly continues: boolean
}

const recording = 'cassettes/xai/grok-4-fast/simple_object_streaming.yaml'

/**
 * The TypeScript fences of a Markdown file. Tags after `ts`: `run`, or `no-run="reason"`; `continues`; `cassette=path`;
 * `recut`. Throws on a fence with neither of the first two, on an unknown tag, and on a fence without an end.
 */
export const fencesOf = (file: string, markdown: string): Fence[] => {
  const lines = markdown.split('\n')
  const fences: Fence[] = []
  for (let line = 0; line < lines.length; line++) {
    const open = /^(\s*)(`{3,})(.*)$/.exec(lines[line]!)
    if (!open) continue
    const [, indent, marks, info] = open as unknown as [string, string, string, string]
    const end = lines.findIndex((text, at) => at > line && text.trim() === marks)
    const at = `${file}:${line + 2}`
    if (end < 0) throw new Error(`Cannot read the fence at '${at}': it must be closed`)
    const [language, ...tags] = info.match(/[\w-]+=".*?"|\S+/g) ?? []
    if (/^(ts|tsx|typescript)$/.test(language ?? '')) {
      const code = lines.slice(line + 1, end).map(text => (text.startsWith(indent) ? text.slice(indent.length) : text))
      fences.push({ at, line: line + 1, code, ...tagsOf(at, `${language}`, tags) })
    }
    line = end
  }
  return fences
}

const tagsOf = (at: string, language: string, tags: readonly string[]) => {
  const wrong = (what: string) => new Error(`Cannot read the fence at '${at}': ${what}`)
  if (language !== 'ts') throw wrong(`'${language}' must be 'ts'`)
  const run = tags.includes('run')
  if (run === tags.some(tag => /^no-run="[^"]+"$/.test(tag))) throw wrong(`it must say 'run' or 'no-run="reason"'`)
  const unknown = tags.find(tag => !/^(run|no-run="[^"]+"|continues|recut|cassette=\S+)$/.test(tag))
  if (unknown !== undefined) throw wrong(`the tag '${unknown}' is not known`)
  return {
    run,
    recut: tags.includes('recut'),
    continues: tags.includes('continues'),
    cassette: tags.find(tag => tag.startsWith('cassette='))?.slice('cassette='.length) ?? recording,
  }
}
