import { isComposite } from '../composite.ts'
import type { JsonValue } from '../json/index.ts'
import { resolve } from '../schema/references.ts'
import { isSchema, listOf, propertiesOf, typesOf } from '../schema/walk.ts'
import type { JsonSchema } from '../types.ts'
import { meantBy } from './meant.ts'

/**
 * What the canonical schema says of one place in a document. Unions, references and intersections are opened, so a place
 * has every schema that may describe it; what is asked here is true when any of them says so.
 */
export class Shape {
  readonly #schemas: readonly JsonSchema[]
  readonly #root: JsonSchema
  /** Those of which each may describe the place, before they were opened. */
  readonly #closed: readonly JsonSchema[]
  readonly #taken = new Map<string, boolean>()
  readonly #children = new Map<string | number | undefined, Shape>()
  readonly #branches = new Map<string, Shape>()
  #names: ReadonlySet<string> | undefined
  #lead: number | undefined

  private constructor(closed: readonly JsonSchema[], root: JsonSchema, schemas = openAll(closed, root)) {
    this.#closed = closed
    this.#schemas = schemas
    this.#root = root
  }

  /** All that may describe the place. */
  get schemas(): readonly JsonSchema[] {
    return this.#schemas
  }

  static of(canonical: JsonSchema): Shape {
    return new Shape([canonical], canonical)
  }

  /** As it is on the wire: a root that is no object stands in one, under the wrapper's key. */
  static sent(canonical: JsonSchema, wrapper: string | undefined): Shape {
    let shape = sent.get(canonical)
    if (shape === undefined) {
      shape =
        wrapper === undefined
          ? Shape.of(canonical)
          : new Shape(
              [{ type: 'object', properties: { [wrapper]: canonical }, additionalProperties: false }],
              canonical,
            )
      sent.set(canonical, shape)
    }
    return shape
  }

  /** Whether a value of this JSON type may stand here. */
  takes(type: 'object' | 'array' | 'string' | 'null'): boolean {
    let taken = this.#taken.get(type)
    if (taken === undefined) {
      taken = this.#closed.some(schema => takes(schema, type, this.#root))
      this.#taken.set(type, taken)
    }
    return taken
  }

  /** Whether a list may stand here, and not for a Set or a Map. */
  get isList(): boolean {
    return this.takes('array') && !this.#schemas.some(schema => ['set', 'map'].includes(schema['~as'] as string))
  }

  /** Whether an object with keys of its own choice may stand here. */
  get isRecord(): boolean {
    return this.#schemas.some(isOpen)
  }

