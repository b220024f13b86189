interface Format {
  test(text: string): boolean
}

const ipv4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/

/**
 * The formats that are checked; every other is an annotation. Each takes all that ajv-formats takes and all that Zod takes
 * for it, so that neither validator is forestalled, and where the two agree nothing else.
 *
 * Zod goes beyond ajv-formats in a time without seconds and a hyphen before a dot in a domain. Of a `uri` only the scheme
 * is asked: WHATWG URL, by which Zod goes, takes nearly anything behind one, spaces and all. Of a `duration`, where
 * signs, fractions and weeks are a matter of opinion, the order of the units is not asked.
 */
export const formats: ReadonlyMap<string, Format> = new Map<string, Format>([
  ['date', { test: text => isDate(text) }],
  ['time', { test: text => isTime(text) }],
  ['date-time', { test: text => isDateTime(text) }],
  ['duration', /^[-+]?P(?!$)(?:[-+]?\d[\d.,]*[YMWD])*(?:T(?:[-+]?\d[\d.,]*[HMS])+)?$/],
  [
    'email',
    /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@(?:[a-z\d][a-z\d-]*\.)+[a-z\d](?:[a-z\d-]*[a-z\d])?$/i,
  ],
  ['hostname', /^(?=.{1,253}\.?$)[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?)*\.?$/i],
  ['ipv4', ipv4],
  ['ipv6', { test: text => isIpv6(text) }],
  ['uri', /^\s*[a-z][a-z\d+.-]*:/i],
  ['uuid', /^(?:urn:uuid:)?[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i],
])

const isDate = (text: string): boolean => {
  const [, year, month, day] = (/^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? []).map(Number)
  // A day that the month does not have would be one of another month.
  const date = new Date(0)
  date.setUTCFullYear(year!, month! - 1, day)
  return date.getUTCMonth() + 1 === month && date.getUTCDate() === day
}

const isTime = (text: string): boolean => {
  const found = /^(\d\d):(\d\d)(?::(\d\d(?:\.\d+)?))?(?:z|([+-])(\d\d)(?::?(\d\d))?)$/i.exec(text)
  if (found === null) return false
  const [hour, minute, second, , offsetHour, offsetMinute] = found.slice(1).map(part => Number(part ?? 0)) as number[]
  if (hour! > 23 || minute! > 59 || offsetHour! > 23 || offsetMinute! > 59) return false
  if (second! < 60) return true
  // A leap second is the last one of a day in UTC.
  const offset = (offsetHour! * 60 + offsetMinute!) * (found[4] === '-' ? -1 : 1)
  return second! < 61 && (hour! * 60 + minute! - offset + 2880) % 1440 === 1439
}

const isDateTime = (text: string): boolean => {
  const [date, time, more] = text.split(/[t\s]/i)
  return more === undefined && time !== undefined && isDate(date!) && isTime(time)
}

/** Eight groups of 16 bits, the last two also as an IPv4 address, and at most one run of zero groups left out. */
const isIpv6 = (text: string): boolean => {
  const last = text.slice(text.lastIndexOf(':') + 1)
  const groups = ipv4.test(last) ? `${text.slice(0, -last.length)}0:0` : text
  const halves = groups.split('::')
  const sides = halves.map(half => (half === '' ? [] : half.split(':')))
  const count = sides.flat().length
  return (
    sides.flat().every(group => /^[\da-f]{1,4}$/i.test(group)) &&
    (halves.length === 1 ? count === 8 : halves.length === 2 && count < 8)
  )
}
