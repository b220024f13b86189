/** The documents of the benchmark: batches of invoices, the same on every machine. Sizes are UTF-8 bytes of JSON text. */

export const sizes = { '1k': 1_000, '10k': 10_000, '100k': 100_000, '1m': 1_000_000 }

const seed = 20_261_121

/** mulberry32: small, seedable, the same everywhere. */
const randomOf = start => {
  let state = start
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const names = [
  'Ada Lovelace',
  'Jürgen Größmann',
  'María José Núñez',
  '山田 太郎',
  'Zoë O’Neil',
  'Łukasz Żak',
  'Иван Петров',
]
const streets = ['Rue de l’Église', 'Hauptstraße', 'Market Street', 'Calle Mayor', '銀座', 'Ulica Długa']
const cities = ['Paris', 'München', 'Kraków', 'São Paulo', '東京', 'Leeds', 'Göteborg']
const goods = [
  'Steel bracket, 40 mm, galvanised',
  'Crème fraîche 30 % (6 × 200 g)',
  'Cable "Cat 7" 10 m\tshielded',
  'Consulting: review of the data\\warehouse job',
  'Paint, matt, RAL 7016 “Anthrazitgrau”',
  'Coffee beans ☕ dark roast, 1 kg',
  'Annual licence\nincl. support 🛟 (24/7)',
  'Office chair w/ lumbar support, black',
]
const remarks = [
  'Payable within 30 days.\nPlease quote the invoice number.',
  'Delivered to the back door; see the note of 14 March.',
  'Discount already deducted (3 %).',
  'Lieferung frei Haus – vielen Dank für Ihren Auftrag! 🙏',
]
const currencies = ['EUR', 'USD', 'GBP', 'JPY']

/** A batch of invoices whose JSON text has about `bytes` bytes: whole invoices until the next line would be too long. */
export const batchOf = bytes => {
  const random = randomOf(seed)
  const below = count => Math.floor(random() * count)
  const pick = list => list[below(list.length)]
  const invoices = []
  let used = 0
  while (used < bytes - 200) {
    const lines = []
    const invoice = {
      number: `INV-2026-${String(10_000 + below(90_000))}`,
      issued: `2026-${String(1 + below(12)).padStart(2, '0')}-${String(1 + below(28)).padStart(2, '0')}`,
      currency: pick(currencies),
      customer: {
        name: pick(names),
        address: `${pick(streets)} ${1 + below(200)}, ${pick(cities)}`,
        vat: below(2) === 0,
      },
      lines,
      remark: below(3) === 0 ? null : pick(remarks),
      total: 0,
    }
    used += sizeOf(invoice)
    for (let left = 3 + below(8); left > 0 && used < bytes; left--) {
      const line = {
        sku: `${pick(['A', 'K', 'ZX'])}-${below(100_000)}`,
        description: pick(goods),
        quantity: 1 + below(40),
        unitPrice: (1 + below(90_000)) / 100,
      }
      lines.push(line)
      used += sizeOf(line) + 1
      invoice.total = Math.round((invoice.total + line.quantity * line.unitPrice) * 100) / 100
    }
    invoices.push(invoice)
  }
  return { invoices }
}

const sizeOf = value => Buffer.byteLength(JSON.stringify(value))

/** The text as a model sends it: pieces of 2 to 6 characters, four on average, never half a surrogate pair. */
export const deltasOf = text => {
  const random = randomOf(seed)
  const deltas = []
  for (let from = 0; from < text.length; ) {
    let to = Math.min(text.length, from + 2 + Math.floor(random() * 5))
    if ((text.charCodeAt(to - 1) & 0xfc00) === 0xd800) to++
    deltas.push(text.slice(from, to))
    from = to
  }
  return deltas
}

/** What a reader does with a snapshot, the same for every library: looks at the newest line, down to its last character. */
export const look = batch => {
  const invoices = batch?.invoices
  if (invoices === undefined) return 0
  const lines = invoices[invoices.length - 1]?.lines
  if (lines === undefined) return invoices.length
  const description = lines[lines.length - 1]?.description
  if (description === undefined) return invoices.length + lines.length
  return invoices.length + lines.length + description.charCodeAt(description.length - 1)
}
