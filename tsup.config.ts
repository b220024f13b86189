import { defineConfig, type Options } from 'tsup'
import ts from 'typescript'

/**
 * Functions of a module as declarations. V8 reads the body of an inner arrow function in full when the module is loaded, and that
 * of a declaration only as far as to find its end: a fifth of the time that the import takes.
 */
const declared = (code: string): string => {
  const source = ts.createSourceFile('chunk.js', code, ts.ScriptTarget.ES2022, false, ts.ScriptKind.JS)
  let written = ''
  let end = 0
  for (const statement of source.statements) {
    if (!ts.isVariableStatement(statement)) continue
    const [variable, ...others] = statement.declarationList.declarations
    const made = variable!.initializer
    if (others.length > 0 || !made || !ts.isArrowFunction(made) || !ts.isBlock(made.body)) continue
    const textOf = ({ pos, end }: ts.TextRange): string => code.slice(pos, end)
    // An arrow function has the `this` of the module.
    if (/\bthis\b/.test(textOf(made))) continue
    const head = made.modifiers ? 'async function' : 'function'
    const name = textOf(variable!.name)
    written += `${code.slice(end, statement.getStart(source))}${head}${name}(${textOf(made.parameters)})${textOf(made.body)}`
    end = statement.end
  }
  return written + code.slice(end)
}

const declareFunctions: NonNullable<Options['plugins']>[number] = {
  name: 'declare-functions',
  renderChunk: (code, { path }) => (/\.c?js$/.test(path) ? { code: declared(code) } : undefined),
}

const library = defineConfig({
  entry: {
    index: 'src/index.ts',
    json: 'src/json/index.ts',
    cassette: 'src/cassette/index.ts',
    node: 'src/node/index.ts',
    otel: 'src/otel/index.ts',
  },
  format: ['esm', 'cjs'],
  target: 'es2022',
  platform: 'neutral',
  // Only cassette/ and node/ may name Node's modules, and they keep the `node:` prefix: bundlers and Deno know them by it.
  external: [/^node:/],
  removeNodeProtocol: false,
  treeshake: true,
  plugins: [declareFunctions],
  clean: ['!cli/**'],
  // `Extraction` is AsyncDisposable, which lib ES2022 does not declare: the declarations bring it along.
  dts: { banner: '/// <reference lib="esnext.disposable" />' },
})

/** The command line: one module for each command, loaded when it is asked for. */
const cli = defineConfig({
  entry: { decant: 'src/cli/bin.ts' },
  outDir: 'dist/cli',
  format: 'esm',
  target: 'node20',
  platform: 'node',
  splitting: true,
  // The library by its own name, never a copy of it: it shares its providers and their limits with the user's modules.
  external: [/^decant(\/|$)/],
  clean: true,
})

export default [library, cli]
