export { Checker, type CheckListener, type CompiledCheck, compileCheck } from './checker.ts'
