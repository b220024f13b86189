import type { JsonSchema } from '../../src/types.ts'

/** A declaration that the two Zods mean differently, so that one canonical schema for both would be untrue. */
export interface Difference {
  readonly title: string
  readonly reason: string
  readonly z: (z: any) => any
  readonly canonical4: JsonSchema
  readonly canonical3: JsonSchema
}

const string = { type: 'string' }
const lenient = { '~lenient': true }
const within = (a: JsonSchema, required = true): JsonSchema => ({
  type: 'object',
  properties: { a },
  ...(required ? { required: ['a'] } : {}),
})
const texts = (pattern: string): JsonSchema => ({ type: 'string', pattern })

export const differences: readonly Difference[] = [
  {
    title: 'a key of any or unknown',
    reason: 'Zod 3 takes an object without it, Zod 4 does not',
    z: z => z.object({ a: z.unknown() }),
    canonical4: within({}),
    canonical3: within({}, false),
  },
  {
    title: 'a coerced string or boolean',
    reason: 'Zod 3 takes an object without it and makes one of undefined; Zod 4 declares it as required',
    z: z => z.object({ a: z.coerce.boolean() }),
    canonical4: within({ type: 'boolean', ...lenient }),
    canonical3: within({ type: 'boolean', ...lenient }, false),
  },
  {
    title: 'a caught key',
    reason: 'Zod 3 has no declared side and takes an object without it; Zod 4 declares it as required',
    z: z => z.object({ a: z.string().catch('c') }),
    canonical4: within({ ...string, ...lenient }),
    canonical3: within({ ...string, ...lenient }, false),
  },
  {
    title: 'a union with undefined',
    reason: 'Zod 3 takes an object without the key, Zod 4.6 does not',
    z: z => z.object({ a: z.union([z.string(), z.undefined()]) }),
    canonical4: within(string),
    canonical3: within(string, false),
  },
  {
    title: 'a record over a choice of keys',
    reason: 'Zod 4 wants every key, Zod 3 any of them',
    z: z => z.record(z.enum(['x', 'y']), z.string()),
    canonical4: {
      type: 'object',
      properties: { x: string, y: string },
      required: ['x', 'y'],
      additionalProperties: false,
    },
    canonical3: { type: 'object', properties: { x: string, y: string }, additionalProperties: false },
  },
  {
    title: 'a tuple with an optional end',
    reason: 'Zod 3 wants its full length',
    z: z => z.tuple([z.string(), z.string().optional()]),
    canonical4: { type: 'array', prefixItems: [string, string], minItems: 1, maxItems: 2 },
    canonical3: { type: 'array', prefixItems: [string, string], minItems: 2, maxItems: 2 },
  },
  {
    title: 'an intersection of closed objects',
    reason:
      'Zod 4 pools the keys of both; Zod 3 refuses every key that one side lacks, and its converter leaves the whole open',
    z: z => z.intersection(z.object({ a: z.string() }).strict(), z.object({ a: z.string() }).strict()),
    canonical4: { ...within(string), additionalProperties: false },
    canonical3: within(string),
  },
  {
    title: 'a cuid',
    reason: 'the two have other patterns',
    z: z => z.string().cuid(),
    canonical4: texts('^[cC][0-9a-z]{6,}$'),
    canonical3: texts(String.raw`^[cC][^\s-]{8,}$`),
  },
  {
    title: 'a start',
    reason: 'the two write the pattern each in their own way',
    z: z => z.string().startsWith('a.b'),
    canonical4: texts(String.raw`^a\.b.*`),
    canonical3: texts(String.raw`^a\.b`),
  },
]
