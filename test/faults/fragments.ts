import { call, done, event, finish, whole } from './answers.ts'

/** What the cases of calls are put together from. */

export const [one, two, three] = [whole.slice(0, 9), whole.slice(9, 20), whole.slice(20)]
/** The arguments in three fragments, each made of what is given beside its piece. */
export const pieces = (...fields: Record<string, unknown>[]): string =>
  [one, two, three]
    .map((args, i) => {
      const { function: named, ...more } = fields[i] ?? {}
      return event(call({ ...more, function: { ...(named as object), arguments: args } }))
    })
    .join('') +
  finish() +
  done
export const name = { name: 'Person' }
export const other = (index: number, args = '{"q":1}') => ({
  index,
  id: `other_${index}`,
  function: { name: 'search', arguments: args },
})
export const mallory = '{"name":"Mallory","age":1,"city":"X"}'
