export { JsonError } from './error.ts'
export { createJsonParser } from './parser.ts'
export type {
  JsonFollower,
  JsonKind,
  JsonLimits,
  JsonOptions,
  JsonParser,
  JsonPath,
  JsonValue,
  JsonWarning,
} from './types.ts'
