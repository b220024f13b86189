/** Numbers as a person reads them. What nobody knows is `?`, never 0. */

const grouped = new Intl.NumberFormat('en-US')

/** `1,000` */
export const count = (value: number): string => grouped.format(value)

/** `950`, `210K`, `1.9M` */
export const short = (value: number | undefined): string => {
  if (value === undefined) return '?'
  if (value < 1000) return String(Math.round(value))
  const [size, unit] = value < 999_500 ? [1e3, 'K'] : value < 999_500_000 ? [1e6, 'M'] : [1e9, 'G']
  const scaled = value / size
  return `${scaled < 9.95 ? scaled.toFixed(1).replace(/\.0$/, '') : Math.round(scaled)}${unit}`
}

/** `$1.09`; two digits that say something where it is less than a cent: `$0.00017`. */
export const dollars = (value: number | undefined): string => {
  if (value === undefined) return '?'
  if (value === 0 || value >= 0.01) return `$${value.toFixed(2)}`
  // Not toPrecision alone: it writes small numbers as 1.7e-7.
  return `$${value.toFixed(Math.min(20, 1 - Math.floor(Math.log10(value)))).replace(/0+$/, '')}`
}

/** Milliseconds as `12s`, `1m 12s`, `2h 05m`. */
export const duration = (ms: number): string => {
  const seconds = Math.round(ms / 1000)
  const two = (value: number): string => String(value).padStart(2, '0')
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`
  const minutes = Math.round(seconds / 60)
  return `${Math.floor(minutes / 60)}h ${two(minutes % 60)}m`
}

/** Milliseconds as `0.4 s`, `1.2 s`, `75 s`. */
export const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 9950 ? 1 : 0)} s`

/** Records in a second. */
export const rate = (value: number): string => `${value < 9.95 ? value.toFixed(1) : Math.round(value)}/s`

/** Rounded down: 100 % is said only of what is whole. */
export const percent = (done: number, total: number): string => `${Math.floor((100 * done) / total)}%`

/** Bytes as `412 bytes`, `1.9 KiB`. */
export const bytes = (value: number): string =>
  value < 1024
    ? `${value} bytes`
    : value < 1024 ** 2
      ? `${(value / 1024).toFixed(1)} KiB`
      : `${(value / 1024 ** 2).toFixed(1)} MiB`

/** `one record`, `3 records` are too long for a terminal: `1 repair`, `2 repairs`. */
export const times = (value: number, word: string): string => `${count(value)} ${word}${value === 1 ? '' : 's'}`
