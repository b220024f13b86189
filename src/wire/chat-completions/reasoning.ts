interface Detail {
  [field: string]: unknown
}

/**
 * Collects a turn's reasoning in the fields it came in, for the way back: `reasoning` (OpenRouter, Groq),
 * `reasoning_content` (DeepSeek, xAI) and `reasoning_details` (OpenRouter: signed or encrypted parts that the provider wants
 * to see again unchanged).
 */
export class Reasoning {
  #text = ''
  readonly #fields: { reasoning?: string; reasoning_content?: string } = {}
  readonly #details: Detail[] = []

  /** Returns the new text, from whichever field has it. */
  feed(delta: Record<string, unknown>): string {
    const plain = this.#add('reasoning', delta.reasoning)
    const content = this.#add('reasoning_content', delta.reasoning_content)
    const detailed = Array.isArray(delta.reasoning_details)
      ? delta.reasoning_details.map(each => this.#merge(each)).join('')
      : ''
    const text = plain || content || detailed
    this.#text += text
    return text
  }

  get text(): string {
    return this.#text
  }

  /** The fields of the assistant turn. */
  get message(): Record<string, unknown> {
    return { ...this.#fields, ...(this.#details.length > 0 && { reasoning_details: this.#details }) }
  }

  #add(field: 'reasoning' | 'reasoning_content', value: unknown): string {
    if (typeof value !== 'string' || value === '') return ''
    this.#fields[field] = (this.#fields[field] ?? '') + value
    return value
  }

  /** Fragments of one detail share index and type: text is joined, of other fields the last non-empty one stands. */
  #merge(fragment: unknown): string {
    if (typeof fragment !== 'object' || fragment === null) return ''
    const part = fragment as Detail
    let detail = this.#details.find(each => each.index === part.index && each.type === part.type)
    if (detail === undefined) {
      detail = {}
      this.#details.push(detail)
    }
    let text = ''
    for (const [key, value] of Object.entries(part)) {
      if (key === '__proto__') continue
      if (joined.has(key) && typeof value === 'string') {
        detail[key] = ((detail[key] as string | undefined) ?? '') + value
        if (key !== 'data') text += value
      } else if ((value !== '' && value !== null) || !Object.hasOwn(detail, key)) {
        detail[key] = value
      }
    }
    return text
  }
}

/** `data` is the payload of an encrypted part; it streams like text and is no text. */
const joined: ReadonlySet<string> = new Set(['text', 'summary', 'data'])
