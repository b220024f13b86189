/** The types of places in a value, named as `orders[].items[2].price`. */

/** What has no members to the types of partials and paths. */
export type Atom =
  | string
  | number
  | boolean
  | bigint
  | symbol
  | null
  | undefined
  | Date
  | URL
  | RegExp
  | Map<any, any>
  | Set<any>
  | ((...args: any[]) => unknown)

type Obj<T> = T extends Atom ? never : T
type Field<T, K extends string> = unknown extends T
  ? T
  : T extends readonly unknown[]
    ? never
    : K extends keyof T
      ? T[K]
      : never
/** The elements of a list; of what is no list, none. */
export type Item<T> = unknown extends T ? T : Extract<T, readonly unknown[]>[number]

/** A path's first key, and what follows it with its dot or bracket. */
type Split<P extends string> = P extends `${infer H}[${infer R}`
  ? H extends `${infer K}.${infer M}`
    ? [K, `.${M}[${R}`]
    : [H, `[${R}`]
  : P extends `${infer K}.${infer R}`
    ? [K, `.${R}`]
    : [P, '']
type Named<T, P extends string> =
  Split<P> extends [infer K extends string, infer R extends string] ? Rest<Field<Obj<T>, K>, R> : never
type Rest<T, P extends string> = P extends ''
  ? T
  : P extends `[${infer I}]${infer R}`
    ? I extends '' | `${number}`
      ? Rest<Item<T>, R>
      : never
    : P extends `.${infer R}`
      ? Named<T, R>
      : never

/**
 * The type at a path: `'customer.name'`, `'lines[0].total'`, `'orders[].items[]'`; `''` is the root. `never` where `T` has
 * no such place. A path is checked, never enumerated, so a schema that holds itself costs nothing.
 */
export type At<T, P extends string> = P extends '' ? T : P extends `[${string}` ? Rest<T, P> : Named<T, P>
/** `P`, when it names the elements of a list in `T`: it ends with `[]`. */
export type ElementPath<T, P extends string> = P extends `${string}[]`
  ? [At<T, P>] extends [never]
    ? never
    : P
  : never
/** `P`, when it names one value in `T`: every list in it has its index. */
export type ValuePath<T, P extends string> = P extends `${string}[]${string}`
  ? never
  : [At<T, P>] extends [never]
    ? never
    : P
