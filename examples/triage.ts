/**
 * Triage support mails: one label for each line of a JSONL file, JSONL comes out, in the same order.
 *
 *   npm run -s example triage                    plays recorded answers for six mails
 *   npm run -s example triage -- mails.jsonl --model openai/gpt-4o-mini
 */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { defineExtractor, ExtractError, extractAll } from 'decant'
import { cassette } from 'decant/cassette'
import { z } from 'zod'

interface Mail {
  id: string
  from: string
  body: string
}

const { values, positionals } = parseArgs({ options: { model: { type: 'string' } }, allowPositionals: true })
const recording = new URL('../cassettes/openai/gpt-4o-mini/triage.yaml', import.meta.url)

const triage = defineExtractor({
  name: 'triage',
  schema: z.enum(['outage', 'billing', 'question', 'praise']).meta({ title: 'Label' }),
  instructions: 'Say what the mail is about. An outage is anything that keeps customers from working.',
  prompt: ({ from, body }: Mail) => `From: ${from}\n\n${body}`,
  model: values.model ?? 'openai/gpt-4o-mini',
  fetch: values.model === undefined ? cassette(recording, { mode: 'replay' }) : undefined,
})

/** One mail at a time: the file may be larger than memory. */
async function* mails(): AsyncGenerator<Mail> {
  const file = positionals[0] ?? new URL('data/mails.jsonl', import.meta.url)
  for await (const line of createInterface({ input: createReadStream(file) })) if (line !== '') yield JSON.parse(line)
}

const run = extractAll(triage, mails(), { key: ({ id }) => id, concurrency: 4, ordered: true, limits: { rpm: 500 } })

for await (const { key, ...item } of run) {
  if (item.status === 'done') console.log(JSON.stringify({ id: key, label: item.output }))
  else console.log(JSON.stringify({ id: key, error: item.error instanceof ExtractError ? item.error.code : 'unknown' }))
}

const { done, failed, inputTokens, outputTokens } = await run
console.error(`${done} done, ${failed} failed, ${inputTokens} tokens in, ${outputTokens} out`)
