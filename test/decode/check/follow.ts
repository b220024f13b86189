import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { createJsonParser } from 'decant/json'
import { compileCheck } from '../../../src/decode/check/index.ts'
import type { Issue, JsonSchema } from '../../../src/types.ts'

/** An issue and the number of pieces that had been read when it was raised. */
export type Found = readonly [pieces: number, issue: Issue]

/** What a checker raises while the pieces are read. */
export const follow = (schema: JsonSchema, pieces: Iterable<string>, finish = true): Found[] => {
  const found: Found[] = []
  let read = 0
  const check = compileCheck(schema).start({ onIssue: issue => found.push([read, issue]) })
  const parser = createJsonParser({ follower: check })
  for (const piece of pieces) {
    read++
    parser.feed(piece)
  }
  if (finish) parser.finish()
  return found
}

const ajv = addFormats.default(
  new Ajv2020({
    strict: false,
    allErrors: true,
    // Names of `Object.prototype` are not members.
    ownProperties: true,
    // 0.3 is a multiple of 0.1.
    multipleOfPrecision: 9,
    validateSchema: false,
    code: { optimize: false },
  }),
)

// Ajv 8.17 trips over its own accounts of what was evaluated where a schema refers to its root from within a pattern.
ajv.opts.unevaluated = false

/** The validator that ours is held against. */
export const ajvOf = (schema: JsonSchema): ((value: unknown) => boolean) => {
  const validate = ajv.compile(schema)
  ajv.removeSchema(schema)
  return validate
}
