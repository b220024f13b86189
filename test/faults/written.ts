import { z } from 'zod'
import { plain, reply, stream } from './answers.ts'
import { type Case, each, fails, type Scenario, scenario, type Wanted } from './scenario.ts'

/** What the cases of arguments are put together from. */

/** The same arguments on both wires. */
export const both = (
  row: number,
  title: string,
  ...groups: readonly (readonly [Wanted, Readonly<Record<string, string>>, Partial<Case>?])[]
): Scenario => {
  const on = (wire: (args: string, name: string) => string): Case[] =>
    groups.flatMap(([wants, texts, more = {}]) =>
      Object.entries(texts).flatMap(([name, args]) => each(wants, { [name]: reply(wire(args, 'Person')) }, more)),
    )
  return scenario(row, title, { streamed: on(args => stream(args)), plain: on(args => plain(args)) })
}
export const Named = <S extends z.ZodType>(schema: S): S => schema.meta({ title: 'Person' })
export const invalid = fails('OutputError', 'invalid_json')
export const mismatch = fails('OutputError', 'schema_mismatch')
export const Text = Named(z.object({ text: z.string() }))
