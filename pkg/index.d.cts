// The declarations of index.d.ts for CommonJS; the build copies them.
export * from "./gen/index.cjs";
export { default } from "./gen/index.cjs";
