import { meantBy } from '../decode/meant.ts'
import { childrenOf, open } from '../decode/shape.ts'
import type { JsonValue } from '../json/index.ts'
import { compileParts, type Declaration, type DialectRules, dialects } from '../schema/index.ts'
import { wellFormed } from '../text.ts'
import type { Issue, JsonSchema } from '../types.ts'
import type { Edits, editsOf } from './edits.ts'
import type { Fault } from './fault.ts'
import { formatPath, issueLines, under } from './words.ts'

type Path = Issue['path']

/** A function that asks for what is wrong in a document and for nothing else. */
export interface Patch extends Edits {
  readonly declaration: Declaration<unknown, unknown>
  /** What the model is told. */
  readonly message: string
  /** Whether the dialect wants every key, so that null was written for a value that is to be left out. */
  readonly allRequired: boolean
}

/**
 * The patch that may mend a document, or undefined where its issues do not say what is to be changed.
 *
 * @param loaded the code of edits.
 * @param kept what must stay as it is.
 * @param known a path of the answer as the model knows it.
 */
export const patchOf = (
  loaded: { readonly editsOf: typeof editsOf },
  fault: Pick<Fault, 'code' | 'issues'>,
  document: JsonValue,
  { canonical, wrapper, dialect }: Pick<Declaration<unknown, unknown>, 'canonical' | 'wrapper' | 'dialect'>,
  kept?: readonly Path[],
  known: (path: Path) => Path = under(wrapper),
): Patch | undefined => {
  const schemas = { root: canonical, open: (schema: JsonSchema) => open(schema, canonical), childrenOf, meantBy }
  const where = (path: Path): string => formatPath(known(path))
  const edits = loaded.editsOf(fault.issues, document, schemas, where, kept)
  if (edits === undefined) return undefined
  const lines = [
    'The arguments do not fit the schema:',
    ...issueLines({ ...fault, input: document }, known),
    ...edits.quotes.map(wellFormed),
    "Call 'repair' with values for what is wrong; all else stays as it is.",
  ]
  const named = { name: 'repair', description: 'Puts values in the place of wrong ones.', dialect }
  return {
    ...edits,
    message: lines.join('\n'),
    declaration: compileParts(canonical, edits.parameters, named),
    allRequired: (dialects[dialect] as DialectRules).allRequired === true,
  }
}

/** Whether two failures are the same in all that the model is told of them. */
export const sameFault = (a: Fault | undefined, b: Fault): boolean =>
  a !== undefined && a.code === b.code && said(a) === said(b)

const said = (fault: Fault): string => issueLines(fault).join('\n')

/** What was kept and is wrong all the same. */
export const wrongIn = (kept: readonly Path[], { issues }: Pick<Fault, 'issues'>): readonly Path[] =>
  kept.filter(path => issues.some(issue => path.every((step, i) => step === issue.path[i])))
