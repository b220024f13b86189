import { type DeepPartial, extract } from 'decant'
import { z } from 'zod'

/** 60 fields on 5 levels: what the compiler has to do for it is counted in `instantiations.test.ts`. */

const Leaf = z.object({
  a: z.string(),
  b: z.int(),
  c: z.boolean(),
  d: z.iso.date(),
  e: z.enum(['x', 'y']),
  f: z.string().optional(),
  g: z.number().nullable(),
  h: z.array(z.string()),
  i: z.record(z.string(), z.int()),
  j: z.union([z.string(), z.number()]),
  k: z.date(),
  l: z.tuple([z.string(), z.number()]),
})
const Fourth = z.object({
  a: z.string(),
  b: z.int(),
  c: z.boolean(),
  d: z.string().optional(),
  e: z.string().nullable(),
  f: z.enum(['x', 'y']),
  g: z.number(),
  h: z.string(),
  i: z.array(z.number()),
  j: z.url(),
  k: z.string().transform(Number),
  leaves: z.array(Leaf),
})
const Third = z.object({
  a: z.string(),
  b: z.int(),
  c: z.boolean(),
  d: z.string().optional(),
  e: z.string().nullable(),
  f: z.enum(['x', 'y']),
  g: z.number(),
  h: z.string(),
  i: z.string(),
  j: z.string(),
  k: z.string(),
  inner: Fourth,
})
const Second = z.object({
  a: z.string(),
  b: z.int(),
  c: z.boolean(),
  d: z.string().optional(),
  e: z.string().nullable(),
  f: z.enum(['x', 'y']),
  g: z.number(),
  h: z.string(),
  i: z.string(),
  j: z.string(),
  k: z.string(),
  inner: z.array(Third),
})
const Large = z.object({
  a: z.string(),
  b: z.int(),
  c: z.boolean(),
  d: z.string().optional(),
  e: z.string().nullable(),
  f: z.enum(['x', 'y']),
  g: z.number(),
  h: z.string(),
  i: z.string(),
  j: z.string(),
  k: z.string(),
  inner: Second,
})

const extraction = extract(Large, 'Everything', { model: 'openai/gpt-4o-mini' })
for await (const partial of extraction) {
  const typed: DeepPartial<z.input<typeof Large>> = partial
  console.log(typed.inner?.inner?.[0]?.inner?.leaves?.[0]?.a)
}
for await (const leaf of extraction.elements('inner.inner[].inner.leaves[]')) console.log(leaf.a)
const { inner } = await extraction
console.log(inner.inner[0]?.inner.leaves[0]?.k.getTime())
