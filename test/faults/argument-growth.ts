import { z } from 'zod'
import { alice } from '../helpers/person.ts'
import { cutOff, done, event, finish, going, opening, reply, whole } from './answers.ts'
import { type Case, each, person, type Scenario, scenario, value } from './scenario.ts'
import { invalid, mismatch, Named, Text } from './written.ts'

/** How arguments grow: rows 77 to 79. */

/** What a partial shows must be the beginning of what comes in the end. */
const grows: Partial<Case> = {
  also: ({ partials }) => {
    for (const partial of partials as Record<string, unknown>[]) {
      for (const [key, shown] of Object.entries(partial)) {
        const last = (alice as Record<string, unknown>)[key]
        const begins = typeof shown === 'string' ? String(last).startsWith(shown) : shown === last
        if (!begins) throw new Error(`a partial shows ${key}: ${JSON.stringify(shown)}`)
      }
    }
  },
}
/** Long, and not the same again and again. */
const counted = Array.from({ length: 2000 }, (_, i) => `${i} `).join('')
const perCharacter = (args: string): string =>
  event(opening()) + Array.from(args, char => event(going(char))).join('') + finish() + done
const Booking = Named(
  z.object({
    on: z.iso.date(),
    level: z.enum(['first', 'second']),
    note: z
      .string()
      .min(5)
      .regex(/^[a-z ]+$/),
  }),
)
const booking = { on: '2026-11-21', level: 'second', note: 'by the window' }
const atomsWhole: Partial<Case> = {
  schema: Booking,
  also: ({ partials }) => {
    for (const { on, level } of partials as Partial<typeof booking>[]) {
      if (on !== undefined && on !== booking.on) throw new Error(`a partial shows the date '${on}'`)
      if (level !== undefined && level !== booking.level) throw new Error(`a partial shows the level '${level}'`)
    }
  },
}

export const argumentGrowth: readonly Scenario[] = [
  scenario(77, 'a character at a time', {
    streamed: [
      ...each(person(), { short: reply(perCharacter(whole)) }, grows),
      ...each(
        value({ text: counted }),
        { long: reply(perCharacter(JSON.stringify({ text: counted }))) },
        { schema: Text },
      ),
    ],
  }),
  scenario(78, 'partials show the beginning of what comes', {
    streamed: [
      ...each(
        person(),
        { 'a character at a time': reply(perCharacter('{ "age" : 30, "name":"Alice" ,"city":"Pa\\u0072is"}')) },
        grows,
      ),
      ...each(mismatch, { 'a word for a number': reply(perCharacter(whole.replace('30', 'false'))) }),
      ...each(invalid, { cut: reply(perCharacter(cutOff)) }, grows),
    ],
  }),
  scenario(79, 'partials of texts with a form', {
    streamed: each(
      value(booking),
      { 'a character at a time': reply(perCharacter(JSON.stringify(booking))) },
      atomsWhole,
    ),
  }),
]
