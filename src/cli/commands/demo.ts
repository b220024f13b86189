import { join } from 'node:path'
import { extract } from 'decant'
import { cassette } from 'decant/cassette'
import { exits } from '../exit.ts'
import { Interrupted } from '../failure.ts'
import { asSent } from '../input/json-schema.ts'
import { type Io, type Manner, write } from '../io.ts'
import { packageFolder } from '../package.ts'
import { safeJson } from '../terminal/text.ts'
import { show } from './extract.ts'

const recording = 'cassettes/xai/grok-4-fast/simple_object_streaming.yaml'
const model = 'xai/grok-4-fast'
const prompt = 'Generate information about a person named Alice who is 30 years old and lives in Paris.'

/** The request that was recorded. */
const Person = asSent<{ name: string; age: number; city: string }>({
  title: 'Person',
  description: 'A person with name, age, and city',
  type: 'object',
  properties: {
    name: { type: 'string', description: "The person's name" },
    age: { type: 'integer', description: "The person's age" },
    city: { type: 'string', description: 'The city where the person lives' },
  },
  required: ['name', 'age', 'city'],
})

/** Milliseconds before each piece, for eyes; a pipe does not wait. */
const pace = 90

/** A recorded answer grows into a person: no key, no network. */
export const demoCommand = async (manner: Manner, io: Io): Promise<number> => {
  const eyes = io.stdout.isTTY === true && io.stderr.isTTY === true
  const fetch = cassette(join(packageFolder(), recording), {
    mode: 'replay',
    recut: true,
    ...(eyes && { pace }),
  })
  if (eyes && !manner.quiet && !manner.json) {
    io.stderr.write(`A recorded answer of ${model}, played slowly: no key, no network.\n> ${prompt}\n`)
  }
  const extraction = extract(Person, prompt, { model, maxOutputTokens: 4000, stream: true, fetch })
  const stop = io.onInterrupt(() => extraction.abort(new Interrupted()))
  try {
    const { output } = await show(extraction, model, manner, io)
    await write(io.stdout, `${safeJson(output, eyes ? 2 : undefined)}\n`)
    return exits.done
  } finally {
    stop()
  }
}
