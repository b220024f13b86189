import ts from 'typescript'
import type { Fence } from './fences.ts'

/** A fence with the fences it goes on from, as one module whose lines are the lines of the Markdown file. */
export interface Program {
  readonly fence: Fence
  readonly parts: readonly Fence[]
  readonly source: string
}

export const programsOf = (fences: readonly Fence[]): Program[] =>
  fences.map((fence, index) => {
    let first = index
    while (fences[first]!.continues && first > 0) first--
    if (fences[first]!.continues) throw new Error(`Cannot continue at '${fence.at}': there is no fence before it`)
    const parts = fences.slice(first, index + 1)
    if (fence.run && parts.some(part => !part.run)) {
      throw new Error(`Cannot run '${fence.at}': the fences it continues must run, too`)
    }
    return { fence, parts, source: layOut(parts) }
  })

const layOut = (parts: readonly Fence[], before: (part: Fence) => string = () => ''): string => {
  const lines: string[] = []
  for (const part of parts) {
    while (lines.length < part.line - 1) lines.push('')
    lines.push(before(part), ...part.code)
  }
  return lines.join('\n')
}

/**
 * The program as JavaScript, to run behind `prelude.mjs`: each fence begins with its own cassette, and each
 * `console.log(…)` says from which line it prints.
 */
export const runnable = ({ parts }: Program, format: 'mjs' | 'cjs' = 'mjs'): string => {
  const source = layOut(parts, part => `openCassette(${JSON.stringify(part.cassette)}, ${part.recut});`)
  const logs = logsOf(parse(source)).sort((a, b) => b.start - a.start)
  const instrumented = logs.reduce(
    (text, { start, end, line }) => `${text.slice(0, start)}printFrom(${line})${text.slice(end)}`,
    source,
  )
  if (format === 'mjs') return javascriptOf(instrumented)
  const { statements } = parse(instrumented)
  const textOf = (imports: boolean) =>
    statements
      .filter(each => ts.isImportDeclaration(each) === imports)
      .map(each => each.getFullText())
      .join('')
  // CommonJS has no `await` at the top of a module.
  return javascriptOf(`${textOf(true)}\n;(async () => {${textOf(false)}\n})()`, ts.ModuleKind.CommonJS)
}

/** TypeScript of one module without its types, its lines traceable. */
export const javascriptOf = (source: string, module = ts.ModuleKind.ESNext): string =>
  ts.transpile(source, { target: ts.ScriptTarget.ES2022, module, inlineSourceMap: true })

/** What the `//=>` comments of a program's own fences want printed: by line, the arguments of each call in order. */
export const expectationsOf = ({ parts, source }: Program): { line: number; values: string[] }[] => {
  const printing = new Set(logsOf(parse(source)).map(log => log.line))
  const expectations: { line: number; values: string[] }[] = []
  let last: { line: number; values: string[] } | undefined
  for (const [index, text] of source.split('\n').entries()) {
    const line = index + 1
    const found = /^(.*?)\/\/=> ?(.*)$/.exec(text)
    if (printing.has(line)) last = { line, values: [] }
    else if (!found || found[1]!.trim() !== '') last = undefined
    if (!found) continue
    if (!last) throw new Error(`Cannot compare line ${line} of '${parts[0]!.at}': '//=>' must follow a console.log`)
    if (last.values.length === 0) expectations.push(last)
    last.values.push(found[2]!)
  }
  return expectations
}

const parse = (source: string): ts.SourceFile =>
  ts.createSourceFile('snippet.mts', source, ts.ScriptTarget.ES2022, true, ts.ScriptKind.TS)

/** Every `console.log` that is called: where the two words stand, and the line on which the call ends. */
const logsOf = (file: ts.SourceFile): { start: number; end: number; line: number }[] => {
  const logs: { start: number; end: number; line: number }[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText() === 'console.log') {
      const line = file.getLineAndCharacterOfPosition(node.end).line + 1
      logs.push({ start: node.expression.getStart(), end: node.expression.end, line })
    }
    node.forEachChild(visit)
  }
  visit(file)
  return logs
}
