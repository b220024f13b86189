import type { Output, Schema } from './schemas.ts'

export interface FunctionCall {
  readonly id: string
  readonly type: 'function'
  readonly function: { readonly name: string; readonly arguments: string }
}

type Extra = { readonly [wire: string]: unknown }

/** A part of a message. Extra keys (cache marks) pass through. */
export type Part = Extra &
  (
    | { readonly type: 'text'; readonly text: string }
    | {
        readonly type: 'image_url'
        /** `url`: https, or the image itself as `data:image/png;base64,…`. */
        readonly image_url: Extra & { readonly url: string; readonly detail?: 'low' | 'high' | 'auto' | undefined }
      }
    | {
        readonly type: 'file'
        /** `file_data`: the file itself as `data:application/pdf;base64,…`. */
        readonly file: Extra & {
          readonly filename?: string | undefined
          readonly file_data?: string | undefined
          readonly file_id?: string | undefined
        }
      }
  )

/** A chat message in the standard shape. Extra keys (cache marks, names) pass through on every role. */
export type Message = Extra &
  (
    | { readonly role: 'system' | 'developer' | 'user'; readonly content: string | readonly Part[] }
    | {
        readonly role: 'assistant'
        readonly content?: string | readonly Part[] | null | undefined
        readonly tool_calls?: readonly FunctionCall[] | undefined
      }
    | { readonly role: 'tool'; readonly tool_call_id: string; readonly content: string | readonly Part[] }
  )

/** A string is one user message. */
export type Prompt = string | readonly Message[]

/** An input and the output it should have got, in the shape that the model writes. */
export interface Example<A = Prompt, I = any> {
  readonly input: A
  readonly output: I
}

export interface Examples<A, I> {
  /**
   * Shown to the model before the prompt, as turns that were had already: each input, and its output as a call of the
   * function. Checked against the schema before anything is sent. Not part of `result().messages`.
   */
  readonly examples?: readonly Example<A, I>[] | undefined
}

/** A function that the model may call before it answers. */
export interface Tool<S = Schema> {
  readonly description?: string | undefined
  /** An object schema; the arguments are decoded with it before `execute` sees them. */
  readonly inputSchema: S
  /** The result goes back to the model: a string as it is, anything else as JSON. A throw goes back as an error text. */
  readonly execute: (input: Output<S>, context: ToolContext) => unknown
}

export interface ToolContext {
  /** The id of the call, as the provider gave it. */
  readonly id: string
  /** Aborts with the extraction. */
  readonly signal: AbortSignal
}

/** A provider's model, made by calling a provider: `provider('my-model')`. */
export interface Model {
  readonly provider: string
  readonly id: string
}