  /** Whether the schema itself has a place for this key. */
  owns(key: string): boolean {
    return this.#schemas.some(
      schema => Object.hasOwn(propertiesOf(schema), key) || isOpen(schema) || schema.patternProperties !== undefined,
    )
  }

  /**
   * Whether an object may be without this key, and not have null under it. Undefined where one branch of a union may and
   * another has null there: what else stands in the object tells, once that is known.
   *
   * @param nulls the keys of which that is asked.
   */
  mayLack(key: string, own?: ReadonlyMap<string, unknown>, nulls?: ReadonlySet<string>): boolean | undefined {
    const schemas = own === undefined ? this.#schemas : fitting(this.#schemas, own, nulls)
    const named = schemas.filter(schema => Object.hasOwn(propertiesOf(schema), key))
    const takers = named.filter(schema => takes(propertiesOf(schema)[key]!, 'null', this.#root))
    const mayLack = named.some(schema => !takers.includes(schema) && !requiredIn(schema).includes(key))
    return mayLack && takers.length > 0 ? (own === undefined ? undefined : false) : mayLack
  }

  /** Nothing is said of this place: anything may stand here, and in it. */
  get free(): boolean {
    return this.#schemas.every(schema => !['type', 'enum', 'const', 'properties'].some(keyword => keyword in schema))
  }

  /** The keys that the schema names. */
  get keys(): string[] {
    return this.#schemas.flatMap(schema => Object.keys(propertiesOf(schema)))
  }

  /** Whether the schema has a word for this very key. */
  names(key: string): boolean {
    this.#names ??= new Set(this.keys)
    return this.#names.has(key)
  }

  /** What is left of it for an object that holds these values already: a discriminator means one branch of a union. */
  given(own: ReadonlyMap<string, unknown>): Shape {
    const meant = meantBy(this.#schemas, Object.fromEntries(own))
    const at = meant.map(schema => this.#schemas.indexOf(schema)).join()
    let left = this.#branches.get(at)
    if (left === undefined) {
      left = new Shape(meant, this.#root, meant)
      this.#branches.set(at, left)
    }
    return left
  }

  child(key: string | number): Shape {
    // Every element behind a list's prefix has the same shape, and so have all values whose keys the schema does not name.
    const slot = typeof key === 'number' ? Math.min(key, this.#prefix) : this.names(key) ? key : undefined
    let child = this.#children.get(slot)
    if (child === undefined) {
      child = new Shape(
        this.#schemas.flatMap(schema => childrenOf(schema, slot ?? key)),
        this.#root,
      )
      this.#children.set(slot, child)
    }
    return child
  }

  get #prefix(): number {
    this.#lead ??= Math.max(...this.#schemas.map(({ prefixItems }) => listOf(prefixItems).length), 0)
    return this.#lead
  }
}

/** Whether an object of it may have keys that it does not name. */
export const isOpen = ({ additionalProperties: rest }: JsonSchema): boolean => rest !== undefined && rest !== false

const requiredIn = ({ required }: JsonSchema): readonly string[] => (required as string[] | undefined) ?? []

/** Of the branches that an object may be of, those that its literals and its keys leave. */
const fitting = (
  schemas: readonly JsonSchema[],
  own: ReadonlyMap<string, unknown>,
  nulls: ReadonlySet<string> | undefined,
): readonly JsonSchema[] => {
  const meant = meantBy(schemas, Object.fromEntries(own))
  const left = meant.filter(schema => fits(schema, own, nulls))
  return left.length > 0 ? left : meant
}

/** Whether an object that has these keys may be of a branch: it knows them all, and has no others that must be there. */
export const fits = (branch: JsonSchema, own: ReadonlyMap<string, unknown>, nulls?: ReadonlySet<string>): boolean => {
  const known = new Set(Object.keys(propertiesOf(branch)))
  return (
    [...own.keys()].every(key => known.has(key)) && requiredIn(branch).every(key => own.has(key) || nulls?.has(key))
  )
}

/** A declaration is opened once, however many answers are read by it; its wrapper is always the same. */
const sent = new WeakMap<JsonSchema, Shape>()

/** Whether a value of this JSON type may stand there: by one branch of each union, and by every part of an intersection. */
const takes = (schema: JsonSchema, type: string, root: JsonSchema, around: readonly JsonSchema[] = []): boolean => {
  if (around.includes(schema)) return false
  const inner = (each: unknown): boolean => !isSchema(each) || takes(each, type, root, [...around, schema])
  const { $ref, anyOf, oneOf, allOf } = schema
  return (
    allows(schema, type) &&
    [anyOf, oneOf].every(each => !Array.isArray(each) || each.some(inner)) &&
    [resolve($ref, root), ...listOf(allOf)].every(inner)
  )
}

const allows = (schema: JsonSchema, wanted: string): boolean => {
  const { type, enum: choices, const: literal } = schema
  if (type !== undefined) return typesOf(schema).includes(wanted)
  if (Array.isArray(choices)) return choices.some(each => typeOf(each) === wanted)
  return literal === undefined || typeOf(literal) === wanted
}

const typeOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value)

/** What a schema that is not to be opened any more says of the value under a key. */
export const childrenOf = (schema: JsonSchema, key: string | number): JsonSchema[] => {
  if (typeof key === 'number') {
    return [listOf(schema.prefixItems)[key] ?? schema.items].filter(isSchema)
  }
  const properties = propertiesOf(schema)
  if (Object.hasOwn(properties, key)) return [properties[key]].filter(isSchema)
  // Which pattern a key matches is not worth running a pattern on a key that the model chose.
  const { patternProperties, additionalProperties } = schema
  const rest = additionalProperties === true ? {} : additionalProperties
  return [...Object.values((patternProperties as object | undefined) ?? {}), rest].filter(isSchema)
}

/** The schema itself and everything it stands for: the target of a local reference, the members of a union. */
export const open = (schema: JsonSchema, root: JsonSchema, seen: Set<JsonSchema> = new Set()): JsonSchema[] => {
  if (seen.has(schema)) return []
  seen.add(schema)
  const { $ref, anyOf, oneOf, allOf } = schema
  const inner = [resolve($ref, root), ...[anyOf, oneOf, allOf].flatMap(listOf)].filter(isSchema)
  const own = inner.length === 0 || schema.properties !== undefined || schema.type !== undefined ? [schema] : []
  return [...own, ...inner.flatMap(each => open(each, root, seen))]
}

/** One set for all of them: the branches of a recursive union lead to the same schemas. */
const openAll = (schemas: readonly JsonSchema[], root: JsonSchema): readonly JsonSchema[] => {
  const seen = new Set<JsonSchema>()
  return schemas.flatMap(schema => open(schema, root, seen))
}

export const isObject = (value: JsonValue | undefined): value is { readonly [key: string]: JsonValue } =>
  isComposite(value) && !Array.isArray(value)
