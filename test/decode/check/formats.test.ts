import addFormats from 'ajv-formats'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { z as z3 } from 'zod3'
import { formats } from '../../../src/decode/check/formats.ts'

/** The checks of Zod 4 and Zod 3 that our schemas say with the format. */
const zod: Record<string, readonly (z.ZodType | z3.ZodType)[]> = {
  date: [z.iso.date(), z3.string().date()],
  'date-time': [z.iso.datetime({ offset: true }), z3.string().datetime({ offset: true })],
  duration: [z.iso.duration(), z3.string().duration()],
  email: [z.email(), z3.string().email()],
  hostname: [z.hostname()],
  ipv4: [z.ipv4(), z3.string().ip({ version: 'v4' })],
  ipv6: [z.ipv6(), z3.string().ip({ version: 'v6' })],
  uri: [z.url(), z3.string().url()],
  uuid: [z.uuid(), z.guid(), z3.string().uuid()],
}

const samples = [
  ...['', ' ', 'a', 'null', '2024', '-', ':', '::', '.'],
  ...['2024-02-29', '2023-02-29', '2000-02-29', '1900-02-29', '2024-13-01', '2024-00-10', '2024-04-31', '2024-12-31'],
  ...['2024-1-01', '0000-01-01', '2024-01-00', '12024-01-01', '2024-01-01 ', '2024-06-30', '2024-07-31', '2024-08-31'],
  ...['12:00:00Z', '23:59:60Z', '23:59:61Z', '22:59:60Z', '00:29:60+00:30', '24:00:00Z', '12:60:00Z', '12:00:00'],
  ...[
    '12:00:00+23:59',
    '12:00:00+24:00',
    '12:00:00.5z',
    '12:00:00.z',
    '12:00:00-0130',
    '12:00:00+02',
    '23:59:60-00:00',
  ],
  ...[
    '2024-02-29T12:00:00Z',
    '2024-02-29t12:00:00z',
    '2024-02-29 12:00:00Z',
    '2024-02-29T12:00Z',
    '2024-02-30T12:00:00Z',
  ],
  ...[
    '2024-02-29T12:00:00',
    '2024-02-29T12:00:00.123+01:00',
    '2024-02-29T25:00:00Z',
    '2024-02-29TT12:00:00Z',
    '2024-02-29T',
  ],
  ...['P', 'P1Y', 'P1DT2H', 'PT', 'P1W', 'P1W2D', 'PT1.5S', 'PT1,5S', 'P1.5D', 'p1y', 'P1Y2M3DT4H5M6S', '1D', 'PT5M6'],
  ...[
    'ada@example.org',
    'ada@example',
    'ada@',
    '@example.org',
    'a.b@example.org',
    'a..b@example.org',
    '.a@example.org',
  ],
  ...[
    "o'neil@example.org",
    'a+b@x.io',
    'a@b-.com',
    'a@-b.com',
    'a@b.c-',
    'ä@example.org',
    'a b@example.org',
    'a@b..com',
  ],
  ...[
    'example.org',
    'localhost',
    '-example.org',
    'example-.org',
    'example.org.',
    'exa_mple.org',
    'a'.repeat(64),
    'a.b.c',
  ],
  ...['127.0.0.1', '127.0.0.256', '127.0.0', '127.0.0.1.', '01.2.3.4', '0.0.0.0', '1.2.3.4.5', '.1.2.3.4'],
  ...['::1', ':::', '1::', '1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7::', '::2:3:4:5:6:7:8', '1::2::3', 'g::'],
  ...[
    '::ffff:127.0.0.1',
    '::127.0.0.256',
    '1:2:3:4:5:6:1.2.3.4',
    '1:2:3:4:5:6:7:1.2.3.4',
    '12345::',
    ':1',
    '1:',
    '1.2.3.4::',
  ],
  ...[
    'https://example.org/a?b#c',
    'https://de.example.org/Käse',
    'https://example.org/a b',
    'mailto:ada@example.org',
    'example',
  ],
  ...['urn:isbn:1', '/a', '//example.org', 'http://', ' https://example.org', '1a:b', 'a+b-c.d:e'],
  ...[
    '123e4567-e89b-42d3-a456-426614174000',
    '123E4567-E89B-42D3-A456-426614174000',
    '123e4567-e89b-02d3-a456-426614174000',
  ],
  ...[
    'urn:uuid:123e4567-e89b-42d3-a456-426614174000',
    '123e4567e89b42d3a456426614174000',
    '123e4567-e89b-42d3-a456-42661417400g',
  ],
]

const ajvTakes = (name: string, text: string): boolean => {
  const format = addFormats.default.get(name as 'date')
  if (format instanceof RegExp) return format.test(text)
  const test = typeof format === 'object' && 'validate' in format ? format.validate : format
  return test instanceof RegExp ? test.test(text) : (test as (text: string) => boolean)(text)
}

const zodTakes = (name: string, text: string): boolean =>
  zod[name]?.some(schema => schema.safeParse(text).success) ?? false

/** Ours asks less of these than either. */
const lenient = new Set(['uri', 'duration'])

test.each([...formats.keys()])('%s takes what ajv-formats or Zod takes', name => {
  const ours = samples.filter(text => formats.get(name)!.test(text))
  const either = samples.filter(text => ajvTakes(name, text) || zodTakes(name, text))
  expect(either.length).toBeGreaterThan(0)
  expect(ours).toEqual(lenient.has(name) ? expect.arrayContaining(either) : either)
})
