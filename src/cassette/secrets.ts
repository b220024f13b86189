import { Buffer } from 'node:buffer'
import process from 'node:process'
import { privatePartsOf } from './request.ts'

/** Shorter values from headers and the environment are taken for words: a search for `test` would hit everywhere. */
const shortest = 8

/** Keys by their looks. Each starts at a word's start only and looks ahead a bounded way: linear on any text. */
const shapes: readonly (readonly [source: string, pattern: RegExp])[] = [
  ['something that looks like an sk- key', /(?<![\w-])sk-(?=[\w-]{0,40}\d)[\w-]{20,}/g],
  ['something that looks like an xai- key', /(?<![\w-])xai-(?=\w{0,40}\d)\w{20,}/g],
  ['something that looks like a gsk_ key', /(?<![\w-])gsk_(?=\w{0,40}\d)\w{20,}/g],
  ['something that looks like an AIza key', /(?<![\w-])AIza[\w-]{30,}/g],
  ['something that looks like a bearer token', /\bBearer\s{1,4}(?=[\w.~+/-]{0,40}\d)[\w.~+/-]{20,}/gi],
  ['something that looks like a JSON web token', /(?<![\w-])eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/g],
]

const credentialHeader = /auth|cookie|key|token|secret/i
const credentialVariable = /_(?:API_KEY|TOKEN|SECRET)$/

/** The secrets that one cassette knows of: given ones, those of its requests, those of the environment. */
export class Secrets {
  /** From each form in which a secret may stand in a text to where the secret is known from. */
  readonly #sources = new Map<string, string>()

  constructor(given: readonly string[]) {
    for (const value of given) {
      if (value === '') throw new RangeError(`Cannot guard secrets with '': a secret must not be empty`)
      this.#learn(value, 'a value of the option secrets')
    }
  }

  /**
   * Learns the credentials of a request, before they go anywhere, and those of the environment: a program may load its
   * keys after it has made the cassette.
   */
  learn(url: string, headers: Headers): void {
    this.learnEnvironment()
    for (const part of privatePartsOf(url)) this.#learnLong(part, `a credential of the request's URL`)
    for (const [name, value] of headers) {
      if (!credentialHeader.test(name)) continue
      for (const part of credentialsOf(name, value)) this.#learnLong(part, `the value of the request's ${name} header`)
    }
  }

  learnEnvironment(): void {
    for (const [name, value = ''] of Object.entries(process.env)) {
      if (credentialVariable.test(name)) this.#learnLong(value, `the value of the environment variable ${name}`)
    }
  }

  /** Where the first secret found in the text is known from; undefined when there is none. */
  find(text: string): string | undefined {
    for (const [form, source] of this.#sources) if (text.includes(form)) return source
    return shapes.find(([, pattern]) => text.search(pattern) >= 0)?.[0]
  }

  /** The text with every secret replaced. */
  redact(text: string): string {
    const known = [...this.#sources.keys()].reduce((kept, form) => kept.replaceAll(form, '[redacted]'), text)
    return shapes.reduce((kept, [, pattern]) => kept.replace(pattern, '[redacted]'), known)
  }

  #learnLong(value: string, source: string): void {
    if (value.length >= shortest) this.#learn(value, source)
  }

  #learn(secret: string, source: string): void {
    if (this.#sources.has(secret)) return
    for (const form of formsOf(secret)) if (!this.#sources.has(form)) this.#sources.set(form, source)
  }
}

/** A credential header's value and the parts of it that are secret on their own. */
function* credentialsOf(name: string, value: string): Generator<string> {
  yield value
  if (name === 'cookie') {
    for (const pair of value.split(';')) yield pair.slice(pair.indexOf('=') + 1).trim()
    return
  }
  const [, scheme, credentials] = /^(\S+)\s+(.+)$/.exec(value) ?? []
  if (scheme === undefined || credentials === undefined) return
  yield credentials
  if (scheme.toLowerCase() === 'basic') {
    const login = Buffer.from(credentials, 'base64').toString()
    yield login.slice(login.indexOf(':') + 1)
  }
}

/** The secret as it is, inside a JSON string, inside a URL, and inside base64 of a longer text. */
function formsOf(secret: string): Set<string> {
  const forms = new Set([
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(Buffer.from(secret).toString()),
  ])
  for (const shift of [0, 1, 2]) {
    const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(secret)])
    // Only the characters that no neighbouring byte has a part in: 6 bits each.
    const inner = bytes.toString('base64').slice(Math.ceil((shift * 8) / 6), Math.floor((bytes.length * 8) / 6))
    if (inner.length >= shortest) forms.add(inner).add(inner.replaceAll('+', '-').replaceAll('/', '_'))
  }
  return forms
}
