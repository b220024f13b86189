import type { JsonSchema } from '../types.ts'
import { annotations, hasOnly, isSchema, propertiesOf, same } from './walk.ts'

/**
 * An intersection of objects as the one object it describes, since providers refuse or misread `allOf`; with one union of
 * objects among them, the union of what each branch makes. An intersection of anything else stays an `allOf`.
 */
export function foldIntersection(schema: JsonSchema): JsonSchema {
  const { allOf, ...rest } = schema
  if (!Array.isArray(allOf)) return schema
  const members = allOf.flatMap(each => (hasOnly(each, nested) && Array.isArray(each.allOf) ? each.allOf : [each]))
  const folded = hasOnly(rest, annotations) ? (fold(members) ?? distribute(members)) : undefined
  return folded === undefined ? { ...rest, allOf: members } : { ...folded, ...rest }
}

const nested = new Set(['allOf'])

// A closed member refuses the keys of the others and so cannot be merged: what is open about the whole is told by none.
const mergeable = new Set([...annotations, 'type', 'properties', 'required'])

const isObject = (member: JsonSchema): boolean =>
  member.type === 'object' &&
  (hasOnly(member, mergeable) || (member.additionalProperties === true && hasOnly(member, looseMergeable)))

const looseMergeable = new Set([...mergeable, 'additionalProperties'])

function fold(members: readonly JsonSchema[]): JsonSchema | undefined {
  if (!members.every(isObject)) return undefined
  const properties = new Map<string, JsonSchema>()
  for (const member of members) {
    for (const [key, value] of Object.entries(propertiesOf(member))) {
      const before = properties.get(key)
      properties.set(
        key,
        before === undefined || same(before, value) ? value : foldIntersection({ allOf: [before, value] }),
      )
    }
  }
  const required = [...new Set(members.flatMap(({ required = [] }) => required as string[]))]
  return {
    ...Object.assign({}, ...members),
    properties: Object.fromEntries(properties),
    ...(required.length > 0 ? { required } : {}),
  }
}

function distribute(members: readonly JsonSchema[]): JsonSchema | undefined {
  const union = members.find(member => isSchema(member) && Array.isArray(member.anyOf))
  if (union === undefined || Object.keys(union).length > 1) return undefined
  const branches = (union.anyOf as JsonSchema[]).map(branch =>
    fold(members.map(member => (member === union ? branch : member))),
  )
  return branches.some(branch => branch === undefined) ? undefined : { anyOf: branches }
}
