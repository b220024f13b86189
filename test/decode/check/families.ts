import fc from 'fast-check'

type Kind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null'
type Schema = Record<string, unknown>

/**
 * A text that is wrong from one character on: the last of `head`, or what comes behind the value where only that can
 * tell (`open`: a number may go on). `tail` closes what is open, so that the whole is a document.
 */
export interface Break {
  readonly head: string
  readonly tail: string
  readonly open?: boolean
}

/** A schema, with texts that fit it and texts that do not, of which the first hopeless character is known by construction. */
export interface Family {
  readonly schema: Schema
  readonly kinds: readonly Kind[]
  readonly text: fc.Arbitrary<string>
  /** Other breaks than a value of the wrong kind. */
  readonly faults: readonly fc.Arbitrary<Break>[]
}

const openings: Record<Kind, Break> = {
  object: { head: '{', tail: '"a":1}' },
  array: { head: '[', tail: '1]' },
  string: { head: '"', tail: 'a"' },
  number: { head: '7', tail: '.5' },
  boolean: { head: 't', tail: 'rue' },
  null: { head: 'n', tail: 'ull' },
}

/** Where only an object or a list may stand, a string is wrong once it cannot be the JSON of one. */
const notEncoded = (kinds: readonly Kind[]): Break[] => [
  { head: '" \\na', tail: '"' },
  { head: '"\\u0022', tail: '{}\\u0022"' },
  { head: '" "', tail: '' },
  kinds.includes('object') ? { head: '" {oops}"', tail: '' } : { head: '" {', tail: '}"' },
  kinds.includes('array') ? { head: '"[1,]"', tail: '' } : { head: '"[', tail: ']"' },
]

export const breaksOf = ({ kinds, faults }: Family): fc.Arbitrary<Break> => {
  const wrong = Object.entries(openings).flatMap(([kind, opening]) => (kinds.includes(kind as Kind) ? [] : [opening]))
  if (!kinds.includes('string') && (kinds.includes('object') || kinds.includes('array')))
    wrong.splice(wrong.indexOf(openings.string), 1, ...notEncoded(kinds))
  const all = wrong.length > 0 ? [fc.constantFrom(...wrong), ...faults] : faults
  return all.length > 0 ? fc.oneof(...all) : fc.constant(openings.null)
}

const quote = (text: string): string => JSON.stringify(text)
/** The text behind the opening quote, unclosed. */
const unclosed = (text: string): Break => ({ head: quote(text).slice(0, -1), tail: '"' })
const closed = (text: string): Break => ({ head: quote(text), tail: '' })
const numeral = (value: number): Break => ({ head: String(value), tail: '', open: true })

const family = (
  schema: Schema,
  kind: Kind | readonly Kind[],
  text: fc.Arbitrary<string>,
  ...faults: fc.Arbitrary<Break>[]
): Family => ({ schema, kinds: [kind].flat(), text, faults })

// ---------------------------------------------------------------- leaves

const letter = fc.constantFrom(...'abé😀 "\\\n')
const letters = (minLength: number, maxLength: number) =>
  fc.array(letter, { minLength, maxLength }).map(all => all.join(''))

const plain = fc.constant(family({ type: 'string' }, 'string', letters(0, 6).map(quote)))

const bounded = fc.tuple(fc.nat(3), fc.nat(3)).map(([minLength, more]) =>
  family(
    { type: 'string', minLength, maxLength: minLength + more },
    'string',
    letters(minLength, minLength + more).map(quote),
    // A character that is spelled with an escape, or with two units, is there with the last of them.
    letters(minLength + more + 1, minLength + more + 1).map(unclosed),
    ...(minLength > 0
      ? [
          letters(0, minLength - 1)
            .filter(text => text.length < minLength)
            .map(closed),
        ]
      : []),
  ),
)

const patterned = fc.constant(
  family(
    { type: 'string', pattern: '^[ab]+$' },
    'string',
    fc.constantFrom('"a"', '"abba"'),
    fc.constantFrom(closed(''), closed('abc')),
  ),
)

/** Samples about which ajv-formats and Zod are of one mind. */
const formatSamples: Record<string, readonly [right: string, wrong: string]> = {
  date: ['2024-02-29', '2023-02-29'],
  'date-time': ['2024-02-29T12:00:00Z', '2024-02-29 noon'],
  duration: ['P1DT2H', 'P'],
  email: ['ada@example.org', 'ada@'],
  hostname: ['example.org', '-example'],
  ipv4: ['127.0.0.1', '127.0.0.256'],
  ipv6: ['::1', ':::'],
  uri: ['https://example.org/a', 'example'],
  uuid: ['123e4567-e89b-42d3-a456-426614174000', '123e4567'],
}

