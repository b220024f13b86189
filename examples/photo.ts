/** A photo in the prompt, and a Date and a Map in the answer: they travel as a string and a list. */
import { defineExtractor, type Message } from 'decant'
import { cassette } from 'decant/cassette'
import { z } from 'zod'

const Meter = z
  .object({
    number: z.string().describe('as printed under the bar code'),
    readAt: z.date().describe('when the photo was taken'),
    readings: z.map(z.enum(['day', 'night']), z.number()).describe('kWh by tariff'),
  })
  .meta({ title: 'Meter' })

const meter = defineExtractor({
  name: 'meter',
  schema: Meter,
  model: 'openai/gpt-4o-mini',
  instructions: 'Read the meter.',
  prompt: ({ photo, takenAt }: { photo: string; takenAt: string }): Message[] => [
    {
      role: 'user',
      content: [
        { type: 'text', text: `Taken at ${takenAt}.` },
        { type: 'image_url', image_url: { url: photo, detail: 'low' } },
      ],
    },
  ],
  fetch: cassette(new URL('../cassettes/openai/gpt-4o-mini/meter.yaml', import.meta.url)),
})

const { number, readAt, readings } = await meter({
  photo: 'https://photos.example/meters/4711.jpg',
  takenAt: '2026-11-20T17:04:00+01:00',
})
console.log(number, readAt.toISOString(), readings)
