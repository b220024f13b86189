/** Public types that belong to no single room. */

export type * from './types/accounts.ts'
export type * from './types/extraction.ts'
export type * from './types/options.ts'
export type * from './types/prompts.ts'
export type * from './types/schemas.ts'
