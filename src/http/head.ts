import { redactHeaders } from './redact.ts'

/** Status and headers without keys. Few look at the headers. */
export class Head {
  readonly status: number
  readonly #headers: Headers
  readonly #secrets: readonly string[]
  #clean: Headers | undefined

  constructor({ status, headers }: Response, secrets: readonly string[]) {
    this.status = status
    this.#headers = headers
    this.#secrets = secrets
  }

  get headers(): Headers {
    this.#clean ??= redactHeaders(this.#headers, this.#secrets)
    return this.#clean
  }
}
