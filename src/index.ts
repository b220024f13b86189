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
export type {
  Call,
  DeepPartial,
  Event,
  Extraction,
  FunctionCall,
  Input,
  Issue,
  JsonSchema,
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
