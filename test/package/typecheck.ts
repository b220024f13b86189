import { relative } from 'node:path'
import ts from 'typescript'

/** TypeScript's own declarations, parsed once: they are most of the work. */
const libraries = new Map<string, ts.SourceFile | undefined>()

/** Type-checks modules as Node resolves them, strictly; answers one line for each error. */
export const typeErrors = (folder: string, files: readonly string[], options: ts.CompilerOptions = {}): string[] => {
  const all: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    moduleDetection: ts.ModuleDetectionKind.Force,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'],
    types: [],
    strict: true,
    noEmit: true,
    // Only the checking of TypeScript's own declarations is left out: they are not in question, and slow.
    skipLibCheck: false,
    skipDefaultLibCheck: true,
    ...options,
  }
  const host = ts.createCompilerHost(all)
  const read = host.getSourceFile
  host.getSourceFile = (name, ...how) => {
    if (!/[\\/]lib\.[\w.]+\.d\.ts$/.test(name)) return read(name, ...how)
    if (!libraries.has(name)) libraries.set(name, read(name, ...how))
    return libraries.get(name)
  }
  const program = ts.createProgram([...files], all, host)
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const text = ts.flattenDiagnosticMessageText(messageText, '\n')
    if (!file) return text
    const { line } = file.getLineAndCharacterOfPosition(start ?? 0)
    return `${relative(folder, file.fileName)}:${line + 1} ${text}`
  })
}
