export {
  APIError,
  CassetteError,
  ConfigError,
  ExtractError,
  OutputError,
  SchemaError,
  StreamError,
  TimeoutError,
  ToolError,
} from './errors.ts'
export { extract } from './extract.ts'
export { type Declaration, defineExtractor, type Extractor, withDefaults } from './extractor.ts'
export type { At, ElementPath, Item, ValuePath } from './paths.ts'
export type {
  Call,
  DeepPartial,
  Event,
  Extraction,
  FunctionCall,
  Input,
  Issue,
  JsonSchema,
  Limits,
  Message,
  Model,
  Options,
  Output,
  Part,
  Prompt,
  Result,
  Schema,
  StandardJsonSchema,
  Timeouts,
  Tool,
  ToolContext,
  ToolSchemas,
  Usage,
} from './types.ts'
export { createProvider, type ProviderFunction, type ProviderOptions } from './wire/provider.ts'