const formatted = fc
  .constantFrom(...Object.entries(formatSamples))
  .map(([format, [right, wrong]]) =>
    family({ type: 'string', format }, 'string', fc.constant(quote(right)), fc.constant(closed(wrong))),
  )

const words = ['a', 'ab', 'abc', 'admin', 'user', 'useful', '', 'é😀', 'é"', '\\', 'uses']

const choice = fc
  .tuple(fc.uniqueArray(fc.constantFrom(...words), { minLength: 1, maxLength: 6 }), fc.boolean())
  .map(([choices, single]) => {
    const some = single ? choices.slice(0, 1) : choices
    const begins = (text: string) => some.some(each => each.startsWith(text))
    const wrong = some.flatMap(each =>
      [...each, ''].flatMap((_, at, all) => {
        const before = all.slice(0, at).join('')
        const off = ['x', 'b', 's', 'ü'].map(char => before + char).filter(text => !begins(text))
        return [...off.map(unclosed), ...(some.includes(before) ? [] : [closed(before)])]
      }),
    )
    const schema = single ? { const: some[0] } : { type: 'string', enum: some }
    return family(schema, 'string', fc.constantFrom(...some.map(quote)), fc.constantFrom(...wrong))
  })

const numberChoice = fc.constant(
  family(
    { enum: [1, 2.5, -3] },
    'number',
    fc.constantFrom('1', '2.5', '25e-1', '-3'),
    fc.constantFrom(numeral(2), numeral(-1)),
  ),
)

const mixedChoice = fc.constant(
  family(
    { enum: ['on', 'off', null, 3, false] },
    ['string', 'null', 'number', 'boolean'],
    fc.constantFrom('"on"', '"off"', 'null', '3', 'false'),
    fc.constantFrom(unclosed('ox'), closed('o'), numeral(4), { head: 'true', tail: '' }),
  ),
)

const composedChoice = fc.constant(
  family(
    { enum: [{ a: 1, b: ['x'] }, ['y', null], 'z'] },
    ['object', 'array', 'string'],
    fc.constantFrom('{"a":1,"b":["x"]}', '{"b":["x"],"a":1}', '["y",null]', '"z"'),
    fc.constantFrom<Break>(
      { head: '{"c"', tail: ':1}' },
      { head: '{"a":2}', tail: '' },
      { head: '{"a":"', tail: '"}' },
      { head: '{"b":["y', tail: '"]}' },
      { head: '["y",null,n', tail: 'ull]' },
      { head: '["y"]', tail: '' },
      { head: '{"a":1}', tail: '' },
    ),
  ),
)

const ranged = fc.constantFrom(
  family(
    { type: 'number', minimum: 0, maximum: 10 },
    'number',
    fc.constantFrom('0', '-0', '10', '1e1', '2.5'),
    fc.constantFrom(numeral(-1), numeral(10.5)),
  ),
  family(
    { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 10 },
    'number',
    fc.constantFrom('1', '9.9'),
    fc.constantFrom(numeral(0), numeral(10)),
  ),
  family(
    { type: 'integer' },
    'number',
    fc.constantFrom('1', '-2', '1.0', '15', '1.5e1'),
    fc.constantFrom(numeral(1.5)),
  ),
  family(
    { type: 'number', multipleOf: 0.1 },
    'number',
    fc.constantFrom('0.3', '0', '-1.7'),
    fc.constantFrom(numeral(0.25)),
  ),
  family({ type: 'integer', multipleOf: 5 }, 'number', fc.constantFrom('0', '15'), fc.constantFrom(numeral(7))),
)

const literals = fc.constantFrom(
  family({ type: 'boolean' }, 'boolean', fc.constantFrom('true', 'false')),
  family({ const: true }, 'boolean', fc.constant('true'), fc.constant({ head: 'false', tail: '' })),
  family({ type: 'null' }, 'null', fc.constant('null')),
  family({ const: null }, 'null', fc.constant('null')),
)

const leaf = fc.oneof(
  plain,
  bounded,
  patterned,
  formatted,
  choice,
  numberChoice,
  mixedChoice,
  composedChoice,
  ranged,
  literals,
)

// ---------------------------------------------------------------- containers

