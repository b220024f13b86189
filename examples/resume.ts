/** A resume, job by job: what is present, what is null, what is not there at all, and when a part is certain. */
import { extract } from 'decant'
import { cassette } from 'decant/cassette'
import { z } from 'zod'

const Job = z.object({
  title: z.string(),
  company: z.string(),
  from: z.iso.date().optional().describe('left out when the text does not say'),
  to: z.iso.date().nullable().optional().describe('null for the present job, left out when the text does not say'),
})
const Resume = z.object({
  name: z.string(),
  email: z.email().nullable().describe('null when there is none'),
  jobs: z.array(Job),
})

const text = `Ada Moreau. Since 1 March 2021 head of data at Lumen. Before that, 15 June 2016 to 28 February 2021, an analyst
at Northwind. As a student she was a tutor at the city library.`

const resume = extract(Resume, text, {
  model: 'openai/gpt-4o-mini',
  schemaName: 'Resume',
  instructions: 'Extract the resume. Never invent a date.',
  fetch: cassette(new URL('../cassettes/openai/gpt-4o-mini/resume_streaming.yaml', import.meta.url), { recut: true }),
})

const spanOf = ({ from, to }: z.input<typeof Job>): string => `${from ?? '?'} to ${to === null ? 'today' : (to ?? '?')}`

for await (const job of resume.elements('jobs[]')) {
  const whose = resume.isComplete('name') ? 'of a person whose name is certain' : 'of somebody'
  console.log(`${job.title}, ${job.company}: ${spanOf(job)}, ${whose}`)
}

const { name, email } = await resume
console.log(name, email === null ? 'has no address' : email)
