import { InvalidArgumentError } from 'commander'
import type { Price } from 'decant'

/** What an option takes; what is wrong with a value is said by what is wanted. */

export const wholeFrom =
  (least: number) =>
  (text: string): number => {
    const value = Number(text)
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value
    throw new InvalidArgumentError(`It must be a whole number from ${least}.`)
  }

export const amount = (text: string): number => {
  const value = Number(text)
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value
  throw new InvalidArgumentError('It must be a number from 0.')
}

/** `0.15,0.60` or `0.15,0.60,0.075`: USD for a million tokens. */
export const priceList = (text: string): Price => {
  const [input, output, cachedInput, more] = text
    .split(',')
    .map(each => (each.trim() === '' ? Number.NaN : Number(each)))
  const given = [input, output, ...(cachedInput === undefined ? [] : [cachedInput])]
  if (more === undefined && given.every(price => price !== undefined && price >= 0)) {
    return { input: input!, output: output!, ...(cachedInput !== undefined && { cachedInput }) }
  }
  throw new InvalidArgumentError('It must be USD for a million tokens as IN,OUT or IN,OUT,CACHED, such as 0.15,0.60.')
}
