import { isComposite } from '../../composite.ts'
import { GrowingText } from '../../text.ts'

interface Detail {
  [field: string]: unknown
}

/**
 * Collects a turn's reasoning in the fields it came in, for the way back: `reasoning` (OpenRouter, Groq),
 * `reasoning_content` (DeepSeek, xAI) and `reasoning_details` (OpenRouter: signed or encrypted parts that the provider wants
 * to see again unchanged).
 */
export class Reasoning {
  readonly #text = new GrowingText()
  readonly #fields = new Map<'reasoning' | 'reasoning_content', GrowingText>()
  readonly #details: Detail[] = []
  /** The same by index and type, which may be of any kind. */
  readonly #places = new Map<unknown, Map<unknown, Detail>>()

  /** Returns the new text, from whichever field has it. */
  feed(delta: Record<string, unknown>): string {
    const plain = this.#add('reasoning', delta.reasoning)
    const content = this.#add('reasoning_content', delta.reasoning_content)
    const detailed = Array.isArray(delta.reasoning_details)
      ? delta.reasoning_details.map(each => this.#merge(each)).join('')
      : ''
    const text = plain || content || detailed
    this.#text.append(text)
    return text
  }

  get text(): string {
    return this.#text.value
  }

  /** Puts its fields into the assistant turn. */
  write(message: Record<string, unknown>): void {
    for (const [field, text] of this.#fields) message[field] = text.value
    if (this.#details.length > 0) message.reasoning_details = this.#details
  }

  #add(field: 'reasoning' | 'reasoning_content', value: unknown): string {
    if (typeof value !== 'string' || value === '') return ''
    const text = this.#fields.get(field) ?? new GrowingText()
    this.#fields.set(field, text)
    text.append(value)
    return value
  }

  /** Fragments of one detail share index and type: text is joined, of other fields the last non-empty one stands. */
  #merge(fragment: unknown): string {
    if (!isComposite(fragment)) return ''
    const part = fragment as Detail
    const detail = this.#detailAt(part.index, part.type)
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

  #detailAt(index: unknown, type: unknown): Detail {
    const types = this.#places.get(index) ?? new Map<unknown, Detail>()
    this.#places.set(index, types)
    const known = types.get(type)
    if (known !== undefined) return known
    const detail: Detail = {}
    types.set(type, detail)
    this.#details.push(detail)
    return detail
  }
}

/** `data` is the payload of an encrypted part; it streams like text and is no text. */
const joined: ReadonlySet<string> = new Set(['text', 'summary', 'data'])