/** What stands in a container: members before, one that breaks it, members behind. */
const within = (
  before: readonly string[],
  { head, tail, open }: Break,
  behind: readonly string[],
  close: string,
): Break => {
  const rest = behind.map(text => `,${text}`).join('') + close
  const front = before.map(text => `${text},`).join('') + head
  return open ? { head: front + rest[0], tail: rest.slice(1) } : { head: front, tail: tail + rest }
}

const inside = (opening: string, { head, ...rest }: Break): Break => ({ head: opening + head, ...rest })

const listFamily = (item: Family): fc.Arbitrary<Family> =>
  fc.tuple(fc.nat(2), fc.nat(2), fc.boolean()).map(([minItems, more, capped]) => {
    const maxItems = minItems + more
    const schema = { type: 'array', items: item.schema, minItems, ...(capped ? { maxItems } : {}) }
    const some = (minLength: number, maxLength: number) => fc.array(item.text, { minLength, maxLength })
    const list = some(minItems, maxItems)
    return family(
      schema,
      'array',
      list.map(all => `[${all.join(',')}]`),
      ...(capped && maxItems === 0
        ? []
        : [
            fc
              .tuple(some(0, capped ? maxItems - 1 : 2), breaksOf(item), some(0, capped ? 0 : 2))
              .map(([before, wrong, behind]) => inside('[', within(before, wrong, behind, ']'))),
          ]),
      ...(capped
        ? [
            fc.tuple(some(maxItems, maxItems), item.text).map(([all, extra]): Break => {
              const head = [...all, ''].join(',') + extra[0]
              return { head: `[${head}`, tail: `${extra.slice(1)}]` }
            }),
          ]
        : []),
      ...(minItems > 0 ? [some(0, minItems - 1).map((all): Break => ({ head: `[${all.join(',')}]`, tail: '' }))] : []),
    )
  })

const uniqueFamily = fc.constantFrom(
  family(
    { type: 'array', items: { type: 'integer' }, uniqueItems: true },
    'array',
    fc.constantFrom('[]', '[1,2,3]'),
    fc.constantFrom<Break>({ head: '[1,2,1]', tail: '' }, { head: '[1,1.0,', tail: '2]' }),
  ),
  family(
    { type: 'array', uniqueItems: true },
    'array',
    fc.constantFrom('[1,"1",true,"true",null,[1],["1"],{"a":1},{"a":"1"}]'),
    fc.constantFrom<Break>(
      { head: '["a","b","a"', tail: ',5]' },
      { head: '[{"a":1,"b":[2]},{"b":[2],"a":1}', tail: ']' },
      { head: '[null,null', tail: ']' },
    ),
  ),
)

const tupleFamily = (item: Family): fc.Arbitrary<Family> =>
  fc.tuple(leaf, leaf, fc.constantFrom('closed', 'capped', 'rest')).map(([first, second, end]) => {
    const close = end === 'closed' ? { items: false } : end === 'capped' ? { maxItems: 2 } : { items: item.schema }
    const rest = end === 'rest' ? fc.array(item.text, { maxLength: 2 }) : fc.constant([])
    return family(
      { type: 'array', prefixItems: [first.schema, second.schema], ...close, minItems: 2 },
      'array',
      fc.tuple(first.text, second.text, rest).map(([a, b, more]) => `[${[a, b, ...more].join(',')}]`),
      breaksOf(first).map(wrong => inside('[', within([], wrong, [], ']'))),
      fc
        .tuple(first.text, breaksOf(second), rest)
        .map(([a, wrong, more]) => inside('[', within([a], wrong, more, ']'))),
      first.text.map((a): Break => ({ head: `[${a}]`, tail: '' })),
      end === 'rest'
        ? fc
            .tuple(first.text, second.text, breaksOf(item))
            .map(([a, b, wrong]) => inside('[', within([a, b], wrong, [], ']')))
        : fc.tuple(first.text, second.text).map(([a, b]): Break => ({ head: `[${a},${b},7`, tail: ']' })),
    )
  })

const keys = ['a', 'b', 'name', 'other', 'ü"', '']

interface Property {
  readonly key: string
  readonly family: Family
  readonly required: boolean
}

const member = (key: string, text: string): string => `${quote(key)}:${text}`
const brokenMember = (key: string, wrong: Break): Break => inside(`${quote(key)}:`, wrong)

