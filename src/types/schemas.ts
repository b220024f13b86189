import type { Atom } from '../paths.ts'

interface Types<I, O> {
  readonly input: I
  readonly output: O
}

interface Standard<I, O> {
  readonly version: 1
  readonly vendor: string
  readonly validate: (value: unknown) => unknown
  readonly types?: Types<I, O> | undefined
}

interface ZodSchema<I, O> {
  readonly '~standard': Standard<I, O>
  readonly _zod: object
}

interface Zod3Schema<I, O> {
  readonly '~standard': Standard<I, O>
  readonly _def: object
  readonly safeParseAsync: unknown
}

/** A schema of any library that carries Standard JSON Schema (https://standardschema.dev/json-schema). */
export interface StandardJsonSchema<I, O> {
  readonly '~standard': Standard<I, O> & {
    readonly jsonSchema: {
      readonly input: (options: { readonly target: any }) => Record<string, unknown>
      readonly output: (options: { readonly target: any }) => Record<string, unknown>
    }
  }
}

/**
 * What `extract` takes as a schema: Zod 4, Zod 4 mini, Zod 3, or anything with Standard JSON Schema.
 * Structural on purpose, so schemas made by another copy or version of a library are the same to us.
 */
export type Schema<I = any, O = any> = ZodSchema<I, O> | Zod3Schema<I, O> | StandardJsonSchema<I, O>

/** The side of a schema that the model writes. */
export type Input<S> = 0 extends 1 & S
  ? any
  : S extends { readonly '~standard': { readonly types?: Types<infer I, any> | undefined } }
    ? I
    : never

/** The side of a schema that the caller receives. */
export type Output<S> = 0 extends 1 & S
  ? any
  : S extends { readonly '~standard': { readonly types?: Types<any, infer O> | undefined } }
    ? O
    : never

/** Whether there can be a value of both: one type has room for the other, of objects field by field. */
type Meet<A, B> = [A] extends [B]
  ? true
  : [B] extends [A]
    ? true
    : [A, B] extends [object, object]
      ? { [K in keyof A & keyof B]: [A[K]] extends [B[K]] ? never : [B[K]] extends [A[K]] ? never : K }[keyof A &
          keyof B] extends never
        ? true
        : false
      : false

/** Anything, when `S` may take an `I`: it may be wider than `I`, which coerces, or narrower, which chooses. */
export type Takes<S, I> = Meet<I, Input<S>> extends true ? unknown : { 'a schema that takes': I }

/** A JSON Schema object, as plain data. */
export type JsonSchema = { readonly [keyword: string]: unknown }

/**
 * A value that is still arriving: every property may be absent, lists hold partial elements, atoms are whole. Read-only,
 * since snapshots share every branch that did not change.
 *
 * A schema's own word on how it is shown is `stream`, in Zod's `.meta()` or as a keyword of JSON Schema; no model is sent
 * it. `'whole'`: a string, an object or a list that is shown once it has closed. `'first'`: a field that is shown first of its object, which is not shown
 * before the field is whole and valid; elements of a list behind such an object wait with it. It is called so because it
 * should also come first in the schema: the later it comes, the longer its object is held back.
 */
export type DeepPartial<T> = 0 extends 1 & T
  ? T
  : unknown extends T
    ? T
    : T extends Atom
      ? T
      : T extends readonly unknown[]
        ? number extends T['length']
          ? readonly DeepPartial<T[number]>[]
          : { readonly [K in keyof T]?: DeepPartial<T[K]> }
        : { readonly [K in keyof T]?: DeepPartial<T[K]> }
