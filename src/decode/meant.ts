import type { JsonSchema } from '../types.ts'

/** Of the schemas that may describe an object, those that its literals leave: `kind: 'card'` means one branch of a union. */
export const meantBy = (schemas: readonly JsonSchema[], value: unknown): readonly JsonSchema[] => {
  const branches = schemas.filter(({ properties }) => properties !== undefined)
  const tells = branches.slice(0, 1).flatMap(branch => Object.keys(branch.properties as object))
  const discriminators = tells.filter(key => branches.every(branch => choicesOf(branch, key) !== undefined))
  const own = new Map<string, unknown>(Object.entries(Object(value)))
  const meant = schemas.filter(branch =>
    discriminators.every(key => !own.has(key) || choicesOf(branch, key)?.includes(own.get(key)) !== false),
  )
  return meant.length > 0 ? meant : schemas
}

const choicesOf = ({ properties }: JsonSchema, key: string): readonly unknown[] | undefined =>
  new Map<string, { enum?: unknown[] }>(Object.entries((properties as object | undefined) ?? {})).get(key)?.enum
