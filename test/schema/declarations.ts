import type { JsonSchema } from '../../src/types.ts'

/** One declaration, written in each language, and the one canonical schema that all of them must give. */
export interface Row {
  readonly title: string
  /** For Zod 4 and, unless `z3` is there, Zod 3. */
  readonly z: (z: any) => any
  readonly z3?: (z: any) => any
  /** For mini; without it, `z` serves. */
  readonly m?: (m: any) => any
  readonly canonical: JsonSchema
}

const object = (properties: JsonSchema, required = Object.keys(properties), more: JsonSchema = {}): JsonSchema => ({
  type: 'object',
  properties,
  ...(required.length > 0 ? { required } : {}),
  ...more,
})
/** The mark of what the user's schema takes in more forms; it is not sent. */
const lenient = { '~lenient': true }

const date = { type: 'string', format: 'date-time', '~as': 'date' }
const string = { type: 'string' }
const number = { type: 'number' }
const choice = (...values: string[]) => ({ type: 'string', enum: values })

export const declarations: readonly Row[] = [
  {
    title: 'an object',
    z: z => z.object({ name: z.string(), age: z.number(), ok: z.boolean(), none: z.null() }),
    canonical: object({ name: string, age: number, ok: { type: 'boolean' }, none: { type: 'null' } }),
  },
  { title: 'an object without properties', z: z => z.object({}), canonical: object({}) },
  {
    title: 'optional',
    z: z => z.object({ a: z.string().optional(), b: z.number() }),
    m: m => m.object({ a: m.optional(m.string()), b: m.number() }),
    canonical: object({ a: string, b: number }, ['b']),
  },
  {
    title: 'nullable',
    z: z => z.object({ a: z.string().nullable() }),
    m: m => m.object({ a: m.nullable(m.string()) }),
    canonical: object({ a: { type: ['string', 'null'] } }),
  },
  {
    title: 'nullable with a constraint',
    z: z => z.object({ a: z.string().min(2).nullable() }),
    m: m => m.object({ a: m.nullable(m.string().check(m.minLength(2))) }),
    canonical: object({ a: { type: ['string', 'null'], minLength: 2 } }),
  },
  {
    title: 'a nullable object',
    z: z => z.object({ a: z.object({ b: z.string() }).nullable() }),
    m: m => m.object({ a: m.nullable(m.object({ b: m.string() })) }),
    canonical: object({ a: { ...object({ b: string }), type: ['object', 'null'] } }),
  },
  {
    title: 'a nullable enum',
    z: z => z.object({ a: z.enum(['x', 'y']).nullable() }),
    m: m => m.object({ a: m.nullable(m.enum(['x', 'y'])) }),
    canonical: object({ a: { type: ['string', 'null'], enum: ['x', 'y', null] } }),
  },
  {
    title: 'nullish',
    z: z => z.object({ a: z.string().nullish(), b: z.string().optional().nullable() }),
    m: m => m.object({ a: m.nullish(m.string()), b: m.nullable(m.optional(m.string())) }),
    canonical: object({ a: { type: ['string', 'null'] }, b: { type: ['string', 'null'] } }, []),
  },
  {
    title: 'default',
    z: z => z.object({ a: z.number().default(3), b: z.array(z.string()).default([]) }),
    m: m => m.object({ a: m._default(m.number(), 3), b: m._default(m.array(m.string()), []) }),
    canonical: object({ a: { type: 'number', default: 3 }, b: { type: 'array', items: string, default: [] } }, []),
  },
  {
    title: 'readonly',
    z: z => z.object({ a: z.array(z.string()).readonly() }).readonly(),
    m: m => m.readonly(m.object({ a: m.readonly(m.array(m.string())) })),
    canonical: object({ a: { type: 'array', items: string } }),
  },
  { title: 'enum', z: z => z.object({ a: z.enum(['x', 'y']) }), canonical: object({ a: choice('x', 'y') }) },
  { title: 'an enum of one', z: z => z.object({ a: z.enum(['x']) }), canonical: object({ a: choice('x') }) },
  {
    title: 'native enum',
    z: z => z.object({ a: z.nativeEnum({ Up: 'up', Down: 'down' }), b: z.nativeEnum({ 0: 'A', 1: 'B', A: 0, B: 1 }) }),
    m: m => m.object({ a: m.enum({ Up: 'up', Down: 'down' }), b: m.enum({ 0: 'A', 1: 'B', A: 0, B: 1 }) }),
    canonical: object({ a: choice('up', 'down'), b: { type: 'number', enum: [0, 1] } }),
  },
  {
    title: 'literals',
    z: z => z.object({ a: z.literal('x'), b: z.literal(7), c: z.literal(true), d: z.literal(null) }),
    canonical: object({
      a: choice('x'),
      b: { type: 'number', enum: [7] },
      c: { type: 'boolean', enum: [true] },
      d: { type: 'null' },
    }),
  },
  {
    title: 'a union of bare types',
    z: z => z.object({ a: z.union([z.string(), z.number(), z.boolean()]) }),
    canonical: object({ a: { type: ['string', 'number', 'boolean'] } }),
  },
  {
    title: 'a union with constraints',
    z: z => z.object({ a: z.union([z.string().min(1), z.number()]) }),
    m: m => m.object({ a: m.union([m.string().check(m.minLength(1)), m.number()]) }),
    canonical: object({ a: { anyOf: [{ type: 'string', minLength: 1 }, number] } }),
  },
  {
    title: 'a union of literals',
    z: z => z.object({ a: z.union([z.literal('x'), z.literal(2), z.literal(null)]) }),
    canonical: object({ a: { type: ['string', 'number', 'null'], enum: ['x', 2, null] } }),
  },
  {
    title: 'a union with described branches',
    z: z => z.object({ a: z.union([z.literal('x').describe('first'), z.string().describe('other')]) }),
    m: m => m.object({ a: m.union([described(m, m.literal('x'), 'first'), described(m, m.string(), 'other')]) }),
    canonical: object({
      a: {
        anyOf: [
          { ...choice('x'), description: 'first' },
          { ...string, description: 'other' },
        ],
      },
    }),
  },
  {
    title: 'a nested nullable union',
    z: z => z.object({ a: z.union([z.object({ x: z.string() }), z.array(z.string())]).nullable() }),
    m: m => m.object({ a: m.nullable(m.union([m.object({ x: m.string() }), m.array(m.string())])) }),
    canonical: object({ a: { anyOf: [object({ x: string }), { type: 'array', items: string }, { type: 'null' }] } }),
  },
  {
    title: 'an optional union with undefined',
    z: z => z.object({ a: z.union([z.string(), z.undefined()]).optional() }),
    m: m => m.object({ a: m.optional(m.union([m.string(), m.undefined()])) }),
    canonical: object({ a: string }, []),
  },
  {
    title: 'a discriminated union',
    z: z =>
      z.object({
        a: z.discriminatedUnion('kind', [
          z.object({ kind: z.literal('x'), n: z.number() }),
          z.object({ kind: z.literal('y'), s: z.string() }),
        ]),
      }),
    canonical: object({
      a: { anyOf: [object({ kind: choice('x'), n: number }), object({ kind: choice('y'), s: string })] },
    }),
  },
  {
    title: 'a tuple',
    z: z => z.object({ a: z.tuple([z.string(), z.number()]) }),
    canonical: object({ a: { type: 'array', prefixItems: [string, number], minItems: 2, maxItems: 2 } }),
  },
  {
    title: 'a tuple with a rest',
    z: z => z.object({ a: z.tuple([z.string()]).rest(z.number()) }),
    m: m => m.object({ a: m.tuple([m.string()], m.number()) }),
    canonical: object({ a: { type: 'array', prefixItems: [string], items: number, minItems: 1 } }),
  },
  {
    title: 'a record',
    z: z => z.object({ a: z.record(z.string(), z.number()) }),
    canonical: object({ a: { type: 'object', additionalProperties: number } }),
  },
  {
    title: 'a record over a choice of keys, any of them',
    z: z => z.object({ a: z.partialRecord(z.enum(['x', 'y']), z.number()) }),
    z3: z => z.object({ a: z.record(z.enum(['x', 'y']), z.number()) }),
    canonical: object({ a: object({ x: number, y: number }, [], { additionalProperties: false }) }),
  },
  {
    title: 'a record over keys of a length',
    z: z => z.object({ a: z.record(z.string().min(2), z.any()) }),
    m: m => m.object({ a: m.record(m.string().check(m.minLength(2)), m.any()) }),
    canonical: object({ a: { type: 'object', propertyNames: { minLength: 2 }, additionalProperties: true } }),
  },
  {
    title: 'arrays and their sizes',
    z: z =>
      z.object({
        a: z.array(z.string()).min(1).max(3),
        b: z.array(z.number()).length(2),
        c: z.array(z.array(z.boolean())),
        d: z.array(z.string()).nonempty(),
      }),
    m: m =>
      m.object({
        a: m.array(m.string()).check(m.minLength(1), m.maxLength(3)),
        b: m.array(m.number()).check(m.length(2)),
        c: m.array(m.array(m.boolean())),
        d: m.array(m.string()).check(m.minLength(1)),
      }),
    canonical: object({
      a: { type: 'array', items: string, minItems: 1, maxItems: 3 },
      b: { type: 'array', items: number, minItems: 2, maxItems: 2 },
      c: { type: 'array', items: { type: 'array', items: { type: 'boolean' } } },
      d: { type: 'array', items: string, minItems: 1 },
    }),
  },
  {
    title: 'an array of anything says so',
    z: z => z.object({ a: z.array(z.any()), b: z.array(z.unknown()) }),
    canonical: object({ a: { type: 'array', items: {} }, b: { type: 'array', items: {} } }),
  },
  {
    title: 'string formats',
    z: z =>
      z.object({
        email: z.string().email(),
        url: z.string().url(),
        uuid: z.string().uuid(),
        datetime: z.string().datetime(),
        date: z.string().date(),
        duration: z.string().duration(),
        base64: z.string().base64(),
      }),
    m: m =>
      m.object({
        email: m.email(),
        url: m.url(),
        uuid: m.uuid(),
        datetime: m.iso.datetime(),
        date: m.iso.date(),
        duration: m.iso.duration(),
        base64: m.base64(),
      }),
    canonical: object({
      email: { type: 'string', format: 'email' },
      url: { type: 'string', format: 'uri' },
      uuid: { type: 'string', format: 'uuid' },
      datetime: { type: 'string', format: 'date-time' },
      date: { type: 'string', format: 'date' },
      duration: { type: 'string', format: 'duration' },
      base64: { type: 'string', contentEncoding: 'base64' },
    }),
  },
  {
    title: 'times and local times, which the JSON formats would refuse',
    z: z => z.object({ time: z.string().time(), local: z.string().datetime({ local: true }) }),
    m: m => m.object({ time: m.iso.time(), local: m.iso.datetime({ local: true }) }),
    canonical: object({
      time: { type: 'string', pattern: String.raw`^\d{2}:\d{2}(:\d{2}(\.\d+)?)?$` },
      local: {
        type: 'string',
        pattern: String.raw`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$`,
      },
    }),
  },
  {
    title: 'an address of one version',
    z: z => z.object({ a: z.ipv4(), b: z.ipv6() }),
    z3: z => z.object({ a: z.string().ip({ version: 'v4' }), b: z.string().ip({ version: 'v6' }) }),
    canonical: object({ a: { type: 'string', format: 'ipv4' }, b: { type: 'string', format: 'ipv6' } }),
  },
  {
    title: 'string lengths',
    z: z => z.object({ a: z.string().min(1).max(5), b: z.string().length(3), c: z.string().min(2).min(4) }),
    m: m =>
      m.object({
        a: m.string().check(m.minLength(1), m.maxLength(5)),
        b: m.string().check(m.length(3)),
        c: m.string().check(m.minLength(2), m.minLength(4)),
      }),
    canonical: object({
      a: { type: 'string', minLength: 1, maxLength: 5 },
      b: { type: 'string', minLength: 3, maxLength: 3 },
      c: { type: 'string', minLength: 4 },
    }),
  },
  {
    title: 'patterns, alone, together and beside a format',
    z: z =>
      z.object({
        a: z.string().regex(/^a+$/),
        b: z.string().regex(/a/).regex(/b/),
        c: z
          .string()
          .email()
          .regex(/@example\.com$/),
      }),
    m: m =>
      m.object({
        a: m.string().check(m.regex(/^a+$/)),
        b: m.string().check(m.regex(/a/), m.regex(/b/)),
        c: m.email().check(m.regex(/@example\.com$/)),
      }),
    canonical: object({
      a: { type: 'string', pattern: '^a+$' },
      b: { type: 'string', allOf: [{ pattern: 'a' }, { pattern: 'b' }] },
      c: { type: 'string', format: 'email', pattern: String.raw`@example\.com$` },
    }),
  },
  {
    title: 'checks behind a trim, and a pattern without case, are for the model alone',
    z: z => z.object({ a: z.string().min(1).trim().max(3), b: z.string().regex(/^[a-f]+$/i) }),
    m: m =>
      m.object({
        a: m.string().check(m.minLength(1), m.trim(), m.maxLength(3)),
        b: m.string().check(m.regex(/^[a-f]+$/i)),
      }),
    canonical: object({
      a: { type: 'string', minLength: 1, '~hint': { maxLength: 3 } },
      b: { type: 'string', '~hint': { pattern: '^[a-f]+$' } },
    }),
  },
  {
    title: 'integers',
    z: z => z.object({ a: z.number().int(), b: z.number().int().min(0).max(9) }),
    m: m => m.object({ a: m.int(), b: m.int().check(m.gte(0), m.lte(9)) }),
    canonical: object({ a: { type: 'integer' }, b: { type: 'integer', minimum: 0, maximum: 9 } }),
  },
  {
    title: 'number ranges',
    z: z => z.object({ a: z.number().min(1).max(2), b: z.number().gt(0).lt(1), c: z.number().multipleOf(0.5) }),
    m: m =>
      m.object({
        a: m.number().check(m.gte(1), m.lte(2)),
        b: m.number().check(m.gt(0), m.lt(1)),
        c: m.number().check(m.multipleOf(0.5)),
      }),
    canonical: object({
      a: { type: 'number', minimum: 1, maximum: 2 },
      b: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 },
      c: { type: 'number', multipleOf: 0.5 },
    }),
  },
  {
    title: 'objects in objects',
    z: z => z.object({ a: z.object({ b: z.object({ c: z.array(z.object({ d: z.string() })) }) }) }),
    canonical: object({ a: object({ b: object({ c: { type: 'array', items: object({ d: string }) } }) }) }),
  },
  {
    title: 'an intersection of objects',
    z: z => z.object({ a: z.intersection(z.object({ x: z.string() }), z.object({ y: z.number().optional() })) }),
    m: m => m.object({ a: m.intersection(m.object({ x: m.string() }), m.object({ y: m.optional(m.number()) })) }),
    canonical: object({ a: object({ x: string, y: number }, ['x']) }),
  },
  {
    title: 'an intersection with a union of objects',
    z: z =>
      z.object({
        a: z.intersection(
          z.object({ id: z.string() }),
          z.union([z.object({ x: z.string() }), z.object({ y: z.number() })]),
        ),
      }),
    canonical: object({ a: { anyOf: [object({ id: string, x: string }), object({ id: string, y: number })] } }),
  },
  {
    title: 'brand',
    z: z => z.object({ a: z.string().brand('Id') }),
    m: m => m.object({ a: m.string().brand('Id') }),
    canonical: object({ a: string }),
  },
  {
    title: 'transform and pipe show what goes in',
    z: z =>
      z.object({
        a: z.string().transform((text: string) => text.length),
        b: z.string().min(1).pipe(z.coerce.number()),
      }),
    m: m =>
      m.object({
        a: m.pipe(
          m.string(),
          m.transform((text: string) => text.length),
        ),
        b: m.pipe(m.string().check(m.minLength(1)), m.coerce.number()),
      }),
    canonical: object({ a: string, b: { type: 'string', minLength: 1 } }),
  },
  {
    title: 'preprocess shows what is wanted',
    z: z => z.object({ a: z.preprocess((value: unknown) => value, z.number().int()) }),
    m: m =>
      m.object({
        a: m.pipe(
          m.transform((value: unknown) => value),
          m.int(),
        ),
      }),
    canonical: object({ a: { type: 'integer', ...lenient } }),
  },
  {
    title: 'refinements say nothing',
    z: z => z.object({ a: z.string().refine(() => true) }).refine(() => true),
    m: m => m.object({ a: m.string().check(m.refine(() => true)) }).check(m.refine(() => true)),
    canonical: object({ a: string }),
  },
  {
    title: 'catch declares what is inside it',
    z: z => z.object({ a: z.string().default('d').catch('c') }),
    m: m => m.object({ a: m.catch(m._default(m.string(), 'd'), 'c') }),
    canonical: object({ a: { type: 'string', default: 'd', ...lenient } }, []),
  },
  {
    title: 'coercion declares what it makes, as JSON',
    z: z => z.object({ a: z.coerce.number(), b: z.coerce.date(), c: z.coerce.bigint() }),
    canonical: object({
      a: { ...number, ...lenient },
      b: { type: 'string', format: 'date-time', ...lenient },
      c: { ...string, ...lenient },
    }),
  },
  {
    title: 'dates and bigints travel as strings',
    z: z => z.object({ a: z.date(), b: z.bigint(), c: z.date().nullable() }),
    m: m => m.object({ a: m.date(), b: m.bigint(), c: m.nullable(m.date()) }),
    canonical: object({
      a: date,
      b: { type: 'string', pattern: String.raw`^-?\d+$`, '~as': 'bigint' },
      c: { ...date, type: ['string', 'null'] },
    }),
  },
  {
    title: 'sets and maps travel as lists',
    z: z => z.object({ a: z.set(z.string()).min(2), b: z.map(z.string(), z.object({ n: z.date() })) }),
    m: m => m.object({ a: m.set(m.string()).check(m.minSize(2)), b: m.map(m.string(), m.object({ n: m.date() })) }),
    canonical: object({
      a: { type: 'array', items: string, minItems: 2, '~as': 'set' },
      b: { type: 'array', items: object({ key: string, value: object({ n: date }) }), '~as': 'map' },
    }),
  },
  {
    title: 'recursion at the root',
    z: z => {
      const Node: any = z.object({ value: z.string(), children: z.array(z.lazy(() => Node)) })
      return Node
    },
    canonical: object({ value: string, children: { type: 'array', items: { $ref: '#' } } }),
  },
  {
    title: 'recursion below the root, used twice',
    z: z => {
      const Node: any = z.object({ value: z.string(), next: z.lazy(() => Node).nullable() })
      return z.object({ a: Node, b: z.array(Node) })
    },
    m: m => {
      const Node: any = m.object({ value: m.string(), next: m.nullable(m.lazy(() => Node)) })
      return m.object({ a: Node, b: m.array(Node) })
    },
    canonical: object({ a: { $ref: '#/$defs/def' }, b: { type: 'array', items: { $ref: '#/$defs/def' } } }, undefined, {
      $defs: { def: object({ value: string, next: { anyOf: [{ $ref: '#/$defs/def' }, { type: 'null' }] } }) },
    }),
  },
  {
    title: 'two schemas that hold each other',
    z: z => {
      const Person: any = z.object({ pets: z.array(z.lazy(() => Pet)) })
      const Pet: any = z.object({ owner: Person })
      return z.object({ pet: Pet })
    },
    canonical: object({ pet: { $ref: '#/$defs/def' } }, undefined, {
      $defs: { def: object({ owner: object({ pets: { type: 'array', items: { $ref: '#/$defs/def' } } }) }) },
    }),
  },
  {
    title: 'any JSON',
    z: z => {
      const Json: any = z.lazy(() =>
        z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(Json), z.record(z.string(), Json)]),
      )
      return z.object({ a: Json })
    },
    canonical: object({ a: { $ref: '#/$defs/def' } }, undefined, {
      $defs: {
        def: {
          anyOf: [
            { type: ['string', 'number', 'boolean', 'null'] },
            { type: 'array', items: { $ref: '#/$defs/def' } },
            { type: 'object', additionalProperties: { $ref: '#/$defs/def' } },
          ],
        },
      },
    }),
  },
  {
    title: 'open, closed and typed rests',
    z: z =>
      z.object({
        a: z.object({ x: z.string() }).passthrough(),
        b: z.object({ x: z.string() }).strict(),
        c: z.object({ x: z.string() }).catchall(z.number()),
        d: z.object({ x: z.string() }).strip(),
      }),
    m: m =>
      m.object({
        a: m.looseObject({ x: m.string() }),
        b: m.strictObject({ x: m.string() }),
        c: m.catchall(m.object({ x: m.string() }), m.number()),
        d: m.object({ x: m.string() }),
      }),
    canonical: object({
      a: object({ x: string }, undefined, { additionalProperties: true }),
      b: object({ x: string }, undefined, { additionalProperties: false }),
      c: object({ x: string }, undefined, { additionalProperties: number }),
      d: object({ x: string }),
    }),
  },
  {
    title: 'any and unknown below the root',
    z: z => z.object({ a: z.any().optional(), b: z.unknown().optional() }),
    m: m => m.object({ a: m.optional(m.any()), b: m.optional(m.unknown()) }),
    canonical: object({ a: {}, b: {} }, []),
  },
  {
    title: 'a key that must not be there',
    z: z => z.object({ a: z.string(), b: z.never().optional(), c: z.undefined().optional() }),
    m: m => m.object({ a: m.string(), b: m.optional(m.never()), c: m.optional(m.undefined()) }),
    canonical: object({ a: string, b: { not: {} }, c: { not: {} } }, ['a']),
  },
  {
    title: 'descriptions, one schema described twice',
    z: z => {
      const name = z.string().min(1)
      return z
        .object({ a: name.describe('first'), b: name.describe('last').optional(), c: name })
        .describe('Names of a person')
    },
    m: m => {
      const name = m.string().check(m.minLength(1))
      return described(
        m,
        m.object({ a: described(m, name, 'first'), b: m.optional(described(m, name, 'last')), c: name }),
        'Names of a person',
      )
    },
    canonical: object(
      {
        a: { type: 'string', minLength: 1, description: 'first' },
        b: { type: 'string', minLength: 1, description: 'last' },
        c: { type: 'string', minLength: 1 },
      },
      ['a', 'c'],
      { description: 'Names of a person' },
    ),
  },
  {
    title: 'a described nullable',
    z: z => z.object({ a: z.string().describe('inside').nullable(), b: z.string().nullable().describe('outside') }),
    m: m =>
      m.object({
        a: m.nullable(described(m, m.string(), 'inside')),
        b: described(m, m.nullable(m.string()), 'outside'),
      }),
    canonical: object({
      a: { type: ['string', 'null'], description: 'inside' },
      b: { type: ['string', 'null'], description: 'outside' },
    }),
  },
  {
    title: 'a list or a record',
    z: z => z.object({ a: z.union([z.array(z.string()), z.record(z.string(), z.string())]) }),
    canonical: object({
      a: {
        anyOf: [
          { type: 'array', items: string },
          { type: 'object', additionalProperties: string },
        ],
      },
    }),
  },
  { title: 'a text', z: z => z.string(), canonical: string },
  {
    title: 'a described number',
    z: z => z.number().describe('Celsius'),
    m: m => described(m, m.number(), 'Celsius'),
    canonical: { type: 'number', description: 'Celsius' },
  },
  { title: 'an enum at the root', z: z => z.enum(['x', 'y']), canonical: choice('x', 'y') },
  {
    title: 'an array at the root',
    z: z => z.array(z.object({ a: z.string() })),
    canonical: { type: 'array', items: object({ a: string }) },
  },
  {
    title: 'a union of objects at the root',
    z: z => z.union([z.object({ x: z.string() }), z.object({ y: z.string() })]),
    canonical: { anyOf: [object({ x: string }), object({ y: string })] },
  },
  {
    title: 'a record at the root',
    z: z => z.record(z.string(), z.string()),
    canonical: { type: 'object', additionalProperties: string },
  },
]

/** Mini describes by registry, and a registry knows a schema by identity: a copy keeps the shared one as it is. */
const described = (m: any, schema: any, description: string): any =>
  schema.clone().register(m.globalRegistry, { description })
