import { propertiesOf } from '../schema/walk.ts'
import type { JsonSchema } from '../types.ts'

/** Of the schemas that may describe an object, those that its literals leave: `kind: 'card'` means one branch of a union. */
export const meantBy = (schemas: readonly JsonSchema[], value: unknown): readonly JsonSchema[] => {
  const branches = schemas.filter(({ properties }) => properties !== undefined)
  const tells = branches.slice(0, 1).flatMap(branch => Object.keys(propertiesOf(branch)))
  const discriminators = tells.filter(key => branches.every(branch => choicesOf(branch, key) !== undefined))
  const own = new Map<string, unknown>(Object.entries(Object(value)))
  const meant = schemas.filter(branch =>
    discriminators.every(key => !own.has(key) || choicesOf(branch, key)?.includes(own.get(key)) !== false),
  )
  return meant.length > 0 ? meant : schemas
}

const choicesOf = (schema: JsonSchema, key: string): readonly unknown[] | undefined =>
  new Map<string, { enum?: unknown[] }>(Object.entries(propertiesOf(schema))).get(key)?.enum