/** Members in any order: all that are required and some of the others. */
const membersOf = (properties: readonly Property[]): fc.Arbitrary<string[]> =>
  fc
    .tuple(
      ...properties.map(({ key, family: { text }, required }) =>
        fc.tuple(
          text.map(value => member(key, value)),
          required ? fc.constant(true) : fc.boolean(),
        ),
      ),
    )
    .chain(all => {
      const chosen = all.flatMap(([text, kept]) => (kept ? [text] : []))
      return fc.shuffledSubarray(chosen, { minLength: chosen.length })
    })

const objectFamily = (inner: fc.Arbitrary<Family>): fc.Arbitrary<Family> =>
  fc
    .tuple(
      fc.uniqueArray(fc.record({ key: fc.constantFrom(...keys), family: inner, required: fc.boolean() }), {
        selector: ({ key }) => key,
        maxLength: 3,
      }),
      fc.constantFrom('free', 'closed', 'rest', 'patterns', 'names', 'sized'),
      inner,
    )
    .map(([properties, end, other]) => {
      const required = properties.flatMap(each => (each.required ? [each.key] : []))
      const size = Math.max(1, properties.length)
      const ends: Record<string, Schema> = {
        free: {},
        closed: { additionalProperties: false },
        rest: { additionalProperties: other.schema },
        patterns: { patternProperties: { '^x': other.schema }, additionalProperties: false },
        names: { propertyNames: { maxLength: 9, pattern: '^[^!]*$' } },
        sized: { maxProperties: size },
      }
      const schema = {
        type: 'object',
        properties: Object.fromEntries(properties.map(each => [each.key, each.family.schema])),
        required,
        ...ends[end],
      }
      const own = membersOf(properties)
      const extra = (end === 'rest' || end === 'patterns' ? other.text : fc.constant('[{}]')).map(text => [
        member('x1', text),
      ])
      const more = end === 'closed' || end === 'sized' ? fc.constant([]) : fc.oneof(fc.constant([]), extra)
      const faults: fc.Arbitrary<Break>[] = properties.map(({ key, family: each }) => {
        const others = membersOf(properties.filter(property => property.key !== key))
        return fc
          .tuple(others, fc.nat(3), breaksOf(each))
          .map(([all, at, wrong]) =>
            inside('{', within(all.slice(0, at), brokenMember(key, wrong), all.slice(at), '}')),
          )
      })
      for (const key of required) {
        const others = membersOf(properties.filter(property => property.key !== key))
        faults.push(others.map(all => ({ head: `{${all.join(',')}}`, tail: '' })))
      }
      const surplus = (key: string) =>
        own.map(all => inside('{', within(all, { head: quote(key), tail: ':{"q":1}' }, [], '}')))
      if (end === 'closed' || end === 'patterns') faults.push(surplus('unknown'))
      if (end === 'names') faults.push(surplus('toolonganame'), surplus('!'))
      if (end === 'rest') {
        faults.push(
          fc
            .tuple(own, breaksOf(other))
            .map(([all, wrong]) => inside('{', within(all, brokenMember('x2', wrong), [], '}'))),
        )
      }
      if (end === 'patterns') {
        faults.push(
          fc
            .tuple(own, breaksOf(other))
            .map(([all, wrong]) => inside('{', within(all, brokenMember('xy', wrong), [], '}'))),
        )
      }
      if (end === 'sized') {
        // The key is one too many as soon as no room is left for those that must still come.
        const room = Array.from({ length: size - required.length + 1 }, (_, at) => quote(`x${at}`))
        const last = room.pop()!
        faults.push(
          fc.constant({
            head: `{${[...room.map(key => `${key}:0`), last].join(',')}`,
            tail: ':0}',
          }),
        )
      }
      return family(
        schema,
        'object',
        fc.tuple(own, more).map(([all, rest]) => `{${[...all, ...rest].join(',')}}`),
        ...faults,
      )
    })

// ---------------------------------------------------------------- unions

const discriminated = (inner: fc.Arbitrary<Family>): fc.Arbitrary<Family> =>
  fc.tuple(inner, inner, fc.constantFrom('anyOf', 'oneOf')).map(([left, right, keyword]) => {
    const branch = (kind: string, value: Family) => ({
      type: 'object',
      properties: { kind: { const: kind }, value: value.schema },
      required: ['kind', 'value'],
      additionalProperties: false,
    })
    const schema = { [keyword]: [branch('left', left), branch('right', right)] }
    const text = (kind: string, value: string) =>
      fc.constantFrom(`{"kind":"${kind}","value":${value}}`, `{"value":${value},"kind":"${kind}"}`)
    const wrong = (kind: string, value: Family) =>
      breaksOf(value).map(broken => inside('{', within([`"kind":"${kind}"`], brokenMember('value', broken), [], '}')))
    return family(
      schema,
      'object',
      fc.oneof(
        left.text.chain(value => text('left', value)),
        right.text.chain(value => text('right', value)),
      ),
      wrong('left', left),
      wrong('right', right),
      fc.constantFrom<Break>(
        { head: '{"kind":"m', tail: '"}' },
        { head: '{"kind":"lo', tail: '"}' },
        { head: '{"kind":"left"}', tail: '' },
        { head: '{"kind":7', tail: '}' },
        { head: '{"other"', tail: ':1}' },
      ),
    )
  })

/** Branches that the first character tells apart. */
const byKind = (inner: fc.Arbitrary<Family>): fc.Arbitrary<Family> =>
  fc.tuple(inner, inner, fc.constantFrom('anyOf', 'oneOf')).map(([left, right, keyword]) =>
    left.kinds.some(kind => right.kinds.includes(kind))
      ? left
      : {
          schema: { [keyword]: [left.schema, right.schema] },
          kinds: [...left.kinds, ...right.kinds],
          text: fc.oneof(left.text, right.text),
          faults: [...left.faults, ...right.faults],
        },
  )

const nullable = (inner: fc.Arbitrary<Family>): fc.Arbitrary<Family> =>
  fc.tuple(inner, fc.boolean()).map(([each, asList]) => {
    if (each.kinds.includes('null')) return each
    const { type, ...rest } = each.schema
    const listed = asList && typeof type === 'string' && !('enum' in rest)
    return {
      ...each,
      schema: listed ? { type: [type, 'null'], ...rest } : { anyOf: [each.schema, { type: 'null' }] },
      kinds: [...each.kinds, 'null'],
      text: fc.oneof(each.text, fc.constant('null')),
    }
  })

const together = (inner: fc.Arbitrary<Family>): fc.Arbitrary<Family> =>
  fc
    .tuple(inner, fc.constantFrom<Schema>({}, { description: 'also' }, { maxProperties: 99, maxItems: 99 }))
    .map(([each, also]) => ({
      ...each,
      schema: { allOf: [also, each.schema] },
    }))

const node = fc.letrec<{ family: Family }>(tie => ({
  family: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    tie('family').chain(listFamily),
    uniqueFamily,
    tie('family').chain(tupleFamily),
    objectFamily(tie('family')),
    discriminated(tie('family')),
    byKind(tie('family')),
    nullable(tie('family')),
    together(tie('family')),
  ),
})).family

/** A document that holds itself, by its root or by a definition. */
const recursive: fc.Arbitrary<Family> = fc.tuple(node, fc.boolean()).map(([value, byRoot]) => {
  const reference = { $ref: byRoot ? '#' : '#/$defs/node' }
  const body = {
    type: 'object',
    properties: { value: value.schema, next: reference, all: { type: 'array', items: reference } },
    required: ['value'],
    additionalProperties: false,
  }
  const { text } = fc.letrec<{ text: string }>(tie => ({
    text: fc.oneof(
      { maxDepth: 3 },
      value.text.map(each => `{"value":${each}}`),
      fc.tuple(value.text, tie('text')).map(([each, next]) => `{"value":${each},"next":${next}}`),
      fc
        .tuple(fc.array(tie('text'), { maxLength: 2 }), value.text)
        .map(([all, each]) => `{"all":[${all.join(',')}],"value":${each}}`),
    ),
  }))
  const { wrong } = fc.letrec<{ wrong: Break }>(tie => ({
    wrong: fc.oneof(
      { maxDepth: 3 },
      breaksOf(value).map(each => inside('{', within([], brokenMember('value', each), [], '}'))),
      fc.constantFrom<Break>({ head: '{"other"', tail: ':1}' }, { head: '{}', tail: '' }),
      fc
        .tuple(value.text, tie('wrong'))
        .map(([each, next]) => inside('{', within([`"value":${each}`], brokenMember('next', next), [], '}'))),
      fc
        .tuple(value.text, tie('wrong'))
        .map(([each, next]) =>
          inside('{"all":', within([], inside('[', within([], next, [], ']')), [`"value":${each}`], '}')),
        ),
    ),
  }))
  return family(byRoot ? body : { ...reference, $defs: { node: body } }, 'object', text, wrong)
})

export const anyFamily: fc.Arbitrary<Family> = fc.oneof(
  { weight: 5, arbitrary: node },
  { weight: 1, arbitrary: recursive },
)
